import { describe, expect, test } from "vitest";
import { metadataHash } from "../metadata/index.ts";
import { findSnapshots, recoverWal } from "../wal/index.ts";
import type { WalRecord } from "../wal/index.ts";
import type { Broker, BrokerConfig } from "./index.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import { TestCluster, topicRequest } from "./testing/testCluster.ts";

/** A cluster of one commits what it writes; a standalone node has no Raft. */
function alone(config: Partial<BrokerConfig>, isStandalone = false): TestCluster {
  const made = new TestCluster(1, isStandalone ? { ...config, peers: [] } : config);
  made.boot();
  made.run(1_000);
  return made;
}

/** Asks for a topic, which is one entry and one more for each partition. */
function ask(made: TestCluster, topic: string, partitionCount: number): void {
  const request = topicRequest(topic, partitionCount, 1);
  made.ask(made.alive[0]!.id, { ...request, timeoutMs: 60_000 });
}

function create(made: TestCluster, topic: string, partitionCount: number): void {
  ask(made, topic, partitionCount);
  made.run(100_000);
}

function taken(made: TestCluster, node = 1): number[] {
  return made.events.flatMap(({ node: of, event }) =>
    of === node && event.kind === "snapshotTaken" ? [event.index] : [],
  );
}

function recordsOf(made: TestCluster, node = 1): WalRecord[] {
  const records: WalRecord[] = [];
  const { id } = made.broker(node);
  recoverWal(made.disk(node).durableImage(), { node: id }, ({ record }) => records.push(record));
  return records;
}

describe.each([
  ["a cluster of one", false],
  ["a standalone node", true],
])("a snapshot is taken by %s", (_, isStandalone) => {
  test("once for each crossing, at the very entry, and not again", () => {
    const made = alone({ snapshotEntries: 10 }, isStandalone);
    const first = made.broker(1).appliedIndex;
    for (let at = 0; at < 5; at++) create(made, `topic-${at}`, 4);
    expect(made.broker(1).appliedIndex).toBe(first + 25);
    expect(taken(made)).toEqual([10, 20]);
    made.run(3_000_000);
    expect(taken(made)).toEqual([10, 20]);
  });

  test("of exactly the state at its index", () => {
    const made = alone({ snapshotEntries: 10 }, isStandalone);
    // They are applied on while the snapshot is being written.
    made.diskUs.set(1, 5_000);
    create(made, "orders", 12);
    made.run(100_000);
    const [found] = findSnapshots(made.disk(1).durableImage(), METADATA_GROUP).snapshots;
    const first = made.broker(1).appliedIndex - 12;
    expect(found!.index).toBe(10);
    const { partitions } = JSON.parse(String.fromCharCode(...found!.data));
    expect(partitions).toHaveLength(10 - first);
  });

  test("of thousands of entries at once: the first crossing, and one more for all the rest", () => {
    const made = alone({ snapshotEntries: 800 }, isStandalone);
    made.diskUs.set(1, 20_000);
    create(made, "orders", 1_900);
    made.run(1_000_000);
    const { appliedIndex } = made.broker(1);
    expect(appliedIndex).toBeGreaterThan(1_900);
    expect(taken(made)).toEqual([800, appliedIndex]);
  });

  test("after a restart between the crossing and the disk, once", () => {
    const made = alone({ snapshotEntries: 10 }, isStandalone);
    made.runUntil(() => {
      if (made.broker(1).metadata.topics.size === 0) ask(made, "orders", 8);
      return made.broker(1).snapshotSaving !== null;
    });
    made.restart(1);
    expect(taken(made)).toEqual([]);
    made.run(3_000_000);
    create(made, "more", 1);
    expect(taken(made)).toHaveLength(1);
    expect(taken(made)[0]).toBeGreaterThanOrEqual(10);
    const index = made.broker(1).lastSnapshot!.index;
    made.restart(1);
    made.run(3_000_000);
    expect(taken(made)).toEqual([index]);
    expect(made.broker(1).lastSnapshot).toMatchObject({ index });
  });

  test("by hand, unless there is nothing that the last one lacks", () => {
    const made = alone({}, isStandalone);
    create(made, "orders", 1);
    const { appliedIndex } = made.broker(1);
    for (let at = 0; at < 3; at++) {
      made.step(1, { kind: "takeSnapshot" });
      made.run(10_000);
    }
    expect(taken(made)).toEqual([appliedIndex]);
    expect(made.broker(1).lastSnapshot).toMatchObject({ index: appliedIndex });
    create(made, "more", 1);
    made.step(1, { kind: "takeSnapshot" });
    made.run(10_000);
    expect(taken(made)).toEqual([appliedIndex, appliedIndex + 2]);
  });

  test("the state is the same after a restart from it", () => {
    const made = alone({ snapshotEntries: 10, segmentBytesMax: 500 }, isStandalone);
    create(made, "orders", 25);
    const { topics, partitions } = made.broker(1).metadata;
    made.restart(1);
    expect(made.broker(1).lastSnapshot!.index).toBeGreaterThan(10);
    made.run(5_000_000);
    expect(made.broker(1).metadata).toMatchObject({ topics, partitions });
  });
});

describe("a full disk", () => {
  test("has the snapshot given up, and taken once there is room again", () => {
    const made = alone({}, true);
    create(made, "orders", 5);
    const disk = made.disk(1);
    disk.roomBytes = disk.usedBytes + 10;
    made.step(1, { kind: "takeSnapshot" });
    made.run(1_000_000);
    const broker = made.broker(1);
    expect([broker.stopped, broker.isDiskFull, broker.lastSnapshot]).toEqual([null, true, null]);
    expect(taken(made)).toEqual([]);
    disk.roomBytes = Number.POSITIVE_INFINITY;
    made.run(200_000);
    expect([broker.isDiskFull, taken(made)]).toEqual([false, [broker.appliedIndex]]);
    expect([...disk.image().keys()].filter((name) => name.endsWith("tmp"))).toEqual([]);
    const told = made.events
      .map(({ event }) => event.kind)
      .filter((kind) => kind.startsWith("disk"));
    expect(told).toEqual(["diskFull", "diskSpaceReturned"]);
  });
});

describe("what a snapshot covers goes", () => {
  test("but for the trailing entries, which stay for followers a little behind", () => {
    const made = alone({ snapshotTrailingEntries: 3 });
    create(made, "orders", 10);
    made.step(1, { kind: "takeSnapshot" });
    made.run(10_000);
    const { storage, appliedIndex } = made.broker(1);
    expect(storage!.firstIndex()).toBe(appliedIndex - 3 + 1);
    expect(storage!.snapshot().metadata.index).toBe(appliedIndex);
  });

  test("segments only once a durable record speaks of the snapshot", () => {
    const made = alone({ snapshotEntries: 10, segmentBytesMax: 300 }, true);
    let removals = 0;
    made.onOutput = (_, output) => {
      if (output.kind !== "disk" || output.operation.kind !== "remove") return;
      if (!output.operation.file.startsWith("wal")) return;
      const { index } = made.broker(1).lastSnapshot!;
      const markers = recordsOf(made).flatMap((one) =>
        one.kind === "snapshot" ? [one.index] : [],
      );
      expect(markers).toContain(index);
      removals++;
    };
    create(made, "orders", 40);
    expect(removals).toBeGreaterThan(5);
    expect(made.broker(1).wal!.segments.length).toBeLessThan(10);
    expect(made.events.some(({ event }) => event.kind === "segmentsRemoved")).toBe(true);
  });

  test("but not the segments that hold batches, before these have files of their own", () => {
    const made = alone({ snapshotEntries: 10, segmentBytesMax: 300 }, true);
    create(made, "orders", 1);
    made.produce(1, "orders", 0, "kept", 1);
    made.run(10_000);
    const holder = made.broker(1).wal!.segments.at(-1)!.file;
    let isFlushed: boolean | null = null;
    made.onOutput = (_, output) => {
      if (output.kind !== "disk" || output.operation.kind !== "remove") return;
      if (output.operation.file !== holder) return;
      isFlushed = made.events.some(({ event }) => event.kind === "batchesFlushed");
    };
    create(made, "more", 40);
    made.run(2_000_000);
    expect(taken(made).length).toBeGreaterThan(2);
    expect(isFlushed).toBe(true);
    made.restart(1);
    expect(made.broker(1).replicas.get("orders-0")!.logEndOffset).toBe(1);
  });
});

const SMALL = { snapshotEntries: 7, snapshotTrailingEntries: 2, segmentBytesMax: 600 };

/** A follower that takes snapshots, is cut off, gets the leader's, and takes some more. */
function saga(): { made: TestCluster; id: number; play: () => void } {
  const made = new TestCluster(3, SMALL);
  made.boot();
  const id = made.alive.find((one) => one.id !== made.controller.id)!.id;
  const play = (): void => {
    made.createTopic("a", 5, 2);
    made.cut(id);
    ask3(made, "b", 12);
    made.run(1_000_000);
    made.heal();
    made.run(1_500_000);
    ask3(made, "c", 12);
    made.run(1_500_000);
  };
  return { made, id, play };
}

function ask3(made: TestCluster, topic: string, partitionCount: number): void {
  const request = topicRequest(topic, partitionCount, 2);
  made.ask(made.controller.id, { ...request, timeoutMs: 5_000 });
}

test("a leader's snapshot waits for the one that is being taken, and takes its place", () => {
  const { made, id } = saga();
  made.createTopic("a", 1, 2);
  made.cut(id);
  ask3(made, "b", 12);
  made.run(1_500_000);
  made.diskUs.set(id, 200_000);
  made.events.length = 0;
  made.step(id, { kind: "takeSnapshot" });
  made.heal();
  made.runUntil(() => made.broker(id).appliedIndex === made.controller.appliedIndex);
  const told = made.events.flatMap(({ node, event }) =>
    node === id && (event.kind === "snapshotTaken" || event.kind === "snapshotInstalled")
      ? [[event.kind, event.index]]
      : [],
  );
  expect(told.map(([kind]) => kind)).toEqual(["snapshotTaken", "snapshotInstalled"]);
  expect(told[0]![1]).toBeLessThan(Number(told[1]![1]));
  made.run(2_000_000);
  const { snapshots, ignored, leftovers } = findSnapshots(made.disk(id).image(), METADATA_GROUP);
  expect([snapshots.length, ignored, leftovers]).toEqual([1, [], []]);
});

describe("a crash at every operation of the disk", () => {
  const expectWhole = (made: TestCluster, id: number): void => {
    expect(made.broker(id).stopped).toBe(null);
    const { controller } = made;
    // A snapshot that was lost with the power is sent again after 3 s.
    made.runUntil(() => made.broker(id).appliedIndex === controller.appliedIndex, 5_000_000);
    expect(metadataHash(made.broker(id).metadata)).toBe(metadataHash(controller.metadata));
  };

  test("the saga without one", () => {
    const { made, id, play } = saga();
    play();
    expectWhole(made, id);
    expect(taken(made, id).length).toBeGreaterThanOrEqual(3);
    const kinds = new Set(
      made.events.flatMap(({ node, event }) => (node === id ? [event.kind] : [])),
    );
    for (const kind of ["snapshotInstalled", "segmentsRemoved"] as const)
      expect(kinds).toContain(kind);
  });

  test.each([
    ["nothing unsynced is kept", 0, false, 1, 0],
    ["some bytes are kept", 9, false, 3, 0],
    ["names are kept", 0, true, 3, 1],
    ["names and bytes are kept", 700, true, 3, 2],
  ])("leaves a node that catches up: %s", (_, survivingBytes, keepsNames, stride, first) => {
    let isOver = false;
    for (let at = first; !isOver; at += stride) {
      const { made, id, play } = saga();
      let count = 0;
      let before: Broker | null = null;
      let term = 0;
      made.onOutput = (node, output) => {
        if (node !== id || output.kind !== "disk" || count++ !== at) return;
        before = made.broker(id);
        term = before.storage!.initialState().hardState?.term ?? 0;
        made.loseOperation(id, output.operation, survivingBytes, keepsNames);
      };
      play();
      isOver = before === null;
      expectWhole(made, id);
      expect(made.broker(id).storage!.initialState().hardState!.term).toBeGreaterThanOrEqual(term);
      // What it has written since belongs behind what was there.
      made.restart(id);
      expectWhole(made, id);
    }
  });
});
