import { NO_INDEX, NO_NODE } from "../../base/ids.ts";
import type { Index, Term } from "../../base/ids.ts";
import { asV2, decodeConfChange } from "../confChange.ts";
import type { ConfChange } from "../confChange.ts";
import type { RaftConfig, StorageWrites } from "../config.ts";
import { isConfChange, isLocalThread, LOCAL_APPLY_THREAD } from "../message.ts";
import type { Entry, HardState, Message } from "../message.ts";
import type { RawNode } from "../rawNode.ts";
import type { LightReady, Ready } from "../ready.ts";
import type { Storage, StorageError } from "../storage.ts";
import { ContractError, explain } from "./contractError.ts";
import type { ContractRule } from "./contractError.ts";

export interface ContractOptions {
  /**
   * raft-rs's contract: the node is not moved between `ready` and `advance`, and only a leader is
   * proposed to. Default: false, which is etcd's.
   */
  readonly strict?: boolean;
  /**
   * Is told of a breach that only the checker sees, and the call then goes on as without it. What
   * Raft itself refuses is thrown all the same. Default: every breach is thrown.
   */
  readonly onBreach?: (breach: ContractError) => void;
}

/** A Ready that the host is at work on. */
interface Work {
  readonly ready: Ready;
  /** The latest Ready up to this one that has to be durable before what rests on it. */
  readonly restsOn: number;
}

/** The open Ready, and what it was like when it was taken. */
interface Open extends Work {
  readonly copy: Ready;
  readonly lengths: readonly number[];
}

/** "async": a response that the host has to deliver to its own node. */
interface Awaited {
  readonly response: Message;
  readonly work: Work;
}

/** What a host has been handed and what it has said since: the memory of a CheckedRawNode. */
export class ContractWatch {
  readonly #node: RawNode;
  readonly #storage: Storage;
  readonly #mode: StorageWrites;
  readonly #isStrict: boolean;
  readonly #onBreach: ((breach: ContractError) => void) | null;

  #readyCount = 0;
  #open: Open | null = null;
  #restsOn = 0;
  /** The hard state that Storage was last seen with. */
  #hardState: HardState | null;

  /** For each message handed out: the Ready that must be durable before it leaves; 0 for none. */
  readonly #restsOnOf = new WeakMap<Message, number>();
  /** Null as long as the host has not noted anything durable: perhaps it never does. */
  #durable: number | null = null;
  #persisted = 0;
  readonly #fromAppend: Awaited[] = [];
  readonly #fromApply: Awaited[] = [];

  /** Committed entries up to here were handed out. */
  #handedOut: Index;
  /** The host has noted up to here that it applied them. */
  #noted: Index;
  #notesApplied = false;
  /** The latest snapshot handed out, which may overtake entries that are still being applied. */
  #snapshotIndex: Index = NO_INDEX;
  /** Membership changes that were handed out and not yet passed to applyConfChange. */
  #confChanges: Entry[] = [];

  constructor(node: RawNode, config: RaftConfig, { strict, onBreach }: ContractOptions) {
    this.#node = node;
    this.#storage = config.storage;
    this.#mode = config.storageWrites ?? "sync";
    this.#isStrict = strict ?? false;
    this.#onBreach = onBreach ?? null;
    this.#hardState = this.#storage.initialState().hardState;
    this.#handedOut = node.applied;
    this.#noted = node.applied;
  }

  /** Carries out a call. What is refused in its course is `otherwise`, unless Raft says better. */
  run<T>(step: string, call: () => T, otherwise: ContractRule = "internal"): T {
    try {
      return call();
    } catch (error) {
      throw explain(error, step, otherwise);
    }
  }

  /** Carries out a call that may move the node. */
  input<T>(step: string, call: () => T): T {
    const open = this.#isStrict ? this.#open : null;
    if (open === null) return this.run(step, call);
    // Only what came of it tells which of raft-rs's guards would have stopped its host, later.
    const before = this.#moment();
    const result = this.run(step, call);
    this.#report("moved-while-ready-open", step, guardOfRaftRs(open.ready, before, this.#moment()));
    return result;
  }

  proposal<T>(step: string, call: () => T): T {
    if (this.#isStrict && this.#node.role !== "leader") {
      this.#report("proposal-on-non-leader", step, `this node is a ${this.#node.role}`);
    }
    return this.input(step, call);
  }

  readyTaken(ready: Ready): void {
    this.#lookAtHardState("ready()");
    this.#readyCount = ready.number;
    if (ready.mustSync) this.#restsOn = ready.number;
    const work: Work = { ready, restsOn: this.#restsOn };
    if (this.#mode !== "async") {
      this.#open = { ...work, copy: { ...ready }, lengths: lengthsOf(ready) };
    }
    for (const m of ready.messages) this.#handOut(m, work);
    for (const m of ready.persistedMessages) this.#restsOnOf.set(m, work.restsOn);
    if (ready.snapshot !== null) {
      this.#snapshotIndex = ready.snapshot.metadata.index;
      if (this.#noted < this.#snapshotIndex) this.#noted = this.#snapshotIndex;
    }
    this.#handOutCommitted(ready.committedEntries);
  }

  /** The host is about to report that `ready` is stored; with `advance` also that it is applied. */
  finishing(ready: Ready, mode: StorageWrites, step: string): void {
    const open = this.#open;
    // Raft itself knows what is wrong in these cases.
    if (this.#mode !== mode || open === null || open.ready !== ready) return;
    if (isAltered(open)) this.#report("ready-altered", step, "");
    this.#assertStored(open, true, step);
    if (mode !== "sync") return;
    this.#assertCounts(open, step);
    this.#assertApplied(ready.committedEntries.at(-1)?.index ?? NO_INDEX, step);
  }

  finished(): void {
    this.#open = null;
  }

  lightReadyTaken({ messages, committedEntries }: LightReady): void {
    for (const m of messages) this.#restsOnOf.set(m, 0);
    this.#handOutCommitted(committedEntries);
  }

  /** "pipelined": the Readys up to that number are durable. */
  persisted(number: number, step: string): void {
    if (number < this.#persisted) {
      this.#report("durable-out-of-order", step, `Ready ${this.#persisted} was durable already`);
    } else {
      this.#persisted = number;
      if ((this.#durable ?? 0) < number) this.#durable = number;
    }
  }

  /** The host is about to deliver a message to its node: perhaps it comes from one of its own threads. */
  delivering(m: Message, step: string): void {
    if (this.#mode !== "async") return;
    const isOwn = m.from === this.#node.id && isAcknowledgement(m);
    if (!isOwn && !isLocalThread(m.from)) return;
    const queue = m.from === LOCAL_APPLY_THREAD ? this.#fromApply : this.#fromAppend;
    const at = queue.findIndex(({ response }) => response === m);
    if (at < 0) {
      this.#report(this.#restsOnOf.has(m) ? "response-twice" : "response-invented", step, "");
      return;
    }
    if (at > 0) this.#report("response-out-of-order", step, `${at} before it`);
    const { work } = queue.splice(at, 1)[0]!;
    if (m.from === LOCAL_APPLY_THREAD) {
      this.#assertApplied(m.entries.at(-1)?.index ?? NO_INDEX, step);
      return;
    }
    // A thread may take several writes together; then a later one may have replaced this one's.
    this.#assertStored(
      work,
      queue.every((later) => later.work === work),
      step,
    );
    this.#assertCounts(work, step);
  }

  applyingConfChange(change: ConfChange, step: string): void {
    const next = this.#confChanges[0];
    if (next !== undefined && isChangeOf(next, change)) this.#confChanges.shift();
    else {
      const what = next === undefined ? "none is waiting" : `the next is at index ${next.index}`;
      this.#report("conf-change-out-of-order", step, what);
    }
  }

  /** "pipelined": what was handed out up to `index` is applied. */
  applied(index: Index | null, step: string): void {
    const upTo = index ?? this.#handedOut;
    // Raft itself says so where that goes too far.
    if (upTo <= this.#handedOut) this.#assertApplied(upTo, step);
  }

  // What the host notes of its own accord.

  sent(m: Message): void {
    const restsOn = this.#restsOnOf.get(m);
    if (restsOn === undefined) {
      this.#report("message-invented", `send(${m.type} to ${m.to})`, "");
    } else if (restsOn > (this.#durable ?? 0)) {
      const detail = `it rests on Ready ${restsOn}`;
      this.#report("sent-before-durable", `send(${m.type} to ${m.to})`, detail);
    }
  }

  durable(number: number): void {
    const step = `noteDurable(${number})`;
    if (number > this.#readyCount) {
      this.#report("durable-out-of-order", step, `the last Ready was ${this.#readyCount}`);
    } else if (number < (this.#durable ?? 0)) {
      this.#report("durable-out-of-order", step, `Ready ${this.#durable} was durable already`);
    } else this.#durable = number;
  }

  appliedOne({ index }: Entry): void {
    const step = `apply(entry ${index})`;
    const isNext = index === this.#noted + 1 && index <= this.#handedOut;
    if (!isNext && index > this.#snapshotIndex) {
      const next =
        this.#noted < this.#handedOut ? `the next is ${this.#noted + 1}` : "none is next";
      this.#report("applied-out-of-order", step, next);
    }
    if (this.#mode === "sync" && this.#restsOn > (this.#durable ?? 0)) {
      this.#report("applied-before-durable", step, `it rests on Ready ${this.#restsOn}`);
    }
    this.#notesApplied = true;
    if (index > this.#noted) this.#noted = index;
  }

  #handOut(m: Message, work: Work): void {
    this.#restsOnOf.set(m, 0);
    for (const response of m.responses) {
      this.#restsOnOf.set(response, work.restsOn);
      if (response.to !== this.#node.id) continue;
      const queue = m.to === LOCAL_APPLY_THREAD ? this.#fromApply : this.#fromAppend;
      queue.push({ response, work });
    }
  }

  #handOutCommitted(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#handedOut = entries.at(-1)!.index;
    for (const entry of entries) if (isConfChange(entry)) this.#confChanges.push(entry);
  }

  /** `isLast`: no later write can have replaced the entries of this one. */
  #assertStored({ ready }: Work, isLast: boolean, step: string): void {
    // Otherwise Raft looks itself.
    if (this.#mode === "async" && isLast) {
      const last = ready.entries.at(-1);
      if (last !== undefined) this.#assertHolds(last.index, last.term, "entries-not-stored", step);
      const meta = ready.snapshot?.metadata;
      if (meta !== undefined) {
        this.#assertHolds(meta.index, meta.term, "snapshot-not-stored", step);
      }
    }
    const said = ready.hardState;
    const stored = this.#lookAtHardState(step);
    if (said !== null && !isStored(said, stored, ready.mustSync) && this.#holdsLog(ready)) {
      const holds = stored === null ? "none" : `term ${stored.term}, vote ${stored.vote}`;
      const detail = `storage holds ${holds}, the Ready has term ${said.term}, vote ${said.vote}`;
      this.#report("hard-state-not-stored", step, detail);
    }
  }

  #assertHolds(index: Index, term: Term, rule: ContractRule, step: string): void {
    const stored = this.#storage.term(index);
    if (isTerm(stored, term)) return;
    this.#report(rule, step, `storage says ${stored} for the term at index ${index}, not ${term}`);
  }

  /** If not even the entries are there, that is what Raft is going to say. */
  #holdsLog({ entries }: Ready): boolean {
    const last = entries.at(-1);
    return last === undefined || isTerm(this.#storage.term(last.index), last.term);
  }

  #lookAtHardState(step: string): HardState | null {
    const { hardState } = this.#storage.initialState();
    const before = this.#hardState;
    // Most often it is the very object of last time.
    if (before === hardState) return hardState;
    if (before !== null && !isStored(before, hardState, true)) {
      this.#report("hard-state-went-back", step, `term ${before.term}, vote ${before.vote}`);
    }
    this.#hardState = hardState;
    return hardState;
  }

  #assertCounts({ restsOn }: Work, step: string): void {
    if (this.#durable === null || restsOn <= this.#durable) return;
    this.#report("counted-before-durable", step, `durable is Ready ${this.#durable}`);
  }

  #assertApplied(upTo: Index, step: string): void {
    if (this.#notesApplied && this.#noted < upTo) {
      this.#report("committed-not-applied", step, `applied is ${this.#noted}, not ${upTo}`);
    }
    const missed = this.#confChanges[0];
    if (missed === undefined || missed.index > upTo) return;
    this.#report("conf-change-not-applied", step, `the one at index ${missed.index}`);
    this.#confChanges = this.#confChanges.filter(({ index }) => index > upTo);
  }

  #moment(): Moment {
    const { lastIndex, role, term, vote } = this.#node;
    const hasReady = this.#node.hasReady();
    return { lastIndex, lastTerm: this.#node.termAt(lastIndex), role, term, vote, hasReady };
  }

  #report(rule: ContractRule, step: string, detail: string): void {
    const breach = new ContractError(rule, step, detail);
    if (this.#onBreach === null) throw breach;
    this.#onBreach(breach);
  }
}

/** What a call may move. */
interface Moment extends Pick<RawNode, "lastIndex" | "role" | "term" | "vote"> {
  readonly lastTerm: Term | StorageError;
  readonly hasReady: boolean;
}

/** What raft-rs would have said when the open Ready was advanced; nothing if it had not noticed. */
function guardOfRaftRs({ entries }: Ready, before: Moment, after: Moment): string {
  const expected = entries.at(-1);
  const { lastIndex, lastTerm } = after;
  const isLogMoved = lastIndex !== before.lastIndex || lastTerm !== before.lastTerm;
  if (expected !== undefined && isLogMoved) {
    return (
      `the last one of unstable.slice has different index ${lastIndex} and term ${lastTerm}, ` +
      `expect ${expected.index} ${expected.term}`
    );
  }
  const isMoved = after.term !== before.term || after.vote !== before.vote;
  if (!isMoved && after.role !== "leader" && after.hasReady && !before.hasReady) {
    return "not leader but has new msg after advance";
  }
  return isMoved ? "hard state != prev_hs" : "";
}

/** Compacted is fine: the host has applied it and moved on. */
const isTerm = (stored: Term | StorageError, term: Term): boolean =>
  stored === term || stored === "compacted";

/** True if `stored` is `said` or what may follow it. A commit index alone can be learned again. */
function isStored(said: HardState, stored: HardState | null, isCommitDue: boolean): boolean {
  if (stored === null || (isCommitDue && stored.commit < said.commit)) return false;
  if (stored.term !== said.term) return stored.term > said.term;
  return said.vote === NO_NODE || stored.vote === said.vote;
}

const lengthsOf = (ready: Ready): readonly number[] => [
  ready.readStates.length,
  ready.entries.length,
  ready.committedEntries.length,
  ready.messages.length,
  ready.persistedMessages.length,
];

function isAltered({ ready, copy, lengths }: Open): boolean {
  for (const key of Object.keys(copy) as (keyof Ready)[]) if (ready[key] !== copy[key]) return true;
  return lengthsOf(ready).some((length, i) => length !== lengths[i]);
}

const isAcknowledgement = ({ type }: Message): boolean =>
  type === "MsgAppResp" || type === "MsgVoteResp" || type === "MsgPreVoteResp";

/** True if `change` is what the entry holds, in either form, or the rejection of it. */
function isChangeOf(entry: Entry, change: ConfChange): boolean {
  const committed = decodeConfChange(entry);
  const { changes } = asV2(change);
  if (changes.length > 0 && changes.every(({ nodeId }) => nodeId === NO_NODE)) return true;
  // Nobody can pass on what cannot be read.
  if ("error" in committed) return true;
  const wanted = asV2(committed).changes;
  return (
    wanted.length === changes.length &&
    changes.every(({ type, nodeId }, i) => type === wanted[i]!.type && nodeId === wanted[i]!.nodeId)
  );
}
