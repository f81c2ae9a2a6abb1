import { NO_INDEX } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";

/** Where an election stands. */
export type VoteResult = "won" | "lost" | "pending";

/** Highest index that a voter is known to have stored; undefined if nothing is known of it. */
export type AckedIndex = (id: NodeId) => Index | undefined;

/** What a voter answered, undefined while it has not. */
export type VoteOf = (id: NodeId) => boolean | undefined;

/** The commit group of a voter (raft-rs), from 1; 0 if it has none. */
export type GroupOf = (id: NodeId) => number;

export interface GroupCommit {
  readonly index: Index;
  /** True if voters of two groups have it. */
  readonly acrossGroups: boolean;
}

/** Larger than every index: what a quorum of nobody would have committed. */
const INFINITE_INDEX = Infinity as Index;

/** Decisions by more than half of a set of voters (Raft paper, section 5). */
export class MajorityConfig {
  /** In ascending order, each id once. */
  readonly voters: readonly NodeId[];
  /** Kept between calls: the commit rule runs for every acknowledgement a leader gets. */
  readonly #sorted: number[];

  constructor(voters: Iterable<NodeId>) {
    this.voters = [...new Set(voters)].sort((a, b) => a - b);
    this.#sorted = this.voters.map(() => 0);
  }

  /**
   * The largest index that more than half of the voters have stored. With the acknowledged indexes
   * in ascending order it is the one that a whole quorum, counted from the top, has reached.
   */
  committedIndex(acked: AckedIndex): Index {
    const n = this.voters.length;
    if (n === 0) return INFINITE_INDEX;
    const sorted = this.#sorted;
    for (let i = 0; i < n; i++) {
      // Insertion: the sets are small, and no array is made on this path.
      const value: number = acked(this.voters[i]!) ?? 0;
      let at = i;
      while (at > 0 && sorted[at - 1]! > value) {
        sorted[at] = sorted[at - 1]!;
        at--;
      }
      sorted[at] = value;
    }
    const quorum = Math.floor(n / 2) + 1;
    return sorted[n - quorum] as Index;
  }

  /**
   * The largest index that more than half of the voters have stored, in more than one group of
   * voters (raft-rs's group commit), such as two data centres. Where voters without a group leave
   * that open, it is what all voters have stored; where all are of one group, what a majority has.
   */
  groupCommittedIndex(acked: AckedIndex, groupOf: GroupOf): GroupCommit {
    const n = this.voters.length;
    if (n === 0) return { index: INFINITE_INDEX, acrossGroups: true };
    const stored = this.voters
      .map((id) => ({ index: acked(id) ?? NO_INDEX, group: groupOf(id) }))
      .sort((a, b) => b.index - a.index);
    const quorum = stored[Math.floor(n / 2)]!;
    let group = quorum.group;
    let isOneGroup = true;
    for (const each of stored) {
      if (each.group === 0) {
        isOneGroup = false;
      } else if (group === 0) {
        group = each.group;
      } else if (each.group !== group) {
        const index = each.index < quorum.index ? each.index : quorum.index;
        return { index, acrossGroups: true };
      }
    }
    return { index: isOneGroup ? quorum.index : stored[n - 1]!.index, acrossGroups: false };
  }

  voteResult(voteOf: VoteOf): VoteResult {
    const n = this.voters.length;
    // Nobody's consent is needed: lets a JointConfig with one half empty behave like the other.
    if (n === 0) return "won";
    let granted = 0;
    let missing = 0;
    for (const id of this.voters) {
      const vote = voteOf(id);
      if (vote === undefined) missing++;
      else if (vote) granted++;
    }
    const quorum = Math.floor(n / 2) + 1;
    if (granted >= quorum) return "won";
    return granted + missing >= quorum ? "pending" : "lost";
  }

  toString(): string {
    return `(${this.voters.map((id) => id.toString(16)).join(" ")})`;
  }

  /**
   * etcd's chart of what the voters have stored: one line each, with a bar that is as long as the
   * number of voters whose index is lower, and a question mark for a voter of whom nothing is known.
   */
  describe(acked: AckedIndex): string {
    const n = this.voters.length;
    if (n === 0) return "<empty majority quorum>";
    const indexes = this.voters.map((id): number => acked(id) ?? 0);
    const lines = this.voters.map((id, i) => {
      const own = indexes[i]!;
      const barLength = indexes.filter((other) => other < own).length;
      const bar = acked(id) === undefined ? "?" : `${"x".repeat(barLength)}>`;
      return `${bar.padEnd(n + 1)} ${String(own).padStart(5)}    (id=${id.toString(16)})\n`;
    });
    return `${" ".repeat(n)}    idx\n${lines.join("")}`;
  }
}

/**
 * Decisions that need a majority of two sets at once, which is how a group changes its members
 * safely (Raft thesis, section 4.3). Outside such a change `outgoing` is empty and plays no part.
 */
export class JointConfig {
  readonly incoming: MajorityConfig;
  readonly outgoing: MajorityConfig;
  /** Everybody who votes in either half, in ascending order. */
  readonly voters: readonly NodeId[];

  constructor(incoming: Iterable<NodeId>, outgoing: Iterable<NodeId>) {
    this.incoming = new MajorityConfig(incoming);
    this.outgoing = new MajorityConfig(outgoing);
    this.voters = new MajorityConfig([...this.incoming.voters, ...this.outgoing.voters]).voters;
  }

  committedIndex(acked: AckedIndex): Index {
    const incoming = this.incoming.committedIndex(acked);
    if (this.outgoing.voters.length === 0) return incoming;
    const outgoing = this.outgoing.committedIndex(acked);
    return incoming < outgoing ? incoming : outgoing;
  }

  groupCommittedIndex(acked: AckedIndex, groupOf: GroupOf): GroupCommit {
    const incoming = this.incoming.groupCommittedIndex(acked, groupOf);
    const outgoing = this.outgoing.groupCommittedIndex(acked, groupOf);
    return {
      index: incoming.index < outgoing.index ? incoming.index : outgoing.index,
      acrossGroups: incoming.acrossGroups && outgoing.acrossGroups,
    };
  }

  voteResult(voteOf: VoteOf): VoteResult {
    const incoming = this.incoming.voteResult(voteOf);
    const outgoing = this.outgoing.voteResult(voteOf);
    if (incoming === outgoing) return incoming;
    return incoming === "lost" || outgoing === "lost" ? "lost" : "pending";
  }

  toString(): string {
    const incoming = this.incoming.toString();
    return this.outgoing.voters.length > 0 ? `${incoming}&&${this.outgoing}` : incoming;
  }

  /** The chart of everybody who votes in either half. */
  describe(acked: AckedIndex): string {
    return new MajorityConfig(this.voters).describe(acked);
  }
}
