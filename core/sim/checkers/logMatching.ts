import { index } from "../../base/ids.ts";
import type { NodeId, Term } from "../../base/ids.ts";
import type { Entry } from "../../raft/message.ts";
import { nodeName } from "./checker.ts";
import type { RaftChecker } from "./checker.ts";
import { isSameEntry } from "./raftStep.ts";
import type { RaftStep } from "./raftStep.ts";

/** An entry, the term of the one before it, and who had it first. */
interface Sighting {
  readonly entry: Entry;
  readonly termBefore: Term | null;
  readonly node: NodeId;
}

/**
 * Raft paper, figure 3. It is enough to look at each entry once, when a log takes it over: if every
 * (index, term) stands for one command and one term before it, then two logs that agree at an index
 * agree at the index before it, and so on down to the first. Entries of nodes that are down count
 * too, since a sighting is never forgotten. What a snapshot holds is not looked at: State Machine
 * Safety speaks of that.
 */
export class LogMatching implements RaftChecker {
  readonly rule = {
    name: "Log Matching",
    meaning: "Logs that agree in index and term of an entry are identical up to it.",
  };
  /** By index; an index has one sighting for each term that an entry there has had. */
  readonly #sightings: Sighting[][] = [];

  check(step: RaftStep): string | null {
    for (const entry of step.added) {
      const termBefore = step.termAt(index(entry.index - 1));
      const text = this.#see({ entry, termBefore, node: step.node });
      if (text !== null) return text;
    }
    return null;
  }

  #see(sighting: Sighting): string | null {
    const { entry, termBefore, node } = sighting;
    const atIndex = (this.#sightings[entry.index] ??= []);
    const first = atIndex.find((other) => other.entry.term === entry.term);
    if (first === undefined) {
      atIndex.push(sighting);
      return null;
    }
    const who = `${nodeName(first.node)} and ${nodeName(node)}`;
    if (!isSameEntry(first.entry, entry)) {
      return `${who} have different entries ${entry.index} of term ${entry.term}.`;
    }
    if (first.termBefore === termBefore) return null;
    return (
      `${who} agree on entry ${entry.index} of term ${entry.term}, but the entry before it is of ` +
      `term ${first.termBefore} on ${nodeName(first.node)} and of term ${termBefore} on ` +
      `${nodeName(node)}.`
    );
  }
}
