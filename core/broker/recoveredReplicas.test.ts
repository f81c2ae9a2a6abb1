import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, offset } from "../base/ids.ts";
import type { DiskImage } from "../wal/disk.ts";
import type { OpenReplicaRecord, ProduceRecord, TruncateReplicaRecord } from "../wal/index.ts";
import { RecoveredReplicas } from "./recoveredReplicas.ts";
import type { ReplicasFound } from "./recoveredReplicas.ts";
import { encodeSegmentHeader, partitionFileName } from "./segments/segmentFile.ts";
import { batchAt, idOf, sealed } from "./segments/testing/replicasUnderTest.ts";

const PLACE = { topic: "orders", partition: 0 };
const OWNER = { node: nodeId(1), generation: 0 };
const EMPTY: DiskImage = new Map();

function batch(at: number, epoch = 0, partition = 0, recordCount = 1): ProduceRecord {
  const offsets = { baseOffset: offset(at), lastOffset: offset(at + recordCount - 1), recordCount };
  const place = { ...PLACE, partition, leaderEpoch: leaderEpoch(epoch) };
  return {
    kind: "produce",
    ...place,
    ...offsets,
    batch: batchAt(at, recordCount, epoch, 10 * epoch),
  };
}

function cut(to: number): TruncateReplicaRecord {
  return { kind: "truncateReplica", ...PLACE, toOffset: offset(to) };
}

function open(id: number): OpenReplicaRecord {
  return { kind: "openReplica", ...PLACE, topicId: idOf(id) };
}

/** A segment file with one-record batches of epoch 0, from `base` up to `end`. */
function segment(id: number, base: number, end: number, group = 0): readonly [string, Uint8Array] {
  const identity = { ...OWNER, ...PLACE, topicId: idOf(id), baseOffset: offset(base) };
  const parts = [encodeSegmentHeader(identity)];
  for (let at = base; at < end; at++) parts.push(sealed(batchAt(at, 1, 0, 0)));
  return [
    partitionFileName({ ...identity, group }, offset(base)),
    new Uint8Array(Buffer.concat(parts)),
  ];
}

type AnyRecord = ProduceRecord | TruncateReplicaRecord | OpenReplicaRecord;

function replay(
  records: readonly AnyRecord[],
  image: DiskImage = EMPTY,
  segmentEnds: readonly (readonly [number, number])[] = [],
): ReplicasFound {
  const replicas = new RecoveredReplicas();
  for (const [at, record] of records.entries()) {
    if (record.kind === "produce") replicas.produce(record, at + 1);
    else if (record.kind === "openReplica") replicas.open(record);
    else replicas.truncate(record);
  }
  const ends = segmentEnds.map(([group, end]) => [group, offset(end)] as const);
  return replicas.finish(image, OWNER, new Map(ends));
}

/** Base offset, epoch and sequence of each batch; 0 for one that only its own segments have. */
function found(result: ReplicasFound, partition = 0): (readonly number[])[] | string {
  if (!result.ok) return result.sentence;
  const log = result.logs.get(`orders-${partition}`)!;
  expect(log.durableEndOffset).toBe(log.logEndOffset);
  return log.batches.map((one) => [one.baseOffset, one.leaderEpoch, one.sequence]);
}

describe("replicas of the WAL alone", () => {
  test("hold what was appended and not cut off", () => {
    const all = replay([batch(0), batch(1), batch(2), cut(1), batch(1, 1), batch(0, 0, 1)]);
    expect(found(all)).toEqual([
      [0, 0, 1],
      [1, 1, 5],
    ]);
    expect(found(all, 1)).toEqual([[0, 0, 6]]);
  });

  test("may begin with what was cut off, though what came before it has gone", () => {
    const records = [batch(3), batch(4), cut(4), cut(0), batch(0, 1), batch(1, 1)];
    expect(found(replay(records))).toEqual([
      [0, 1, 5],
      [1, 1, 6],
    ]);
  });

  test("are cut where whole batches end", () => {
    const two = [batch(0, 0, 0, 2), batch(2, 0, 0, 2), batch(9), cut(3), batch(2, 1)];
    expect(found(replay(two))).toEqual([
      [0, 0, 1],
      [2, 1, 5],
    ]);
  });

  test("lack something when no cut follows that goes so far", () => {
    const lacks = (at: number) => `Record ${at} of orders-0 is missing from the log.`;
    expect(found(replay([batch(3), batch(4)]))).toBe(lacks(0));
    expect(found(replay([batch(3), cut(1), batch(1, 1)]))).toBe(lacks(0));
    expect(found(replay([batch(0), batch(2)]))).toBe(lacks(1));
    expect(found(replay([batch(0), batch(2), batch(1)]))).toBe(lacks(1));
    expect(found(replay([batch(0), batch(2), cut(1), batch(1)]))).toHaveLength(2);
  });

  test("forget what was of another topic of that name", () => {
    const records = [open(1), batch(0), batch(1), open(2), batch(0, 3), open(2), batch(1, 3)];
    const all = replay(records);
    expect(found(all)).toEqual([
      [0, 3, 5],
      [1, 3, 7],
    ]);
    expect(all.ok && all.logs.get("orders-0")!.topicId).toBe(idOf(2));
  });
});

describe("replicas with segments of their own", () => {
  const image = new Map([segment(1, 0, 3), segment(1, 3, 5)]);
  const names = [...image.keys()];

  test("go on in the WAL where their segments end, and that was committed", () => {
    const all = replay([open(1), batch(4), batch(5)], image);
    expect(found(all)).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
      [3, 0, 0],
      [4, 0, 2],
      [5, 0, 3],
    ]);
    const log = all.ok ? all.logs.get("orders-0")! : null;
    expect([log?.flushedEndOffset, log?.highWatermark, log?.neededSequence]).toEqual([5, 5, 3]);
    expect(log?.flushed.files.map(({ file }) => file)).toEqual(names);
    expect(all.ok && all.leftovers).toEqual([]);
  });

  test("need no WAL at all", () => {
    const all = replay([], image);
    expect(found(all)).toHaveLength(5);
    const log = all.ok ? all.logs.get("orders-0")! : null;
    expect([log?.topicId, log?.neededSequence]).toEqual([idOf(1), Number.POSITIVE_INFINITY]);
  });

  test("are cut as the WAL says, and their files with them", () => {
    const all = replay([open(1), cut(2), batch(2, 1)], image);
    expect(found(all)).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 1, 3],
    ]);
    expect(all.ok && all.leftovers).toEqual([names[1]]);
    const log = all.ok ? all.logs.get("orders-0")! : null;
    // Until the file is cut no record may go.
    expect([log?.flushedEndOffset, log?.neededSequence]).toEqual([2, 0]);
    expect(log?.flushed.nextCut()).toMatchObject({ kind: "truncate", file: names[0] });
  });

  test("know the segments of another topic of that name for leftovers", () => {
    const all = replay([open(2), batch(0, 4)], image);
    expect(found(all)).toEqual([[0, 4, 2]]);
    expect(all.ok && all.leftovers).toEqual(names);
  });

  const torn = (cutBytes: number): DiskImage => {
    const [name, bytes] = segment(1, 3, 5);
    return new Map([segment(1, 0, 3), [name, bytes.subarray(0, bytes.length - cutBytes)]]);
  };

  test("a torn end is cut off if the WAL has what it should say", () => {
    const all = replay([open(1), batch(4)], torn(1));
    expect(found(all)).toHaveLength(5);
    const log = all.ok ? all.logs.get("orders-0")! : null;
    expect(log?.flushedEndOffset).toBe(4);
    expect(log?.flushed.nextCut()).toMatchObject({ kind: "truncate", file: names[1] });
  });

  test("and is damage if it has not", () => {
    const reason = "byte 143: a batch is cut short";
    expect(found(replay([], torn(1)))).toBe(`${names[1]}: ${reason}.`);
    const lacks = "Record 4 of orders-0 is missing from the log.";
    expect(found(replay([batch(5)], torn(1)))).toContain(lacks.replace("4", "0"));
    const all = replay([open(1), batch(5)], torn(1));
    expect(found(all)).toBe(`${names[1]}: ${reason}. ${lacks}`);
  });

  test.each([
    ["a flipped bit", 139, "checksum"],
    ["a flipped bit of its header", 3, "its header"],
  ])("%s in the middle is damage", (_, at, what) => {
    const flipped = new Map(image);
    const bytes = image.get(names[0]!)!.slice();
    bytes[at]! ^= 1;
    flipped.set(names[0]!, bytes);
    expect(found(replay([open(1), batch(5)], flipped))).toContain(what);
    expect(found(replay([], flipped))).toContain(what);
  });

  test.each([
    ["a file that is missing", new Map([segment(1, 3, 5)]), "it begins with record 3, not 0"],
    [
      "a file of another disk",
      new Map([
        [
          names[0]!,
          encodeSegmentHeader({
            ...OWNER,
            ...PLACE,
            generation: 1,
            topicId: idOf(1),
            baseOffset: offset(0),
          }),
        ],
      ]),
      "it is of another disk",
    ],
  ])("%s is damage", (_, broken, reason) => {
    expect(found(replay([], broken))).toContain(reason);
  });
});

describe("a log that a Raft group keeps", () => {
  const GROUP = 7;
  const image = new Map([segment(1, 0, 3, GROUP), segment(1, 3, 5, GROUP)]);
  const names = [...image.keys()];

  test.each([5, 4, 3, 2, 1])(
    "is what its segments hold up to %i, where a snapshot goes on",
    (end) => {
      const all = replay([], image, [[GROUP, end]]);
      expect(found(all)).toHaveLength(end);
      if (!all.ok) throw new Error(all.sentence);
      const log = all.logs.get("orders-0")!;
      expect([log.group, log.highWatermark, log.flushedEndOffset]).toEqual([GROUP, end, end]);
      expect(all.leftovers).toEqual(end > 3 ? [] : [names[1]]);
      const isWholeFile = end === 3 || end === 5;
      const cut = { kind: "truncate", file: names[end > 3 ? 1 : 0] };
      expect(log.flushed.nextCut()).toEqual(isWholeFile ? null : expect.objectContaining(cut));
    },
  );

  test.each([
    ["whose group begins anew", []],
    ["whose group keeps all in its snapshot", [[GROUP, 0] as const]],
  ])("%s begins with nothing, whatever is torn", (_, ends) => {
    const [name, bytes] = segment(1, 0, 3, GROUP);
    for (const sizeBytes of [0, 10, bytes.length - 1, bytes.length]) {
      const all = replay([], new Map([[name, bytes.subarray(0, sizeBytes)]]), ends);
      expect(all).toMatchObject({ ok: true, leftovers: [name] });
      expect(all.ok && all.logs.size).toBe(0);
    }
  });

  test("does not mind what is torn behind that place, and misses what is torn before it", () => {
    const [name, bytes] = segment(1, 3, 5, GROUP);
    const torn = new Map([segment(1, 0, 3, GROUP), [name, bytes.subarray(0, bytes.length - 1)]]);
    expect(found(replay([], torn, [[GROUP, 4]]))).toHaveLength(4);
    expect(found(replay([], torn, [[GROUP, 5]]))).toContain(
      "a batch is cut short. Record 4 of orders-0 is missing",
    );
    expect(found(replay([], new Map([segment(1, 0, 3, GROUP)]), [[GROUP, 5]]))).toBe(
      "Record 3 of orders-0 is missing from the log.",
    );
    expect(found(replay([], EMPTY, [[GROUP, 5]]))).toBe(
      "Raft group 7: its segments are not there.",
    );
    const headless = new Map([[name, bytes.subarray(0, 10)]]);
    expect(found(replay([], headless, [[GROUP, 5]]))).toContain("its header is cut short");
  });

  test("takes the place of an earlier topic of its name, and leaves it to a later one", () => {
    const both = new Map([segment(1, 0, 3), segment(2, 0, 5, GROUP)]);
    const later = replay([open(1), cut(0)], both, [[GROUP, 5]]);
    expect(found(later)).toHaveLength(5);
    expect(later).toMatchObject({ leftovers: [[...both.keys()][0]] });
    const earlier = replay([open(1), batch(3)], both);
    expect(found(earlier)).toHaveLength(4);
    expect(earlier).toMatchObject({ leftovers: [[...both.keys()][1]] });
  });
});
