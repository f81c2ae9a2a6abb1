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
 * Two other ways to write, by the option `storageWrites`:
 *
 * - "async" (etcd's AsyncStorageWrites). There is no `advance`. `ready.messages` also carries a
 *   MsgStorageAppend and a MsgStorageApply for the two threads of work that the host has; each
 *   thread works in order and then delivers the `responses` of the message, to this node by `step`
 *   or to another. All other messages may leave at once.
 * - "pipelined" (raft-rs's). Write the Ready so that Storage can read it, call
 *   `advanceAppendAsync`, and take the next one; when the disk has caught up call `onPersistReady`
 *   and send what was `persistedMessages` up to there. Or do both at once with `advanceAppend`. Then
 *   `advanceApply` when the state machine has caught up.
 *
 * In both, only what is stable here is handed out for applying.
 *
 * Conditions that the protocol knows are values (`StepResult`). An InvariantError means that a rule
 * above was broken, or that the disk lost what it had promised to keep: drop the node.
 */
import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { stepStorage } from "./acknowledge.ts";
import { encodeConfChange } from "./confChange.ts";
import type { ConfChange } from "./confChange.ts";
import { LEASE_NEEDS_CHECK_QUORUM } from "./config.ts";
import type { RaftConfig } from "./config.ts";
import { hup } from "./election.ts";
import { NO_LIMIT_BYTES } from "./entrySize.ts";
import { applyConfChange } from "./membership.ts";
import { isLocalThread, message } from "./message.ts";
import type { ConfState, Entry, Message } from "./message.ts";
import { hex, Raft } from "./raft.ts";
import type { LightReady, Ready } from "./ready.ts";
import { ReadyCycle } from "./readyCycle.ts";
import {
  commitAndTell,
  handleSnapshotStatus,
  handleUnreachable,
  requestSnapshot,
} from "./replication.ts";
import type { Role } from "./role.ts";
import { broadcastHeartbeat } from "./sending.ts";
import { basicStatusOf, statusOf } from "./status.ts";
import type { BasicStatus, RaftStatus } from "./status.ts";
import { step, tick } from "./step.ts";
import type { StepResult } from "./stepResult.ts";
import type { StorageError } from "./storage.ts";
import { faultOf } from "./wellFormed.ts";

export class RawNode {
  readonly #raft: Raft;
  readonly #cycle: ReadyCycle;
  readonly #hasThreads: boolean;

  /**
   * A node as of what `config.storage` holds; a first start and a restart are the same. The members
   * of a new group are the ConfState of an otherwise empty Storage, equal on all of them.
   *
   * @throws InvariantError if the configuration is not valid, or if Storage contradicts itself, as
   * when a hard state was stored whose committed entries were not.
   */
  constructor(config: RaftConfig) {
    this.#raft = new Raft(config);
    this.#cycle = new ReadyCycle(this.#raft, config);
    this.#hasThreads = config.storageWrites === "async";
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
    return this.#cycle.isOpen;
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
    hup(this.#raft, this.#raft.preVote ? "preElection" : "election");
  }

  /**
   * Asks for `data` to be appended to the log. On a follower this passes it to the leader; "ok"
   * says that it is on its way, never that it will be committed: only its appearance among the
   * committed entries says that.
   *
   * `context` travels with the entry: it comes back with it, here and on every other node, and is
   * stored with it. For what belongs to the proposal but not to the command, such as a trace id.
   */
  propose(data: Uint8Array, context?: Uint8Array): StepResult {
    return this.#propose([normalEntry(data, context)]);
  }

  /**
   * Like `propose` for several commands at once: they travel in one message and stay together.
   *
   * @throws InvariantError if there is none.
   */
  proposeBatch(batch: readonly Uint8Array[]): StepResult {
    return this.#propose(batch.map((data) => normalEntry(data)));
  }

  /**
   * Asks for a change of members. A leader lets one at a time into its log; an illegal one leaves an
   * empty entry there and is still "ok" (etcd's rule), so look at what is committed.
   */
  proposeConfChange(change: ConfChange): StepResult {
    const entry: Entry = { term: NO_TERM, index: NO_INDEX, ...encodeConfChange(change) };
    return this.#propose([entry]);
  }

  /**
   * The host is applying a committed membership change: from now on this node acts on it. Must be
   * called for each, in order; a change that the host decides not to make has its node ids set to 0.
   * The ConfState that is returned belongs to the state machine's state, and into its snapshots.
   *
   * @throws InvariantError with etcd's reason if the change is not legal. With
   * `disableConfChangeValidation` that is for the host to prevent.
   */
  applyConfChange(change: ConfChange): ConfState {
    return applyConfChange(this.#raft, change);
  }

  /**
   * Asks for `to` to lead (Raft thesis, section 3.10). The leader drops proposals until that is so,
   * or until an election timeout has passed. Also on a follower, which passes it on.
   */
  transferLeader(to: NodeId): void {
    const m = message("MsgTransferLeader", this.#raft.id);
    m.from = to;
    step(this.#raft, m);
  }

  /**
   * Asks for the index that a linearizable read has to wait for (Raft thesis, section 6.4). It comes
   * as a ReadState with the same `context`, which the host chooses so that it knows what it asked.
   * "readIndexDropped" without a leader; and since messages get lost, "ok" promises no answer.
   */
  readIndex(context: Uint8Array): StepResult {
    const m = message("MsgReadIndex", this.#raft.id);
    m.entries = [normalEntry(context)];
    return step(this.#raft, m);
  }

  /**
   * Follower: asks the leader for a snapshot although the log may lack nothing, as when the state
   * machine's state is lost (raft-rs). It takes the place of log and state when it arrives.
   * Until then this node acknowledges nothing, so never let so many ask at once that the others are
   * no quorum: what they ask for could then not be committed, and no snapshot of it be made.
   * "requestSnapshotDropped" where it is not possible now: on a leader, without one, while another
   * snapshot is on its way, or before the first entry of this term has arrived.
   */
  requestSnapshot(): StepResult {
    return requestSnapshot(this.#raft);
  }

  // What raft-rs lets a host change while the node runs; each is the option of the same name.

  /** @throws InvariantError if that takes away the lease that reads rest on. */
  setCheckQuorum(checkQuorum: boolean): void {
    assert(checkQuorum || this.#raft.readOnlyOption === "safe", LEASE_NEEDS_CHECK_QUORUM);
    this.#raft.checkQuorum = checkQuorum;
  }

  setBatchAppend(batchAppend: boolean): void {
    this.#raft.batchAppend = batchAppend;
  }

  setSkipBroadcastCommit(skipBroadcastCommit: boolean): void {
    this.#raft.skipBroadcastCommit = skipBroadcastCommit;
  }

  setMaxCommittedSizePerReadyBytes(maxBytes: number): void {
    assert(maxBytes > 0, "max committed size per ready must be greater than 0");
    this.#raft.log.setMaxApplyingBytes(maxBytes);
  }

  setPriority(priority: number): void {
    assert(Number.isSafeInteger(priority), "priority must be an integer");
    this.#raft.priority = priority;
  }

  /** raft-rs: see the option `groupCommit`. */
  enableGroupCommit(enable: boolean): void {
    this.#raft.tracker.groupCommit = enable;
    commitAndTell(this.#raft);
  }

  /**
   * raft-rs: says which group, from 1, each member stores for. Kept in memory only, and lost when a
   * snapshot is restored: a host says it again then. Whoever is no member is passed over.
   */
  assignCommitGroups(groups: Iterable<readonly [id: NodeId, group: number]>): void {
    for (const [id, group] of groups) {
      assert(Number.isSafeInteger(group) && group > 0, "a commit group is a number from 1");
      const progress = this.#raft.tracker.find(id);
      if (progress !== undefined) progress.commitGroup = group;
    }
    commitAndTell(this.#raft);
  }

  clearCommitGroups(): void {
    for (const member of this.#raft.tracker.members) member.commitGroup = 0;
  }

  /**
   * raft-rs: true if everything committed is stored in two groups. Null where that is not known: on
   * a node that does not lead, or that has not applied an entry of its term.
   */
  checkGroupCommitConsistent(): boolean | null {
    const { role, log, term, tracker } = this.#raft;
    if (role !== "leader" || log.termOrZero(log.applied) !== term) return null;
    const { index, acrossGroups } = tracker.groupCommitted();
    return acrossGroups && index === log.committed;
  }

  /** Leader: sends heartbeats now, without waiting for their time (raft-rs). */
  ping(): void {
    if (this.#raft.role === "leader") broadcastHeartbeat(this.#raft);
  }

  /**
   * Handles a message of another node, or of this host's own threads of work when storage is
   * written in the background. The message is kept by reference and must not change.
   *
   * @throws InvariantError if it shows that a rule was broken, here or there, as when a leader
   * commits what this node acknowledged and has since lost.
   */
  step(m: Message): StepResult {
    if (faultOf(m) !== null) return "stepMalformed";
    // Only this host's own threads of work have their ids; a peer that uses one lies.
    const isFromThread = this.#hasThreads && isLocalThread(m.from);
    switch (m.type) {
      // Answers are of use only from a member of the group.
      case "MsgAppResp":
      case "MsgHeartbeatResp":
      case "MsgVoteResp":
      case "MsgPreVoteResp":
      case "MsgReadIndexResp":
        if (!isFromThread && this.#raft.tracker.find(m.from) === undefined)
          return "stepPeerNotFound";
        break;
      // These a node only ever sends itself: from the network they are refused.
      case "MsgHup":
      case "MsgBeat":
      case "MsgUnreachable":
      case "MsgSnapStatus":
      case "MsgCheckQuorum":
      case "MsgStorageAppend":
      case "MsgStorageAppendResp":
      case "MsgStorageApply":
      case "MsgStorageApplyResp":
        return isFromThread ? stepStorage(this.#raft, m) : "stepLocalMessage";
      default:
    }
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
   * leases forbid it: for a host that knows by other means that the leader is gone. Ignored where
   * reads rest on leases.
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
    return this.#cycle.hasReady();
  }

  /**
   * Takes all work that has come up. It must be carried out as `Ready` says and then be handed to
   * `advance`.
   *
   * @throws InvariantError if the last Ready was not advanced yet.
   */
  ready(): Ready {
    return this.#cycle.ready();
  }

  /**
   * The host has done all that `ready` asked for. Here the node counts its own acknowledgements,
   * which may commit entries or win an election.
   *
   * @throws InvariantError if `ready` is not the one that is open, or if Storage does not hold its
   * entries or snapshot.
   */
  advance(ready: Ready): void {
    this.#cycle.advance(ready);
  }

  /**
   * Pipelined: `ready` is durable, and all before it. Returns what may be done about that at once;
   * its committed entries come after the Ready's.
   *
   * @throws InvariantError as `advance` does.
   */
  advanceAppend(ready: Ready): LightReady {
    return this.#cycle.advanceAppend(ready);
  }

  /**
   * Pipelined: Storage answers with what `ready` holds, but a crash could still take it. The next
   * Ready may be taken; `onPersistReady` has to follow.
   *
   * @throws InvariantError as `advance` does.
   */
  advanceAppendAsync(ready: Ready): void {
    this.#cycle.advanceAppendAsync(ready);
  }

  /**
   * Pipelined: the Readys up to that number are durable, so that their `persistedMessages` may
   * leave. Look at `hasReady` afterwards: something may have been committed.
   *
   * @throws InvariantError if one of them was not advanced.
   */
  onPersistReady(number: number): void {
    this.#cycle.onPersistReady(number);
  }

  /** Pipelined: everything that was handed out is applied. */
  advanceApply(): void {
    this.#cycle.advanceApplyTo(this.#raft.log.applying);
  }

  /**
   * Pipelined: the entries up to `index` are applied.
   *
   * @throws InvariantError if they were not all handed out.
   */
  advanceApplyTo(index: Index): void {
    this.#cycle.advanceApplyTo(index);
  }

  basicStatus(): BasicStatus {
    return basicStatusOf(this.#raft);
  }

  status(): RaftStatus {
    return statusOf(this.#raft);
  }

  #propose(entries: readonly Entry[]): StepResult {
    if (entries.length === 0) assert(false, `${hex(this.#raft.id)} stepped empty MsgProp`);
    const m = message("MsgProp", this.#raft.id);
    m.from = this.#raft.id;
    m.entries = entries;
    return step(this.#raft, m);
  }
}

function normalEntry(data: Uint8Array, context?: Uint8Array): Entry {
  const entry: Entry = { term: NO_TERM, index: NO_INDEX, type: "EntryNormal", data };
  return context === undefined ? entry : { ...entry, context };
}
