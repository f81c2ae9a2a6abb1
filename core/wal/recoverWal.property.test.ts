import * as fc from "fast-check";
import { expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, term } from "../base/ids.ts";
import type { WalRecord } from "./record.ts";
import { recoverWal } from "./recoverWal.ts";
import type { RecoveredRecord, WalRecovery } from "./recoverWal.ts";
import { WalWriter } from "./walWriter.ts";

const FILE = "wal-00000000000000000001.log";

const anyData = fc.uint8Array({ maxLength: 30 });
const anyTopic = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom("é", "漢字", "😀-1"));
const anyNumber = fc.maxSafeNat();
const anyRecord: fc.Arbitrary<WalRecord> = fc.oneof(
  fc.record({
    kind: fc.constant("entry" as const),
    group: fc.integer({ min: 0, max: 0xffff_ffff }),
    term: anyNumber.map(term),
    index: anyNumber.map(index),
    entryType: fc.constantFrom(
      "EntryNormal" as const,
      "EntryConfChange" as const,
      "EntryConfChangeV2" as const,
    ),
    data: anyData,
  }),
  fc.record({
    kind: fc.constant("hardState" as const),
    group: fc.integer({ min: 0, max: 9 }),
    term: anyNumber.map(term),
    vote: anyNumber.map(nodeId),
    commit: anyNumber.map(index),
  }),
  fc.record({
    kind: fc.constant("produce" as const),
    topic: anyTopic,
    partition: fc.nat(),
    baseOffset: anyNumber.map(offset),
    lastOffset: anyNumber.map(offset),
    recordCount: fc.nat(),
    leaderEpoch: fc.integer({ min: -1, max: 99 }).map(leaderEpoch),
    batch: anyData,
  }),
  fc.record({
    kind: fc.constant("truncateReplica" as const),
    topic: anyTopic,
    partition: fc.nat(),
    toOffset: anyNumber.map(offset),
  }),
);
/** Records as they went out, one list a write. */
const anyWrites = fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), { maxLength: 5 });

/** The bytes of a log whose every write was synced before the next. */
function logOf(writes: readonly (readonly WalRecord[])[]): Uint8Array {
  const recovery = recoverWal(new Map());
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
  const writer = new WalWriter(recovery.start);
  const parts: Uint8Array[] = [];
  for (const records of writes) {
    for (const record of records) writer.append(record);
    writer.requestSync();
    const operation = writer.nextOperation();
    if (operation?.kind !== "append") throw new Error("expected an append");
    parts.push(operation.bytes);
    writer.complete({ id: operation.id, error: null });
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function read(bytes: Uint8Array): WalRecovery {
  return recoverWal(new Map([[FILE, bytes]]));
}

function recoveredFrom(bytes: Uint8Array): readonly RecoveredRecord[] {
  const recovery = read(bytes);
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
  return recovery.records;
}

/** One record of each kind and size, in writes of one, two and three records. */
const SAMPLE_WRITES: readonly (readonly WalRecord[])[] = [
  [{ kind: "hardState", group: 0, term: term(1), vote: nodeId(1), commit: index(0) }],
  [
    {
      kind: "entry",
      group: 0,
      term: term(1),
      index: index(1),
      entryType: "EntryNormal",
      data: new Uint8Array(0),
    },
    { kind: "hardState", group: 0, term: term(1), vote: nodeId(1), commit: index(1) },
  ],
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
    {
      kind: "entry",
      group: 3,
      term: term(2),
      index: index(2),
      entryType: "EntryConfChangeV2",
      data: Uint8Array.of(1, 2, 3),
    },
  ],
];
const SAMPLE = logOf(SAMPLE_WRITES);
const SAMPLE_RECORDS = recoveredFrom(SAMPLE);

test("the sample is worth damaging", () => {
  expect(SAMPLE_RECORDS.map(({ record }) => record)).toEqual(SAMPLE_WRITES.flat());
  expect(SAMPLE_RECORDS.map(({ durableBefore }) => durableBefore)).toEqual([0, 1, 1, 3, 3, 3]);
});

test("cut at any byte: every whole record is kept, and the rest is reported", () => {
  for (let size = 0; size <= SAMPLE.length; size++) {
    const whole = SAMPLE_RECORDS.filter((r) => r.position + r.sizeBytes <= size);
    const last = whole.at(-1);
    const headerEnd = size >= SAMPLE_RECORDS[0]!.position ? SAMPLE_RECORDS[0]!.position : 0;
    const end = last === undefined ? headerEnd : last.position + last.sizeBytes;
    expect(read(SAMPLE.subarray(0, size)), `cut at ${size}`).toMatchObject({
      outcome: "recovered",
      records: whole,
      report: { recordCount: whole.length, cutBytes: size - end },
      start: {
        sizeBytes: end,
        lastSequence: whole.length,
        truncate: size === end ? null : { file: FILE, sizeBytes: end },
      },
    });
  }
});

test("any one flipped bit: seen, and the log refused unless only its last record is hit", () => {
  const last = SAMPLE_RECORDS.at(-1)!;
  const kept = JSON.stringify(SAMPLE_RECORDS.slice(0, -1));
  const surprises: string[] = [];
  for (let bit = 0; bit < SAMPLE.length * 8; bit++) {
    const at = bit >> 3;
    const flipped = Uint8Array.from(SAMPLE);
    flipped[at]! ^= 1 << (bit & 7);
    const recovery = read(flipped);
    const hit = SAMPLE_RECORDS.findLast((record) => record.position <= at);
    const recordNumber = hit?.sequence ?? 1;
    const marked = SAMPLE_RECORDS.some((r) => r !== hit && r.durableBefore >= recordNumber);
    const reason = marked ? "durableRecordUnreadable" : "validRecordFollows";
    const expected =
      hit === last
        ? `cut ${last.sizeBytes} keep ${kept}`
        : `refuse ${recordNumber} at ${hit?.position ?? 0} ${reason}`;
    const found =
      recovery.outcome === "damaged"
        ? `refuse ${recovery.recordNumber} at ${recovery.position} ${recovery.reason}`
        : `cut ${recovery.report.cutBytes} keep ${JSON.stringify(recovery.records)}`;
    if (found !== expected) surprises.push(`bit ${bit}: ${found}, expected: ${expected}`);
  }
  expect(surprises).toEqual([]);
});

test("what was written comes back", () => {
  fc.assert(
    fc.property(anyWrites, (writes) => {
      const records = recoveredFrom(logOf(writes));
      expect(records.map(({ record }) => record)).toEqual(writes.flat());
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, at) => at + 1));
    }),
  );
});

test("any damage: no thrown error, no invented record, no readable one dropped", () => {
  const change = fc.record({
    kind: fc.constantFrom("flip", "zeroSector", "copySector", "cut"),
    at: fc.nat(),
    from: fc.nat(),
  });
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(anyWrites, fc.array(change, { minLength: 1, maxLength: 3 }), (writes, changes) => {
      const whole = logOf(writes);
      const before = recoveredFrom(whole);
      let bytes = Uint8Array.from(whole);
      for (const { kind, at, from } of changes) bytes = damage(bytes, kind, at, from);
      const recovery = read(bytes);
      outcomes.add(recovery.outcome);
      if (recovery.outcome === "damaged") return;
      const kept = recovery.records.length;
      expect(recovery.records).toEqual(before.slice(0, kept));
      const intact = before.slice(kept).filter(({ position, sizeBytes }) => {
        const end = position + sizeBytes;
        return Buffer.compare(bytes.slice(position, end), whole.slice(position, end)) === 0;
      });
      expect(intact, "records that were dropped although they can be read").toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect([...outcomes].sort()).toEqual(["damaged", "recovered"]);
});

/** Sectors are small here, so that several fit into a small log. */
function damage(
  bytes: Uint8Array,
  kind: string,
  at: number,
  from: number,
): Uint8Array<ArrayBuffer> {
  const damaged = Uint8Array.from(bytes);
  if (bytes.length === 0) return damaged;
  const sector = 64;
  const target = Math.floor((at % bytes.length) / sector) * sector;
  const source = Math.floor((from % bytes.length) / sector) * sector;
  if (kind === "cut") return damaged.slice(0, at % bytes.length);
  if (kind === "flip") damaged[at % bytes.length]! ^= 1 << (from & 7);
  if (kind === "zeroSector") damaged.fill(0, target, target + sector);
  if (kind === "copySector") damaged.copyWithin(target, source, source + sector);
  return damaged;
}

test("any bytes at all are a value", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, behindHeader) => {
      const header = SAMPLE.slice(0, SAMPLE_RECORDS[0]!.position);
      const bytes = behindHeader ? Uint8Array.from([...header, ...noise]) : noise;
      expect(read(bytes)).toMatchObject({
        outcome: "recovered",
        records: [],
        start: { sizeBytes: behindHeader ? header.length : 0 },
      });
    }),
  );
});
