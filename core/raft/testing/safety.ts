import { NO_INDEX } from "../../base/ids.ts";
import type { Index, NodeId, Term } from "../../base/ids.ts";
import { describeConfState } from "../describe.ts";
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
  #highest: Index = NO_INDEX;
  /** Per applied index: what a state machine holds that has come so far. */
  readonly #applied = new Map<Index, string>();

  /** The highest index that any node has ever committed. */
  get committed(): Index {
    return this.#highest;
  }

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
    if (node.commit > this.#highest) this.#highest = node.commit;
    for (let i = node.firstIndex; i <= node.commit; i = (i + 1) as Index) {
      const entry = log.get(i)!;
      const known = this.#committed.get(i);
      if (known === undefined) this.#committed.set(i, { entry, term: node.term });
      else if (known.entry !== entry) {
        throw new Error(`state machine safety: both ${known.entry} and ${entry} committed at ${i}`);
      }
    }
  }

  /** The digest and the members after each index are the same on all nodes, and in all their lives. */
  #checkApplied(member: Member): void {
    const state = `${member.digest} ${describeConfState(member.confState)}`;
    const known = this.#applied.get(member.appliedIndex) ?? state;
    if (known !== state) {
      throw new Error(`state machine safety: both ${known} and ${state} at ${member.appliedIndex}`);
    }
    this.#applied.set(member.appliedIndex, state);
  }
}

const entryText = (entry: Entry): string => `${entry.term}:${text(entry.data)}`;

function logOf(node: RawNode): ReadonlyMap<Index, string> {
  const entries = node.entries(node.firstIndex, (node.lastIndex + 1) as Index);
  if (typeof entries === "string") throw new Error(entries);
  return new Map(entries.map((entry) => [entry.index, entryText(entry)]));
}
