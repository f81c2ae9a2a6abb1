/**
 * RawNode: Raft as a state machine that its host drives. Nothing in here waits, sends, writes or
 * reads a clock. The host calls `tick` at a steady pace, `step` for every message that arrives and
 * `propose` for every command; each call only changes memory and leaves work behind. The host
 * collects that work with `ready` and reports it done with `advance`:
 *
 *     if (node.hasReady()) {
 *       const ready = node.ready();
 *       send(ready.messages);                            // a leader's, which need not wait
 *       store(ready.snapshot, ready.entries, ready.hardState);  // one write; sync if mustSync
 *       send(ready.persistedMessages);                   // only once that write is durable
 *       apply(ready.snapshot, ready.committedEntries);
 *       node.advance(ready);
 *     }
 *
 * Between `ready` and `advance` the node may be stepped, ticked and proposed to (etcd's rule). What
 * that causes belongs to the next Ready, of which there is one at a time. A vote or an entry of
 * this node counts for itself only from `advance` on: then it is on disk, as it must be before
 * anybody counts it (Raft thesis, section 3.8).
 *
 * Conditions that the protocol knows are values (`StepResult`). An InvariantError means that a rule
 * above was broken, or that the disk lost what it had promised to keep: drop the node.
 */
import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import type { RaftConfig } from "./config.ts";
import { hup } from "./election.ts";
import { NO_LIMIT_BYTES } from "./entrySize.ts";
import type { LogPosition } from "./log.ts";
import { message, NO_MESSAGES } from "./message.ts";
import type { Entry, HardState, Message, MessageType } from "./message.ts";
import { Raft } from "./raft.ts";
import type { Ready, ReadState } from "./ready.ts";
import { handleSnapshotStatus, handleUnreachable, storedUpTo } from "./replication.ts";
import type { Role } from "./role.ts";
import type { BasicStatus, ProgressStatus, RaftStatus } from "./status.ts";
import { applied, step, tick } from "./step.ts";
import type { StepResult } from "./step.ts";
import type { Storage, StorageError } from "./storage.ts";

/** Messages that a node only ever sends itself: from the network they are refused. */
const LOCAL_MESSAGES: ReadonlySet<MessageType> = new Set<MessageType>([
  "MsgHup",
  "MsgBeat",
  "MsgUnreachable",
  "MsgSnapStatus",
  "MsgCheckQuorum",
  "MsgStorageAppend",
  "MsgStorageAppendResp",
  "MsgStorageApply",
  "MsgStorageApplyResp",
]);

/** Answers, which are of use only from a member of the group. */
const RESPONSES: ReadonlySet<MessageType> = new Set<MessageType>([
  "MsgAppResp",
  "MsgVoteResp",
  "MsgHeartbeatResp",
  "MsgReadIndexResp",
  "MsgPreVoteResp",
]);

const NO_READ_STATES: readonly ReadState[] = [];

/** A Ready that the host is at work on, and what `advance` has to do about it. */
interface OpenReady {
  readonly ready: Ready;
  /** This node's acknowledgements to itself, in the order in which they arose. */
  readonly toSelf: readonly Message[];
  readonly term: Term;
  /** The end of the unstable log when the Ready was taken; null if there was none. */
  readonly last: LogPosition | null;
}

export class RawNode {
  readonly #raft: Raft;
  readonly #storage: Storage;
  #open: OpenReady | null = null;
  #readyCount = 0;
  // What the last Ready said, field by field, so that looking for news allocates nothing.
  #prevLead: NodeId;
  #prevRole: Role;
  #prevTerm: Term;
  #prevVote: NodeId;
  #prevCommit: Index;

  /**
   * A node as of what `config.storage` holds; a first start and a restart are the same. The members
   * of a new group are the ConfState of an otherwise empty Storage, equal on all of them.
   *
   * @throws InvariantError if the configuration is not valid, or if Storage contradicts itself, as
   * when a hard state was stored whose committed entries were not.
   */
  constructor(config: RaftConfig) {
    const r = new Raft(config);
    this.#raft = r;
    this.#storage = config.storage;
    this.#prevLead = r.lead;
    this.#prevRole = r.role;
    this.#prevTerm = r.term;
    this.#prevVote = r.vote;
    this.#prevCommit = r.log.committed;
  }

  // What checkers and pictures look at after every step; none of it allocates.

  get id(): NodeId {
    return this.#raft.id;
  }
  get role(): Role {
    return this.#raft.role;
  }
  get term(): Term {
    return this.#raft.term;
  }
  get vote(): NodeId {
    return this.#raft.vote;
  }
  /** The leader of this term, as far as this node knows; 0 if it knows none. */
  get lead(): NodeId {
    return this.#raft.lead;
  }
  get commit(): Index {
    return this.#raft.log.committed;
  }
  get applied(): Index {
    return this.#raft.log.applied;
  }
  get firstIndex(): Index {
    return this.#raft.log.firstIndex();
  }
  get lastIndex(): Index {
    return this.#raft.log.lastIndex();
  }
  /** True between `ready` and `advance`. */
  get isReadyOpen(): boolean {
    return this.#open !== null;
  }

  /** Term of the entry at `i`, stable or not; also known for firstIndex - 1. */
  termAt(i: Index): Term | StorageError {
    return this.#raft.log.term(i);
  }

  /**
   * Entries with lo <= index < hi, stable or not, as far as `maxBytes` reaches but at least one.
   *
   * @throws InvariantError if `hi` lies beyond lastIndex + 1.
   */
  entries(
    lo: Index,
    hi: Index,
    maxBytes: number = NO_LIMIT_BYTES,
  ): readonly Entry[] | StorageError {
    return this.#raft.log.slice(lo, hi, maxBytes);
  }

  /** One unit of time has passed. Elections and heartbeats come from here only. */
  tick(): void {
    tick(this.#raft);
  }

  /** Starts an election now, as if the election timeout had passed. Not on a leader or learner. */
  campaign(): void {
    hup(this.#raft);
  }

  /**
   * Asks for `data` to be appended to the log. On a follower this passes it to the leader; "ok"
   * says that it is on its way, never that it will be committed: only its appearance among the
   * committed entries says that.
   */
  propose(data: Uint8Array): StepResult {
    return this.proposeBatch([data]);
  }

  /** Like `propose` for several commands at once: they travel in one message and stay together. */
  proposeBatch(batch: readonly Uint8Array[]): StepResult {
    const m = message("MsgProp", this.#raft.id);
    m.from = this.#raft.id;
    m.entries = batch.map((data): Entry => ({
      term: NO_TERM,
      index: NO_INDEX,
      type: "EntryNormal",
      data,
    }));
    return step(this.#raft, m);
  }

  /**
   * Handles a message of another node. The message is kept by reference and must not change.
   *
   * @throws InvariantError if it shows that a rule was broken, here or there, as when a leader
   * commits what this node acknowledged and has since lost.
   */
  step(m: Message): StepResult {
    if (LOCAL_MESSAGES.has(m.type)) return "stepLocalMessage";
    if (RESPONSES.has(m.type) && !this.#raft.tracker.progress.has(m.from))
      return "stepPeerNotFound";
    return step(this.#raft, m);
  }

  /** The host could not deliver a message to `id`. A leader then probes before it sends ahead. */
  reportUnreachable(id: NodeId): void {
    if (this.#raft.role === "leader") handleUnreachable(this.#raft, id);
  }

  /**
   * What became of a MsgSnap to `id`. A host must report every failure, for until then the leader
   * waits and sends nothing else there.
   */
  reportSnapshot(id: NodeId, outcome: "finished" | "failed"): void {
    if (this.#raft.role === "leader") handleSnapshotStatus(this.#raft, id, outcome === "failed");
  }

  /**
   * A follower forgets its leader without leaving the term, so that it may vote at once even where
   * leases forbid it: for a host that knows by other means that the leader is gone.
   */
  forgetLeader(): StepResult {
    return step(this.#raft, message("MsgForgetLeader", this.#raft.id));
  }

  /**
   * Sets after how many ticks without a leader this node stands for election. It holds until the
   * next change of role or term, which draws anew. For tests and stories that need one certain
   * order of events.
   */
  setRandomizedElectionTimeoutTicks(ticks: number): void {
    assert(Number.isInteger(ticks) && ticks > 0, "an election timeout is at least one tick");
    this.#raft.randomizedElectionTimeoutTicks = ticks;
  }

  /** True if `ready` would carry anything. Allocates nothing. */
  hasReady(): boolean {
    const r = this.#raft;
    return (
      r.queued.length > 0 ||
      r.afterAppend.length > 0 ||
      r.log.unstable.hasNextEntries() ||
      r.log.hasNextCommittedEntries() ||
      r.log.unstable.nextSnapshot() !== null ||
      this.#isSoftStateNew() ||
      this.#isHardStateNew()
    );
  }

  /**
   * Takes all work that has come up. It must be carried out as `Ready` says and then be handed to
   * `advance`.
   *
   * @throws InvariantError if the last Ready was not advanced yet.
   */
  ready(): Ready {
    assert(this.#open === null, "two accepted Ready structs without call to Advance");
    const r = this.#raft;
    const { unstable } = r.log;
    const entries = unstable.nextEntries();
    const snapshot = unstable.nextSnapshot();
    const toOthers = r.afterAppend.filter((m) => m.to !== r.id);
    // A leader may speak before its disk has what it speaks of (thesis 10.2.1): its vote and term
    // were stored before it was elected, and its own copy is not counted yet. All others first
    // store what their words rest on.
    const isLeader = r.role === "leader";
    const ready: Ready = {
      number: ++this.#readyCount,
      softState: this.#isSoftStateNew() ? { lead: r.lead, role: r.role } : null,
      hardState: this.#isHardStateNew() ? this.#hardState() : null,
      readStates: NO_READ_STATES,
      entries,
      snapshot,
      committedEntries: r.log.nextCommittedEntries(),
      messages: isLeader ? r.queued : NO_MESSAGES,
      persistedMessages: isLeader ? toOthers : r.queued.concat(toOthers),
      // etcd leaves the snapshot out, whose host syncs it on its own account; here it is part of
      // the one write, and acknowledged like the entries it stands for (raft-rs's rule).
      mustSync:
        entries.length > 0 ||
        snapshot !== null ||
        r.term !== this.#prevTerm ||
        r.vote !== this.#prevVote,
    };
    this.#accept(ready);
    return ready;
  }

  /**
   * The host has done all that `ready` asked for. Here the node counts its own acknowledgements,
   * which may commit entries or win an election.
   *
   * @throws InvariantError if `ready` is not the one that is open, or if Storage does not hold its
   * entries or snapshot.
   */
  advance(ready: Ready): void {
    const open = this.#open;
    assert(open !== null, "advance without an open Ready");
    assert(open.ready === ready, "advance with another Ready than the open one");
    this.#assertStored(ready);
    this.#open = null;
    for (const m of open.toSelf) step(this.#raft, m);
    storedUpTo(this.#raft, open.term, open.last, ready.snapshot);
    if (ready.committedEntries.length > 0) applied(this.#raft, ready.committedEntries);
  }

  basicStatus(): BasicStatus {
    const { id, term, vote, lead, role, log } = this.#raft;
    return { id, term, vote, lead, role, commit: log.committed, applied: log.applied };
  }

  status(): RaftStatus {
    const r = this.#raft;
    const votes = [...r.tracker.votes].sort(([a], [b]) => a - b);
    return {
      ...this.basicStatus(),
      randomizedElectionTimeoutTicks: r.randomizedElectionTimeoutTicks,
      electionElapsedTicks: r.electionElapsedTicks,
      heartbeatElapsedTicks: r.heartbeatElapsedTicks,
      firstIndex: r.log.firstIndex(),
      lastIndex: r.log.lastIndex(),
      confState: r.tracker.confState(),
      votes: {
        granted: votes.filter(([, vote]) => vote).map(([id]) => id),
        rejected: votes.filter(([, vote]) => !vote).map(([id]) => id),
      },
      progress: r.role === "leader" ? r.tracker.ids.map((id) => this.#progressStatus(id)) : [],
    };
  }

  #progressStatus(id: NodeId): ProgressStatus {
    const progress = this.#raft.progressOf(id);
    const { state } = progress;
    return {
      id,
      match: progress.match,
      next: progress.next,
      state: state.kind,
      paused: progress.isPaused(),
      pendingSnapshot: state.kind === "snapshot" ? state.pendingSnapshot : NO_INDEX,
      inflightMessages: state.kind === "replicate" ? state.inflights.count : 0,
      recentActive: progress.recentActive,
      learner: progress.isLearner,
    };
  }

  #hardState(): HardState {
    const r = this.#raft;
    return { term: r.term, vote: r.vote, commit: r.log.committed };
  }

  #isSoftStateNew(): boolean {
    return this.#raft.lead !== this.#prevLead || this.#raft.role !== this.#prevRole;
  }

  #isHardStateNew(): boolean {
    const r = this.#raft;
    return (
      r.term !== this.#prevTerm || r.vote !== this.#prevVote || r.log.committed !== this.#prevCommit
    );
  }

  /** Notes that the host is at work on `ready`, so that the next one starts where it ends. */
  #accept(ready: Ready): void {
    const r = this.#raft;
    const { unstable } = r.log;
    // Not only what this Ready carries: had an earlier one's report been ignored because the term
    // changed meanwhile, this one's settles those entries too.
    const last = unstable.entries[unstable.entries.length - 1];
    this.#open = {
      ready,
      toSelf: r.afterAppend.filter((m) => m.to === r.id),
      term: r.term,
      last: last === undefined ? null : { index: last.index, term: last.term },
    };
    this.#prevLead = r.lead;
    this.#prevRole = r.role;
    this.#prevTerm = r.term;
    this.#prevVote = r.vote;
    this.#prevCommit = r.log.committed;
    r.queued = [];
    r.afterAppend = [];
    unstable.acceptInProgress();
    if (ready.committedEntries.length > 0) r.log.acceptApplying(ready.committedEntries);
  }

  /**
   * Catches an `advance` before the write: what Storage holds is asked for once a Ready. Without
   * this the node would count itself as having what a crash would take (raft-rs goes on silently).
   */
  #assertStored(ready: Ready): void {
    const last = ready.entries[ready.entries.length - 1];
    if (last !== undefined) this.#assertHolds(last.index, last.term, "entries");
    const meta = ready.snapshot?.metadata;
    if (meta !== undefined) this.#assertHolds(meta.index, meta.term, "snapshot");
  }

  #assertHolds(index: Index, term: Term, what: string): void {
    const stored = this.#storage.term(index);
    // Compacted is fine: the host has applied it and moved on.
    if (stored !== term && stored !== "compacted") {
      assert(
        false,
        `advance without storing the ${what} of the Ready: ` +
          `storage says ${stored} for the term at index ${index}, not ${term}`,
      );
    }
  }
}
