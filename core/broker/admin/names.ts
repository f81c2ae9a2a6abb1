import { NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";

/** "n2", or "none". */
export function nodeName(node: NodeId): string {
  return node === NO_NODE ? "none" : `n${node}`;
}

/** "n1, n2", or "none". */
export function nodeNames(nodes: readonly NodeId[]): string {
  return nodes.length === 0 ? "none" : nodes.map(nodeName).join(", ");
}
