import type { NodeId } from "../base/ids.ts";
import type { ClusterMetadata } from "../metadata/clusterMetadata.ts";
import type { CurrentLeader, NodeEndpoint } from "../wire/index.ts";

const NO_ENDPOINTS: readonly NodeEndpoint[] = [];

/** Where clients find a node; port -1 if its address names none, and null if nobody knows it. */
export function endpointOf({ nodes }: ClusterMetadata, node: NodeId): NodeEndpoint | null {
  const address = nodes.get(node)?.address;
  if (address === undefined) return null;
  const colon = address.lastIndexOf(":");
  const port = colon < 0 ? -1 : Number(address.slice(colon + 1));
  return { nodeId: node, host: colon < 0 ? address : address.slice(0, colon), port };
}

/** Where the leaders are that an answer names (KIP-951). */
export function endpointsOf(
  metadata: ClusterMetadata,
  answers: readonly { readonly currentLeader: CurrentLeader | null }[],
): readonly NodeEndpoint[] {
  let endpoints: NodeEndpoint[] | null = null;
  for (const { currentLeader } of answers) {
    if (currentLeader === null) continue;
    const { leaderId } = currentLeader;
    if (endpoints?.some(({ nodeId }) => nodeId === leaderId)) continue;
    const endpoint = endpointOf(metadata, leaderId);
    if (endpoint !== null) (endpoints ??= []).push(endpoint);
  }
  return endpoints ?? NO_ENDPOINTS;
}
