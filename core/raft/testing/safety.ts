import type { Index, NodeId, Term } from "../../base/ids.ts";
import type { Entry } from "../message.ts";
import type { RawNode } from "../rawNode.ts";
import type { Cluster, Member } from "./cluster.ts";
import { text } from "./cluster.ts";

/**
 * The five properties of the Raft paper (figure 3), looked at from outside after every step. Throws
 * an Error that names the property.
 */
export class SafetyWatch {
  readonly #leaders = new Map<Term, NodeId>();
  /** Per leader and term: the log it had when last seen, as entry texts from index 1. */
  readonly #leaderLogs = new Map<string, ReadonlyMap<Index, string>>();
  /** Per (index, term): the command there and the term before it. */
  readonly #entries = new Map<string, string>();
  /** Per committed index: its entry, and the term in which it was first seen committed. */
  readonly #committed = new Map<Index, { readonly entry: string; readonly term: Term }>();
  readonly #commits = new WeakMap<RawNode, Index>();
  readonly #applied = new Map<Index, string>();

  look(cluster: Cluster): void {
    for (const member of cluster.members) {
      const node = member.node;
      if (node === null) continue;
      const log = logOf(node);
      if (node.role === "leader") this.#checkLeader(node, log);
      this.#checkLogMatching(node, log);
      this.#checkCommitted(node, log);
      this.#checkApplied(member);
    }
  }

  #checkLeader(node: RawNode, log: ReadonlyMap<Index, string>): void {
    const known = this.#leaders.get(node.term);
    if (known !== undefined && known !== node.id) {
      throw new Error(`election safety: ${known} and ${node.id} lead term ${node.term}`);
    }
    this.#leaders.set(node.term, node.id);

    const key = `${node.id}@${node.term}`;
    for (const [i, entry] of this.#leaderLogs.get(key) ?? []) {
      if (i >= node.firstIndex && log.get(i) !== entry) {
        throw new Error(`leader append-only: ${key} had ${entry} at ${i}, has ${log.get(i)}`);
      }
    }
    this.#leaderLogs.set(key, log);

    for (const [i, { entry, term }] of this.#committed) {
      if (term < node.term && i >= node.firstIndex && log.get(i) !== entry) {
        throw new Error(`leader completeness: ${key} lacks ${entry} at ${i}`);
      }
    }
  }

  #checkLogMatching(node: RawNode, log: ReadonlyMap<Index, string>): void {
    for (const [i, entry] of log) {
      if (i === node.firstIndex) continue;
      const withPrevious = `${entry} after term ${node.termAt((i - 1) as Index)}`;
      const key = `${i}/${node.termAt(i)}`;
      const known = this.#entries.get(key) ?? withPrevious;
      if (known !== withPrevious) {
        throw new Error(`log matching: at ${key} both ${known} and ${withPrevious}`);
      }
      this.#entries.set(key, withPrevious);
    }
  }

  #checkCommitted(node: RawNode, log: ReadonlyMap<Index, string>): void {
    if (node.commit < (this.#commits.get(node) ?? 0)) throw new Error("commit index went back");
    this.#commits.set(node, node.commit);
    for (let i = node.firstIndex; i <= node.commit; i = (i + 1) as Index) {
      const entry = log.get(i)!;
      const known = this.#committed.get(i);
      if (known === undefined) this.#committed.set(i, { entry, term: node.term });
      else if (known.entry !== entry) {
        throw new Error(`state machine safety: both ${known.entry} and ${entry} committed at ${i}`);
      }
    }
  }

  #checkApplied(member: Member): void {
    let previous = 0;
    for (const entry of member.applied) {
      const known = this.#applied.get(entry.index) ?? entryText(entry);
      if (known !== entryText(entry)) {
        throw new Error(`state machine safety: ${known} and ${entryText(entry)} applied`);
      }
      this.#applied.set(entry.index, known);
      if (entry.index <= previous) throw new Error("applied out of order");
      previous = entry.index;
    }
  }
}

const entryText = (entry: Entry): string => `${entry.term}:${text(entry.data)}`;

function logOf(node: RawNode): ReadonlyMap<Index, string> {
  const entries = node.entries(node.firstIndex, (node.lastIndex + 1) as Index);
  if (typeof entries === "string") throw new Error(entries);
  return new Map(entries.map((entry) => [entry.index, entryText(entry)]));
}
