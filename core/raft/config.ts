import { assert } from "../base/assert.ts";
import { NO_NODE } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { NO_LIMIT_BYTES } from "./entrySize.ts";
import { isLocalThread } from "./message.ts";
import type { Storage } from "./storage.ts";
import type { RaftTrace } from "./trace.ts";

export type StorageWrites = "sync" | "async" | "pipelined";

/** How a RawNode is made. Fields with a `?` have the default that is named. */
export interface RaftConfig {
  /** Who this node is, from 1. Never reused for a node that has lost its disk. */
  readonly id: NodeId;
  /**
   * Ticks without a word from a leader before an election, at the least: each wait is drawn from
   * [electionTicks, maxElectionTicks - 1] (Raft paper, section 5.2). Ten heartbeats is customary.
   */
  readonly electionTicks: number;
  /** Above `electionTicks`. Default: twice that, as in etcd. */
  readonly maxElectionTicks?: number;
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
  /**
   * Payload that may be under way to one follower before the leader waits for an answer; the
   * message that reaches the limit still goes out. At least `maxSizePerMsgBytes`. Default: no limit.
   */
  readonly maxInflightBytes?: number;
  /** Ask whether an election could be won before raising the term (thesis 9.6). Default: false. */
  readonly preVote?: boolean;
  /**
   * A leader that has not heard from a quorum for an election timeout steps down, and a follower
   * that hears from a leader ignores candidates (thesis 6.2 and 4.2.3). Default: false.
   */
  readonly checkQuorum?: boolean;
  /** A follower drops proposals instead of passing them to the leader. Default: false. */
  readonly disableProposalForwarding?: boolean;
  /**
   * How `readIndex` finds out that this node still leads: "safe" asks a quorum (thesis 6.4),
   * "leaseBased" trusts the lease that CheckQuorum gives, and so the clocks. Default: "safe".
   */
  readonly readOnly?: "safe" | "leaseBased";
  /**
   * How entries reach the disk and the state machine. Default: "sync".
   *
   * - "sync": one Ready at a time, finished with `advance`;
   * - "async": a Ready carries MsgStorageAppend and MsgStorageApply for two threads of the host,
   *   whose responses are stepped when the work is done (etcd's AsyncStorageWrites);
   * - "pipelined": Readys are numbered and may be on their way to the disk together; they are
   *   finished with `advanceAppend` or `advanceAppendAsync`, `onPersistReady` and `advanceApply`
   *   (raft-rs's form).
   */
  readonly storageWrites?: StorageWrites;
  /**
   * Let membership changes into the log that are not legal when they are proposed. For a host that
   * checks them itself when it applies them. Default: false.
   */
  readonly disableConfChangeValidation?: boolean;
  /** A leader steps down when it applies its own removal or demotion. Default: false. */
  readonly stepDownOnRemoval?: boolean;
  /**
   * raft-rs: a voter does not vote for a candidate of lower priority, unless that has the longer
   * log. Default: 0.
   */
  readonly priority?: number;
  /**
   * raft-rs: entries are committed only when members of two commit groups have stored them; see
   * RawNode.assignCommitGroups. Default: false.
   */
  readonly groupCommit?: boolean;
  /**
   * raft-rs: entries join the MsgApp to the same member that waits to be sent, as far as
   * `maxSizePerMsgBytes` allows, so that proposals made one by one travel together. Default: false.
   */
  readonly batchAppend?: boolean;
  /**
   * raft-rs: no message is sent just to tell members that something was committed; they learn it
   * from the next entries or heartbeat. Default: false.
   */
  readonly skipBroadcastCommit?: boolean;
  /**
   * raft-rs: requests for votes, and refusals, tell what is committed, so that a node can learn of it
   * without a leader. There are groups that only this can heal: a node that is the only voter of the
   * newest membership, but has not heard that it is committed, needs votes that it cannot get.
   * Default: false.
   */
  readonly commitInVotes?: boolean;
  /** A uniformly random integer in [0, n). The only chance in this package. */
  readonly random: (n: number) => number;
  /** Receives what the node does, as it does it. Default: nobody, and then no event is ever made. */
  readonly trace?: RaftTrace;
}

export const LEASE_NEEDS_CHECK_QUORUM =
  "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased";

/**
 * Refuses a configuration that cannot work. The texts are etcd's where it has the same rule.
 *
 * @throws InvariantError that names the first rule that is broken.
 */
export function assertValidConfig(config: RaftConfig): void {
  assert(config.id !== NO_NODE, "cannot use none as id");
  assert(Number.isSafeInteger(config.id) && config.id > 0, "id must be a positive integer");
  assert(!isLocalThread(config.id), "cannot use local target as id");
  assert(config.heartbeatTicks > 0, "heartbeat tick must be greater than 0");
  assert(
    config.electionTicks > config.heartbeatTicks,
    "election tick must be greater than heartbeat tick",
  );
  assert(
    (config.maxElectionTicks ?? Infinity) > config.electionTicks,
    "max election tick must be greater than election tick",
  );
  assert(config.maxInflightMessages > 0, "max inflight messages must be greater than 0");
  assert(Number.isSafeInteger(config.priority ?? 0), "priority must be an integer");
  assert(config.maxSizePerMsgBytes >= 0, "max size per message must not be negative");
  assert(
    (config.maxInflightBytes ?? NO_LIMIT_BYTES) >= config.maxSizePerMsgBytes,
    "max inflight bytes must be >= max message size",
  );
  assert(config.readOnly !== "leaseBased" || config.checkQuorum === true, LEASE_NEEDS_CHECK_QUORUM);
  assert(
    (config.maxCommittedSizePerReadyBytes ?? 1) > 0,
    "max committed size per ready must be greater than 0",
  );
}
