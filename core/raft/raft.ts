import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import type { RaftConfig } from "./config.ts";
import { restoreGroup } from "./changer.ts";
import { assertValidConfig } from "./config.ts";
import { NO_LIMIT_BYTES, payloadsSizeBytes } from "./entrySize.ts";
import { RaftLog } from "./log.ts";
import { message, NO_MESSAGES } from "./message.ts";
import type { ConfState, Draft, Entry, HardState, Message } from "./message.ts";
import type { Progress } from "./progress.ts";
import type { Role } from "./role.ts";
import type { ReadState } from "./ready.ts";
import { NO_READ_STATES } from "./ready.ts";
import type { ReadOnly } from "./readOnly.ts";
import type { RaftTrace } from "./trace.ts";
import { describeGroupConfig, ProgressTracker } from "./tracker.ts";
import type { GroupConfig, ProgressMap } from "./tracker.ts";

const NO_DATA = new Uint8Array(0);
const NO_DRAFTS: readonly Draft<Message>[] = [];

/**
 * A list with one more item: the same list, unless it is short. Most Readys carry one or two
 * messages, and an array made for them takes a tenth of what a first push makes room for; the empty
 * list is one and the same for everybody.
 */
function withOneMore<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 0) return [item];
  if (list.length === 1) return [list[0]!, item];
  (list as T[]).push(item);
  return list;
}

/** etcd prints node ids in base 16. */
export const hex = (id: NodeId): string => id.toString(16);

/**
 * The state of one node (Raft paper, figure 2) and the moves between its roles (figure 4). What a
 * message makes of it is in step.ts, election.ts and replication.ts, as functions of this state.
 *
 * Two lists hold what the node has to say. `queued` may leave at once; `afterAppend` may not before
 * all unstable state of now is on disk. The latter also holds the acknowledgements a node owes
 * itself: it counts its own vote and its own copy of an entry only once they would survive a crash.
 */
export class Raft {
  readonly id: NodeId;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly maxSizePerMsgBytes: number;
  readonly preVote: boolean;
  checkQuorum: boolean;
  readonly disableProposalForwarding: boolean;
  readonly disableConfChangeValidation: boolean;
  readonly stepDownOnRemoval: boolean;
  readonly readOnlyOption: "safe" | "leaseBased";
  batchAppend: boolean;
  skipBroadcastCommit: boolean;
  readonly commitInVotes: boolean;
  priority: number;
  readonly log: RaftLog;
  readonly trace: RaftTrace | undefined;
  readonly tracker: ProgressTracker;

  term: Term = NO_TERM;
  vote: NodeId = NO_NODE;
  lead: NodeId = NO_NODE;
  role: Role = "follower";
  queued: readonly Draft<Message>[] = NO_DRAFTS;
  afterAppend: readonly Message[] = NO_MESSAGES;
  /** Reads that may be served, for the next Ready. */
  readStates: readonly ReadState[] = NO_READ_STATES;

  /** Leader: whom it hands its office to; 0 if it keeps it. */
  leadTransferee: NodeId = NO_NODE;
  /**
   * Leader: no membership change may be proposed before the entry at this index is applied. On
   * election it is the end of the log, which may hold a change: waiting is cheaper than looking.
   */
  pendingConfIndex: Index = NO_INDEX;
  /** Leader: the reads of its term; null until one is asked for. */
  readOnly: ReadOnly | null = null;
  /** Follower: it wants a snapshot that reaches this index, whatever its log has; 0 if not. */
  requestedSnapshot: Index = NO_INDEX;
  /** Leader: reads that arrived before the first commit of its term. */
  readsBeforeFirstCommit: Message[] = [];

  /** Ticks since the last word from the leader, or since the last election or CheckQuorum. */
  electionElapsedTicks = 0;
  heartbeatElapsedTicks = 0;
  randomizedElectionTimeoutTicks = 0;

  readonly #random: (n: number) => number;
  /** How many different election timeouts there are. */
  readonly #electionSpreadTicks: number;
  readonly #maxUncommittedSizeBytes: number;
  /** Payload that this leader has appended and not yet seen applied; never an overestimate. */
  #uncommittedSizeBytes = 0;

  constructor(config: RaftConfig) {
    assertValidConfig(config);
    this.id = config.id;
    this.electionTicks = config.electionTicks;
    this.heartbeatTicks = config.heartbeatTicks;
    this.maxSizePerMsgBytes = config.maxSizePerMsgBytes;
    this.preVote = config.preVote ?? false;
    this.checkQuorum = config.checkQuorum ?? false;
    this.disableProposalForwarding = config.disableProposalForwarding ?? false;
    this.disableConfChangeValidation = config.disableConfChangeValidation ?? false;
    this.stepDownOnRemoval = config.stepDownOnRemoval ?? false;
    this.readOnlyOption = config.readOnly ?? "safe";
    this.batchAppend = config.batchAppend ?? false;
    this.skipBroadcastCommit = config.skipBroadcastCommit ?? false;
    this.commitInVotes = config.commitInVotes ?? false;
    this.priority = config.priority ?? 0;
    this.trace = config.trace;
    this.#random = config.random;
    const maxElectionTicks = config.maxElectionTicks ?? 2 * config.electionTicks;
    this.#electionSpreadTicks = maxElectionTicks - config.electionTicks;
    this.#maxUncommittedSizeBytes = config.maxUncommittedSizeBytes ?? NO_LIMIT_BYTES;

    // One entry a message does not mean one entry a Ready: then the default is no limit.
    const maxApplying = config.maxCommittedSizePerReadyBytes ?? config.maxSizePerMsgBytes;
    this.log = new RaftLog(config, maxApplying || NO_LIMIT_BYTES);
    const { hardState, confState } = config.storage.initialState();
    const limits = {
      maxMessages: config.maxInflightMessages,
      maxBytes: config.maxInflightBytes ?? 0,
    };
    this.tracker = new ProgressTracker(limits);
    this.tracker.groupCommit = config.groupCommit ?? false;
    this.switchToConfState(confState);
    if (hardState !== null) this.#load(hardState);
    if (config.applied !== undefined && config.applied > 0) this.log.appliedTo(config.applied, 0);
    this.becomeFollower(this.term, NO_NODE);
    this.trace?.event({
      kind: "started",
      node: this.id,
      voters: this.tracker.voters.voters,
      term: this.term,
      commit: this.log.committed,
      applied: this.log.applied,
      lastIndex: this.log.lastIndex(),
      lastTerm: this.log.lastTerm(),
    });
  }

  /**
   * Takes over a membership from Storage or from a snapshot; nothing is known of its members.
   *
   * @throws InvariantError if no group can have come to that membership.
   */
  switchToConfState(confState: ConfState): void {
    const result = restoreGroup(confState, this.log.lastIndex(), this.tracker.limits);
    if ("error" in result) {
      const given = JSON.stringify(confState);
      assert(false, `unable to restore config ${given}: ${result.error}`);
    }
    this.switchToGroup(result);
  }

  switchToGroup({ config, progress }: { config: GroupConfig; progress: ProgressMap }): void {
    this.tracker.switchTo(config, progress);
    this.trace?.event({
      kind: "configSwitched",
      node: this.id,
      config: describeGroupConfig(config),
    });
  }

  /** True if this node may stand for election: a voter that has no snapshot still to store. */
  isPromotable(): boolean {
    const own = this.tracker.find(this.id);
    return own !== undefined && !own.isLearner && !this.log.hasPendingSnapshot();
  }

  becomeFollower(term: Term, lead: NodeId): void {
    const requested = this.requestedSnapshot;
    this.#reset(term);
    // What it lacks, it lacks under the next leader too.
    this.requestedSnapshot = requested;
    this.lead = lead;
    this.role = "follower";
    this.trace?.event({ kind: "becameFollower", node: this.id, term: this.term });
  }

  becomeCandidate(): void {
    assert(this.role !== "leader", "invalid transition [leader -> candidate]");
    this.#reset((this.term + 1) as Term);
    this.vote = this.id;
    this.role = "candidate";
    this.trace?.event({ kind: "becameCandidate", node: this.id, term: this.term });
  }

  /** Neither term nor vote change: a pre-candidate only asks (thesis 9.6). */
  becomePreCandidate(): void {
    assert(this.role !== "leader", "invalid transition [leader -> pre-candidate]");
    this.tracker.votes.clear();
    this.lead = NO_NODE;
    this.role = "preCandidate";
    this.trace?.event({ kind: "becamePreCandidate", node: this.id, term: this.term });
  }

  becomeLeader(): void {
    assert(this.role !== "follower", "invalid transition [follower -> leader]");
    this.#reset(this.term);
    this.lead = this.id;
    this.role = "leader";
    const own = this.progressOf(this.id);
    own.becomeReplicate();
    own.recentActive = true;
    this.pendingConfIndex = this.log.lastIndex();
    // An entry of its own term is what a leader needs before it may count copies of older ones
    // (Raft paper, section 5.4.2; thesis 6.4). It has no payload, so no limit can refuse it.
    const accepted = this.appendEntries([
      { term: NO_TERM, index: NO_INDEX, type: "EntryNormal", data: NO_DATA },
    ]);
    assert(accepted, "empty entry was dropped");
    this.trace?.event({ kind: "becameLeader", node: this.id, term: this.term });
  }

  /**
   * Leader only: gives the proposed entries their place in the log. False if that would exceed the
   * limit on what may be uncommitted.
   */
  appendEntries(proposed: readonly Entry[]): boolean {
    const size = payloadsSizeBytes(proposed);
    const uncommitted = this.#uncommittedSizeBytes;
    if (uncommitted > 0 && size > 0 && uncommitted + size > this.#maxUncommittedSizeBytes) {
      this.trace?.event({ kind: "proposalOverLimit", node: this.id });
      return false;
    }
    this.#uncommittedSizeBytes += size;
    let at = this.log.lastIndex();
    const entries: Entry[] = [];
    for (const { type, data, context } of proposed) {
      at = (at + 1) as Index;
      entries.push(
        context === undefined
          ? { term: this.term, index: at, type, data }
          : { term: this.term, index: at, type, data, context },
      );
    }
    this.log.append(entries);
    // The leader's own copy counts towards a quorum like any other: once it is stored.
    const ack = message("MsgAppResp", this.id);
    ack.index = at;
    this.send(ack);
    return true;
  }

  /** Applied entries no longer burden the limit on what is uncommitted. */
  reduceUncommittedSize(entries: readonly Entry[]): void {
    if (this.#uncommittedSizeBytes === 0) return;
    const left = this.#uncommittedSizeBytes - payloadsSizeBytes(entries);
    this.#uncommittedSizeBytes = Math.max(0, left);
  }

  /** Leader only: commits what a quorum has stored. True if the commit index moved. */
  maybeCommit(): boolean {
    return this.log.maybeCommit(this.tracker.committed(), this.term);
  }

  /** True if members are to be told at once what is committed, even where no entry is to be sent. */
  broadcastsCommit(): boolean {
    // A member must not miss the end of a membership change for long.
    return !this.skipBroadcastCommit || this.pendingConfIndex > this.log.applied;
  }

  /** True if an entry of this term is committed: then the commit index is that of a leader of now. */
  hasCommittedInTerm(): boolean {
    return this.log.termOrZero(this.log.committed) === this.term;
  }

  /**
   * Puts a message on one of the two lists. Answers that grant a vote or acknowledge entries wait
   * for the disk (thesis 3.8), refusals included: they may rest on unstable state just as well.
   */
  send(m: Draft<Message>): void {
    if (m.from === NO_NODE) m.from = this.id;
    switch (m.type) {
      case "MsgVote":
      case "MsgVoteResp":
      case "MsgPreVote":
      case "MsgPreVoteResp":
        // Its term may lie ahead of the node's own, so that the caller must choose it.
        if (m.term === NO_TERM) assert(false, `term should be set when sending ${m.type}`);
        break;
      default:
        if (m.term !== NO_TERM) {
          assert(false, `term should not be set when sending ${m.type} (was ${m.term})`);
        }
        // A forwarded request is not of any term: the leader handles it as if asked directly.
        if (m.type !== "MsgProp" && m.type !== "MsgReadIndex") m.term = this.term;
    }
    if (m.type === "MsgAppResp" || m.type === "MsgVoteResp" || m.type === "MsgPreVoteResp") {
      this.afterAppend = withOneMore(this.afterAppend, m);
    } else {
      if (m.to === this.id) {
        assert(false, `message should not be self-addressed when sending ${m.type}`);
      }
      this.queued = withOneMore(this.queued, m);
    }
  }

  /** The host is handed what there is to say. */
  clearSaid(): void {
    this.queued = NO_DRAFTS;
    this.afterAppend = NO_MESSAGES;
    this.readStates = NO_READ_STATES;
  }

  takeQueued(): readonly Message[] {
    const taken = this.queued;
    this.queued = NO_DRAFTS;
    return taken;
  }

  progressOf(id: NodeId): Progress {
    const progress = this.tracker.find(id);
    assert(progress !== undefined, "a leader tracks whom it sends to");
    return progress;
  }

  isPastElectionTimeout(): boolean {
    return this.electionElapsedTicks >= this.randomizedElectionTimeoutTicks;
  }

  #reset(term: Term): void {
    if (this.term !== term) {
      this.term = term;
      this.vote = NO_NODE;
    }
    this.lead = NO_NODE;
    this.electionElapsedTicks = 0;
    this.heartbeatElapsedTicks = 0;
    this.#randomizeElectionTimeout();
    this.#uncommittedSizeBytes = 0;
    this.leadTransferee = NO_NODE;
    this.requestedSnapshot = NO_INDEX;
    this.pendingConfIndex = NO_INDEX;
    this.readOnly = null;
    this.readsBeforeFirstCommit = [];
    this.tracker.votes.clear();
    const last = this.log.lastIndex();
    for (const member of this.tracker.members) {
      member.reset(member.id === this.id ? last : NO_INDEX, (last + 1) as Index);
    }
  }

  /** Spreads the nodes' timeouts, so that split votes are rare (Raft paper, section 5.2). */
  #randomizeElectionTimeout(): void {
    const spread = this.#electionSpreadTicks;
    const extra = this.#random(spread);
    assert(
      Number.isInteger(extra) && extra >= 0 && extra < spread,
      "random(n) must return an integer in [0, n)",
    );
    this.randomizedElectionTimeoutTicks = this.electionTicks + extra;
  }

  #load(state: HardState): void {
    const { committed } = this.log;
    const last = this.log.lastIndex();
    if (state.commit > last) {
      const range = `[${committed}, ${last}]`;
      assert(false, `${hex(this.id)} state.commit ${state.commit} is out of range ${range}`);
    }
    // A commit index alone is never synced, so a crash may leave one that lies behind a snapshot that
    // was. What a snapshot holds is committed all the same.
    if (state.commit > committed) this.log.committed = state.commit;
    this.term = state.term;
    this.vote = state.vote;
  }
}
