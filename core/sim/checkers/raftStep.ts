import { assert } from "../../base/assert.ts";
import { index } from "../../base/ids.ts";
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
  readonly lastIndex: Index;
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
  /** True when the node leads now and did not, or led another term, before this step. */
  readonly becameLeader: boolean;
  /** True when it led this same term before this step and leads it still. */
  readonly stayedLeader: boolean;
  /** As before this step; 0 before the first step of an incarnation. */
  readonly previousCommit: Index;
  readonly previousApplied: Index;
  /** What was cut from the end of the log, in order. */
  readonly removed: readonly Entry[];
  /** What was put there, in order. */
  readonly added: readonly Entry[];
  /** The entry at `i` after this step. */
  entryAt(i: Index): Entry | undefined;
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
  becameLeader = false;
  stayedLeader = false;
  previousCommit = 0 as Index;
  previousApplied = 0 as Index;
  removed: readonly Entry[] = NO_ENTRIES;
  added: readonly Entry[] = NO_ENTRIES;
  readonly #log: Entry[] = [];

  constructor(node: NodeId) {
    this.node = node;
  }

  entryAt(i: Index): Entry | undefined {
    return this.#log[i - 1];
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
    const known = this.#log.length;
    this.removed = NO_ENTRIES;
    this.added = NO_ENTRIES;
    if (last === known && (last === 0 || probe.termAt(last) === this.#log[last - 1]?.term)) {
      return false;
    }
    let same = Math.min(last, known);
    while (same > 0 && probe.termAt(index(same)) !== this.#log[same - 1]?.term) same--;
    if (same < known) this.removed = this.#log.splice(same);
    if (same < last) {
      const added = probe.entries(index(same + 1), index(last + 1));
      assert(typeof added !== "string", "a node can read the log that it says it has");
      this.added = added;
      for (const entry of added) this.#log.push(entry);
    }
    return true;
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
