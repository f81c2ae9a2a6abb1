import { NO_INDEX } from "../base/index.ts";
import type { BrokerSource, ProcessSource } from "./source.ts";

/** What some node has made of the log up to `appliedIndex`. */
export type AppliedMetadata = Pick<BrokerSource, "metadata" | "appliedIndex">;

export const NO_METADATA: AppliedMetadata = {
  metadata: {
    nodes: new Map(),
    topics: new Map(),
    partitions: new Map(),
    nextProducerId: 0,
    nextGroup: 1,
  },
  appliedIndex: NO_INDEX,
};

/** The newest of `known` and of what the running nodes have applied by now. */
export function newestMetadata(
  processes: readonly ProcessSource[],
  known: AppliedMetadata,
): AppliedMetadata {
  let newest = known;
  for (const { state, broker } of processes) {
    if (state !== "running" || broker === null) continue;
    if (broker.appliedIndex > newest.appliedIndex) {
      newest = { metadata: broker.metadata, appliedIndex: broker.appliedIndex };
    }
  }
  return newest;
}
