import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NO_NODE, index, nodeId, term } from "../base/ids.ts";
import { confStateOf } from "../raft/index.ts";
import type { HardState, MemoryStorage, SnapshotMetadata } from "../raft/index.ts";
import type { EntryRecord, SnapshotFile, WalRecord } from "../wal/index.ts";
import { RecoveredGroup } from "./recoveredGroup.ts";

const INITIAL = confStateOf([1, 2, 3].map(nodeId));

/** A step of a node's life; the number says how many, how far or which. */
const STEP = fc.tuple(
  fc.constantFrom(
    ...(["append", "append", "overwrite", "overwrite", "hardState", "commit"] as const),
    ...(["take", "take", "install", "takeAndCrash", "installAndCrash", "restart"] as const),
    ...(["rotate", "rotate", "rotate", "release", "release"] as const),
  ),
  fc.nat({ max: 40 }),
);

test("whatever was durable is there after a restart, and nothing that had been replaced", () => {
  let unmarkedCount = 0;
  let releasedCount = 0;
  fc.assert(
    fc.property(fc.array(STEP, { minLength: 20, maxLength: 80 }), (steps) => {
      const life = new Life();
      for (const [kind, n] of steps) life[kind](n);
      life.restart();
      unmarkedCount += life.unmarkedCount;
      releasedCount += life.releasedCount;
    }),
    { numRuns: 1_000 },
  );
  expect(unmarkedCount).toBeGreaterThan(500);
  expect(releasedCount).toBeGreaterThan(500);
});

interface Written {
  readonly record: WalRecord;
  readonly sequence: number;
}

/** One group on one disk: what a node would know that never crashed, and what it has written. */
class Life {
  unmarkedCount = 0;
  releasedCount = 0;
  /** The log's segments, oldest first. */
  #segments: Written[][] = [[]];
  #sequence = 0;
  /** The entries in force behind the snapshot, each with the sequence of its record. */
  readonly #entries = new Map<number, { entry: EntryRecord; sequence: number }>();
  #last = 0;
  #term = 1;
  #commit = 0;
  #hardState: HardState | null = null;
  #files: SnapshotFile[] = [];
  #marker: Pick<SnapshotMetadata, "index" | "term"> | null = null;
  #unmarked: SnapshotFile | null = null;
  #count = 0;

  append(n: number): void {
    this.#tellUnmarked();
    for (let left = 1 + (n % 5); left > 0; left--) this.#writeEntry(++this.#last);
  }

  /** A leader of a later term replaces what is not committed. */
  overwrite(n: number): void {
    const from = this.#commit + 1;
    if (this.#last < from) return;
    this.#tellUnmarked();
    const first = from + (n % (this.#last - from + 1));
    for (let at = first; at <= this.#last; at++) this.#entries.delete(at);
    this.#last = first - 1;
    this.#term++;
    this.append(n);
    this.hardState(n);
  }

  hardState(n: number): void {
    this.#tellUnmarked();
    const before = this.#hardState;
    const vote = before?.term === this.#term && before.vote !== NO_NODE ? before.vote : n % 4;
    this.#writeHardState({
      term: term(this.#term),
      vote: nodeId(vote),
      commit: index(this.#commit),
    });
  }

  /** It learns that more is committed; the disk hears of that later, if at all. */
  commit(n: number): void {
    this.#commit += n % (this.#last - this.#commit + 1);
  }

  take(n: number): void {
    this.#tellUnmarked();
    const snapshot = this.#taken(n);
    if (snapshot === null) return;
    this.#save(snapshot);
    this.#writeMarker(snapshot, false);
  }

  takeAndCrash(n: number): void {
    this.#tellUnmarked();
    const snapshot = this.#taken(n);
    if (snapshot === null) return;
    this.#save(snapshot);
    this.restart();
  }

  install(n: number): void {
    this.#tellUnmarked();
    const snapshot = this.#received(n);
    this.#save(snapshot);
    this.#writeMarker(snapshot, true);
    this.hardState(n);
  }

  installAndCrash(n: number): void {
    this.#tellUnmarked();
    const snapshot = this.#received(n);
    this.#save(snapshot);
    this.#unmarked = snapshot;
    this.unmarkedCount++;
    this.restart();
  }

  /** A new segment repeats what must not be said by older ones alone. */
  rotate(): void {
    const carried: WalRecord[] = [];
    if (this.#marker !== null) {
      carried.push({ kind: "snapshot", group: 0, ...this.#marker, installed: false });
    }
    if (this.#hardState !== null) {
      carried.push({ kind: "hardState", group: 0, ...this.#hardState });
    }
    this.#segments.push([]);
    for (const record of carried) this.#write(record);
  }

  /** Segments go from the front, as far as nothing in them is needed. */
  release(n: number): void {
    const snapshot = this.#files.at(-1);
    if (snapshot === undefined || this.#marker?.index !== snapshot.index) return;
    const needed = this.#entries.get(snapshot.index + 1)?.sequence ?? this.#sequence + 1;
    let released = 0;
    for (const [at, [first]] of this.#segments.entries()) {
      if (at > 0 && first !== undefined && first.sequence <= needed) released = at;
    }
    released = Math.min(released, n);
    this.#segments.splice(0, released);
    this.releasedCount += released;
    if (released > 0) this.rotate();
  }

  /** Reads everything back and compares. What was only in memory is gone. */
  restart(): void {
    this.#raiseTerm();
    const group = new RecoveredGroup();
    for (const { record } of this.#segments.flat()) {
      if (record.kind === "entry") group.entry(record);
      else if (record.kind === "snapshot") group.marker(record);
      else if (record.kind === "hardState") {
        const { kind: _, group: __, ...hardState } = record;
        group.hardState(hardState);
      }
    }
    const result = group.finish(INITIAL, this.#files.toReversed());
    if (!result.ok) throw new Error(result.sentence);
    this.#expectEqual(result.storage, result.unmarked);
    const snapshot = this.#files.at(-1);
    this.#commit = Math.max(this.#hardState?.commit ?? 0, snapshot?.index ?? 0);
    // An older leader's term may have been in memory only.
    this.#term = Math.max(this.#term, this.#hardState?.term ?? 1);
    if (snapshot !== undefined && this.#unmarked === null) this.#marker = snapshot;
  }

  /** Who holds a snapshot has heard of its term, and has not voted in it as far as it knows. */
  #raiseTerm(): void {
    const held = this.#files.at(-1)?.term ?? term(0);
    const stored = this.#hardState;
    if (held <= (stored?.term ?? 0)) return;
    this.#hardState = { term: held, vote: NO_NODE, commit: stored?.commit ?? index(0) };
  }

  #expectEqual(storage: MemoryStorage, unmarked: SnapshotMetadata | null): void {
    const snapshot = this.#files.at(-1);
    const first = (snapshot?.index ?? 0) + 1;
    expect(storage.firstIndex()).toBe(first);
    expect(storage.lastIndex()).toBe(this.#last);
    const found = storage.entries(storage.firstIndex(), index(this.#last + 1), 1e9);
    const expected = [];
    for (let at = first; at <= this.#last; at++) {
      const { term: ofTerm, data } = this.#entries.get(at)!.entry;
      expected.push({ term: ofTerm, index: at, type: "EntryNormal", data });
    }
    expect(typeof found === "string" ? [] : found).toEqual(expected);
    const { hardState, confState } = storage.initialState();
    expect(hardState).toEqual(this.#hardState);
    expect(confState).toEqual(snapshot?.members ?? INITIAL);
    const kept = storage.snapshot();
    expect(kept.metadata).toMatchObject({ index: first - 1, term: snapshot?.term ?? 0 });
    if (snapshot !== undefined) expect(kept.data).toBe(snapshot.data);
    const { index: at, term: ofTerm } = this.#unmarked ?? {};
    if (this.#unmarked === null) expect(unmarked).toBe(null);
    else expect(unmarked).toMatchObject({ index: at, term: ofTerm });
  }

  #taken(n: number): SnapshotFile | null {
    const first = (this.#files.at(-1)?.index ?? 0) + 1;
    if (this.#commit < first) return null;
    const at = first + (n % (this.#commit - first + 1));
    return this.#snapshot(at, this.#entries.get(at)!.entry.term);
  }

  /** Of a leader of a later term, whose log has left this one's, or is longer. */
  #received(n: number): SnapshotFile {
    const at = this.#commit + 1 + (n % (this.#last - this.#commit + 5));
    const snapshot = this.#snapshot(at, ++this.#term);
    this.#entries.clear();
    this.#last = at;
    this.#commit = at;
    return snapshot;
  }

  #snapshot(at: number, ofTerm: number): SnapshotFile {
    const members = confStateOf([1, 2, 3, 4 + (at % 3)].map(nodeId));
    const data = Uint8Array.of(at);
    return { group: 0, index: index(at), term: term(ofTerm), members, data };
  }

  #save(snapshot: SnapshotFile): void {
    this.#files.push(snapshot);
    for (const at of this.#entries.keys()) if (at <= snapshot.index) this.#entries.delete(at);
  }

  /** The first thing that a node writes whose log does not know of its snapshot yet. */
  #tellUnmarked(): void {
    const unmarked = this.#unmarked;
    this.#unmarked = null;
    if (unmarked !== null) this.#writeMarker(unmarked, true);
  }

  #writeMarker({ index: at, term: ofTerm }: SnapshotFile, installed: boolean): void {
    this.#marker = { index: at, term: ofTerm };
    this.#write({ kind: "snapshot", group: 0, ...this.#marker, installed });
  }

  #writeHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#write({ kind: "hardState", group: 0, ...hardState });
  }

  #writeEntry(at: number): void {
    const data = Uint8Array.of(++this.#count & 0xff, this.#count >> 8);
    const place = { group: 0, index: index(at), term: term(this.#term) };
    const entry = {
      kind: "entry",
      ...place,
      entryType: "EntryNormal",
      context: null,
      data,
    } as const;
    this.#write(entry);
    this.#entries.set(at, { entry, sequence: this.#sequence });
  }

  #write(record: WalRecord): void {
    this.#segments.at(-1)!.push({ record, sequence: ++this.#sequence });
  }
}
