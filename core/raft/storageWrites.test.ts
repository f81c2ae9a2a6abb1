import { describe, expect, test } from "vitest";
import { index } from "../base/ids.ts";
import { entrySizeBytes } from "./entrySize.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD } from "./message.ts";
import type { Message } from "./message.ts";
import type { Ready } from "./ready.ts";
import { bytes, text } from "./testing/cluster.ts";
import type { Options } from "./testing/cluster.ts";
import { write } from "./testing/disk.ts";
import { from, hardState, logOfTerms, Solo } from "./testing/solo.ts";

const to = (ready: Ready, thread: number): Message => {
  const m = ready.messages.find((each) => each.to === thread);
  if (m === undefined) throw new Error("nothing for that thread");
  return m;
};

/** The append thread carries out its message, and the node hears of it. */
function append(solo: Solo, m: Message): Message[] {
  const { term, vote, commit, entries, snapshot } = m;
  write(solo.storage, { entries, snapshot, hardState: term > 0 ? { term, vote, commit } : null });
  for (const response of m.responses) if (response.to === 1) solo.node.step(response);
  return m.responses.filter((response) => response.to !== 1);
}

describe('storage writes "async" (etcd)', () => {
  const options: Options = { storageWrites: "async" };

  test("travel as messages behind all others, and what waits for them rides along", () => {
    const { node } = new Solo(3, {}, options);
    node.step(from(2, "MsgApp", { term: 1, commit: 1, entries: logOfTerms(1) }));
    const ready = node.ready();
    expect(ready.persistedMessages).toEqual([]);
    expect(ready.messages).toMatchObject([
      {
        type: "MsgStorageAppend",
        to: LOCAL_APPEND_THREAD,
        term: 1,
        commit: 1,
        entries: [{ index: 1 }],
        responses: [
          { type: "MsgAppResp", to: 2, index: 1 },
          { type: "MsgStorageAppendResp", to: 1, term: 1, index: 1, logTerm: 1 },
        ],
      },
    ]);
  });

  test("let the next Ready come before they are done", () => {
    const { node } = new Solo(3, {}, options);
    node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    node.ready();
    const more = logOfTerms(1, 1).slice(1);
    node.step(from(2, "MsgApp", { term: 1, index: 1, logTerm: 1, entries: more }));
    expect(node.ready().entries.map((entry) => entry.index)).toEqual([2]);
  });

  test("are done before anything is applied, and applying is a message too", () => {
    const solo = new Solo(3, {}, options);
    solo.node.step(from(2, "MsgApp", { term: 1, commit: 1, entries: logOfTerms(1) }));
    const first = solo.node.ready();
    expect(first.committedEntries).toEqual([]);
    expect(append(solo, to(first, LOCAL_APPEND_THREAD)).map((m) => m.type)).toEqual(["MsgAppResp"]);
    const apply = to(solo.node.ready(), LOCAL_APPLY_THREAD);
    expect(apply).toMatchObject({ type: "MsgStorageApply", entries: [{ index: 1 }] });
    expect(solo.node.applied).toBe(0);
    solo.node.step(apply.responses[0]!);
    expect(solo.node.applied).toBe(1);
  });

  test("let a leader count its own copy when they are done, and not before", () => {
    const solo = new Solo(1, {}, options);
    solo.node.campaign();
    append(solo, to(solo.node.ready(), LOCAL_APPEND_THREAD));
    expect(solo.node.role).toBe("leader");
    const written = to(solo.node.ready(), LOCAL_APPEND_THREAD);
    expect(solo.node.commit).toBe(0);
    append(solo, written);
    expect(solo.node.commit).toBe(1);
  });

  test("of an older term settle nothing: the entries may be others by now", () => {
    const solo = new Solo(3, {}, options);
    // A leader of term 1 has an entry written; one of term 2 replaces it; one of term 3 brings the
    // first one back. The late answer to the first write must not settle the third.
    solo.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    const first = to(solo.node.ready(), LOCAL_APPEND_THREAD);
    solo.node.step(from(3, "MsgApp", { term: 2, entries: logOfTerms(2) }));
    const second = to(solo.node.ready(), LOCAL_APPEND_THREAD);
    solo.node.step(from(2, "MsgApp", { term: 3, entries: logOfTerms(1) }));
    const third = to(solo.node.ready(), LOCAL_APPEND_THREAD);

    append(solo, first);
    append(solo, second);
    // If the first answer had been believed, the node would now read its entry from the disk.
    expect(solo.node.termAt(index(1))).toBe(1);
    append(solo, third);
    expect(solo.node.termAt(index(1))).toBe(1);
    expect(solo.storage.term(index(1))).toBe(1);
  });

  test("carry all of the hard state, or none of it", () => {
    const solo = new Solo(3, { hardState: hardState(4, 2, 0) }, options);
    solo.node.step(from(2, "MsgApp", { term: 4, entries: logOfTerms(1) }));
    expect(to(solo.node.ready(), LOCAL_APPEND_THREAD)).toMatchObject({ term: 0, vote: 0 });
    solo.node.step(from(3, "MsgVote", { term: 5, index: 9, logTerm: 4 }));
    expect(to(solo.node.ready(), LOCAL_APPEND_THREAD)).toMatchObject({ term: 5, vote: 3 });
  });

  test("of nothing but a commit index need no answer", () => {
    const solo = new Solo(3, { log: [1], hardState: hardState(1, 0, 0) }, options);
    solo.node.step(from(2, "MsgHeartbeat", { term: 1, commit: 1 }));
    const m = to(solo.node.ready(), LOCAL_APPEND_THREAD);
    expect(m).toMatchObject({ commit: 1, responses: [] });
  });

  test("take a snapshot along, and count it as applied when it is stored", () => {
    const solo = new Solo(3, {}, options);
    const { confState } = solo.node.status();
    const metadata = { confState, index: index(5), term: hardState(1, 0, 0).term };
    const snapshot = { metadata, data: bytes("") };
    solo.node.step(from(2, "MsgSnap", { term: 1, snapshot }));
    const m = to(solo.node.ready(), LOCAL_APPEND_THREAD);
    expect(m.snapshot).toBe(snapshot);
    append(solo, m);
    expect(solo.node.applied).toBe(5);
  });

  test("are not mixed with the other forms", () => {
    const { node } = new Solo(3, {}, options);
    const ready = node.ready();
    expect(() => node.advance(ready)).toThrow("must not be called when using AsyncStorageWrites");
    expect(() => node.advanceAppend(ready)).toThrow("for storage writes that are pipelined");
  });

  test("are answered by the host's own threads alone, and only in this form", () => {
    const ack = { from: LOCAL_APPLY_THREAD, entries: logOfTerms(1) };
    const stored = { log: [1], hardState: hardState(1, 0, 1) };
    const sync = new Solo(3, stored);
    expect(sync.node.step(from(2, "MsgStorageApplyResp", ack))).toBe("stepLocalMessage");
    const { node } = new Solo(3, stored, options);
    expect(node.step(from(2, "MsgStorageApplyResp", { entries: ack.entries, term: 1 }))).toBe(
      "stepLocalMessage",
    );
    // A thread has no other words.
    expect(node.step(from(2, "MsgHup", { from: LOCAL_APPEND_THREAD }))).toBe("stepLocalMessage");
    expect(node.applied).toBe(0);
  });
});

describe('storage writes "pipelined" (raft-rs)', () => {
  const options: Options = { storageWrites: "pipelined" };

  test("are finished one by one with advanceAppend, which tells what may be done at once", () => {
    const solo = new Solo(1, {}, options);
    solo.node.campaign();
    const vote = solo.node.ready();
    expect(solo.node.advanceAppend(vote)).toEqual({
      commit: null,
      committedEntries: [],
      messages: [],
    });
    const first = solo.node.ready();
    solo.storage.append(first.entries);
    const light = solo.node.advanceAppend(first);
    expect(light.commit).toBe(1);
    expect(light.committedEntries.map((entry) => entry.index)).toEqual([1]);
    // It was told already, and need not be stored.
    expect(solo.node.hasReady()).toBe(false);
    expect(solo.node.applied).toBe(0);
    solo.node.advanceApply();
    expect(solo.node.applied).toBe(1);
  });

  test("let a leader speak at once, and a follower after the next write", () => {
    const leader = new Solo(3, {}, options);
    leader.node.campaign();
    const vote = leader.node.ready();
    leader.storage.append(vote.entries);
    leader.node.advanceAppend(vote);
    leader.node.step(from(2, "MsgVoteResp", { term: 1 }));
    const first = leader.node.ready();
    expect(first.messages.map((m) => m.type)).toEqual(["MsgApp", "MsgApp"]);
    leader.storage.append(first.entries);
    leader.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    // Its own copy, which is now stored, and that of 2 are a majority.
    const light = leader.node.advanceAppend(first);
    expect(light.commit).toBe(1);
    // 3 has not answered its probe yet.
    expect(light.messages).toMatchObject([{ type: "MsgApp", to: 2, commit: 1 }]);

    const follower = new Solo(3, {}, options);
    const ready = follower.node.ready();
    follower.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    expect(follower.node.advanceAppend(ready).messages).toEqual([]);
    expect(follower.node.ready().persistedMessages.map((m) => m.type)).toEqual([
      "MsgHeartbeatResp",
    ]);
  });

  test("may be several at once; one that is durable stands for all before it", () => {
    const solo = new Solo(1, {}, options);
    solo.node.campaign();
    solo.node.advanceAppend(solo.node.ready());
    for (const each of ["a", "b", "c"]) {
      const ready = solo.node.ready();
      solo.storage.append(ready.entries);
      solo.node.advanceAppendAsync(ready);
      solo.node.propose(bytes(each));
    }
    expect(solo.node.commit).toBe(0);
    solo.node.onPersistReady(3);
    expect(solo.node.commit).toBe(2);
    const applied = solo.node.ready();
    expect(applied.committedEntries.map((entry) => text(entry.data))).toEqual(["", "a"]);
    // What is behind already says nothing new.
    solo.node.onPersistReady(1);
    expect(solo.node.commit).toBe(2);
    expect(() => solo.node.onPersistReady(5)).toThrow("only Readys up to 4 were advanced");
  });

  test("hand out for applying only what is durable", () => {
    const solo = new Solo(3, {}, options);
    solo.node.step(from(2, "MsgApp", { term: 1, commit: 1, entries: logOfTerms(1) }));
    const ready = solo.node.ready();
    expect(ready.committedEntries).toEqual([]);
    write(solo.storage, ready);
    solo.node.advanceAppendAsync(ready);
    expect(solo.node.hasReady()).toBe(false);
    solo.node.onPersistReady(1);
    expect(solo.node.ready().committedEntries).toHaveLength(1);
  });

  test("may be applied in parts, across what was handed out together", () => {
    const stored = { log: [1, 1, 1, 1], hardState: hardState(1, 0, 4) };
    const one = entrySizeBytes(logOfTerms(1)[0]!);
    const solo = new Solo(3, stored, { ...options, maxCommittedSizePerReadyBytes: 3 * one });
    const first = solo.node.ready();
    expect(first.committedEntries).toHaveLength(3);
    solo.node.advanceAppend(first);
    expect(() => solo.node.advanceApplyTo(index(4))).toThrow(
      "applied(4) is out of range [prevApplied(0), applying(3)]",
    );
    solo.node.advanceApplyTo(index(2));
    expect(solo.node.applied).toBe(2);
    // There is room for one more now.
    const second = solo.node.ready();
    expect(second.committedEntries.map((entry) => entry.index)).toEqual([4]);
    solo.node.advanceAppend(second);
    solo.node.advanceApplyTo(index(4));
    expect(solo.node.applied).toBe(4);
    expect(() => solo.node.advanceApplyTo(index(3))).toThrow("applied(3) is out of range");
  });

  test("must be readable before they are advanced, and are not mixed with the other forms", () => {
    const solo = new Solo(3, {}, options);
    solo.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    const ready = solo.node.ready();
    expect(() => solo.node.advance(ready)).toThrow("use advanceAppend");
    expect(() => solo.node.advanceAppendAsync(ready)).toThrow("without storing the entries");
    expect(() => solo.node.ready()).toThrow("two accepted Ready structs");
  });
});

describe("what a proposal takes along", () => {
  test("comes back with its entry, from this node and to the others", () => {
    const solo = new Solo(2);
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.work();
    solo.node.propose(bytes("x"), bytes("trace 7"));
    const ready = solo.node.ready();
    expect(ready.entries).toMatchObject([{ data: bytes("x"), context: bytes("trace 7") }]);
    expect(ready.messages[0]!.entries).toMatchObject([{ context: bytes("trace 7") }]);
    // It counts where sizes are limited, for it travels as well.
    expect(entrySizeBytes(ready.entries[0]!)).toBe(24 + 1 + 7);
  });

  test("is not there where nothing was given", () => {
    const solo = new Solo(1);
    solo.lead();
    solo.node.propose(bytes("x"));
    expect(solo.node.ready().entries.every((entry) => !("context" in entry))).toBe(true);
  });
});

describe("ping", () => {
  test("sends a leader's heartbeats before their time", () => {
    const solo = new Solo(3);
    solo.node.ping();
    expect(solo.node.ready().persistedMessages).toEqual([]);
  });

  test("tells the others that the leader is there", () => {
    const solo = new Solo(3);
    solo.lead();
    solo.work();
    solo.node.ping();
    expect(solo.work().map((m) => [m.type, m.to])).toEqual([
      ["MsgHeartbeat", 2],
      ["MsgHeartbeat", 3],
    ]);
  });
});

describe("payload under way to one follower", () => {
  function leaderOfTwo(options: Options): Solo {
    const solo = new Solo(2, {}, options);
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.work();
    return solo;
  }

  test("may exceed the limit by one message, so that any entry can travel", () => {
    const solo = leaderOfTwo({ maxSizePerMsgBytes: 0, maxInflightBytes: 10 });
    for (const each of ["12345678", "a very long command", "x"]) solo.node.propose(bytes(each));
    expect(solo.work().flatMap((m) => m.entries)).toHaveLength(2);
    expect(solo.node.status().progress[1]).toMatchObject({
      inflightFull: true,
      inflightMessages: 2,
    });
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    // 19 bytes are under way still.
    expect(solo.work().flatMap((m) => m.entries)).toEqual([]);
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 3 }));
    expect(solo.work().flatMap((m) => m.entries)).toHaveLength(1);
  });

  test("lets one empty message pass at a full window for each heartbeat that is answered", () => {
    const solo = leaderOfTwo({ maxInflightMessages: 1 });
    solo.node.propose(bytes("a"));
    solo.node.propose(bytes("b"));
    solo.work();
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 1 }));
    const probes = solo.work();
    expect(probes.map((m) => [m.type, m.index, m.entries.length])).toEqual([["MsgApp", 2, 0]]);
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 1 }));
    expect(solo.work()).toHaveLength(1);
  });
});
