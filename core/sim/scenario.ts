import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import type { Run } from "./run.ts";

const FIRST_VISIT_US = 2_000_000;

/**
 * Three brokers that start from empty disks, and a client that wants a topic. It asks until there
 * is a controller, so by about 4 s every seed has a leader and the topic.
 */
export function threeBrokers(seed: number): Run {
  return {
    seed,
    options: DEFAULT_RUN_OPTIONS,
    actions: [
      {
        atUs: 0,
        kind: "createTopic",
        topic: "orders",
        partitionCount: 3,
        replicationFactor: 3,
        minInsyncReplicas: 2,
      },
    ],
  };
}

/** The same for somebody who comes to see an election first: the topic is asked for after 2 s. */
export function firstVisit(seed: number): Run {
  const run = threeBrokers(seed);
  return { ...run, actions: run.actions.map((action) => ({ ...action, atUs: FIRST_VISIT_US })) };
}
