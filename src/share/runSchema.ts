import * as v from "valibot";
import { nodeId } from "@chronik/core/base";
import { READY_STAGES } from "@chronik/core/broker";
import type { Action, RunOptions } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS, DISK_FAULTS, NODES_MAX } from "@chronik/core/sim";
import { CLIENT_MAX, SEED_MAX, TIME_MAX_US } from "../linkLimits.ts";

const PARTITIONS_MAX = 100;
const LATENCY_MAX_US = 10_000_000;

/** Every message continues a sentence that begins with the path. */
const UNKNOWN = "is missing, or is nothing that this page knows";

const boundedInteger = (min: number, max: number) => {
  const message = `is not a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
};
const timeUs = boundedInteger(0, TIME_MAX_US);
const optionalInteger = (min: number, max: number) => v.exactOptional(boundedInteger(min, max));
const node = boundedInteger(1, NODES_MAX);
const nodes = v.pipe(
  v.array(node, "is not a list of nodes"),
  v.minLength(1, "names no node"),
  v.check((list) => new Set(list).size === list.length, "names a node twice"),
);
const topic = v.pipe(
  v.string("is not a topic name"),
  v.regex(/^[a-zA-Z0-9._-]{1,100}$/, "is not a topic name"),
);
const partition = boundedInteger(0, PARTITIONS_MAX - 1);
const partitionCount = boundedInteger(1, PARTITIONS_MAX);
const text = v.string("is not a text");
const percent = boundedInteger(0, 100);
const latencyUs = boundedInteger(0, LATENCY_MAX_US);
const message = boundedInteger(1, 2 ** 40);
const truth = v.boolean("is not true or false");
const acks = v.picklist([0, 1, -1], "is not 0, 1 or -1");
/** A person is client 1; programs that send and read are numbered behind it. */
const client = boundedInteger(2, CLIENT_MAX);
const optionalTopic = v.nullable(topic);
const file = v.pipe(
  v.string("is not a file name"),
  v.regex(/^[a-z0-9.-]{1,64}$/, "is not a file name"),
);

const replicas = v.pipe(
  nodes,
  v.transform((ids) => ids.map(nodeId)),
);

/** `v.variant` names what is wrong in the one command that was meant. */
const commandSchema = v.variant(
  "kind",
  [
    v.strictObject(
      { kind: v.picklist(["clusterStatus", "health", "listNodes", "rebalance"]) },
      UNKNOWN,
    ),
    v.strictObject(
      {
        kind: v.picklist(["listPartitions", "isrStatus", "electPreferredLeaders"]),
        topic: optionalTopic,
      },
      UNKNOWN,
    ),
    v.strictObject({ kind: v.literal("partitionInfo"), topic, partition }, UNKNOWN),
    v.strictObject({ kind: v.literal("createPartitions"), topic, partitionCount }, UNKNOWN),
    v.strictObject(
      {
        kind: v.literal("alterTopic"),
        topic,
        minInsyncReplicas: boundedInteger(1, NODES_MAX),
        uncleanLeaderElection: truth,
      },
      UNKNOWN,
    ),
    v.strictObject({ kind: v.literal("reassign"), topic, partition, replicas }, UNKNOWN),
  ],
  "is no command that this page knows",
);

const actionSchema = v.variant(
  "kind",
  [
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.picklist([
          "kill",
          "restart",
          "timeOut",
          "pause",
          "resume",
          "failSync",
          "tear",
          "snapshot",
          "repair",
        ]),
        node,
      },
      UNKNOWN,
    ),
    v.strictObject({ atUs: timeUs, kind: v.picklist(["powerCut", "powerOn"]) }, UNKNOWN),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("diskFault"),
        node,
        fault: v.picklist(DISK_FAULTS, "is no fault that a disk can have here"),
        on: truth,
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("flipBit"),
        node,
        file,
        byte: boundedInteger(0, 2 ** 31),
        bit: boundedInteger(0, 7),
      },
      UNKNOWN,
    ),
    v.strictObject(
      { atUs: timeUs, kind: v.literal("skewClock"), node, percent: boundedInteger(10, 1_000) },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("holdStage"),
        node,
        stage: v.picklist(READY_STAGES, "is no stage of a Ready"),
        on: truth,
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("setLink"),
        from: node,
        to: node,
        bothWays: truth,
        isCut: truth,
        lossPercent: percent,
        extraLatencyUs: latencyUs,
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("setNetwork"),
        latencyMinUs: boundedInteger(2, LATENCY_MAX_US),
        latencyMaxUs: boundedInteger(2, LATENCY_MAX_US),
        lossPercent: percent,
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.picklist(["dropMessage", "holdMessage", "releaseMessage", "duplicateMessage"]),
        message,
      },
      UNKNOWN,
    ),
    v.strictObject(
      { atUs: timeUs, kind: v.literal("delayMessage"), message, byUs: latencyUs },
      UNKNOWN,
    ),
    v.strictObject({ atUs: timeUs, kind: v.literal("cut"), nodes }, UNKNOWN),
    v.strictObject(
      { atUs: timeUs, kind: v.literal("heal"), nodes: v.exactOptional(nodes) },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("produce"),
        node: v.nullable(node),
        topic,
        partition,
        key: text,
        value: text,
        acks,
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("consume"),
        topic,
        partition,
        node: v.nullable(node),
      },
      UNKNOWN,
    ),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("createTopic"),
        topic,
        partitionCount,
        replicationFactor: boundedInteger(1, NODES_MAX),
        minInsyncReplicas: boundedInteger(1, NODES_MAX),
        replicationMode: v.exactOptional(v.picklist(["isr", "raft"], "is not isr or raft")),
        uncleanLeaderElection: v.exactOptional(truth),
      },
      UNKNOWN,
    ),
    v.strictObject({ atUs: timeUs, kind: v.literal("deleteTopic"), topic }, UNKNOWN),
    v.strictObject({ atUs: timeUs, kind: v.literal("addNode") }, UNKNOWN),
    v.strictObject({ atUs: timeUs, kind: v.literal("removeNode"), node }, UNKNOWN),
    v.strictObject({ atUs: timeUs, kind: v.literal("admin"), command: commandSchema }, UNKNOWN),
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.literal("startProducer"),
        client,
        topic,
        recordsPerSecond: boundedInteger(1, 1_000),
        acks,
        idempotent: truth,
        keyCount: boundedInteger(0, 1_000),
        valueBytes: boundedInteger(1, 1_000),
        batchRecords: optionalInteger(1, 1_000),
      },
      UNKNOWN,
    ),
    v.strictObject(
      { atUs: timeUs, kind: v.literal("startConsumer"), client, topic, group: optionalTopic },
      UNKNOWN,
    ),
    v.strictObject({ atUs: timeUs, kind: v.literal("stopClient"), client, crash: truth }, UNKNOWN),
  ],
  "is no action that this page knows",
);

/** Wide enough to play with, narrow enough that no link makes the page work forever. */
const optionsSchema = v.pipe(
  v.strictObject(
    {
      nodeCount: optionalInteger(1, NODES_MAX),
      tickUs: optionalInteger(10_000, 1_000_000),
      electionTicks: optionalInteger(3, 100),
      heartbeatTicks: optionalInteger(1, 50),
      latencyMinUs: optionalInteger(2, 10_000_000),
      latencyMaxUs: optionalInteger(2, 10_000_000),
      writeMinUs: optionalInteger(1, 10_000_000),
      writeMaxUs: optionalInteger(1, 10_000_000),
      syncMinUs: optionalInteger(1, 10_000_000),
      syncMaxUs: optionalInteger(1, 10_000_000),
      tornTails: v.exactOptional(truth),
      clientLatencyMinUs: optionalInteger(2, 10_000_000),
      clientLatencyMaxUs: optionalInteger(2, 10_000_000),
      clientRequestTimeoutUs: optionalInteger(10_000, 60_000_000),
      clientRetryBackoffUs: optionalInteger(10_000, 60_000_000),
      clientDeliveryTimeoutUs: optionalInteger(10_000, 60_000_000),
      clientCreateTimeoutUs: optionalInteger(10_000, 60_000_000),
      produceTimeoutMs: optionalInteger(10, 60_000),
      replicaLagTimeMaxUs: optionalInteger(10_000, 60_000_000),
      brokerHeartbeatIntervalUs: optionalInteger(10_000, 60_000_000),
      brokerSessionTimeoutUs: optionalInteger(10_000, 60_000_000),
      fetchMaxWaitMs: optionalInteger(10, 60_000),
      segmentBytes: optionalInteger(1_024, 16_777_216),
      snapshotEntries: optionalInteger(1, 1_000_000),
      snapshotTrailingEntries: optionalInteger(0, 1_000_000),
      slowDiskFactor: optionalInteger(2, 1_000),
      preferredLeaderCheckUs: optionalInteger(0, 1_000_000_000),
      partitionFlushBytes: optionalInteger(1, 16_777_216),
      partitionMemoryBytes: optionalInteger(1, 16_777_216),
      autoCreateTopics: v.exactOptional(truth),
      forwardProduce: v.exactOptional(truth),
      groupInitialRebalanceDelayMs: optionalInteger(0, 60_000),
      groupSessionTimeoutMs: optionalInteger(6_000, 60_000),
      producerDeliveryTimeoutUs: optionalInteger(10_000, 600_000_000),
      consumerCommitIntervalUs: optionalInteger(10_000, 60_000_000),
      classicClients: v.exactOptional(truth),
      minIsrHoldsHighWatermark: v.exactOptional(truth),
    },
    UNKNOWN,
  ),
  v.check((options) => {
    const all = { ...DEFAULT_RUN_OPTIONS, ...options };
    return (
      all.latencyMinUs <= all.latencyMaxUs &&
      all.writeMinUs <= all.writeMaxUs &&
      all.syncMinUs <= all.syncMaxUs &&
      all.clientLatencyMinUs <= all.clientLatencyMaxUs &&
      all.heartbeatTicks < all.electionTicks
    );
  }, "contradict each other: a least value is above its greatest"),
);

const seed = boundedInteger(0, SEED_MAX);

/** The text of a link of either version, once it is JSON. Its actions are looked at one by one. */
const linkSchema = v.strictObject(
  {
    v: v.literal(1, "is not 1: this page reads no other links"),
    seed,
    options: optionsSchema,
    actions: v.array(v.unknown(), "is not a list"),
    at: timeUs,
  },
  UNKNOWN,
);

/** The first line of a run file. */
const headSchema = v.strictObject(
  {
    format: v.literal("chronik-run", "is not chronik-run: this is no run file"),
    version: v.literal(1, "is not 1: this page reads no other files"),
    seed,
    options: optionsSchema,
    scenario: v.exactOptional(
      v.pipe(v.string("is not a name"), v.regex(/^[a-z0-9-]{1,64}$/, "is not a name")),
    ),
    viewAtUs: timeUs,
  },
  UNKNOWN,
);

/** What was asked for, or a sentence without its full stop that begins with the path. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly breach: string };

export type LinkText = v.InferOutput<typeof linkSchema>;
export type FileHead = v.InferOutput<typeof headSchema>;

export const checkLinkText = (data: unknown): Checked<LinkText> =>
  check(linkSchema, data, "", "the run");
export const checkFileHead = (data: unknown): Checked<FileHead> =>
  check(headSchema, data, "", "it");
export const checkOptions = (data: unknown): Checked<Partial<RunOptions>> =>
  check(optionsSchema, data, "", "the options");

/** `path` says where the action stands: "actions.3". */
export const checkAction = (data: unknown, path: string): Checked<Action> =>
  check(actionSchema, data, path === "" ? "" : `${path}.`, path === "" ? "the action" : path);

/** What no action breaks alone; the order of time is one of these. */
export class ActionsRule {
  #lastUs = 0;
  #partitionCount = 0;

  /** Null, or what is wrong with this action after those before it: "atUs is before ...". */
  breachOf(action: Action): string | null {
    if (action.atUs < this.#lastUs) return "atUs is before that of the action above it";
    this.#lastUs = action.atUs;
    if (action.kind === "createTopic") this.#partitionCount += action.partitionCount;
    if (this.#partitionCount <= PARTITIONS_MAX) return null;
    return `partitionCount makes them more than ${PARTITIONS_MAX} in all topics`;
  }
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  data: unknown,
  prefix: string,
  whole: string,
): Checked<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, data, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return { ok: false, breach: `${path === null ? whole : `${prefix}${path}`} ${issue.message}` };
}
