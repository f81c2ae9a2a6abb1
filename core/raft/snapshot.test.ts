import { expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { decodeConfChange, encodeConfChange } from "./confChange.ts";
import { confStateOf } from "./memoryStorage.ts";
import type { Entry, Snapshot } from "./message.ts";
import { RawNode } from "./rawNode.ts";
import { write } from "./testing/disk.ts";
import { configOf, from, hardState, logOfTerms, Solo } from "./testing/solo.ts";

const snapshotAt = (i: number): Snapshot => ({
  metadata: { confState: confStateOf([1, 2, 3].map(nodeId)), index: index(i), term: term(1) },
  data: new Uint8Array(0),
});

const addFour: Entry = {
  term: term(1),
  index: index(1),
  ...encodeConfChange({
    transition: "auto",
    changes: [{ type: "ConfChangeAddNode", nodeId: nodeId(4) }],
    context: new Uint8Array(0),
  }),
};

test("a snapshot does not overtake a membership change that is being applied", () => {
  const { node, storage } = new Solo(3);
  node.step(from(2, "MsgApp", { term: 1, entries: [addFour], commit: 1 }));
  const ready = node.ready();
  expect(ready.committedEntries).toHaveLength(1);
  node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));

  write(storage, ready);
  const change = decodeConfChange(ready.committedEntries[0]!);
  if ("error" in change) throw new Error(change.error);
  expect(node.applyConfChange(change).voters).toEqual([1, 2, 3, 4]);
  node.advance(ready);
  expect([node.commit, node.applied]).toEqual([1, 1]);

  // The leader's next one finds nothing in its way, and says who belongs to the group by now.
  node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
  expect(node.status().confState.voters).toEqual([1, 2, 3]);
});

test("a snapshot takes the place of one that is still to be stored", () => {
  const { node, storage } = new Solo(3);
  node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1, 1), commit: 2 }));
  const ready = node.ready();
  node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
  node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(9) }));
  write(storage, ready);
  node.advance(ready);
  expect(node.ready().snapshot?.metadata.index).toBe(9);
});

test("pipelined: what a snapshot overtakes no longer holds up what comes after it", () => {
  const options = { storageWrites: "pipelined", maxCommittedSizePerReadyBytes: 1 } as const;
  const { node, storage } = new Solo(3, {}, options);
  const finish = (): readonly Entry[] => {
    const ready = node.ready();
    write(storage, ready);
    return [...ready.committedEntries, ...node.advanceAppend(ready).committedEntries];
  };
  node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1, 1), commit: 2 }));
  expect(finish().map((entry) => entry.index)).toEqual([1]);
  // Entry 1 is still being applied when a snapshot takes its place.
  node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
  finish();
  expect(node.applied).toBe(5);
  node.advanceApplyTo(index(1));

  const entries = [{ ...addFour, index: index(6), type: "EntryNormal" as const }];
  node.step(from(2, "MsgApp", { term: 1, logTerm: 1, index: 5, entries, commit: 6 }));
  expect(finish().map((entry) => entry.index)).toEqual([6]);
});

test("a commit index that lies behind the stored snapshot is not taken for damage", () => {
  const { storage } = new Solo(3);
  storage.applySnapshot(snapshotAt(5));
  storage.setHardState(hardState(1, 2, 3));
  const { term: at, vote, commit } = new RawNode(configOf(storage));
  expect([at, vote, commit]).toEqual([1, 2, 5]);
});
