import { assert } from "../base/assert.ts";
import { NO_NODE } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import type { Storage } from "./storage.ts";
import type { RaftTrace } from "./trace.ts";

/** How a RawNode is made. Fields with a `?` have the default that is named. */
export interface RaftConfig {
  /** Who this node is, from 1. Never reused for a node that has lost its disk. */
  readonly id: NodeId;
  /**
   * Ticks without a word from a leader before an election, at the least: each wait is drawn from
   * [electionTicks, 2 * electionTicks - 1] (Raft paper, section 5.2). Ten heartbeats is customary.
   */
  readonly electionTicks: number;
  /** Ticks between two heartbeats of a leader. Below `electionTicks`. */
  readonly heartbeatTicks: number;
  /** What was stored before, and where to read the stable log. Only the host writes to it. */
  readonly storage: Storage;
  /**
   * Last index that the host's state machine has already applied; nothing up to it is handed out
   * again. Default: just before the storage's first entry.
   */
  readonly applied?: Index;
  /** Encoded size of the entries in one MsgApp. 0: one entry a message. */
  readonly maxSizePerMsgBytes: number;
  /** Encoded size of the committed entries in one Ready. Default: `maxSizePerMsgBytes`. */
  readonly maxCommittedSizePerReadyBytes?: number;
  /**
   * Payload of a leader's entries that are not yet committed and applied; proposals above it are
   * dropped. An empty log tail accepts a proposal of any size. Default: no limit.
   */
  readonly maxUncommittedSizeBytes?: number;
  /** MsgApps that may be under way to one follower before the leader waits for an answer. */
  readonly maxInflightMessages: number;
  /** Ask whether an election could be won before raising the term (thesis 9.6). Default: false. */
  readonly preVote?: boolean;
  /**
   * A leader that has not heard from a quorum for an election timeout steps down, and a follower
   * that hears from a leader ignores candidates (thesis 6.2 and 4.2.3). Default: false.
   */
  readonly checkQuorum?: boolean;
  /** A follower drops proposals instead of passing them to the leader. Default: false. */
  readonly disableProposalForwarding?: boolean;
  /** A uniformly random integer in [0, n). The only chance in this package. */
  readonly random: (n: number) => number;
  /** Receives etcd's log lines. Default: nobody, and then no line is ever put together. */
  readonly trace?: RaftTrace;
}

/**
 * Refuses a configuration that cannot work. The texts are etcd's where it has the same rule.
 *
 * @throws InvariantError that names the first rule that is broken.
 */
export function assertValidConfig(config: RaftConfig): void {
  assert(config.id !== NO_NODE, "cannot use none as id");
  assert(Number.isSafeInteger(config.id) && config.id > 0, "id must be a positive integer");
  assert(config.heartbeatTicks > 0, "heartbeat tick must be greater than 0");
  assert(
    config.electionTicks > config.heartbeatTicks,
    "election tick must be greater than heartbeat tick",
  );
  assert(config.maxInflightMessages > 0, "max inflight messages must be greater than 0");
  assert(config.maxSizePerMsgBytes >= 0, "max size per message must not be negative");
  assert(
    (config.maxCommittedSizePerReadyBytes ?? 1) > 0,
    "max committed size per ready must be greater than 0",
  );
}
