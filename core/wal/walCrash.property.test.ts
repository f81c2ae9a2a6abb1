import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../base/assert.ts";
import { index, term } from "../base/ids.ts";
import type { DiskCompletion, DiskImage, DiskOperation } from "./disk.ts";
import { diskContract } from "./disk.contract.ts";
import { recoverWal } from "./recoverWal.ts";
import { WalWriter } from "./walWriter.ts";

/** The plainest disk that keeps the contract; power loss may leave some unsynced bytes behind. */
class PlainDisk {
  readonly #files = new Map<string, { bytes: Uint8Array; durableBytes: number }>();
  readonly #queue: DiskOperation[] = [];

  start(operation: DiskOperation): void {
    this.#queue.push(operation);
  }

  finishNext(): DiskCompletion | null {
    const operation = this.#queue.shift();
    if (operation === undefined) return null;
    this.#carryOut(operation);
    return { id: operation.id, error: null };
  }

  finishAll(): DiskCompletion[] {
    const completions: DiskCompletion[] = [];
    for (let next = this.finishNext(); next !== null; next = this.finishNext()) {
      completions.push(next);
    }
    return completions;
  }

  /** `survivors` unsynced bytes of each file, from its front, reach the platter all the same. */
  losePower(survivors = 0): void {
    // What was asked for and not finished may have been under way.
    for (const operation of this.#queue.splice(0)) {
      if (operation.kind === "append") this.#carryOut({ ...operation, sync: false });
    }
    for (const file of this.#files.values()) {
      file.durableBytes = Math.min(file.bytes.length, file.durableBytes + survivors);
      file.bytes = file.bytes.slice(0, file.durableBytes);
    }
  }

  image(): DiskImage {
    return new Map([...this.#files].map(([name, { bytes }]) => [name, bytes]));
  }

  #carryOut(operation: DiskOperation): void {
    const file = this.#files.get(operation.file) ?? { bytes: new Uint8Array(0), durableBytes: 0 };
    this.#files.set(operation.file, file);
    if (operation.kind === "truncate") {
      file.bytes = file.bytes.slice(0, operation.sizeBytes);
      file.durableBytes = file.bytes.length;
      return;
    }
    file.bytes = Uint8Array.from(Buffer.concat([file.bytes, operation.bytes]));
    if (operation.sync) file.durableBytes = file.bytes.length;
  }
}

diskContract("the plain disk", () => new PlainDisk());

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "append" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "requestSync" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "issue" as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: "complete" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("crash" as const), survivors: fc.nat(250) }),
  },
);

function restart(disk: PlainDisk): { writer: WalWriter; indexes: number[] } {
  const recovery = recoverWal(disk.image());
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
  const indexes = recovery.records.map(({ record }) =>
    record.kind === "entry" ? record.index : -1,
  );
  return { writer: new WalWriter(recovery.start), indexes };
}

test("over any crashes: a prefix of what was appended, with all that was called durable", () => {
  let tornCount = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80, size: "max" }), (steps) => {
      const disk = new PlainDisk();
      let { writer } = restart(disk);
      /** The entry index of each record, by sequence - 1; each is used once. */
      let appended: number[] = [];
      let nextIndex = 1;
      for (const step of steps) {
        if (step.kind === "append") {
          const data = new Uint8Array(nextIndex % 40);
          const record = {
            kind: "entry",
            group: 0,
            term: term(1),
            index: index(nextIndex),
          } as const;
          writer.append({ ...record, entryType: "EntryNormal", data });
          appended.push(nextIndex++);
          assert(writer.lastSequence === appended.length, "sequences count the records");
        } else if (step.kind === "requestSync") {
          writer.requestSync();
        } else if (step.kind === "issue") {
          const operation = writer.nextOperation();
          if (operation !== null) disk.start(operation);
        } else if (step.kind === "complete") {
          const completion = disk.finishNext();
          if (completion !== null) writer.complete(completion);
        } else {
          const durable = appended.slice(0, writer.durableSequence);
          disk.losePower(step.survivors);
          const { writer: restarted, indexes } = restart(disk);
          expect(indexes).toEqual(appended.slice(0, indexes.length));
          expect(indexes.slice(0, durable.length)).toEqual(durable);
          writer = restarted;
          appended = indexes;
          const first = writer.nextOperation();
          if (first !== null) {
            expect(first.kind).toBe("truncate");
            tornCount++;
            disk.start(first);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(tornCount, "crashes that tore a record").toBeGreaterThan(30);
});

test("with the disk left alone, everything that a sync was asked for becomes durable", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 20 }), (groups) => {
      const disk = new PlainDisk();
      const { writer } = restart(disk);
      let requested = 0;
      for (const size of groups) {
        for (let count = 0; count < size; count++) {
          writer.append({ kind: "entry", group: 0, ...ENTRY });
        }
        writer.requestSync();
        requested = writer.lastSequence;
        const operation = writer.nextOperation();
        if (operation !== null) disk.start(operation);
      }
      for (;;) {
        for (const completion of disk.finishAll()) writer.complete(completion);
        const operation = writer.nextOperation();
        if (operation === null) break;
        disk.start(operation);
      }
      expect(writer.durableSequence).toBe(requested);
      disk.losePower();
      expect(restart(disk).indexes).toHaveLength(requested);
    }),
  );
});

const ENTRY = {
  term: term(1),
  index: index(1),
  entryType: "EntryNormal",
  data: new Uint8Array(3),
} as const;
