import { describe, expect, test } from "vitest";
import { index } from "../base/ids.ts";
import { MemoryStorage } from "./memoryStorage.ts";
import { storageContract } from "./storage.contract.ts";
import { logOfTerms } from "./testing/solo.ts";

const NO_DATA = new Uint8Array(0);

storageContract("MemoryStorage", () => {
  const storage = new MemoryStorage();
  return {
    storage,
    append: (entries) => storage.append(entries),
    setHardState: (hardState) => storage.setHardState(hardState),
    compact: (i) => {
      storage.createSnapshot(i, NO_DATA);
      storage.compact(i);
    },
    applySnapshot: (snapshot) => {
      storage.applySnapshot(snapshot);
    },
  };
});

describe("MemoryStorage names its misuse as etcd does", () => {
  test.each([
    [
      "missing log entry [last: 2, append at: 4]",
      (s: MemoryStorage) => s.append(logOfTerms(1, 1, 1, 1).slice(3)),
    ],
    ["compact 3 is out of bound lastindex(2)", (s: MemoryStorage) => s.compact(index(3))],
    [
      "snapshot 3 is out of bound lastindex(2)",
      (s: MemoryStorage) => s.createSnapshot(index(3), NO_DATA),
    ],
    [
      "entries' hi(4) is out of bound lastindex(2)",
      (s: MemoryStorage) => s.entries(index(1), index(4), 1),
    ],
  ])("%s", (text, misuse) => {
    const storage = new MemoryStorage();
    storage.append(logOfTerms(1, 1));
    expect(() => misuse(storage)).toThrow(text);
  });

  test("what is done already is a value, not an error", () => {
    const storage = new MemoryStorage();
    storage.append(logOfTerms(1, 1));
    const snapshot = storage.createSnapshot(index(2), NO_DATA);
    expect(storage.compact(index(2))).toBe("ok");
    expect(storage.compact(index(1))).toBe("compacted");
    expect(storage.createSnapshot(index(1), NO_DATA)).toBe("snapshotOutOfDate");
    expect(typeof snapshot !== "string" && storage.applySnapshot(snapshot)).toBe(
      "snapshotOutOfDate",
    );
  });

  test("entries that were compacted meanwhile are skipped", () => {
    const storage = new MemoryStorage();
    storage.append(logOfTerms(1, 1));
    storage.compact(index(2));
    storage.append(logOfTerms(1, 1, 1));
    expect([storage.firstIndex(), storage.lastIndex()]).toEqual([3, 3]);
    storage.append(logOfTerms(1));
    expect(storage.lastIndex()).toBe(3);
  });
});
