import { int32, nullable, orElse, string, struct } from "../schema.ts";

/** KIP-951: what Produce and Fetch answer about a partition that has another leader. */
export const currentLeader = struct({
  leaderId: orElse(-1, int32),
  leaderEpoch: orElse(-1, int32),
});
export const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: int32,
  _rack: nullable(string),
});
