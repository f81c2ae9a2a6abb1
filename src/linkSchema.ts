import * as v from "valibot";
import type { Action } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS, DISK_FAULTS } from "@chronik/core/sim";
import { ACTIONS_MAX, SEED_MAX, TIME_MAX_US } from "./linkLimits.ts";

const PARTITIONS_MAX = 100;

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
const node = boundedInteger(1, DEFAULT_RUN_OPTIONS.nodeCount);
const nodes = v.pipe(
  v.array(node, "is not a list of nodes"),
  v.minLength(1, "names no node"),
  v.check((list) => new Set(list).size === list.length, "names a node twice"),
);
const topic = v.pipe(
  v.string("is not a topic name"),
  v.regex(/^[a-zA-Z0-9._-]{1,100}$/, "is not a topic name"),
);
const partition = boundedInteger(0, 99);
const text = v.string("is not a text");
const file = v.pipe(
  v.string("is not a file name"),
  v.regex(/^[a-z0-9.-]{1,64}$/, "is not a file name"),
);

const actionSchema = v.variant(
  "kind",
  [
    v.strictObject(
      {
        atUs: timeUs,
        kind: v.picklist(["kill", "restart", "timeOut", "failSync", "tear", "snapshot", "repair"]),
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
        on: v.boolean("is not true or false"),
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
        acks: v.picklist([0, 1, -1], "is not 0, 1 or -1"),
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
        partitionCount: boundedInteger(1, PARTITIONS_MAX),
        replicationFactor: boundedInteger(1, DEFAULT_RUN_OPTIONS.nodeCount),
        minInsyncReplicas: boundedInteger(1, DEFAULT_RUN_OPTIONS.nodeCount),
      },
      UNKNOWN,
    ),
  ],
  "is no action that this page knows",
);

/** Wide enough to play with, narrow enough that no link makes the page work forever. */
const optionsSchema = v.pipe(
  v.strictObject(
    {
      nodeCount: optionalInteger(DEFAULT_RUN_OPTIONS.nodeCount, DEFAULT_RUN_OPTIONS.nodeCount),
      tickUs: optionalInteger(10_000, 1_000_000),
      electionTicks: optionalInteger(3, 100),
      heartbeatTicks: optionalInteger(1, 50),
      latencyMinUs: optionalInteger(2, 10_000_000),
      latencyMaxUs: optionalInteger(2, 10_000_000),
      writeMinUs: optionalInteger(1, 10_000_000),
      writeMaxUs: optionalInteger(1, 10_000_000),
      syncMinUs: optionalInteger(1, 10_000_000),
      syncMaxUs: optionalInteger(1, 10_000_000),
      tornTails: v.exactOptional(v.boolean("is not true or false")),
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

/** A link of version 1, once it is JSON. */
const linkSchema = v.strictObject(
  {
    v: v.literal(1, "is not 1: this page reads links of version 1"),
    seed: boundedInteger(0, SEED_MAX),
    options: optionsSchema,
    actions: v.pipe(
      v.array(actionSchema, "is not a list"),
      v.maxLength(ACTIONS_MAX, `are more than ${ACTIONS_MAX}`),
      v.check(
        (actions) => actions.every((action, at) => action.atUs >= (actions[at - 1]?.atUs ?? 0)),
        "are not in order of time",
      ),
      v.check(
        (actions) => countPartitions(actions) <= PARTITIONS_MAX,
        `ask for more than ${PARTITIONS_MAX} partitions`,
      ),
    ),
    at: timeUs,
  },
  UNKNOWN,
);

function countPartitions(actions: readonly Action[]): number {
  return actions.reduce(
    (count, action) => count + (action.kind === "createTopic" ? action.partitionCount : 0),
    0,
  );
}

/** What the text of a link must be, once it is JSON: the run as it says, or the first breach. */
export function checkLink(
  data: unknown,
): { ok: true; link: v.InferOutput<typeof linkSchema> } | { ok: false; breach: string } {
  const result = v.safeParse(linkSchema, data);
  if (result.success) return { ok: true, link: result.output };
  const [issue] = result.issues;
  return { ok: false, breach: `${v.getDotPath(issue) ?? "The run"} ${issue.message}` };
}
