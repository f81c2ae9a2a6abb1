import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { randomRecord, weighted } from "./randomAction.ts";
import type { Weights } from "./randomAction.ts";
import type { Action, ActionBody, Run } from "./run.ts";
import { threeBrokers } from "./scenario.ts";

/** What the generator believes of the cluster, so that most of what it does makes sense. */
interface Belief {
  readonly nodeCount: number;
  readonly down: Set<number>;
  readonly cutOff: Set<number>;
  produced: number;
}

const WEIGHTS: Weights<ActionBody["kind"]> = [
  ["produce", 46],
  ["kill", 13],
  ["restart", 17],
  ["cut", 7],
  ["heal", 7],
  ["timeOut", 6],
  ["consume", 4],
];
/** A third of the actions follow at once, while messages and writes of the last one are under way. */
const PAUSE_SHORT_MAX_US = 60_000;
const PAUSE_LONG_MAX_US = 1_500_000;

/**
 * The scenario's cluster under random kills, restarts, cuts, heals, time-outs, produces and reads.
 * Everything comes from the seed, through a stream of its own.
 */
export function chaos(seed: number, durationUs: number): Run {
  const run = threeBrokers(seed);
  const chance = splitChance(seed, "chaos", 0, 0);
  const belief: Belief = {
    nodeCount: run.options.nodeCount,
    down: new Set(),
    cutOff: new Set(),
    produced: 0,
  };
  const actions: Action[] = [...run.actions];
  let atUs = 0;
  for (;;) {
    atUs += chance.between(1, chance.below(3) === 0 ? PAUSE_SHORT_MAX_US : PAUSE_LONG_MAX_US);
    if (atUs > durationUs) return { ...run, actions };
    const body = randomAction(chance, belief);
    if (body !== null) actions.push({ ...body, atUs });
  }
}

/** Null when there is nothing of the drawn kind to do. */
function randomAction(chance: Chance, belief: Belief): ActionBody | null {
  const { nodeCount, down, cutOff } = belief;
  const kind = weighted(chance, WEIGHTS);
  const node = chance.between(1, nodeCount);
  switch (kind) {
    case "kill":
      if (down.has(node)) return null;
      down.add(node);
      return { kind, node };
    case "restart": {
      const dead = [...down];
      const risen = dead[chance.below(Math.max(1, dead.length))];
      if (risen === undefined) return null;
      down.delete(risen);
      return { kind, node: risen };
    }
    case "timeOut":
      return down.has(node) ? null : { kind, node };
    case "cut":
      if (cutOff.has(node)) return null;
      cutOff.add(node);
      return { kind, nodes: [node] };
    case "heal":
      if (cutOff.size === 0) return null;
      cutOff.clear();
      return { kind };
    case "consume":
      return { kind, topic: "orders", partition: chance.below(3), node: null };
    default:
      return randomProduce(chance, belief);
  }
}

function randomProduce(chance: Chance, belief: Belief): ActionBody {
  const number = ++belief.produced;
  const node = chance.below(5) < 3 ? null : chance.between(1, belief.nodeCount);
  return randomRecord(chance, number, node);
}
