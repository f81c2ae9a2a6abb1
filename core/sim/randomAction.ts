import type { Chance } from "./chance.ts";
import type { ProduceAction } from "./run.ts";

/** How often each choice comes up, out of their sum. */
export type Weights<Choice> = readonly (readonly [Choice, number])[];

/** One of the choices; the first one if, against all sums, none comes up. */
export function weighted<Choice>(chance: Chance, weights: Weights<Choice>): Choice {
  let rest = chance.below(weights.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [choice, weight] of weights) {
    if (rest < weight) return choice;
    rest -= weight;
  }
  return weights[0]![0];
}

/** The record of that number for some partition of the scenario's topic, mostly with acks=all. */
export function randomRecord(chance: Chance, number: number, node: number | null): ProduceAction {
  return {
    kind: "produce",
    node,
    topic: "orders",
    partition: chance.below(3),
    key: `k${number % 7}`,
    value: `v${number}`,
    acks: ([-1, -1, -1, 1, 0] as const)[chance.below(5)] ?? -1,
  };
}
