import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { NodeId } from "../base/ids.ts";
import type { ClusterMetadata, PartitionMetadata, TopicConfig } from "../metadata/index.ts";
import { PartitionViews } from "./partitionView.ts";
import { RecordReader } from "./recordReader.ts";
import type { ProcessSource, Readers, ReplicaSource, WorldSource } from "./source.ts";

type Batch = ReplicaSource["batches"][number];

/** A batch's first byte is all that it says. */
const decode = ((bytes: Uint8Array) => ({
  ok: true,
  batch: {
    header: { leaderEpoch: 0 },
    records: [{ offset: bytes[0], key: null, value: new Uint8Array([65 + bytes[0]!]) }],
  },
})) as unknown as Readers["decodeRecordBatch"];

/** Few of each, so that two moments often differ in one thing alone. */
const NODES = [1, 2, 3] as NodeId[];
const ISRS: readonly (readonly NodeId[])[] = [NODES, NODES.slice(1), NODES.slice(0, 1)];
const CONFIGS = [1, 2].map((minInsyncReplicas) => ({ minInsyncReplicas }) as TopicConfig);
const PARTITIONS = [1, 2].map(
  (leader) =>
    ({
      topic: "orders",
      partition: 0,
      leader,
      replicas: [2, 1, 3],
      isr: NODES,
      addingReplicas: [],
      removingReplicas: [],
      group: 0,
      leaderEpoch: leader,
    }) as unknown as PartitionMetadata,
);
const BATCHES: readonly Batch[] = [0, 1, 2, 3].flatMap((lastOffset): Batch[] => {
  const held = { lastOffset, bytes: new Uint8Array([lastOffset]) } as unknown as Batch;
  const rewritten = { ...held, bytes: new Uint8Array([lastOffset + 10]) };
  return [held, rewritten, { ...held, bytes: null }];
});

const log = fc.record({
  logEndOffset: fc.nat({ max: 2 }),
  durableEndOffset: fc.nat({ max: 2 }),
  highWatermark: fc.nat({ max: 2 }),
  batches: fc.subarray([...BATCHES], { maxLength: 3 }),
});
const replica = fc.record({ runs: fc.boolean(), log: fc.option(log) });
const moment = fc.record({
  partition: fc.constantFrom(...PARTITIONS),
  config: fc.constantFrom(...CONFIGS),
  proposedIsr: fc.option(fc.constantFrom(...ISRS)),
  entry: fc.option(fc.constantFrom(20, 21)),
  losses: fc.nat({ max: 2 }),
  isLookedAt: fc.boolean(),
  nodes: fc.tuple(replica, replica, replica),
});
type Moment = typeof moment extends fc.Arbitrary<infer Value> ? Value : never;
const KEYS = [
  "partition",
  "config",
  "proposedIsr",
  "entry",
  "losses",
  "isLookedAt",
  "nodes",
  "nodes",
] as const;

function processOf(at: Moment, node: NodeId): ProcessSource {
  const { runs, log: kept } = at.nodes[node - 1]!;
  const proposals = at.proposedIsr === null ? [] : [{ isr: at.proposedIsr, proposedAtUs: 0 }];
  const broker = {
    replicas: new Map(kept === null ? [] : [["orders-0", kept]]),
    led: new Map([["orders-0", { proposals }]]),
  };
  const state = runs ? "running" : "crashed";
  return { node, state, broker: runs ? broker : null, remains: broker } as unknown as ProcessSource;
}

function show(views: PartitionViews, at: Moment) {
  views.lookAt(at.isLookedAt ? "orders-0" : null);
  return views.of(
    {
      partitions: new Map([["orders-0", at.partition]]),
      topics: new Map([["orders", { config: at.config }]]),
    } as unknown as ClusterMetadata,
    NODES.map((node) => processOf(at, node)),
    Array.from({ length: at.losses }, () => ({
      topic: "orders",
      partition: 0,
      records: 3,
    })) as unknown as WorldSource["losses"],
    { indexOf: () => at.entry },
    {},
  );
}

/** A moment, and one that mostly differs from it in one thing alone. */
const twoMoments = fc
  .tuple(moment, moment, fc.constantFrom<keyof Moment | null>(...KEYS, null), fc.boolean())
  .map(([one, other, key, isLogAlone]): Moment[] => {
    if (key === null) return [one, other];
    if (key !== "nodes") return [one, { ...one, [key]: other[key] }];
    const [first, ...rest] = one.nodes;
    const of = isLogAlone ? { ...first, log: other.nodes[0].log } : other.nodes[0];
    return [one, { ...one, nodes: [of, ...rest] }];
  });

test("a partition that was seen before looks as it does to somebody who has not", () => {
  const property = fc.property(fc.array(twoMoments, { minLength: 1, maxLength: 4 }), (pairs) => {
    const known = new PartitionViews(new RecordReader(decode));
    for (const at of pairs.flat()) {
      expect(show(known, at)).toEqual(show(new PartitionViews(new RecordReader(decode)), at));
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});
