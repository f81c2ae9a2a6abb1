import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { confStateOf, MemoryStorage, NO_LIMIT_BYTES } from "../raft/index.ts";
import type { Entry, Ready, Snapshot, SnapshotMetadata } from "../raft/index.ts";
import { freshWal, WalWriter } from "../wal/index.ts";
import type { WalRecord } from "../wal/index.ts";
import { WalStorage } from "./walStorage.ts";

const INITIAL = confStateOf([1, 2, 3].map(nodeId));
const NODE = nodeId(1);

interface Fixture {
  readonly wal: WalWriter;
  readonly storage: WalStorage;
  /** The disk does all there is to do. */
  readonly settle: () => void;
}

function fixture(
  recovered = new MemoryStorage(INITIAL),
  unmarked: SnapshotMetadata | null = null,
): Fixture {
  let lastId = 0;
  const wal: WalWriter = new WalWriter(freshWal({ node: NODE }), {
    segmentBytesMax: 200,
    nextOperationId: () => ++lastId,
    carryOver: () => carriedBy(storage),
  });
  const storage = new WalStorage(0, recovered, unmarked, wal);
  const settle = (): void => {
    wal.requestSync();
    for (let next = wal.nextOperation(); next !== null; next = wal.nextOperation()) {
      wal.complete({ id: next.id, error: null, bytes: null });
    }
  };
  return { wal, storage, settle };
}

function entry(at: number, ofTerm = 1): Entry {
  return { index: index(at), term: term(ofTerm), type: "EntryNormal", data: Uint8Array.of(at) };
}

function entries(from: number, to: number, ofTerm = 1): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, ofTerm));
}

function snapshot(at: number, ofTerm = 1): Snapshot {
  const metadata = { index: index(at), term: term(ofTerm), confState: INITIAL };
  return { metadata, data: Uint8Array.of(at) };
}

function ready(parts: Partial<Ready>): Ready {
  const nothing = { snapshot: null, entries: [], hardState: null, mustSync: true };
  return { ...nothing, ...parts } as Ready;
}

function hardState(ofTerm: number, vote: number, commit: number) {
  return { term: term(ofTerm), vote: nodeId(vote), commit: index(commit) };
}

/** Entries 1 to 10 and a hard state, all durable. */
function withTen(): Fixture {
  const made = fixture();
  const ten = entries(1, 10);
  made.storage.write(ready({ entries: ten, hardState: hardState(1, 2, 0) }));
  made.settle();
  made.storage.writeCompleted();
  made.storage.stored(ten, null);
  return made;
}

function carriedBy(storage: WalStorage): WalRecord[] {
  const records: WalRecord[] = [];
  storage.carryOver(records);
  return records;
}

function carriedOver({ storage }: Fixture): unknown[] {
  return carriedBy(storage).map((record) => {
    if (record.kind === "snapshot") return [record.index, record.term, record.installed];
    if (record.kind === "hardState") return [record.term, record.vote, record.commit];
    return record.kind;
  });
}

describe("what is read", () => {
  test("is what has become durable", () => {
    const { storage, settle } = withTen();
    const more = entries(9, 12, 2);
    storage.write(ready({ entries: more, hardState: hardState(2, 0, 5) }));
    expect([storage.lastIndex(), storage.term(index(10))]).toEqual([10, 1]);
    storage.writeCompleted();
    expect(storage.initialState().hardState).toEqual(hardState(1, 2, 0));
    settle();
    storage.writeCompleted();
    expect(storage.initialState().hardState).toEqual(hardState(2, 0, 5));
    storage.stored(more, null);
    expect([storage.firstIndex(), storage.lastIndex(), storage.term(index(10))]).toEqual([
      1, 12, 2,
    ]);
    expect(storage.entries(index(8), index(10), NO_LIMIT_BYTES)).toEqual([entry(8), entry(9, 2)]);
  });

  test("is the same object as long as nothing changes", () => {
    const { storage } = withTen();
    expect(storage.snapshot()).toBe(storage.snapshot());
    expect(storage.initialState().hardState).toBe(storage.initialState().hardState);
  });

  test("after an installed snapshot is what it left", () => {
    const made = withTen();
    const installed = snapshot(20, 3);
    made.storage.write(
      ready({ snapshot: installed, entries: [entry(21, 3)], hardState: hardState(3, 0, 20) }),
    );
    expect(made.storage.lastIndex()).toBe(10);
    made.settle();
    made.storage.writeCompleted();
    made.storage.stored([entry(21, 3)], installed);
    expect([made.storage.firstIndex(), made.storage.lastIndex()]).toEqual([21, 21]);
    expect(made.storage.snapshot()).toBe(installed);
  });
});

describe("a snapshot that was taken here", () => {
  test("leaves the trailing entries in memory", () => {
    const { storage } = withTen();
    storage.keepSnapshot(snapshot(8), 3);
    expect([storage.firstIndex(), storage.lastIndex()]).toEqual([6, 10]);
    expect(storage.snapshot().metadata).toMatchObject({ index: 8, term: 1 });
    storage.keepSnapshot(snapshot(9), 100);
    expect(storage.firstIndex()).toBe(6);
    storage.keepSnapshot(snapshot(10), 0);
    expect(storage.firstIndex()).toBe(11);
  });

  test("and that a leader's has overtaken is of no use", () => {
    const { storage } = withTen();
    storage.stored([], snapshot(20, 3));
    storage.keepSnapshot(snapshot(8), 0);
    expect([storage.firstIndex(), storage.snapshot().metadata.index]).toEqual([21, 20]);
  });
});

describe("the first record that is needed", () => {
  test("is that of the first entry behind the snapshot, where it stands in the log now", () => {
    const { wal, storage } = withTen();
    expect(storage.neededSequence).toBe(wal.index.sequenceOf(0, index(1)));
    const again = wal.lastSequence + 1;
    storage.write(ready({ entries: entries(6, 7, 2) }));
    storage.keepSnapshot(snapshot(5), 0);
    expect(storage.neededSequence).toBeGreaterThanOrEqual(again);
    expect(storage.neededSequence).toBe(wal.index.sequenceOf(0, index(6)));
  });

  test("is the next one when there is no entry", () => {
    const { wal, storage } = withTen();
    storage.keepSnapshot(snapshot(10), 5);
    expect(storage.neededSequence).toBe(wal.lastSequence + 1);
  });
});

describe("what a new segment repeats", () => {
  test("nothing, while nothing was written", () => {
    expect(carriedOver(fixture())).toEqual([]);
  });

  test("the last marker, as one that replaces nothing, and the last hard state, durable or not", () => {
    const made = withTen();
    expect(carriedOver(made)).toEqual([[1, 2, 0]]);
    made.storage.writeMarker(snapshot(8).metadata, false);
    made.storage.write(ready({ hardState: hardState(2, 3, 9), mustSync: false }));
    expect(carriedOver(made)).toEqual([
      [8, 1, false],
      [2, 3, 9],
    ]);
    made.storage.write(ready({ snapshot: snapshot(20, 3) }));
    expect(carriedOver(made)[0]).toEqual([20, 3, false]);
  });

  test("what it has found at its start, but not a snapshot that the log has yet to tell", () => {
    const memory = new MemoryStorage(INITIAL);
    memory.applySnapshot(snapshot(8));
    memory.setHardState(hardState(4, 1, 8));
    const both = [
      [8, 1, false],
      [4, 1, 8],
    ];
    expect(carriedOver(fixture(memory))).toEqual(both);
    const { metadata } = snapshot(8);
    const unmarked = fixture(memory, metadata);
    expect(carriedOver(unmarked)).toEqual([[4, 1, 8]]);
    unmarked.storage.writeMarker(metadata, true);
    expect(carriedOver(unmarked)).toEqual(both);
  });
});

describe("a snapshot for somebody", () => {
  const to = nodeId(3);

  test("is the last one, if it reaches as far as is asked for", () => {
    const { storage } = withTen();
    storage.keepSnapshot(snapshot(8), 0);
    expect(storage.snapshot(index(8), to)).toBe(storage.snapshot());
    expect(storage.wantsSnapshot).toBe(false);
    expect(storage.snapshot(index(9), to)).toBe("snapshotTemporarilyUnavailable");
    expect(storage.wantsSnapshot).toBe(true);
    storage.keepSnapshot(snapshot(9), 0);
    expect(storage.wantsSnapshot).toBe(false);
    expect(storage.snapshot(index(9), to)).toBe(storage.snapshot());
  });

  test("is not older than the last change of the membership", () => {
    const { storage } = withTen();
    storage.keepSnapshot(snapshot(8), 0);
    storage.membershipChanged(index(8));
    expect(storage.snapshot(index(0), to)).toBe(storage.snapshot());
    storage.membershipChanged(index(9));
    expect(storage.snapshot(index(0), to)).toBe("snapshotTemporarilyUnavailable");
    expect(storage.wantsSnapshot).toBe(true);
    storage.keepSnapshot(snapshot(9), 0);
    expect(storage.snapshot(index(0), to)).toBe(storage.snapshot());
  });
});

test("what needs no sync asks for none", () => {
  const { wal, storage, settle } = withTen();
  settle();
  const durable = wal.durableSequence;
  storage.write(ready({ hardState: hardState(1, 2, 9), mustSync: false }));
  const operation = wal.nextOperation();
  expect(operation).toMatchObject({ kind: "append", sync: false });
  wal.complete({ id: operation!.id, error: null, bytes: null });
  expect(wal.durableSequence).toBe(durable);
});
