import type { ClusterMetadata } from "../../metadata/index.ts";
import { metadataHash, partitionKey } from "../../metadata/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { World } from "../world.ts";

export const hashOf = (metadata: ClusterMetadata): string =>
  metadataHash(metadata).toString(16).padStart(8, "0");

/** What each running node has made of the metadata log: equal states have equal hashes. */
export function metadataText({ processes }: World): string {
  const rows = processes.map(({ node, state, broker }) => {
    if (state !== "running" || broker === null) return `${nodeName(node)}  ${state}\n`;
    const { metadata, appliedIndex } = broker;
    const { topics, partitions } = metadata;
    const counts = `${topics.size} topics, ${partitions.size} partitions`;
    return `${nodeName(node)}  applied ${appliedIndex}, ${counts}, hash ${hashOf(metadata)}\n`;
  });
  return rows.join("");
}

/** What each running client is about. */
export function clientsText({ clients }: World): string {
  const rows = clients.flatMap((probe) => {
    if (probe.kind === "person") return [];
    if (probe.kind === "producer") {
      const { acknowledgedCount, failedCount, retryCount, queuedCount } = probe;
      const counts = `acknowledged ${acknowledgedCount}, waiting ${queuedCount}, given up ${failedCount}, retries ${retryCount}`;
      return [`c${probe.client}  producer, ${probe.state}: ${counts}\n`];
    }
    const { group, state, generation, assigned, topic } = probe;
    const at = assigned.map(
      ({ partition, position }) => `${partitionKey(topic, partition)} from ${position}`,
    );
    const member = group === null ? "" : ` of ${group}, ${state} in generation ${generation}`;
    return [
      `c${probe.client}  consumer${member}: ${at.length === 0 ? "nothing" : at.join(", ")}\n`,
    ];
  });
  return rows.length === 0 ? "no client runs\n" : rows.join("");
}
