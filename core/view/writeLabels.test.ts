import { expect, test } from "vitest";
import { index, nodeId, NO_NODE, offset, term } from "../base/index.ts";
import type { DiskWrite, WorldEvent } from "../sim/index.ts";
import { segmentFileName, segmentOfFileName } from "../wal/index.ts";
import { Story } from "./story.ts";
import { WriteLabels } from "./writeLabels.ts";

const N1 = nodeId(1);

class Told {
  readonly labels = new WriteLabels(segmentOfFileName);
  readonly #story = new Story(3);
  #number = 0;

  at(atUs: number, event: WorldEvent["event"]): this {
    this.labels.observe({ id: atUs, atUs, node: N1, event }, this.#story);
    return this;
  }

  label(startedAtUs: number): string {
    return this.ofOperation(startedAtUs, {
      kind: "append",
      id: 1,
      file: segmentFileName(1),
      bytes: new Uint8Array(9),
      sync: true,
    });
  }

  ofOperation(startedAtUs: number, operation: DiskWrite["operation"]): string {
    const number = ++this.#number;
    return this.labels.of({ node: N1, number, startedAtUs, operation } as DiskWrite).label;
  }
}

const ready = (entryCount: number, mustSync = true): WorldEvent["event"] => ({
  kind: "readyTaken",
  number: 1,
  entryCount,
  mustSync,
});
const write: WorldEvent["event"] = { kind: "writeStarted", operation: 1, bytes: 9, sync: true };
const done: WorldEvent["event"] = { kind: "writeCompleted", operation: 1 };

test("counts the entries of one write on from those before", () => {
  const told = new Told().at(1, ready(1)).at(1, write).at(2, ready(1)).at(3, ready(2)).at(3, done);
  told.at(4, write);
  expect(told.label(1)).toBe("entry 1");
  expect(told.label(4)).toBe("entries 2 to 4");
});

test("goes on after a restart and after a truncation", () => {
  const told = new Told().at(1, {
    kind: "recovered",
    entryCount: 14,
    term: term(3),
    vote: NO_NODE,
    commit: index(13),
    snapshotIndex: index(0),
    segmentCount: 1,
    recordCount: 20,
    cutBytes: 0,
    ignored: [],
  });
  told.at(2, ready(1)).at(2, write);
  told.at(3, { kind: "logTruncated", fromIndex: index(12), toIndex: index(15) });
  told.at(3, ready(1)).at(3, write);
  expect(told.label(2)).toBe("entry 15");
  expect(told.label(3)).toBe("entry 12");
});

test("names the records, the vote, and what is neither", () => {
  const told = new Told().at(1, ready(0)).at(1, {
    kind: "recordsAppended",
    topic: "orders",
    partition: 1,
    baseOffset: offset(4),
    lastOffset: offset(6),
    asLeader: true,
  });
  told.at(1, write).at(2, ready(0, false)).at(2, write);
  expect(told.label(1)).toBe("term and vote, 3 records of orders-1");
  expect(told.label(2)).toBe("commit index");
});

test("remembers how long the last syncs took", () => {
  const told = new Told().at(10, write).at(25, done).at(30, write).at(41, done);
  expect(told.labels.syncHistoryUs(1)).toEqual([15, 11]);
});

test("says what else a disk does", () => {
  const told = new Told();
  const at = { id: 1, file: segmentFileName(4) };
  const file = "snapshot-0.tmp";
  const bytes = new Uint8Array(9);
  expect(told.ofOperation(1, { kind: "create", ...at })).toBe("new segment 4");
  expect(told.ofOperation(1, { kind: "remove", ...at })).toBe("old segment 4");
  expect(told.ofOperation(1, { kind: "truncate", ...at, sizeBytes: 9 })).toBe("cut of a torn tail");
  expect(told.ofOperation(1, { kind: "syncDirectory", id: 1 })).toBe("names of files");
  expect(told.ofOperation(1, { kind: "append", id: 1, file, bytes, sync: true })).toBe("snapshot");
  expect(told.ofOperation(1, { kind: "rename", id: 1, file, to: "snapshot-0" })).toBe("snapshot");
});
