import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { applied, storedUpTo } from "./acknowledge.ts";
import type { RaftConfig, StorageWrites } from "./config.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, message, NO_MESSAGES } from "./message.ts";
import type { Draft, Entry, HardState, Message, Snapshot } from "./message.ts";
import type { Raft } from "./raft.ts";
import type { LightReady, Ready } from "./ready.ts";
import type { Role } from "./role.ts";
import { step } from "./step.ts";
import type { Storage } from "./storage.ts";

/** A Ready on its way to the disk, and what follows when it is there. */
interface Write {
  ready: Ready | null;
  /** This node's acknowledgements to itself, in the order in which they arose. */
  toSelf: readonly Message[];
  term: Term;
  /** Where the unstable log ended when the Ready was taken; both 0 if it was empty. */
  lastIndex: Index;
  lastTerm: Term;
}

/**
 * Turns what has come up in a Raft into Readys, and the host's word that they were carried out into
 * what Raft may count on: the part of RawNode that decides what may happen before what.
 */
export class ReadyCycle {
  readonly #raft: Raft;
  readonly #storage: Storage;
  readonly #mode: StorageWrites;
  #readyCount = 0;
  /**
   * The Ready that was taken last, until the host has advanced it in one way or another. One record
   * for all of them: only one is open at a time.
   */
  readonly #open: Write = {
    ready: null,
    toSelf: NO_MESSAGES,
    term: NO_TERM,
    lastIndex: NO_INDEX,
    lastTerm: NO_TERM,
  };
  /** Pipelined: Readys that storage holds but that may not be durable, oldest first. */
  readonly #writing: Write[] = [];
  /** Pipelined: committed entries that are being applied, oldest first. */
  readonly #applying: (readonly Entry[])[] = [];
  /** Pipelined: where the last snapshot ended that was stored while entries were being applied. */
  #overtakenIndex: Index = NO_INDEX;
  // What the last Ready said, field by field, so that looking for news allocates nothing.
  #prevLead: NodeId;
  #prevRole: Role;
  #prevTerm: Term;
  #prevVote: NodeId;
  #prevCommit: Index;

  constructor(raft: Raft, config: RaftConfig) {
    this.#raft = raft;
    this.#storage = config.storage;
    this.#mode = config.storageWrites ?? "sync";
    this.#prevLead = raft.lead;
    this.#prevRole = raft.role;
    this.#prevTerm = raft.term;
    this.#prevVote = raft.vote;
    this.#prevCommit = raft.log.committed;
  }

  get isOpen(): boolean {
    return this.#open.ready !== null;
  }

  hasReady(): boolean {
    const r = this.#raft;
    return (
      r.queued.length > 0 ||
      r.afterAppend.length > 0 ||
      r.log.unstable.hasNextEntries() ||
      r.log.hasNextCommittedEntries() ||
      r.log.unstable.nextSnapshot() !== null ||
      r.readStates.length > 0 ||
      this.#isSoftStateNew() ||
      this.#isHardStateNew()
    );
  }

  ready(): Ready {
    if (this.#open.ready !== null) {
      assert(false, "two accepted Ready structs without call to Advance");
    }
    const r = this.#raft;
    const { unstable } = r.log;
    const entries = unstable.nextEntries();
    const snapshot = unstable.nextSnapshot();
    const hardState = this.#isHardStateNew() ? this.#hardState() : null;
    const committedEntries = r.log.nextCommittedEntries();
    const { readStates } = r;
    // etcd leaves the snapshot out, whose host syncs it on its own account; here it is part of the
    // one write, and acknowledged like the entries it stands for (raft-rs's rule).
    const mustSync =
      entries.length > 0 ||
      snapshot !== null ||
      r.term !== this.#prevTerm ||
      r.vote !== this.#prevVote;
    const softState = this.#isSoftStateNew() ? { lead: r.lead, role: r.role } : null;
    let messages: readonly Message[] = NO_MESSAGES;
    let persistedMessages: readonly Message[] = NO_MESSAGES;
    let toSelf: readonly Message[] = NO_MESSAGES;
    if (this.#mode === "async") {
      messages = this.#withStorageMessages(entries, hardState, snapshot, committedEntries);
    } else {
      const toOthers = toOthersOf(r.afterAppend, r.id);
      toSelf = toSelfOf(r.afterAppend, toOthers, r.id);
      // A leader may speak before its disk has what it speaks of (thesis 10.2.1): its vote and term
      // were stored before it was elected, and its own copy is not counted yet. All others first
      // store what their words rest on.
      if (r.role === "leader") {
        messages = r.queued;
        persistedMessages = toOthers;
      } else if (r.queued.length === 0) {
        persistedMessages = toOthers;
      } else {
        persistedMessages = toOthers.length === 0 ? r.queued : r.queued.concat(toOthers);
      }
    }
    const ready: Ready = {
      number: ++this.#readyCount,
      softState,
      hardState,
      readStates,
      entries,
      snapshot,
      committedEntries,
      messages,
      persistedMessages,
      mustSync,
    };
    this.#accept(ready, toSelf);
    return ready;
  }

  advance(ready: Ready): void {
    if (this.#mode !== "sync") {
      assert(
        false,
        this.#mode === "async"
          ? "Advance must not be called when using AsyncStorageWrites"
          : "advance must not be called when storage writes are pipelined: use advanceAppend",
      );
    }
    this.#close(ready);
    this.#finish(this.#open, ready.snapshot);
    if (ready.committedEntries.length > 0) applied(this.#raft, ready.committedEntries);
  }

  advanceAppend(ready: Ready): LightReady {
    this.advanceAppendAsync(ready);
    this.onPersistReady(ready.number);
    const r = this.#raft;
    const committedEntries = r.log.nextCommittedEntries();
    this.#acceptApplying(committedEntries);
    const commit = r.log.committed === this.#prevCommit ? null : r.log.committed;
    this.#prevCommit = r.log.committed;
    // What a follower has to say rests on writes to come.
    const messages = r.role === "leader" ? r.takeQueued() : NO_MESSAGES;
    return { commit, committedEntries, messages };
  }

  advanceAppendAsync(ready: Ready): void {
    assert(this.#mode === "pipelined", "advanceAppend is for storage writes that are pipelined");
    this.#close(ready);
    this.#writing.push({ ...this.#open, ready });
  }

  onPersistReady(number: number): void {
    const taken = this.#readyCount - (this.#open.ready === null ? 0 : 1);
    if (number > taken) {
      assert(false, `onPersistReady(${number}): only Readys up to ${taken} were advanced`);
    }
    while (this.#writing.length > 0 && this.#writing[0]!.ready!.number <= number) {
      const write = this.#writing.shift()!;
      this.#finish(write, write.ready!.snapshot);
    }
  }

  advanceApplyTo(index: Index): void {
    const { log } = this.#raft;
    // The host may not have noticed yet that it was applying what a snapshot brought as well.
    if (index <= this.#overtakenIndex) return;
    if (index < log.applied || index > log.applying) {
      const range = `[prevApplied(${log.applied}), applying(${log.applying})]`;
      assert(false, `applied(${index}) is out of range ${range}`);
    }
    this.#releaseUpTo(index);
  }

  /** What was handed out up to `index` is applied, one way or another, and burdens no limit. */
  #releaseUpTo(index: Index): void {
    while (this.#applying.length > 0 && this.#applying[0]![0]!.index <= index) {
      const batch = this.#applying[0]!;
      const count = index + 1 - batch[0]!.index;
      if (count >= batch.length) {
        this.#applying.shift();
        applied(this.#raft, batch);
      } else {
        this.#applying[0] = batch.slice(count);
        applied(this.#raft, batch.slice(0, count));
      }
    }
  }

  #close(ready: Ready): void {
    const open = this.#open;
    if (open.ready === null) assert(false, "advance without an open Ready");
    if (open.ready !== ready) assert(false, "advance with another Ready than the open one");
    this.#assertStored(ready);
    open.ready = null;
  }

  /** A Ready is durable: the node counts its own acknowledgements, which may elect or commit. */
  #finish({ toSelf, term, lastIndex, lastTerm }: Write, snapshot: Snapshot | null): void {
    for (const m of toSelf) step(this.#raft, m);
    storedUpTo(this.#raft, term, lastIndex, lastTerm, snapshot);
    if (snapshot === null || this.#mode !== "pipelined") return;
    this.#overtakenIndex = snapshot.metadata.index;
    this.#releaseUpTo(this.#overtakenIndex);
  }

  /** Notes that the host is at work on `ready`, so that the next one starts where it ends. */
  #accept(ready: Ready, toSelf: readonly Message[]): void {
    const r = this.#raft;
    const { unstable } = r.log;
    // Also without a write to wait for, since etcd's own guard has a hole there: a second Ready
    // would hand out again nothing, but its host is one that does not keep the order.
    if (this.#mode !== "async") {
      const open = this.#open;
      open.ready = ready;
      open.toSelf = toSelf;
      open.term = r.term;
      open.lastTerm = unstable.lastTerm();
      open.lastIndex = open.lastTerm === NO_TERM ? NO_INDEX : r.log.lastIndex();
    }
    this.#prevLead = r.lead;
    this.#prevRole = r.role;
    this.#prevTerm = r.term;
    this.#prevVote = r.vote;
    this.#prevCommit = r.log.committed;
    r.clearSaid();
    unstable.acceptInProgress();
    this.#acceptApplying(ready.committedEntries);
  }

  #acceptApplying(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#raft.log.acceptApplying(entries);
    if (this.#mode === "pipelined") this.#applying.push(entries);
  }

  /** etcd's asynchronous form: the writes travel as messages, and what waits for them rides along. */
  #withStorageMessages(
    entries: readonly Entry[],
    hardState: HardState | null,
    snapshot: Snapshot | null,
    committedEntries: readonly Entry[],
  ): readonly Message[] {
    const r = this.#raft;
    const messages: Message[] = [...r.queued];
    if (entries.length > 0 || hardState !== null || snapshot !== null || r.afterAppend.length > 0) {
      const append = this.#toThread("MsgStorageAppend", LOCAL_APPEND_THREAD);
      append.entries = entries;
      // All of the hard state or nothing, so that the host can put it together again.
      if (hardState !== null) {
        append.term = hardState.term;
        append.vote = hardState.vote;
        append.commit = hardState.commit;
      }
      append.snapshot = snapshot;
      // The own acknowledgements come first: they find the term of what they acknowledge in the
      // unstable log, before that is cut.
      const stored = this.#storedMessage(snapshot);
      append.responses = stored === null ? r.afterAppend : [...r.afterAppend, stored];
      messages.push(append);
    }
    if (committedEntries.length > 0) {
      const apply = this.#toThread("MsgStorageApply", LOCAL_APPLY_THREAD);
      apply.entries = committedEntries;
      const done = message("MsgStorageApplyResp", r.id);
      done.from = LOCAL_APPLY_THREAD;
      done.entries = committedEntries;
      apply.responses = [done];
      messages.push(apply);
    }
    return messages;
  }

  #toThread(type: "MsgStorageAppend" | "MsgStorageApply", thread: NodeId): Draft<Message> {
    const m = message(type, thread);
    m.from = this.#raft.id;
    return m;
  }

  /**
   * What the append thread reports: that all that is unstable now is stored. Its end goes with it
   * also when no entry is new, for an earlier report may have been ignored because the term changed
   * meanwhile; each new term makes a write, so the last word is always heard.
   */
  #storedMessage(snapshot: Snapshot | null): Message | null {
    const r = this.#raft;
    const lastTerm = r.log.unstable.lastTerm();
    if (lastTerm === NO_TERM && snapshot === null) return null;
    const m = message("MsgStorageAppendResp", r.id);
    m.from = LOCAL_APPEND_THREAD;
    m.term = r.term;
    if (lastTerm !== NO_TERM) {
      m.index = r.log.lastIndex();
      m.logTerm = lastTerm;
    }
    m.snapshot = snapshot;
    return m;
  }

  /**
   * Catches an `advance` before the write: what Storage holds is asked for once a Ready. Without
   * this the node would count itself as having what a crash would take (raft-rs goes on silently).
   */
  #assertStored(ready: Ready): void {
    const { entries, snapshot } = ready;
    if (entries.length > 0) {
      const { index, term } = entries[entries.length - 1]!;
      this.#assertHolds(index, term, "entries");
    }
    if (snapshot !== null) {
      const { index, term } = snapshot.metadata;
      this.#assertHolds(index, term, "snapshot");
    }
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
}

// In most Readys all of these messages go to one and the same place, and no array is made.

function toOthersOf(messages: readonly Message[], id: NodeId): readonly Message[] {
  let count = 0;
  for (const m of messages) if (m.to !== id) count++;
  if (count === 0) return NO_MESSAGES;
  return count === messages.length ? messages : messages.filter((m) => m.to !== id);
}

function toSelfOf(
  messages: readonly Message[],
  toOthers: readonly Message[],
  id: NodeId,
): readonly Message[] {
  if (toOthers.length === messages.length) return NO_MESSAGES;
  return toOthers.length === 0 ? messages : messages.filter((m) => m.to === id);
}
