import { expect, test } from "vitest";
import type { StorageWrites } from "./config.ts";
import type { Ready } from "./ready.ts";
import { Solo } from "./testing/solo.ts";
import { bytes } from "./testing/cluster.ts";

/** All that a Ready holds, down to the responses that ride on its messages. */
const copyOf = (ready: Ready): unknown => structuredClone(ready);

test.each<StorageWrites>(["sync", "async", "pipelined"])(
  "%s: a Ready stays what it was when it was taken, whatever happens before it is done",
  (storageWrites) => {
    const { node } = new Solo(1, {}, { storageWrites });
    node.campaign();
    const ready = node.ready();
    const before = copyOf(ready);
    // Each of these makes messages, reads or entries, which belong to the next Ready.
    node.tick();
    node.readIndex(bytes("read"));
    node.propose(bytes("entry"));
    node.campaign();
    expect(copyOf(ready)).toEqual(before);
  },
);

test.each<StorageWrites>(["sync", "pipelined"])(
  "%s: a leader's Ready that says nothing does not begin to speak later",
  (storageWrites) => {
    const solo = new Solo(1, {}, { storageWrites });
    const finish = (ready: Ready): void => {
      solo.storage.append(ready.entries);
      if (ready.hardState !== null) solo.storage.setHardState(ready.hardState);
      if (storageWrites === "sync") solo.node.advance(ready);
      else {
        solo.node.advanceAppend(ready);
        solo.node.advanceApply();
      }
    };
    solo.node.campaign();
    while (solo.node.role !== "leader") finish(solo.node.ready());
    finish(solo.node.ready());
    const ready = solo.node.ready();
    const before = copyOf(ready);
    solo.node.propose(bytes("entry"));
    solo.node.ping();
    expect(copyOf(ready)).toEqual(before);
  },
);

test("async: an append that nothing rests on does not vouch for what comes later", () => {
  const { node, storage } = new Solo(1, {}, { storageWrites: "async" });
  node.campaign();
  // Works off everything but what the last Ready holds.
  let ready = node.ready();
  const readys = [ready];
  for (let i = 0; i < 6; i++) {
    for (const m of ready.messages) {
      if (m.type === "MsgStorageAppend") storage.append(m.entries);
      for (const response of m.responses) node.step(response);
    }
    if (!node.hasReady()) break;
    ready = node.ready();
    readys.push(ready);
  }
  expect(node.role).toBe("leader");
  const before = copyOf(ready);
  node.propose(bytes("entry"));
  expect(readys.length).toBeGreaterThan(2);
  expect(copyOf(ready)).toEqual(before);
});
