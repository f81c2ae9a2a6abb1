import type { NodeId } from "../../base/ids.ts";
import type { RaftStep } from "./raftStep.ts";
import type { ReplicaStep } from "./replicaWatch.ts";

/** A rule that must hold in every state was broken. The world stops; the run stays. */
export interface Violation {
  /** Name of the rule, as `Checkers.rules` has it. */
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

/** A rule is broken, and how. */
export interface Breach {
  readonly rule: Rule;
  readonly text: string;
}

/** One of the five properties of the Raft paper's figure 3, for one group. */
export interface RaftChecker {
  readonly rule: Rule;
  /** Looks at what one step of one node changed; a sentence when the rule is broken. */
  check(step: RaftStep): string | null;
}

/** A rule about the replicas of one partition. */
export interface ReplicaChecker {
  readonly rule: Rule;
  /** Looks at what one step of one node changed; a sentence when the rule is broken. */
  check(step: ReplicaStep): string | null;
}

/** The first of these checkers that finds its rule broken. */
export function firstBreach<Step>(
  checkers: readonly { readonly rule: Rule; check(step: Step): string | null }[],
  step: Step,
): Breach | null {
  for (const checker of checkers) {
    const text = checker.check(step);
    if (text !== null) return { rule: checker.rule, text };
  }
  return null;
}

/** "n2", as everybody calls a node. */
export function nodeName(node: NodeId): string {
  return `n${node}`;
}
