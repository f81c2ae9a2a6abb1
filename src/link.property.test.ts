import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_RUN_OPTIONS, DISK_FAULTS } from "@chronik/core/sim";
import type { Action, Run } from "@chronik/core/sim";
import type { AdminCommand } from "@chronik/core/view";
import { nodeId } from "@chronik/core/base";
import { decodeBase64Url, encodeBase64Url } from "./base64Url.ts";
import { formatLink, parseAddress } from "./link.ts";
import { TIME_MAX_US } from "./linkLimits.ts";

const node = fc.integer({ min: 1, max: 9 });
const client = fc.integer({ min: 2, max: 20 });
const topic = fc.constantFrom("orders", "a.b-c_d");
const acks = fc.constantFrom<0 | 1 | -1>(0, 1, -1);
const command: fc.Arbitrary<AdminCommand> = fc.oneof(
  fc.record({ kind: fc.constantFrom("clusterStatus", "health", "listNodes", "rebalance") }),
  fc.record({ kind: fc.constantFrom("listPartitions", "isrStatus"), topic: fc.option(topic) }),
  fc.record({ kind: fc.constant("partitionInfo" as const), topic, partition: fc.nat(99) }),
  fc.record({
    kind: fc.constant("reassign" as const),
    topic,
    partition: fc.nat(99),
    replicas: fc.uniqueArray(node, { minLength: 1 }).map((nodes) => nodes.map(nodeId)),
  }),
);
const atUs = fc.integer({ min: 0, max: TIME_MAX_US });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    atUs,
    kind: fc.constantFrom("kill", "restart", "timeOut", "failSync", "tear", "snapshot", "repair"),
    node,
  }),
  fc.record({ atUs, kind: fc.constantFrom("powerCut", "powerOn") }),
  fc.record({
    atUs,
    kind: fc.constant("diskFault" as const),
    node,
    fault: fc.constantFrom(...DISK_FAULTS),
    on: fc.boolean(),
  }),
  fc.record({
    atUs,
    kind: fc.constant("flipBit" as const),
    node,
    file: fc.stringMatching(/^[a-z0-9.-]{1,64}$/),
    byte: fc.integer({ min: 0, max: 2 ** 31 }),
    bit: fc.integer({ min: 0, max: 7 }),
  }),
  fc.record({
    atUs,
    kind: fc.constant("cut" as const),
    nodes: fc.uniqueArray(node, { minLength: 1 }),
  }),
  fc.record({ atUs, kind: fc.constant("heal" as const) }),
  fc.record({
    atUs,
    kind: fc.constant("produce" as const),
    node: fc.option(node),
    topic,
    partition: fc.integer({ min: 0, max: 99 }),
    key: fc.string({ unit: "grapheme", maxLength: 8 }),
    value: fc.string({ unit: "grapheme", maxLength: 8 }),
    acks,
  }),
  fc.record(
    {
      atUs,
      kind: fc.constant("createTopic" as const),
      topic,
      partitionCount: fc.integer({ min: 1, max: 5 }),
      replicationFactor: node,
      minInsyncReplicas: node,
      replicationMode: fc.constantFrom("isr" as const, "raft" as const),
      uncleanLeaderElection: fc.boolean(),
    },
    {
      requiredKeys: [
        "atUs",
        "kind",
        "topic",
        "partitionCount",
        "replicationFactor",
        "minInsyncReplicas",
      ],
    },
  ),
  fc.record({ atUs, kind: fc.constant("deleteTopic" as const), topic }),
  fc.record({ atUs, kind: fc.constant("addNode" as const) }),
  fc.record({ atUs, kind: fc.constant("removeNode" as const), node }),
  fc.record({ atUs, kind: fc.constant("admin" as const), command }),
  fc.record({
    atUs,
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
    atUs,
    kind: fc.constant("startConsumer" as const),
    client,
    topic,
    group: fc.option(fc.constantFrom("readers", "g-1")),
  }),
  fc.record({ atUs, kind: fc.constant("stopClient" as const), client, crash: fc.boolean() }),
);
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

test("what a link is made from is what it opens", async () => {
  await fc.assert(
    fc.asyncProperty(run, atUs, async (made, viewAtUs) => {
      const link = formatLink(made, viewAtUs);
      if (!link.ok) throw new Error(link.problem.detail);
      const value = { kind: "run", run: made, viewAtUs };
      expect(await parse(link.value)).toEqual({ ok: true, value });
    }),
  );
});

test("a changed link is refused with a sentence or opens what it then says", async () => {
  const change = fc.record({
    at: fc.nat(),
    remove: fc.integer({ min: 0, max: 3 }),
    insert: fc.string({ unit: fc.constantFrom(...Array.from("AZaz09-_=%#&?{")), maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      run,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (made, changes) => {
        const link = formatLink(made, 0);
        if (!link.ok) return;
        const changed = changes.reduce((text, { at, remove, insert }) => {
          const position = at % (text.length + 1);
          return text.slice(0, position) + insert + text.slice(position + remove);
        }, link.value);
        await expectHonest(changed);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("changed data is refused with a sentence or opens what it then says", async () => {
  const value = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom("kill", -1, 2 ** 53, null));
  await fc.assert(
    fc.asyncProperty(run, fc.array(fc.nat(), { maxLength: 4 }), value, async (made, way, put) => {
      const link = formatLink(made, 0);
      if (!link.ok) return;
      const data = JSON.parse(decodeBase64Url(runText(link.value)) ?? "") as unknown;
      const text = encodeBase64Url(JSON.stringify(replaceAt(data, way, put)));
      await expectHonest(`#run=${text}`);
    }),
    { numRuns: 1_000 },
  );
});

/** Whatever was opened is exactly what the text says, once decoded by something simpler. */
async function expectHonest(link: string): Promise<void> {
  const opened = await parse(link);
  if (!opened.ok) {
    expect(opened.problem.title.length * opened.problem.detail.length).toBeGreaterThan(0);
    return;
  }
  if (opened.value.kind !== "run") return;
  const said = JSON.parse(decodeBase64Url(runText(link)) ?? "") as {
    seed: number;
    options: object;
    actions: Action[];
    at: number;
  };
  expect(opened.value.run).toEqual({
    seed: said.seed,
    options: { ...DEFAULT_RUN_OPTIONS, ...said.options },
    actions: said.actions,
  });
  expect(opened.value.viewAtUs).toBe(said.at);
}

function parse(link: string): ReturnType<typeof parseAddress> {
  const [search = "", ...hash] = link.split("#");
  return parseAddress({ search, hash: hash.length === 0 ? "" : `#${hash.join("#")}` });
}

function runText(link: string): string {
  return link.slice(link.indexOf("#run=") + "#run=".length);
}

function replaceAt(data: unknown, way: readonly number[], put: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof data !== "object" || data === null) return put;
  const keys = Object.keys(data);
  const key = keys[step % keys.length];
  if (key === undefined) return put;
  const copy = (Array.isArray(data) ? [...data] : { ...data }) as Record<string, unknown>;
  copy[key] = replaceAt(copy[key], rest, put);
  return copy;
}
