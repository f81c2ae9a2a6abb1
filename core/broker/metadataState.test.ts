import { expect, test } from "vitest";
import { index, leaderEpoch, nodeId, partitionEpoch, term } from "../base/ids.ts";
import { EMPTY_METADATA, encodeMetadata } from "../metadata/index.ts";
import type { ClusterMetadata, PartitionMetadata } from "../metadata/clusterMetadata.ts";
import { confStateOf } from "../raft/index.ts";
import type { Snapshot } from "../raft/index.ts";
import { MetadataState } from "./metadataState.ts";
import { Outbox } from "./outbox.ts";
import { Partitions } from "./partitions.ts";
import { nodeFixture, partitionFixture, topicFixture } from "./testing/fixtures.ts";

const SELF = nodeId(1);

function state(): MetadataState {
  const out = new Outbox(false, 0);
  const logs = new Map();
  return new MetadataState(
    new Partitions(SELF, logs, index(0), () => true, { nowUs: 0 }, out),
    out,
  );
}

/** Partitions of one topic, each given as its leader, its leader epoch, its partition epoch. */
function snapshot(at: number, ...all: (readonly [number, number, number])[]): Snapshot {
  const ids = [1, 2].map(nodeId);
  const partitions = all.map(([leader, epoch, version], partition): [string, PartitionMetadata] => [
    `orders-${partition}`,
    partitionFixture({
      partition,
      leader: nodeId(leader),
      leaderEpoch: leaderEpoch(epoch),
      partitionEpoch: partitionEpoch(version),
    }),
  ]);
  const nodes = ids.map((node) => nodeFixture(node));
  const metadata: ClusterMetadata = {
    ...EMPTY_METADATA,
    nodes: new Map(nodes.map((one) => [one.node, one])),
    topics: new Map([["orders", topicFixture()]]),
    partitions: new Map(partitions),
  };
  const confState = confStateOf(ids);
  return {
    metadata: { index: index(at), term: term(3), confState },
    data: encodeMetadata(metadata),
  };
}

test("a snapshot takes the place of state, index and term", () => {
  const made = state();
  made.restore(snapshot(7, [2, 0, 0]));
  expect([made.appliedIndex, made.appliedTerm]).toEqual([7, 3]);
  expect([...made.metadata.partitions.keys()]).toEqual(["orders-0"]);
  expect(() => made.restore(snapshot(7))).toThrow("never takes the state back");
  const bad = { ...snapshot(8), data: Uint8Array.of(1) };
  expect(() => made.restore(bad)).toThrow("snapshot 8: ");
});

test("roles change with it where the epochs do; what it led before it does not lead unasked", () => {
  const made = state();
  made.restore(snapshot(7, [2, 0, 0], [2, 0, 0], [1, 0, 0]));
  const { partitions } = made;
  expect(partitions.followed.get(nodeId(2))).toHaveLength(2);
  expect([...partitions.forfeited.keys()]).toEqual(["orders-2"]);
  made.restore(snapshot(9, [2, 0, 0], [1, 1, 1], [2, 1, 1]));
  expect(partitions.followed.get(nodeId(2))!.map(({ log }) => log.partition)).toEqual([0, 2]);
  expect([...partitions.forfeited.keys()]).toEqual(["orders-1"]);
  expect(partitions.led.size).toBe(0);
});

test("of a partition that it does not change nobody hears", () => {
  const made = state();
  made.restore(snapshot(7, [2, 0, 0], [2, 0, 0]));
  const before = [...made.partitions.followed.get(nodeId(2))!];
  made.partitions.hasNews = false;
  made.restore(snapshot(8, [2, 0, 0], [2, 0, 0]));
  expect(made.partitions.hasNews).toBe(false);
  made.restore(snapshot(9, [2, 0, 0], [2, 0, 1]));
  const after = made.partitions.followed.get(nodeId(2))!;
  expect(after[0]).toBe(before[0]);
  expect(after[1]!.metadata.partitionEpoch).toBe(1);
});
