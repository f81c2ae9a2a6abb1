import { describe, expect, test } from "vitest";
import { InvariantError } from "../../base/assert.ts";
import { LOCAL_APPLY_THREAD } from "../message.ts";
import type { Message } from "../message.ts";
import { bytes } from "../testing/cluster.ts";
import { from, logOfTerms } from "../testing/solo.ts";
import { addNode, Bench, snapshotAt, withChanges } from "./bench.ts";
import { breachOf } from "./cases.contract.ts";
import { ContractError } from "./contractError.ts";

describe("what is no breach", () => {
  test("what the network may bring, and a proposal that nobody can take, are values", () => {
    const { node } = new Bench(3);
    expect(node.step(from(2, "MsgBeat", { term: 1 }))).toBe("stepLocalMessage");
    const liar = from(LOCAL_APPLY_THREAD, "MsgStorageApplyResp");
    expect(node.step(liar)).toBe("stepLocalMessage");
    expect(node.step(from(9, "MsgAppResp", { term: 1 }))).toBe("stepPeerNotFound");
    expect(node.step(from(2, "MsgProp"))).toBe("stepMalformed");
    expect(node.propose(bytes("a"))).toBe("proposalDropped");
  });

  test("steps, ticks and proposals while a Ready is open", () => {
    const bench = new Bench(3).lead();
    bench.node.propose(bytes("a"));
    const ready = bench.carryOut();
    bench.node.propose(bytes("b"));
    bench.node.tick();
    bench.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    bench.node.advance(ready);
    bench.work();
  });

  test("a message that is sent twice, or late", () => {
    const bench = new Bench(3).follow();
    const ready = bench.carryOut();
    bench.node.noteDurable(1);
    bench.node.advance(ready);
    for (const m of [...ready.persistedMessages, ...ready.persistedMessages])
      bench.node.noteSent(m);
  });

  test("a commit index that is not stored: it can be learned again", () => {
    const bench = new Bench(3).follow();
    bench.work();
    bench.node.step(from(2, "MsgHeartbeat", { term: 1, commit: 1 }));
    const ready = bench.node.ready();
    expect(ready).toMatchObject({ hardState: { commit: 1 }, mustSync: false });
    bench.node.advance(ready);
  });

  test("a membership change that the host rejects", () => {
    const { node, ready } = withChanges(addNode(4));
    node.applyConfChange({ ...addNode(0) });
    node.advance(ready);
    expect(node.status().confState.voters).toEqual([1, 2]);
  });

  test("an answer that rests on no write of its own", () => {
    const bench = new Bench(3).follow();
    bench.node.advance(bench.carryOut());
    bench.node.noteDurable(1);
    bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    const ready = bench.node.ready();
    expect(ready.mustSync).toBe(false);
    bench.node.noteSent(ready.persistedMessages[0]!);
  });

  test("a vote that is given later in the same term", () => {
    const bench = new Bench(3);
    bench.node.step(from(3, "MsgAppResp", { term: 2 }));
    bench.work();
    bench.node.step(from(2, "MsgVote", { term: 2 }));
    bench.work();
    expect(bench.storage.initialState().hardState).toMatchObject({ term: 2, vote: 2 });
  });

  test("with storage writes pipelined, messages that advanceAppend lets go", () => {
    const bench = new Bench(1, { storageWrites: "pipelined" });
    bench.node.campaign();
    bench.node.advanceAppend(bench.carryOut());
    bench.node.advanceAppend(bench.carryOut());
    bench.node.advanceApply();
    bench.node.proposeConfChange(addNode(2));
    const ready = bench.carryOut();
    const light = bench.node.advanceAppend(ready);
    for (const m of [...ready.messages, ...ready.persistedMessages]) bench.node.noteSent(m);
    expect(light.committedEntries).toHaveLength(1);
    bench.node.applyConfChange(addNode(2));
    bench.node.advanceApply();
    bench.node.propose(bytes("a"));
    const next = bench.carryOut();
    bench.node.step(from(2, "MsgAppResp", { term: 1, index: 1, reject: true, rejectHint: 0 }));
    const { messages } = bench.node.advanceAppend(next);
    expect(messages.map(({ type }) => type)).toContain("MsgApp");
    for (const m of messages) bench.node.noteSent(m);
  });

  test("with storage writes pipelined, answers that wait for advanceAppend only", () => {
    const bench = new Bench(3, { storageWrites: "pipelined" }).follow();
    const ready = bench.carryOut();
    bench.node.advanceAppend(ready);
    bench.node.noteSent(ready.persistedMessages[0]!);
  });

  test.each([true, false])("entries that a snapshot overtakes, applied: %s", (isApplied) => {
    const bench = new Bench(2, { storageWrites: "async" });
    const [entry] = logOfTerms(1);
    bench.node.step(from(2, "MsgApp", { term: 1, entries: [entry!], commit: 1 }));
    const deliver = ({ responses }: Message): void => {
      for (const m of responses) if (m.to === 1) bench.node.step(m);
    };
    const [append] = bench.carryOut().messages;
    bench.node.noteDurable(1);
    deliver(append!);
    const [apply] = bench.node.ready().messages;
    expect(apply!.entries).toEqual([entry]);
    bench.node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
    const [restore] = bench.carryOut().messages;
    if (isApplied) bench.node.noteApplied(entry!);
    deliver(apply!);
    bench.node.noteDurable(3);
    deliver(restore!);
    expect(bench.node.applied).toBe(5);
  });

  test("threads that take two writes together, of which the second replaces the first's", () => {
    const bench = new Bench(3, { storageWrites: "async" });
    const log = logOfTerms(1, 1, 1);
    bench.node.step(from(2, "MsgApp", { term: 1, entries: log }));
    const first = bench.node.ready();
    const entries = logOfTerms(2);
    bench.node.step(from(3, "MsgApp", { term: 2, entries }));
    const second = bench.node.ready();
    for (const ready of [first, second]) bench.store(ready, ready.hardState);
    for (const { messages } of [first, second]) {
      for (const m of messages.flatMap(({ responses }) => responses)) {
        if (m.to === 1) expect(bench.node.step(m)).toBe("ok");
      }
    }
  });
});

describe("an error", () => {
  test("keeps what Raft said as its cause, and is an InvariantError", () => {
    const breach = breachOf(() => {
      const { node } = new Bench(3);
      node.ready();
      node.ready();
    });
    expect(breach).toBeInstanceOf(InvariantError);
    expect(breach.cause).toBeInstanceOf(InvariantError);
    expect(breach.message).toBe(
      "The last Ready is still open: carry it out and advance it before you take the next one. " +
        "(two accepted Ready structs without call to Advance) " +
        "Rule ready-taken-twice, at ready().",
    );
  });

  test("goes to onBreach instead where the node can go on, and the call goes on", () => {
    const breaches: ContractError[] = [];
    const onBreach = (breach: ContractError) => void breaches.push(breach);
    const bench = new Bench(3, {}, { strict: true, onBreach }).follow();
    const ready = bench.node.ready();
    bench.storage.append(ready.entries);
    bench.node.noteSent(ready.persistedMessages[0]!);
    bench.node.tick();
    bench.node.advance(ready);
    expect(breaches.map(({ rule }) => rule)).toEqual([
      "sent-before-durable",
      "moved-while-ready-open",
      "hard-state-not-stored",
    ]);
    expect(bench.node.isReadyOpen).toBe(false);
    expect(() => bench.node.advance(ready)).toThrow(ContractError);
  });

  test("that is none of Raft's stays as it is", () => {
    const mine = new TypeError("of the host");
    const { node } = new Bench(3);
    const fail = () => {
      throw mine;
    };
    expect(() => node.during("store", fail)).toThrow(mine);
  });
});
