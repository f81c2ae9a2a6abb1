import { expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, term } from "../base/ids.ts";
import { freshWal, WalWriter } from "../wal/index.ts";
import type { WalRecord } from "../wal/index.ts";
import { Broker, DEFAULT_BROKER_CONFIG } from "./index.ts";
import { batchAt } from "./segments/testing/replicasUnderTest.ts";
import { TestDisk } from "./testing/testDisk.ts";

/** A broker that starts on a disk whose log holds these records. */
function startedOn(records: readonly WalRecord[]): Broker {
  const disk = new TestDisk();
  let lastId = 0;
  const wal = new WalWriter(freshWal({ node: nodeId(1) }), {
    segmentBytesMax: 1_000_000,
    nextOperationId: () => ++lastId,
    carryOver: () => [],
  });
  for (const record of records) wal.append(record);
  wal.requestSync();
  for (let next = wal.nextOperation(); next !== null; next = wal.nextOperation()) {
    wal.complete(disk.complete(next));
  }
  const who = { id: nodeId(1), peers: [1, 2, 3].map(nodeId), random: () => 0, events: true };
  return new Broker({ ...DEFAULT_BROKER_CONFIG, ...who }, disk.crash(), 0);
}

function batch(at: number): WalRecord {
  const offsets = { baseOffset: offset(at), lastOffset: offset(at), recordCount: 1 };
  const place = { topic: "orders", partition: 0, leaderEpoch: leaderEpoch(0) };
  return { kind: "produce", ...place, ...offsets, batch: batchAt(at, 1, 0, at) };
}

test.each([
  ["a batch", [batch(1)], "Record 0 of orders-0 is missing from the log."],
  [
    "a snapshot",
    [{ kind: "snapshot", group: 0, index: index(7), term: term(1), installed: false }],
    "The snapshot up to entry 7, which the log speaks of, is not there.",
  ],
] as const)("a sound log that lacks %s is not served from", (_, records, sentence) => {
  const broker = startedOn(records);
  const reason = `${sentence} This node does not serve or vote until it is repaired.`;
  expect(broker.stopped).toBe(reason);
  expect(broker.damage).toEqual({ sentence: reason, wal: null });
  expect([broker.raft, broker.storage, broker.wal, broker.generation]).toEqual([
    null,
    null,
    null,
    0,
  ]);
  expect(broker.takeOutputs()).toEqual([
    { kind: "event", event: { kind: "damageFound", sentence: reason } },
    { kind: "event", event: { kind: "stopped", reason } },
  ]);
});

test("a log that lacks nothing is served from, with everything in it durable", () => {
  const broker = startedOn([batch(0), batch(1)]);
  expect([broker.stopped, broker.damage]).toEqual([null, null]);
  const log = broker.replicas.get("orders-0")!;
  expect([log.durableEndOffset, log.highWatermark]).toEqual([2, 0]);
});
