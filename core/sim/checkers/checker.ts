import type { NodeId } from "../../base/ids.ts";
import type { RaftStep } from "./raftStep.ts";

/** A rule that must hold in every state was broken. The world stops; the run stays. */
export interface Violation {
  /** Name of the rule, as `RULES` has it. */
  readonly rule: string;
  readonly atUs: number;
  /** One sentence that names both witnesses. */
  readonly text: string;
}

/** What is checked after every step, for a person. */
export interface Rule {
  readonly name: string;
  /** One line. */
  readonly meaning: string;
}

/** One of the five properties of the Raft paper's figure 3. */
export interface RaftChecker {
  readonly rule: Rule;
  /** Looks at what one step of one node changed; a sentence when the rule is broken. */
  check(step: RaftStep): string | null;
}

/** "n2", as everybody calls a node. */
export function nodeName(node: NodeId): string {
  return `n${node}`;
}
