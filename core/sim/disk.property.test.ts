import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { DiskOperation } from "../wal/disk.ts";
import { Disk } from "./disk.ts";
import type { DiskMoment, DiskWrite } from "./disk.ts";
import type { DiskFault } from "./diskFaults.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { Scheduler } from "./scheduler.ts";

/** A disk that keeps two whole copies of everything: what is seen, and what is durable. */
class DumbDisk {
  seen = new Map<string, DumbFile>();
  durable = new Map<string, DumbFile>();
  lies = false;
  losesNames = false;
  failsSync = false;

  /** Whether it went well. */
  do(operation: DiskOperation): boolean {
    if (operation.kind === "syncDirectory") return this.#syncNames();
    const file = this.seen.get(operation.file);
    switch (operation.kind) {
      case "create":
        if (file === undefined) {
          this.seen.set(operation.file, { seen: [], durable: [], believedBytes: 0 });
        }
        return file === undefined;
      case "remove":
        this.seen.delete(operation.file);
        return true;
      case "append":
        file?.seen.push(...operation.bytes);
        return file !== undefined && (!operation.sync || this.#sync(file));
      case "sync":
        return file !== undefined && this.#sync(file);
      case "truncate":
        if (file === undefined || operation.sizeBytes > file.seen.length) return false;
        file.seen.length = operation.sizeBytes;
        file.believedBytes = Math.min(file.believedBytes, operation.sizeBytes);
        return this.#sync(file);
      case "rename":
        if (file === undefined) return false;
        this.seen.delete(operation.file);
        this.seen.set(operation.to, file);
        return true;
      case "read":
        return file !== undefined;
    }
  }

  losePower(): void {
    if (this.losesNames) this.seen = new Map(this.durable);
    else this.durable = new Map(this.seen);
    for (const file of this.seen.values()) {
      file.seen = [...file.durable];
      file.believedBytes = file.seen.length;
    }
  }

  #sync(file: DumbFile): boolean {
    if (this.#fails()) {
      file.seen.length = file.believedBytes;
      return false;
    }
    if (!this.lies) file.durable = [...file.seen];
    file.believedBytes = file.seen.length;
    return true;
  }

  #syncNames(): boolean {
    const fails = this.#fails();
    if (fails) this.seen = new Map(this.durable);
    else if (!this.lies) this.durable = new Map(this.seen);
    return !fails;
  }

  #fails(): boolean {
    const { failsSync } = this;
    this.failsSync = false;
    return failsSync;
  }
}
interface DumbFile {
  seen: number[];
  durable: number[];
  believedBytes: number;
}

type Step =
  | DiskOperation
  | { readonly kind: "losePower" }
  | { readonly kind: "failSync" }
  | { readonly kind: "fault"; readonly fault: DiskFault; readonly on: boolean };

const file = fc.constantFrom("a", "b", "c");
const id = fc.constant(0);
const sizeBytes = fc.nat(6);
const name = fc.oneof({ weight: 3, arbitrary: fc.constant("a") }, file);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("create", "sync", "remove"), id, file }),
  fc.record({ kind: fc.constant("syncDirectory"), id }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("append"),
      id,
      file: name,
      bytes: fc.uint8Array({ maxLength: 5 }),
      sync: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant("truncate"), id, file: name, sizeBytes }),
  fc.record({ kind: fc.constant("read"), id, file, position: fc.nat(6), sizeBytes }),
  fc.record({ kind: fc.constant("rename"), id, file, to: file }),
  fc.record({ kind: fc.constantFrom("losePower", "failSync") }),
  fc.record({
    kind: fc.constant("fault"),
    fault: fc.constantFrom<DiskFault>("lyingSync", "lostNames", "slow"),
    on: fc.boolean(),
  }),
);

test("what is seen and what survives is what two whole copies would say", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const scheduler = new Scheduler<{ moment: DiskMoment; write: DiskWrite }>();
      const options = { ...DEFAULT_RUN_OPTIONS, tornTails: false };
      const disk = new Disk(
        nodeId(1),
        1,
        options,
        (atUs, moment, write) => scheduler.schedule(atUs, { moment, write }),
        false,
      );
      const dumb = new DumbDisk();
      const apply = (operation: DiskOperation): void => {
        disk.submit(operation, scheduler.nowUs);
        const [due] = scheduler.takeMoment();
        const { completion } = disk.complete(due!.write, scheduler.nowUs)!;
        expect(completion.error === null).toBe(dumb.do(operation));
        if (operation.kind !== "read" || completion.error !== null) return;
        const { position, sizeBytes } = operation;
        const read = dumb.seen.get(operation.file)!.seen.slice(position, position + sizeBytes);
        expect([...completion.bytes!]).toEqual(read);
      };
      apply({ kind: "create", id: 0, file: "a" });
      apply({ kind: "append", id: 0, file: "a", bytes: Uint8Array.of(1, 2, 3, 4), sync: true });
      for (const one of steps) {
        if (one.kind === "losePower") {
          disk.losePower(scheduler.nowUs, false);
          dumb.losePower();
        } else if (one.kind === "failSync") {
          disk.failNextSync();
          dumb.failsSync = true;
        } else if (one.kind === "fault") {
          disk.setFault(one.fault, one.on);
          if (one.fault === "lyingSync") dumb.lies = one.on;
          if (one.fault === "lostNames") dumb.losesNames = one.on;
        } else {
          apply(one);
        }
        const seen = [...disk.image()].map(([name, bytes]) => [name, [...bytes]]);
        expect(new Map(seen as [string, number[]][])).toEqual(
          new Map([...dumb.seen].map(([name, dumbFile]) => [name, dumbFile.seen])),
        );
        for (const { name, durableBytes, isNameDurable } of disk.files) {
          expect(durableBytes).toBe(dumb.seen.get(name)!.believedBytes);
          expect(isNameDurable).toBe(dumb.durable.get(name) === dumb.seen.get(name));
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
