/** The runs that the page is measured with, as links. */
import type { Action, Run, RunOptions } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import { createWorld } from "@chronik/core/sim/clients";

const SEED = 1042;
const SECOND_US = 1_000_000;

/** Five brokers, one topic and a producer: what a lesson has. */
export function fiveBrokers(): Run {
  return runOf({ nodeCount: 5 }, [
    topic("orders", 3),
    producer(2, "orders", { recordsPerSecond: 2, atUs: 6 * SECOND_US }),
  ]);
}

/** Nine brokers, a hundred partitions; slow links, so that some 200 messages are on their way. */
export function hundredPartitions(): Run {
  return runOf(
    {
      nodeCount: 9,
      latencyMinUs: 250_000,
      latencyMaxUs: 500_000,
      clientLatencyMinUs: 300_000,
      clientLatencyMaxUs: 600_000,
    },
    [topic("orders", 50), topic("payments", 50), ...traffic(12, 5)],
  );
}

/** The same on quick links: so much happens that a million events are a few minutes. */
export function millionEvents(): Run {
  return runOf({ nodeCount: 9 }, [topic("orders", 50), topic("payments", 50), ...traffic(9, 3)]);
}

/** When that many events have happened in a run, in whole simulated seconds. */
export function timeOfEventUs(run: Run, eventCount: number): number {
  const counter = { events: 0 };
  const onEvent = (): void => void (counter.events += 1);
  const hooks = { keepRecent: false, keepHistory: false, checkers: false, onEvent };
  const world = createWorld(run, hooks);
  while (counter.events < eventCount) world.runUntil(world.nowUs + SECOND_US);
  return world.nowUs;
}

/** The query and hash that open a run at a moment, in the first version of links. */
export function linkTo({ seed, options, actions }: Run, viewAtUs: number): string {
  const link = { v: 1, seed, options, actions, at: viewAtUs };
  return `?seed=${seed}#run=${Buffer.from(JSON.stringify(link)).toString("base64url")}`;
}

function runOf(options: Partial<RunOptions>, actions: readonly Action[]): Run {
  return { seed: SEED, options: { ...DEFAULT_RUN_OPTIONS, ...options }, actions };
}

function topic(name: string, partitionCount: number): Action {
  return {
    atUs: 0,
    kind: "createTopic",
    topic: name,
    partitionCount,
    replicationFactor: 3,
    minInsyncReplicas: 2,
  };
}

function producer(
  client: number,
  to: string,
  { recordsPerSecond, atUs }: { readonly recordsPerSecond: number; readonly atUs: number },
): Action {
  return {
    atUs,
    kind: "startProducer",
    client,
    topic: to,
    recordsPerSecond,
    acks: -1,
    idempotent: true,
    keyCount: 64,
    valueBytes: 16,
  };
}

/** Producers, then consumers, half of them at each of the two topics. */
function traffic(producers: number, consumers: number): Action[] {
  const topicOf = (client: number): string => (client % 2 === 0 ? "orders" : "payments");
  const clients = Array.from({ length: producers + consumers }, (_, at) => at + 2);
  return clients.map((client, at) =>
    at < producers
      ? producer(client, topicOf(client), { recordsPerSecond: 50, atUs: 4 * SECOND_US })
      : {
          atUs: 5 * SECOND_US,
          kind: "startConsumer",
          client,
          topic: topicOf(client),
          group: null,
        },
  );
}
