import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, term } from "../base/ids.ts";
import type { DiskImage } from "./disk.ts";
import type { RecoveredRecord } from "./logScan.ts";
import type { WalRecord } from "./record.ts";
import { segmentFileName } from "./segmentHeader.ts";
import { anyRecordStep, RecordMaker } from "./testing/anyLog.ts";
import { diskWithLog, entry, openWal, readLog, recovered, settle } from "./testing/openWal.ts";
import { survivors } from "./testing/plainDisk.ts";
import { flip } from "./testing/segments.ts";

const SECTOR_BYTES = 512;

const hardState = (group: number, ofTerm: number, commit: number): WalRecord => ({
  kind: "hardState",
  group,
  term: term(ofTerm),
  vote: nodeId(2),
  commit: index(commit),
});
const SNAPSHOT = { kind: "snapshot", group: 0, index: index(2), term: term(1) } as const;

const WRITES: readonly (readonly WalRecord[])[] = [
  [entry(1), hardState(0, 1, 0)],
  [entry(2), hardState(0, 1, 1), entry(1, { group: 3, context: Uint8Array.of(7) })],
  [
    {
      kind: "produce",
      topic: "orders",
      partition: 2,
      baseOffset: offset(0),
      lastOffset: offset(3),
      recordCount: 4,
      leaderEpoch: leaderEpoch(0),
      batch: Uint8Array.from({ length: 70 }, (_, at) => at),
    },
    { kind: "truncateReplica", topic: "orders", partition: 2, toOffset: offset(1) },
  ],
  [{ ...SNAPSHOT, installed: false }, hardState(3, 2, 1)],
  [entry(3), hardState(0, 2, 2)],
];

/** A log of several segments behind a leftover one. Its last writes had not been synced. */
function makeSample(): { image: DiskImage; durable: number } {
  const disk = diskWithLog(WRITES, { segmentBytesMax: 250 });
  const leftover = disk.image().get(segmentFileName(1))!;
  const carryOver = () => [{ ...SNAPSHOT, installed: false }, hardState(0, 2, 2)];
  const { writer } = openWal(disk, { segmentBytesMax: 600, carryOver });
  writer.releaseBefore(writer.segments[1]!.firstSequence);
  writer.append({ ...SNAPSHOT, index: index(9), group: 3, installed: true });
  writer.requestSync();
  settle(writer, disk);
  for (const at of [4, 5]) {
    writer.append(entry(at));
    writer.append(hardState(0, 2, at));
    settle(writer, disk);
  }
  const image = new Map([...disk.image(), [segmentFileName(1), leftover]]);
  return { image, durable: writer.durableSequence };
}

const SAMPLE = makeSample();
const BEFORE = recovered(SAMPLE.image);
const LAST_FILE = BEFORE.recovery.start.file;
const FIRST = segmentFileName(1);

function withFile(file: string, bytes: Uint8Array): DiskImage {
  return new Map([...SAMPLE.image, [file, bytes]]);
}

/** Of all that recovery tells and hands out, what a test can compare at a glance. */
function summary(image: DiskImage): string {
  const { recovery, found } = readLog(image);
  if (recovery.outcome === "damaged") return `damaged`;
  return JSON.stringify([found, recovery.report, recovery.start.truncate]);
}

test("the sample is worth damaging", () => {
  expect(BEFORE.recovery.start).toMatchObject({ leftovers: [FIRST], truncate: null });
  expect(BEFORE.recovery.start.segments.length).toBeGreaterThan(2);
  expect(BEFORE.recovery.start.lastSequence).toBe(SAMPLE.durable + 4);
  const kinds = new Set(BEFORE.records.map(({ kind }) => kind));
  expect(kinds.size, [...kinds].join()).toBe(6);
});

describe("the last file cut at any byte", () => {
  test("keeps every whole record, and reports the rest", () => {
    const bytes = SAMPLE.image.get(LAST_FILE)!;
    const own = BEFORE.found.filter(({ segment }) => segment === BEFORE.recovery.start.segment);
    const preamble = own[2]!;
    // Then the log starts where the segment before it says.
    const withoutLast = recovered(withFile(LAST_FILE, new Uint8Array(0)));
    for (let size = 0; size <= bytes.length; size++) {
      const whole = own.filter((record) => record.position + record.sizeBytes <= size);
      // Before the last of the records that it carries over is there, the segment has not begun.
      const kept = whole.length > own.indexOf(preamble) ? whole : [];
      const last = kept.at(-1);
      const end = last === undefined ? 0 : last.position + last.sizeBytes;
      const { found, recovery } = recovered(withFile(LAST_FILE, bytes.subarray(0, size)));
      const earlier = kept.length > 0 ? BEFORE.found.slice(0, -own.length) : withoutLast.found;
      expect(found, `cut at ${size}`).toEqual([...earlier, ...kept]);
      expect(recovery).toMatchObject({
        report: { recordCount: found.length, cutBytes: size - end },
        start: {
          sizeBytes: end,
          lastSequence: found.at(-1)!.sequence,
          truncate: size === end ? null : { file: LAST_FILE, sizeBytes: end },
        },
      });
    }
  });
});

test("an earlier file cut at any byte is damage, and a leftover cut anywhere is nothing", () => {
  const whole = summary(SAMPLE.image);
  for (const [file, bytes] of SAMPLE.image) {
    if (file === LAST_FILE) continue;
    for (let size = 0; size < bytes.length; size++) {
      const found = summary(withFile(file, bytes.subarray(0, size)));
      expect(found, `${file} cut at ${size}`).toBe(file === FIRST ? whole : "damaged");
    }
  }
});

test("any one flipped bit of any file is damage, and in a leftover it is nothing", () => {
  const whole = summary(SAMPLE.image);
  const surprises: string[] = [];
  for (const [file, bytes] of SAMPLE.image) {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const found = summary(withFile(file, flip(bytes, bit >> 3, bit & 7)));
      if (found !== (file === FIRST ? whole : "damaged")) surprises.push(`${file} bit ${bit}`);
    }
  }
  expect(surprises).toEqual([]);
});

/**
 * A file whose durable part ends `shift` bytes into some sector, and behind that two writes without a
 * sync that reach over a few sectors. Most of their bytes are zeros.
 */
function fileAcrossSectors(shift: number): { bytes: Uint8Array; durableBytes: number } {
  const disk = diskWithLog([[entry(1, { data: new Uint8Array(300 + shift).fill(7) })]]);
  const durableBytes = disk.image().get(FIRST)!.length;
  const { writer } = openWal(disk);
  for (const at of [2, 3]) {
    writer.append(hardState(0, at, 0));
    writer.append(entry(at, { data: new Uint8Array(400).fill(at, 0, 1) }));
    settle(writer, disk);
  }
  return { bytes: disk.image().get(FIRST)!, durableBytes };
}

test("any sectors of unsynced writes lost: what was durable is kept, and it is never damage", () => {
  let cutCount = 0;
  for (let shift = 0; shift < SECTOR_BYTES; shift++) {
    const file = fileAcrossSectors(shift);
    const before = recovered(new Map([[FIRST, file.bytes]])).found;
    const firstSector = Math.floor(file.durableBytes / SECTOR_BYTES);
    const sectorCount = Math.floor((file.bytes.length - 1) / SECTOR_BYTES) - firstSector + 1;
    for (let subset = 0; subset < 1 << sectorCount; subset++) {
      const left = survivors(file, (sector) => (subset >> (sector - firstSector)) % 2 === 1);
      const { found, recovery } = recovered(new Map([[FIRST, left]]));
      // Every record up to the first that has lost a byte, and not one more.
      const isWhole = ({ position, sizeBytes }: RecoveredRecord) =>
        Buffer.compare(
          left.subarray(position, position + sizeBytes),
          file.bytes.subarray(position, position + sizeBytes),
        ) === 0;
      const firstLost = before.findIndex((record) => !isWhole(record));
      const expected = firstLost < 0 ? before : before.slice(0, firstLost);
      expect(found.length, `shift ${shift}, sectors ${subset}`).toBe(expected.length);
      const { position, sizeBytes } = expected.at(-1)!;
      expect(position + sizeBytes).toBeGreaterThanOrEqual(file.durableBytes);
      expect(recovery.report.cutBytes).toBe(left.length - position - sizeBytes);
      if (recovery.report.cutBytes > 0) cutCount++;
    }
  }
  expect(cutCount).toBeGreaterThan(1000);
});

const anyWrites = fc.array(fc.array(anyRecordStep, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});
const anySegmentBytesMax = fc.constantFrom(200, 1000, 100_000);

test("what was written comes back", () => {
  fc.assert(
    fc.property(anyWrites, anySegmentBytesMax, (writes, segmentBytesMax) => {
      const maker = new RecordMaker();
      const records = writes.map((steps) => steps.map((step) => maker.make(step)));
      const { found, records: read } = recovered(diskWithLog(records, { segmentBytesMax }).image());
      expect(read.filter(({ kind }) => kind !== "logStart")).toEqual(records.flat());
      expect(found.map(({ sequence }) => sequence)).toEqual(found.map((_, at) => at + 1));
    }),
  );
});

test("any one flipped bit of any durable log is damage", () => {
  fc.assert(
    fc.property(
      anyWrites,
      anySegmentBytesMax,
      fc.nat(),
      fc.nat(),
      (writes, segmentBytesMax, place, bit) => {
        const maker = new RecordMaker();
        const records = writes.map((steps) => steps.map((step) => maker.make(step)));
        const image = diskWithLog(records, { segmentBytesMax }).image();
        const [file, bytes] = [...image][place % image.size]!;
        const flipped = flip(bytes, Math.floor(bit / 8) % bytes.length, bit % 8);
        const { recovery } = readLog(new Map([...image, [file, flipped]]));
        expect(recovery.outcome).toBe("damaged");
      },
    ),
    { numRuns: 2000 },
  );
});

test("any damage: no thrown error, and no invented record", () => {
  const change = fc.record({
    kind: fc.constantFrom("flip", "zeroSector", "copySector", "cut", "empty", "remove"),
    file: fc.nat(),
    at: fc.nat(),
    from: fc.nat(),
  });
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(anyWrites, fc.array(change, { minLength: 1, maxLength: 3 }), (writes, changes) => {
      const maker = new RecordMaker();
      const records = writes.map((steps) => steps.map((step) => maker.make(step)));
      const image = new Map(diskWithLog(records, { segmentBytesMax: 500 }).image());
      const before = recovered(image).found;
      for (const { kind, file, at, from } of changes) {
        const [name, bytes] = [...image][file % image.size]!;
        if (kind === "remove" && image.size > 1) image.delete(name);
        else image.set(name, damage(bytes, kind, at, from));
      }
      const { recovery, found } = readLog(image);
      outcomes.add(recovery.outcome);
      if (recovery.outcome === "damaged") return;
      expect(found).toEqual(before.slice(0, found.length));
    }),
    { numRuns: 1000 },
  );
  expect([...outcomes].sort()).toEqual(["damaged", "recovered"]);
});

function damage(bytes: Uint8Array, kind: string, at: number, from: number): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  if (bytes.length === 0) return damaged;
  const target = Math.floor((at % bytes.length) / SECTOR_BYTES) * SECTOR_BYTES;
  const source = Math.floor((from % bytes.length) / SECTOR_BYTES) * SECTOR_BYTES;
  if (kind === "cut") return damaged.slice(0, at % bytes.length);
  if (kind === "empty") return damaged.slice(0, 0);
  if (kind === "flip") return flip(bytes, at % bytes.length, from % 8);
  if (kind === "zeroSector") damaged.fill(0, target, target + SECTOR_BYTES);
  if (kind === "copySector") damaged.copyWithin(target, source, source + SECTOR_BYTES);
  return damaged;
}

test("any bytes at all are a value, and hold no record", () => {
  const start = recovered(diskWithLog([[entry(1)]]).image());
  const whole = diskWithLog([[entry(1)]])
    .image()
    .get(FIRST)!;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), fc.boolean(), (noise, isBehind) => {
      const bytes = isBehind ? Uint8Array.from([...whole, ...noise]) : noise;
      const { found } = readLog(new Map([[FIRST, bytes]]));
      expect(found).toEqual(isBehind ? start.found : []);
    }),
  );
});
