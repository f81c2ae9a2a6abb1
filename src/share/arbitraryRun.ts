import * as fc from "fast-check";
import { nodeId } from "@chronik/core/base";
import { READY_STAGES } from "@chronik/core/broker";
import type { Action, ActionBody, Run } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS, DISK_FAULTS } from "@chronik/core/sim";
import type { AdminCommand } from "@chronik/core/view";
import { TIME_MAX_US } from "../linkLimits.ts";
import type { SharedRun } from "./sharedRun.ts";

const node = fc.integer({ min: 1, max: 9 });
const client = fc.integer({ min: 2, max: 20 });
const topic = fc.constantFrom("orders", "a.b-c_d");
/** Of any language, and of what separates words anywhere. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("a", " ", ",", "(", ")", "\\", "=", "#", "\n"), maxLength: 8 }),
);
const acks = fc.constantFrom<0 | 1 | -1>(0, 1, -1);
const percent = fc.integer({ min: 0, max: 100 });
const latencyUs = fc.integer({ min: 2, max: 10_000_000 });
const message = fc.integer({ min: 1, max: 2 ** 40 });
const command: fc.Arbitrary<AdminCommand> = fc.oneof(
  fc.record({ kind: fc.constantFrom("clusterStatus", "health", "listNodes", "rebalance") }),
  fc.record({ kind: fc.constantFrom("listPartitions", "isrStatus"), topic: fc.option(topic) }),
  fc.record({
    kind: fc.constant("createPartitions" as const),
    topic,
    partitionCount: fc.integer({ min: 1, max: 100 }),
  }),
  fc.record({
    kind: fc.constant("alterTopic" as const),
    topic,
    minInsyncReplicas: node,
    uncleanLeaderElection: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("electPreferredLeaders" as const), topic: fc.option(topic) }),
  fc.record({ kind: fc.constant("partitionInfo" as const), topic, partition: fc.nat(99) }),
  fc.record({
    kind: fc.constant("reassign" as const),
    topic,
    partition: fc.nat(99),
    replicas: fc.uniqueArray(node, { minLength: 1 }).map((nodes) => nodes.map(nodeId)),
  }),
);
/** Every kind of action, with every field that it can have. */
export const actionBody: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "kill",
      "restart",
      "timeOut",
      "pause",
      "resume",
      "failSync",
      "tear",
      "snapshot",
      "repair",
    ),
    node,
  }),
  fc.record({ kind: fc.constantFrom("powerCut", "powerOn") }),
  fc.record({
    kind: fc.constant("diskFault" as const),
    node,
    fault: fc.constantFrom(...DISK_FAULTS),
    on: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("flipBit" as const),
    node,
    file: fc.stringMatching(/^[a-z0-9.-]{1,64}$/),
    byte: fc.integer({ min: 0, max: 2 ** 31 }),
    bit: fc.integer({ min: 0, max: 7 }),
  }),
  fc.record({
    kind: fc.constant("cut" as const),
    nodes: fc.uniqueArray(node, { minLength: 1 }),
  }),
  fc.record({ kind: fc.constant("heal" as const) }),
  fc.record({
    kind: fc.constant("skewClock" as const),
    node,
    percent: fc.integer({ min: 10, max: 1_000 }),
  }),
  fc.record({
    kind: fc.constant("holdStage" as const),
    node,
    stage: fc.constantFrom(...READY_STAGES),
    on: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("setLink" as const),
    from: node,
    to: node,
    bothWays: fc.boolean(),
    isCut: fc.boolean(),
    lossPercent: percent,
    extraLatencyUs: latencyUs,
  }),
  fc.record({
    kind: fc.constant("setNetwork" as const),
    latencyMinUs: latencyUs,
    latencyMaxUs: latencyUs,
    lossPercent: percent,
  }),
  fc.record({
    kind: fc.constantFrom("dropMessage", "holdMessage", "releaseMessage", "duplicateMessage"),
    message,
  }),
  fc.record({ kind: fc.constant("delayMessage" as const), message, byUs: latencyUs }),
  fc.record({
    kind: fc.constant("produce" as const),
    node: fc.option(node),
    topic,
    partition: fc.integer({ min: 0, max: 99 }),
    key: text,
    value: text,
    acks,
  }),
  fc.record(
    {
      kind: fc.constant("createTopic" as const),
      topic,
      partitionCount: fc.integer({ min: 1, max: 5 }),
      replicationFactor: node,
      minInsyncReplicas: node,
      replicationMode: fc.constantFrom("isr" as const, "raft" as const),
      uncleanLeaderElection: fc.boolean(),
    },
    {
      requiredKeys: ["kind", "topic", "partitionCount", "replicationFactor", "minInsyncReplicas"],
    },
  ),
  fc.record({ kind: fc.constant("deleteTopic" as const), topic }),
  fc.record({ kind: fc.constant("addNode" as const) }),
  fc.record({ kind: fc.constant("removeNode" as const), node }),
  fc.record({ kind: fc.constant("admin" as const), command }),
  fc.record({
    kind: fc.constant("startProducer" as const),
    client,
    topic,
    recordsPerSecond: fc.integer({ min: 1, max: 1_000 }),
    acks,
    idempotent: fc.boolean(),
    keyCount: fc.nat(1_000),
    valueBytes: fc.integer({ min: 1, max: 1_000 }),
  }),
  fc.record({
    kind: fc.constant("startConsumer" as const),
    client,
    topic,
    group: fc.option(fc.constantFrom("readers", "g-1")),
  }),
  fc.record({ kind: fc.constant("stopClient" as const), client, crash: fc.boolean() }),
);
const atUs = fc.integer({ min: 0, max: TIME_MAX_US });
const action: fc.Arbitrary<Action> = fc
  .tuple(atUs, actionBody)
  .map(([atUs, body]) => ({ atUs, ...body }));

/** Plain data that the parsers take; whether it makes sense in its world is another matter. */
const run: fc.Arbitrary<Run> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  options: fc
    .record({
      latencyMaxUs: fc.integer({ min: 60_000, max: 200_000 }),
      segmentBytes: fc.integer({ min: 1_024, max: 16_777_216 }),
      snapshotEntries: fc.integer({ min: 1, max: 1_000_000 }),
      snapshotTrailingEntries: fc.integer({ min: 0, max: 1_000_000 }),
      slowDiskFactor: fc.integer({ min: 2, max: 1_000 }),
      nodeCount: node,
      autoCreateTopics: fc.boolean(),
    })
    .map((options) => ({ ...DEFAULT_RUN_OPTIONS, ...options })),
  actions: fc
    .array(action, { maxLength: 20 })
    .map((actions) => actions.sort((one, other) => one.atUs - other.atUs)),
});

export const sharedRun: fc.Arbitrary<SharedRun> = fc.record({
  run,
  viewAtUs: atUs,
  scenario: fc.constantFrom("", "three-brokers", "five-brokers"),
});
