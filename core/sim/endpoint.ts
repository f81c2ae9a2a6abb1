import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";

/** Who sends and receives: broker "n2", or client "c1". One object each, so identity compares. */
export type Endpoint =
  | { readonly kind: "node"; readonly id: NodeId; readonly name: string }
  | { readonly kind: "client"; readonly id: number; readonly name: string };

export function nodeEndpoint(id: number): Endpoint {
  return { kind: "node", id: nodeId(id), name: `n${id}` };
}

export function clientEndpoint(id: number): Endpoint {
  return { kind: "client", id, name: `c${id}` };
}
