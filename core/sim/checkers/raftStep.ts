import { assert } from "../../base/assert.ts";
import { index, NO_TERM } from "../../base/ids.ts";
import type { Index, NodeId, Term } from "../../base/ids.ts";
import type { Entry } from "../../raft/message.ts";
import type { Role } from "../../raft/role.ts";
import type { StorageError } from "../../raft/storage.ts";

/** What the checkers read of a raft node. A RawNode has all of it, and so has a stub in a test. */
export interface RaftProbe {
  readonly role: Role;
  readonly term: Term;
  readonly commit: Index;
  readonly applied: Index;
  /** Of the first entry that is still there; what precedes it is in a snapshot. */
  readonly firstIndex: Index;
  readonly lastIndex: Index;
  /** Also known for firstIndex - 1. */
  termAt(i: Index): Term | StorageError;
  entries(lo: Index, hi: Index): readonly Entry[] | StorageError;
}

/** What one step of one node changed. Valid until the next step of that node. */
export interface RaftStep {
  readonly node: NodeId;
  readonly role: Role;
  readonly term: Term;
  readonly commit: Index;
  readonly applied: Index;
  /** Where the log begins after this step; everything before it was applied, or came as a snapshot. */
  readonly firstIndex: Index;
  /** True when the node leads now and did not, or led another term, before this step. */
  readonly becameLeader: boolean;
  /** True when it led this same term before this step and leads it still. */
  readonly stayedLeader: boolean;
  /** As before this step; 0 before the first step of an incarnation. */
  readonly previousCommit: Index;
  readonly previousApplied: Index;
  /** What was cut from the end of the log, in order; not what a snapshot has replaced. */
  readonly removed: readonly Entry[];
  /** What was put there, in order. */
  readonly added: readonly Entry[];
  /** The entry at `i` after this step; undefined before `firstIndex` and beyond the end. */
  entryAt(i: Index): Entry | undefined;
  /** The term at `i` after this step, if that is in the log or right before it; else null. */
  termAt(i: Index): Term | null;
}

const NO_ENTRIES: readonly Entry[] = [];

/**
 * Watches one incarnation of one raft node. It keeps a copy of its log, so that a step costs only
 * what it changed: the ends are compared, and from there downwards while the terms differ.
 */
export class RaftWatch implements RaftStep {
  readonly node: NodeId;
  role: Role = "follower";
  term = 0 as Term;
  commit = 0 as Index;
  applied = 0 as Index;
  firstIndex = 1 as Index;
  becameLeader = false;
  stayedLeader = false;
  previousCommit = 0 as Index;
  previousApplied = 0 as Index;
  removed: readonly Entry[] = NO_ENTRIES;
  added: readonly Entry[] = NO_ENTRIES;
  /** The entries from `firstIndex` on. */
  readonly #log: Entry[] = [];
  /** Of the entry at `firstIndex - 1`. */
  #termBefore = NO_TERM;

  constructor(node: NodeId) {
    this.node = node;
  }

  entryAt(i: Index): Entry | undefined {
    const at = i - this.firstIndex;
    return at >= 0 && at < this.#log.length ? this.#log[at] : undefined;
  }

  termAt(i: Index): Term | null {
    if (i === this.firstIndex - 1) return this.#termBefore;
    return this.entryAt(i)?.term ?? null;
  }

  /** Takes over the node's state after a step. False when nothing that is checked has changed. */
  look(probe: RaftProbe): boolean {
    const { role, term, commit, applied } = probe;
    const logChanged = this.#lookAtLog(probe);
    if (
      !logChanged &&
      role === this.role &&
      term === this.term &&
      commit === this.commit &&
      applied === this.applied
    ) {
      return false;
    }
    this.stayedLeader = role === "leader" && this.role === "leader" && term === this.term;
    this.becameLeader = role === "leader" && !this.stayedLeader;
    this.previousCommit = this.commit;
    this.previousApplied = this.applied;
    this.role = role;
    this.term = term;
    this.commit = commit;
    this.applied = applied;
    return true;
  }

  #lookAtLog(probe: RaftProbe): boolean {
    const last = probe.lastIndex;
    this.removed = NO_ENTRIES;
    this.added = NO_ENTRIES;
    const isShortened = probe.firstIndex !== this.firstIndex;
    if (isShortened) this.#shorten(probe);
    const first = this.firstIndex;
    const known = first + this.#log.length - 1;
    if (last === known && this.#isSameTerm(probe, known)) return isShortened;
    let same = Math.min(last, known);
    while (!this.#isSameTerm(probe, same)) same--;
    if (same < known) this.removed = this.#log.splice(same + 1 - first);
    if (same < last) {
      const added = probe.entries(index(same + 1), index(last + 1));
      assert(typeof added !== "string", "a node can read the log that it says it has");
      this.added = added;
      for (const entry of added) this.#log.push(entry);
    }
    return true;
  }

  /** A snapshot has taken the place of the log's beginning, or of all of it. */
  #shorten(probe: RaftProbe): void {
    const { firstIndex } = probe;
    assert(firstIndex > this.firstIndex, "what a log has let go of never comes back to it");
    this.#log.splice(0, firstIndex - this.firstIndex);
    this.firstIndex = firstIndex;
    const before = probe.termAt(index(firstIndex - 1));
    assert(typeof before !== "string", "a log knows the term of the entry before it");
    this.#termBefore = before;
  }

  /** True if what was known at `i` is there still, and where nothing can be known. */
  #isSameTerm(probe: RaftProbe, i: number): boolean {
    const at = i - this.firstIndex;
    return at < 0 || probe.termAt(index(i)) === this.#log[at]!.term;
  }
}

/** True if both are the same command, byte for byte. */
export function isSameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  return a.term === b.term && a.index === b.index && a.type === b.type && isSameData(a, b);
}

function isSameData(a: Entry, b: Entry): boolean {
  if (a.data === b.data) return true;
  return a.data.length === b.data.length && a.data.every((byte, i) => byte === b.data[i]);
}
