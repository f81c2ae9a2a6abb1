import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import type { Action, ActionBody, Run, RunOptions, StartProducerAction } from "./run.ts";
import { firstVisit } from "./scenario.ts";

/** A run that is worth opening, and what to say of it in a list. */
export interface Scenario {
  /** As it stands in an address: lower case, digits and dashes. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  /** With which it is opened when nobody asks for another. */
  readonly seed: number;
  /** The moment to open it at, paused; null: live, from where the cluster is up. */
  readonly viewAtUs: number | null;
  /** What to look at then, and how fast time goes on, where that is not what it always is. */
  readonly shown?: {
    readonly node: string;
    readonly partition: string;
    /** Simulated seconds in a second. */
    readonly speed: number;
  };
  readonly run: (seed: number) => Run;
}

const TOPICS_AT_US = 2_000_000;
/** By then far brokers have agreed on all topics, too. */
const PROGRAMS_AT_US = 9_000_000;

const BUSY_TOPICS = [
  { name: "orders", partitions: 50 },
  { name: "payments", partitions: 30 },
  { name: "users", partitions: 20 },
] as const;
const PRODUCERS_PER_TOPIC = 3;
const CONSUMERS_PER_TOPIC = 3;

const THREE_BROKERS: Scenario = {
  name: "three-brokers",
  title: "Three brokers",
  about: "The smallest cluster that survives the loss of a node.",
  seed: 1042,
  viewAtUs: null,
  run: firstVisit,
};

/** One record to a partition of orders that all members of its ISR must have. */
function paid(partition: number): ActionBody {
  const record = { topic: "orders", partition, key: "k17", value: "paid" };
  return { kind: "produce", node: null, ...record, acks: -1 };
}

/**
 * An old leader that is cut off with two entries of its own, a broker that lost power in the middle
 * of a write, and a follower whose slow fsync decides a commit on which an acks=all produce waits.
 * That all this comes together at one moment rests on the seed; with another one the same is done
 * to the cluster, and something else comes of it.
 */
const FIVE_IN_TROUBLE: Scenario = {
  name: "five-in-trouble",
  title: "Five brokers, two in trouble",
  about: "One is cut off, one lost power in a write, and the fsync of a third decides.",
  seed: 3860,
  viewAtUs: 9_634_000,
  shown: { node: "n1", partition: "orders-1", speed: 1 / 200 },
  run: (seed) => ({
    seed,
    options: options({
      nodeCount: 5,
      latencyMinUs: 8_000,
      latencyMaxUs: 16_000,
      slowDiskFactor: 2,
      replicaLagTimeMaxUs: 820_000,
      snapshotTrailingEntries: 4,
    }),
    actions: [
      ...at(300_000, topic("orders", 6), topic("users", 1)),
      // The first leader stands still for so long that n5 is elected.
      ...at(2_700_000, { kind: "pause", node: 3 }),
      ...at(3_860_000, { kind: "resume", node: 3 }),
      ...at(
        4_010_000,
        producer(2, "orders", 120, { keyCount: 30, valueBytes: 12, batchRecords: 5 }),
      ),
      ...at(5_500_000, { kind: "stopClient", client: 2, crash: false }),
      ...at(5_900_000, ...[1, 2, 3, 4, 5].map((node): ActionBody => ({ kind: "snapshot", node }))),
      // It takes the others for dead, and fences two of them in its own log alone.
      ...at(6_230_000, { kind: "cut", nodes: [5] }),
      ...at(6_600_000, { kind: "diskFault", node: 1, fault: "slow", on: true }),
      ...at(9_026_000, { kind: "tear", node: 4 }),
      ...at(9_281_000, paid(1)),
    ],
  }),
};

/**
 * Acks=all and three copies do not help against one disk that says of each fsync that it is done and
 * has done nothing. n1 comes back before its session times out, so that it still leads what it has
 * lost; the rules see that as it starts, and time ends there.
 */
const LYING_DISK: Scenario = {
  name: "lying-disk",
  title: "A disk that lies",
  about: "One fsync saved nothing, power was lost, and a rule is broken.",
  seed: 1042,
  viewAtUs: 6_900_000,
  shown: { node: "n1", partition: "orders-0", speed: 1 / 4 },
  run: (seed) => ({
    seed,
    options: DEFAULT_RUN_OPTIONS,
    actions: [
      ...at(TOPICS_AT_US, topic("orders", 3)),
      ...at(5_000_000, { kind: "diskFault", node: 1, fault: "lyingSync", on: true }),
      ...at(6_000_000, paid(0)),
      ...at(6_600_000, { kind: "kill", node: 1 }),
      ...at(6_900_000, { kind: "restart", node: 1 }),
    ],
  }),
};

/** Links are long, so that much is under way although little happens. */
const HUNDRED_PARTITIONS: Scenario = {
  name: "hundred-partitions",
  title: "A hundred partitions",
  about: "Nine brokers far from each other, with producers and consumers at work.",
  seed: 1042,
  viewAtUs: null,
  run: (seed) => ({
    seed,
    options: options({
      nodeCount: 9,
      latencyMinUs: 220_000,
      latencyMaxUs: 400_000,
      clientLatencyMinUs: 220_000,
      clientLatencyMaxUs: 400_000,
      clientRequestTimeoutUs: 10_000_000,
      brokerSessionTimeoutUs: 6_000_000,
      replicaLagTimeMaxUs: 10_000_000,
      fetchMaxWaitMs: 10,
      heartbeatTicks: 1,
    }),
    actions: [
      ...at(300_000, ...BUSY_TOPICS.map(({ name, partitions }) => topic(name, partitions))),
      ...at(PROGRAMS_AT_US, ...BUSY_TOPICS.flatMap(({ name }, i) => programs(i, name))),
    ],
  }),
};

/** The first is what somebody sees who asks for none. */
export const SCENARIOS: readonly Scenario[] = [
  THREE_BROKERS,
  largerCluster(5, "five-brokers", "Five brokers", "Any two may fail, and the rest go on."),
  largerCluster(7, "seven-brokers", "Seven brokers", "Four disks must hold what is committed."),
  largerCluster(9, "nine-brokers", "Nine brokers", "As many as a cluster here can have."),
  FIVE_IN_TROUBLE,
  LYING_DISK,
  HUNDRED_PARTITIONS,
];

function largerCluster(nodeCount: number, name: string, title: string, about: string): Scenario {
  const actions = at(TOPICS_AT_US, topic("orders", nodeCount), topic("users", 2));
  const run = (seed: number): Run => ({ seed, options: options({ nodeCount }), actions });
  return { name, title, about, seed: 1042, viewAtUs: null, run };
}

function options(changes: Partial<RunOptions>): RunOptions {
  return { ...DEFAULT_RUN_OPTIONS, ...changes };
}

function at(atUs: number, ...bodies: readonly ActionBody[]): Action[] {
  return bodies.map((body) => ({ ...body, atUs }));
}

function topic(name: string, partitionCount: number): ActionBody {
  return {
    kind: "createTopic",
    topic: name,
    partitionCount,
    replicationFactor: 3,
    minInsyncReplicas: 2,
  };
}

type Settings = Pick<StartProducerAction, "keyCount" | "valueBytes" | "batchRecords">;

/** A producer with acks=all. */
function producer(
  client: number,
  topicName: string,
  recordsPerSecond: number,
  settings: Settings,
): ActionBody {
  return {
    kind: "startProducer",
    client,
    topic: topicName,
    recordsPerSecond,
    acks: -1,
    idempotent: false,
    ...settings,
  };
}

/** Those of one topic. Clients are numbered from 2: the first is a person. */
function programs(at: number, topicName: string): ActionBody[] {
  const first = 2 + at * (PRODUCERS_PER_TOPIC + CONSUMERS_PER_TOPIC);
  const bodies: ActionBody[] = [];
  for (let i = 0; i < PRODUCERS_PER_TOPIC; i++) {
    const settings = { keyCount: 200, valueBytes: 20, batchRecords: 5 };
    bodies.push(producer(first + i, topicName, 12, settings));
  }
  for (let i = 0; i < CONSUMERS_PER_TOPIC; i++) {
    const client = first + PRODUCERS_PER_TOPIC + i;
    bodies.push({ kind: "startConsumer", client, topic: topicName, group: null });
  }
  return bodies;
}
