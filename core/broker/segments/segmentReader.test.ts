import { expect, test } from "vitest";
import { offset } from "../../base/ids.ts";
import { readBatchHeader } from "../../wire/index.ts";
import { ReplicaLog, storedBatch } from "../replicaLog.ts";
import { SegmentReader } from "./segmentReader.ts";
import { batchAt, sealed } from "./testing/replicasUnderTest.ts";

/** Two batches of one record that are only in a file, behind a header of 4 bytes. */
function onDisk(): {
  log: ReplicaLog;
  reader: SegmentReader;
  batches: Uint8Array[];
  partitions: { hasNews: boolean };
} {
  const log = new ReplicaLog("orders", 0);
  const batches = [batchAt(0, 1, 0, 1), batchAt(1, 1, 0, 2)];
  for (const bytes of batches) log.append(storedBatch(readBatchHeader(bytes)!, bytes, 1));
  log.makeDurable(1);
  log.raiseHighWatermark(offset(2));
  log.flushed.begun({ file: "one", baseOffset: offset(0), firstBatch: 0, headerBytes: 4 });
  log.flushed.start(2, 4 + batches[0]!.length + batches[1]!.length);
  log.flushed.finish(true);
  log.dropFromMemory(0);
  let lastId = 0;
  const partitions = { hasNews: false };
  return { log, batches, partitions, reader: new SegmentReader(partitions, () => ++lastId) };
}

test("what is in memory is there at once, what is not comes from the disk", () => {
  const { log, reader, batches, partitions } = onDisk();
  const more = batchAt(2, 1, 0, 3);
  log.append(storedBatch(readBatchHeader(more)!, more, 2));
  expect(reader.request(log, offset(2), offset(3), 100).result).toEqual(more);
  expect(reader.nextOperation()).toBeNull();
  const ticket = reader.request(log, offset(1), offset(3), 100);
  const later = reader.request(log, offset(0), offset(3), 100);
  const sizeBytes = batches[1]!.length;
  const operation = {
    kind: "read",
    id: 1,
    file: "one",
    position: 4 + batches[0]!.length,
    sizeBytes,
  };
  expect(reader.nextOperation()).toEqual(operation);
  expect(reader.nextOperation()).toBeNull();
  expect([reader.owns(1), reader.owns(2), ticket.result]).toEqual([true, false, "waiting"]);
  expect(reader.complete({ id: 1, error: null, bytes: sealed(batches[1]!) })).toBeNull();
  expect(ticket.result).toEqual(batches[1]);
  expect([later.result, partitions.hasNews]).toEqual(["waiting", true]);
  expect(reader.nextOperation()).toMatchObject({ id: 2, position: 4 });
});

test("of a log that is gone meanwhile there is nothing", () => {
  const { log, reader } = onDisk();
  const ticket = reader.request(log, offset(0), offset(2), 100);
  log.truncate(offset(0), true);
  expect(reader.nextOperation()).toBeNull();
  expect(ticket.result).toHaveLength(0);
});

test.each([
  [
    "a flipped bit",
    (bytes: Uint8Array) => bytes.map((byte, at) => (at === 66 ? byte ^ 1 : byte)),
    "checksum",
  ],
  ["an end that is missing", (bytes: Uint8Array) => bytes.subarray(1), "bytes are there"],
  [
    "another leader epoch, which no checksum of Kafka's covers",
    (bytes: Uint8Array) => bytes.map((byte, at) => (at === 15 ? byte ^ 1 : byte)),
    "too large",
  ],
  ["another batch", () => sealed(batchAt(7, 1, 0, 1)), "is another"],
  [
    "another length",
    (bytes: Uint8Array) => bytes.map((byte, at) => (at === 11 ? 255 : byte)),
    "the batch wants",
  ],
])("%s is damage, and says where", (_, change, what) => {
  const { log, reader, batches } = onDisk();
  reader.request(log, offset(0), offset(1), 10);
  reader.nextOperation();
  const damage = reader.complete({ id: 1, error: null, bytes: change(sealed(batches[0]!)) });
  expect(damage).toContain("one is damaged from byte 4 on: ");
  expect(damage).toContain(what);
});

test("a disk that fails is what the node must hear of", () => {
  const { log, reader } = onDisk();
  reader.request(log, offset(0), offset(1), 10);
  reader.nextOperation();
  const error = { kind: "failed", message: "input/output error" } as const;
  expect(reader.complete({ id: 1, error, bytes: null })).toBe(
    "The disk failed: input/output error",
  );
});
