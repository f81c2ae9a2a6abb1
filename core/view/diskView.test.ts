import { describe, expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, term } from "../base/index.ts";
import * as metadata from "../metadata/index.ts";
import { NO_DISK_FAULTS } from "../sim/diskFaults.ts";
import type { DiskFile } from "../sim/diskFaults.ts";
import { DEFAULT_RUN_OPTIONS } from "../sim/run.ts";
import * as wal from "../wal/index.ts";
import type { WalRecord } from "../wal/index.ts";
import { segmentBytes } from "../wal/testing/segments.ts";
import * as wire from "../wire/index.ts";
import type { Recovered } from "./diskNote.ts";
import { DiskViews } from "./diskView.ts";
import type { ProcessSource } from "./source.ts";
import { DISK_ITEMS_MAX } from "./view.ts";
import type { DiskBytesView, DiskView } from "./view.ts";

const LOG_START: WalRecord = { kind: "logStart", segment: 1, carriedCount: 0 };
const TOPIC = { kind: "createTopic", topic: "orders", partitionCount: 3, replicationFactor: 3 };
const RECORDS: readonly WalRecord[] = [
  LOG_START,
  { kind: "hardState", group: 0, term: term(3), vote: nodeId(2), commit: index(11) },
  entry(
    12,
    new TextEncoder().encode(JSON.stringify({ ...TOPIC, config: { minInsyncReplicas: 2 } })),
  ),
  {
    kind: "produce",
    topic: "orders",
    partition: 1,
    baseOffset: offset(4),
    lastOffset: offset(6),
    recordCount: 3,
    leaderEpoch: leaderEpoch(1),
    batch: new Uint8Array(300).fill(7),
  },
  { kind: "truncateReplica", topic: "orders", partition: 1, toOffset: offset(4) },
  { kind: "snapshot", group: 0, index: index(12), term: term(3), installed: true },
  { ...entry(13), entryType: "EntryConfChangeV2", context: Uint8Array.of(1, 2) },
];

function entry(at: number, data = new Uint8Array(0)): Extract<WalRecord, { kind: "entry" }> {
  const place = { group: 0, term: term(3), index: index(at) };
  return { kind: "entry", ...place, entryType: "EntryNormal", context: null, data };
}

function segment(number: number, firstSequence: number, records: readonly WalRecord[]) {
  return segmentBytes({ segment: number, firstSequence, records });
}

function file(bytes: Uint8Array, changes: Partial<DiskFile> = {}, number = 1): DiskFile {
  const { length } = bytes;
  return {
    name: wal.segmentFileName(number),
    bytes,
    sizeBytes: length,
    durableBytes: length,
    liedBytes: 0,
    isNameDurable: true,
    version: 1,
    ...changes,
  };
}

/** A node whose disk is looked at again and again, as the page does. */
class Disk {
  readonly #views = new DiskViews({ ...metadata, ...wal, ...wire });
  process: Partial<ProcessSource> = { state: "running", broker: null, remains: null };
  recovered: Recovered | null = null;
  nowUs = 0;
  bytes: Readonly<Record<string, DiskBytesView>> = {};

  see(...files: readonly DiskFile[]): DiskView {
    const { nowUs } = this;
    const options = DEFAULT_RUN_OPTIONS;
    const world = { nowUs, options, disk: () => ({ files, faults: NO_DISK_FAULTS }) };
    const process = { node: nodeId(2), incarnation: 2, ...this.process } as ProcessSource;
    const { disk, bytes } = this.#views.view(world, process, this.recovered);
    this.bytes = bytes;
    return disk;
  }
}

const texts = ({ items }: DiskView): string[] => items.map(({ text }) => text);
const kinds = ({ items }: DiskView): string[] => items.map(({ kind }) => kind);

describe("what a log holds", () => {
  const { bytes, positions } = segment(1, 1, RECORDS);

  test("every record is said on one line", () => {
    expect(texts(new Disk().see(file(bytes)))).toEqual([
      "segment 1, first record 1",
      "the log begins with segment 1",
      "term 3, vote n2, commit 11",
      "entry 12 of term 3: topic orders, 3 partitions",
      "orders-1, offsets 4 to 6",
      "orders-1 is cut back to offset 4",
      "snapshot up to entry 12, from the leader",
      "entry 13 of term 3: a change of who votes",
    ]);
  });

  test("entries light up with the log, and stand where they stand", () => {
    const { items } = new Disk().see(file(bytes));
    expect(items[3]).toMatchObject({
      id: `n2:1:${positions[2]}`,
      ref: "entry:12",
      sequence: 3,
      index: 12,
      term: 3,
      position: positions[2],
      sizeBytes: positions[3]! - positions[2]!,
    });
    expect(items[2]?.ref).toBeNull();
  });

  test("what is durable, lied about and cached is told byte by byte", () => {
    const second = positions[1]!;
    const third = positions[2]!;
    const view = new Disk().see(
      file(bytes, { durableBytes: third, liedBytes: third - second - 3 }),
    );
    expect(view.items.slice(1, 4).map(({ state, durableBytes }) => [state, durableBytes])).toEqual([
      ["durable", second - positions[0]!],
      ["lied", 3],
      ["cache", 0],
    ]);
    expect(view.durableBytes).toBe(second + 3);
    expect(view.sizeBytes).toBe(bytes.length);
  });

  test("a file that is no longer shown is read anew when the ones behind it go", () => {
    const entries = (count: number) => Array.from({ length: count }, (_, at) => entry(at + 1));
    const files = [50, 50, 50].map((count, at) => {
      const carried = { kind: "logStart", segment: at + 1, carriedCount: 0 } as const;
      return file(segment(at + 1, 1 + at * 51, [carried, ...entries(count)]).bytes, {}, at + 1);
    });
    const disk = new Disk();
    disk.see(...files);
    for (const shown of [files, files.slice(0, 2), files.slice(0, 1), files]) {
      const seen = disk.see(...shown);
      const { bytes: seenBytes } = disk;
      const fresh = new Disk();
      expect(seen).toEqual(fresh.see(...shown));
      expect(seenBytes).toEqual(fresh.bytes);
      expect(seen.items).toHaveLength(DISK_ITEMS_MAX);
    }
  });

  test("a record that grows durable is a new one, and the others stay what they were", () => {
    const disk = new Disk();
    const before = disk.see(file(bytes, { durableBytes: positions[3]! }));
    const after = disk.see(file(bytes, { durableBytes: positions[4]! }));
    expect(after.items.map((item, at) => item === before.items[at])).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  test("a log that grows is read on from where it ended", () => {
    const disk = new Disk();
    const half = disk.see(file(bytes, { sizeBytes: positions[3]!, durableBytes: 0 }));
    const whole = disk.see(file(bytes, { durableBytes: 0 }));
    expect(half.items).toEqual(whole.items.slice(0, 4));
    expect(whole.items[3]).toBe(half.items[3]);
    expect(kinds(whole)).toEqual(kinds(new Disk().see(file(bytes))));
  });

  test("a file that changed in another way is read anew", () => {
    const disk = new Disk();
    disk.see(file(bytes));
    const flipped = bytes.slice();
    flipped[positions[3]! + 50]! ^= 1;
    expect(disk.see(file(flipped, { version: 3 })).unreadable?.sequence).toBe(4);
    const other = segment(1, 1, [LOG_START, entry(1), entry(2)]).bytes;
    expect(texts(disk.see(file(other, { version: 2 })))).toEqual(
      texts(new Disk().see(file(other))),
    );
  });
});

describe("bytes", () => {
  const { bytes } = segment(1, 1, RECORDS);
  const disk = new Disk();
  const view = disk.see(file(bytes));

  test("fields cover an item without a gap, and numbers say what their bytes say", () => {
    let numbers = 0;
    for (const item of view.items) {
      const { fields } = disk.bytes[item.id]!;
      let end = 0;
      for (const { name, position, sizeBytes, value, role } of fields) {
        expect(position, `${item.text}: ${name}`).toBe(end);
        end += sizeBytes;
        const number = Number(role === "checksum" ? `0x${value}` : value);
        if (Number.isNaN(number) || sizeBytes > 8) continue;
        numbers++;
        const said = littleEndian(bytes, item.position + position, sizeBytes);
        expect(role === "checksum" ? said >>> 0 : said, `${item.text}: ${name}`).toBe(number);
      }
      expect(end, item.text).toBe(item.sizeBytes);
    }
    expect(numbers).toBeGreaterThan(40);
  });

  test("hex shows the bytes, the first 256 of a long record", () => {
    for (const item of view.items) {
      const { hex, hiddenBytes } = disk.bytes[item.id]!;
      const own = bytes.subarray(item.position, item.position + item.sizeBytes);
      expect(hex).toBe(Buffer.from(own.subarray(0, 256)).toString("hex"));
      expect(hiddenBytes).toBe(Math.max(0, item.sizeBytes - 256));
    }
    expect(view.items.some(({ sizeBytes }) => sizeBytes > 256)).toBe(true);
  });
});

function littleEndian(bytes: Uint8Array, at: number, sizeBytes: number): number {
  let value = 0n;
  for (let i = sizeBytes - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[at + i]!);
  return Number(BigInt.asIntN(8 * sizeBytes, value));
}

describe("segments", () => {
  test("the end of all of them is shown, the rest is counted", () => {
    const first = Array.from({ length: 30 }, (_, at) => (at === 0 ? LOG_START : entry(at)));
    const second = Array.from({ length: 30 }, (_, at) => (at === 0 ? LOG_START : entry(29 + at)));
    const view = new Disk().see(
      file(segment(4, 91, second).bytes, {}, 4),
      file(segment(3, 61, first).bytes, {}, 3),
    );
    expect(view.segments.map((one) => [one.segment, one.recordCount])).toEqual([
      [3, 30],
      [4, 30],
    ]);
    expect(view.removedSegmentCount).toBe(2);
    expect(view.items).toHaveLength(40);
    expect(view.items.at(-1)).toMatchObject({ sequence: 120, segment: 4 });
    // 60 records, of which 30 and 9 stand among the 40 items beside the header of segment 4.
    expect(view.earlierCount).toBe(21);
  });

  test("other files are listed as what they are", () => {
    const { bytes } = segment(1, 1, RECORDS);
    const view = new Disk().see(file(bytes), file(new Uint8Array(9), { name: "lost.tmp" }));
    expect(view.otherFiles).toMatchObject([{ file: "lost.tmp", text: "lost.tmp", sizeBytes: 9 }]);
    expect(new Disk().see().note.text).toBe("The disk of n2 is empty.");
  });
});

describe("what cannot be read", () => {
  const { bytes, positions } = segment(1, 1, RECORDS);
  const last = positions.at(-1)!;

  test("a tail that is cut anywhere is torn, and everything before it is there", () => {
    for (let size = last + 1; size < bytes.length; size++) {
      const view = new Disk().see(file(bytes.slice(0, size)));
      expect(kinds(view).slice(-2)).toEqual(["snapshot", "torn"]);
      expect(view.unreadable).toMatchObject({
        position: last,
        sizeBytes: size - last,
        sequence: 7,
      });
    }
  });

  test("a flipped bit anywhere in the middle is damage, and what follows is still read", () => {
    const place = { from: positions[2]!, to: positions[3]! };
    for (let at = place.from; at < place.to; at++) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1;
      const view = new Disk().see(file(flipped));
      expect(kinds(view)).toEqual(kinds(new Disk().see(file(bytes))).with(3, "damaged"));
      expect(view.unreadable).toMatchObject({ position: place.from, sequence: 3, kind: "damaged" });
      expect(view.items[4]?.sequence).toBe(4);
    }
  });

  test("a tail with more of the log behind it is damage", () => {
    const cut = file(bytes.slice(0, last + 9));
    const next = file(segment(2, 8, [LOG_START]).bytes, {}, 2);
    expect(new Disk().see(cut).unreadable?.kind).toBe("torn");
    const disk = new Disk();
    expect(disk.see(cut).unreadable?.kind).toBe("torn");
    expect(disk.see(cut, next).unreadable?.kind).toBe("damaged");
  });

  test("old damage is shown although the end of the log is far from it", () => {
    const many = Array.from({ length: 90 }, (_, at) => (at === 0 ? LOG_START : entry(at)));
    const long = segment(1, 1, many);
    long.bytes[long.positions[5]! + 40]! ^= 1;
    const view = new Disk().see(file(long.bytes));
    expect(view.items.every(({ kind }) => kind === "entry")).toBe(true);
    expect(view.unreadable?.sequence).toBe(6);
  });
});

describe("what is said of a disk", () => {
  const { bytes, positions } = segment(1, 1, RECORDS);
  const torn = file(bytes.slice(0, positions.at(-1)! + 9));
  const flipped = bytes.slice();
  flipped[positions[2]! + 40]! ^= 1;

  test("what a loss of power would take", () => {
    expect(new Disk().see(file(bytes)).note).toEqual({
      text: "What n2 has written survives a loss of power.",
      tone: "plain",
    });
    expect(new Disk().see(file(bytes, { durableBytes: bytes.length - 9 })).note.text).toBe(
      "9 bytes in the cache only: a crash takes them.",
    );
    expect(new Disk().see(file(bytes, { liedBytes: 9 })).note).toEqual({
      text: "The disk has lied: 9 bytes that count as durable are not.",
      tone: "bad",
    });
  });

  test("a torn tail waits for the restart that cuts it off, which then says so", () => {
    const disk = new Disk();
    disk.process = { state: "crashed" };
    const where = `(segment 1, byte ${positions.at(-1)})`;
    expect(disk.see(torn).note).toEqual({
      text: `A torn tail of 9 bytes ${where}: its header is cut short. A restart cuts it off.`,
      tone: "warn",
    });
    disk.process = { state: "running" };
    disk.recovered = { atUs: 12_345_000, recordCount: 6, cutBytes: 9 };
    disk.nowUs = 13_000_000;
    expect(disk.see(torn).note.text).toBe(
      `It found a torn tail of 9 bytes ${where} and cuts it off before it writes.`,
    );
    expect(disk.see(file(bytes)).note.text).toBe(
      "Its start at 12.345 s has cut off a torn tail of 9 bytes.",
    );
    disk.nowUs = 60_000_000;
    expect(disk.see(file(bytes)).note.text).toBe("What n2 has written survives a loss of power.");
  });

  test("damage is known to the page first, then to the node", () => {
    const disk = new Disk();
    expect(disk.see(file(flipped)).note.text).toBe(
      `Record 3 (segment 1, byte ${positions[2]}): the checksum of its payload is wrong. ` +
        "n2 does not know: it reads its log only when it starts.",
    );
    const damage = { sentence: "Segment 1, record 3: its checksum is wrong.", wal: null };
    disk.process = { state: "crashed", remains: { damage } as ProcessSource["remains"] };
    expect(disk.see(file(flipped)).note.text).toBe(`A start will find damage. ${damage.sentence}`);
    disk.process = { state: "stopped", broker: { damage } as ProcessSource["broker"] };
    expect(disk.see(file(flipped)).note).toEqual({ text: damage.sentence, tone: "bad" });
  });

  test("a full disk, and one that made its node stop", () => {
    const disk = new Disk();
    disk.process = { state: "running", broker: { isDiskFull: true } as ProcessSource["broker"] };
    expect(disk.see(file(bytes)).note.text).toContain("takes no writes until there is room");
    expect(disk.see(torn).note.text).toContain("9 bytes of it are cut off before it is repeated");
    const stopped = "The disk failed: fsync failed: input/output error";
    disk.process = { state: "stopped", broker: { stopped } as ProcessSource["broker"] };
    expect(disk.see(file(bytes)).note).toEqual({ text: stopped, tone: "bad" });
  });
});
