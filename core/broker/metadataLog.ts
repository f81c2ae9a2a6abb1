import type { NodeId } from "../base/ids.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { ConfState } from "../raft/index.ts";

/** The group that the metadata log's records bear in the WAL. */
export const METADATA_GROUP = 0;

/**
 * The ordered log of metadata commands: Raft's in a cluster (`ReadyLoop`), a local one on a
 * standalone node (`LocalMetadataLog`). Commands are applied in its order once they are committed.
 */
export interface MetadataLog {
  /** Who appends to it: the controller. 0 when nobody is known to. */
  readonly leader: NodeId;
  /** This node appends to it, and has applied all that was committed before it began to. */
  readonly isActiveLeader: boolean;
  /** The members of the Raft group, as of what was applied; of nobody on a standalone node. */
  readonly confState: ConfState;
  /** False if the command was dropped; true says only that it is on its way. */
  propose(command: MetadataCommand): boolean;
  /** Does all that can be done without waiting for the disk. */
  run(): void;
}
