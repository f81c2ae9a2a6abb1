import type { NodeId } from "../base/ids.ts";

export type RaftLogLevel = "debug" | "info" | "warning" | "error";

/**
 * Receives etcd's log texts, word for word. Absent in production: nothing is formatted when no
 * sink is there.
 */
export interface RaftTrace {
  log(node: NodeId, level: RaftLogLevel, text: string): void;
}
