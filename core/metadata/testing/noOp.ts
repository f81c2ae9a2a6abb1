import { expect, test } from "vitest";
import { applyCommand } from "../applyCommand.ts";
import type { ClusterMetadata } from "../clusterMetadata.ts";
import type { MetadataCommand } from "../command.ts";

/** Why, in which state, which command changes nothing. */
export type NoOp = readonly [reason: string, state: ClusterMetadata, command: MetadataCommand];

export function testNoOps(noOps: readonly NoOp[]): void {
  test.each(noOps)("no-op: %s", (reason, state, command) => {
    const applied = applyCommand(state, command);
    expect(applied).toEqual({
      state,
      noOpReason: reason,
      changedPartitions: [],
      removedPartitions: [],
    });
    expect(applied.state).toBe(state);
  });
}
