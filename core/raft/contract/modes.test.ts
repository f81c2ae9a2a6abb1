import { describe, expect, test } from "vitest";
import { index } from "../../base/ids.ts";
import { encodeConfChange } from "../confChange.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD } from "../message.ts";
import type { Message } from "../message.ts";
import { bytes } from "../testing/cluster.ts";
import type { Options } from "../testing/cluster.ts";
import { from, logOfTerms } from "../testing/solo.ts";
import { addNode, Bench, snapshotAt } from "./bench.ts";
import { breachOf, cases } from "./cases.contract.ts";

/** "async": a follower that has been handed two appends, and the entries of both to apply. */
function asyncFollower() {
  const bench = new Bench(3, { storageWrites: "async" });
  const [one, two] = logOfTerms(1, 1);
  const works: Message[] = [];
  const take = () => {
    const ready = bench.node.ready();
    for (const m of ready.messages) {
      if (m.to === LOCAL_APPEND_THREAD || m.to === LOCAL_APPLY_THREAD) works.push(m);
    }
    return ready;
  };
  const append = (fields: object) => bench.node.step(from(2, "MsgApp", { term: 1, ...fields }));
  const stored = (m: Message) => m.responses.find(({ type }) => type === "MsgStorageAppendResp")!;
  append({ entries: [one], commit: 1 });
  const first = take();
  append({ index: 1, logTerm: 1, entries: [two], commit: 2 });
  take();
  return { bench, node: bench.node, works, stored, first };
}

cases("storage writes async", [
  {
    does: "delivers the response of the second write first",
    act: () => {
      const { node, works, stored } = asyncFollower();
      node.step(stored(works[1]!));
    },
    rule: "response-out-of-order",
    step: `step(MsgStorageAppendResp from ${LOCAL_APPEND_THREAD})`,
  },
  {
    does: "delivers a response twice",
    act: () => {
      const { bench, node, works, stored, first } = asyncFollower();
      bench.store(works[0]!, first.hardState);
      node.step(stored(works[0]!));
      node.step(stored(works[0]!));
    },
    rule: "response-twice",
    step: `step(MsgStorageAppendResp from ${LOCAL_APPEND_THREAD})`,
  },
  {
    does: "delivers a response of its own making",
    act: () => {
      const { node, works, stored } = asyncFollower();
      node.step({ ...stored(works[0]!) });
    },
    rule: "response-invented",
    step: `step(MsgStorageAppendResp from ${LOCAL_APPEND_THREAD})`,
  },
  {
    does: "delivers the response without the entries in Storage",
    act: () => {
      const bench = new Bench(3, { storageWrites: "async" }).follow();
      const ready = bench.node.ready();
      bench.storage.setHardState(ready.hardState!);
      bench.node.step(ready.messages[0]!.responses.at(-1)!);
    },
    rule: "entries-not-stored",
    step: `step(MsgStorageAppendResp from ${LOCAL_APPEND_THREAD})`,
  },
  {
    does: "delivers the response without the snapshot in Storage",
    act: () => {
      const bench = new Bench(3, { storageWrites: "async" });
      bench.node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
      const ready = bench.node.ready();
      bench.storage.setHardState(ready.hardState!);
      bench.node.step(ready.messages[0]!.responses.at(-1)!);
    },
    rule: "snapshot-not-stored",
    step: `step(MsgStorageAppendResp from ${LOCAL_APPEND_THREAD})`,
  },
  {
    does: "counts its own vote without the hard state in Storage",
    act: () => {
      const { node } = new Bench(3, { storageWrites: "async" });
      node.campaign();
      const own = node.ready().messages.find(({ to }) => to === LOCAL_APPEND_THREAD)!.responses[0]!;
      node.step(own);
    },
    rule: "hard-state-not-stored",
    step: "step(MsgVoteResp from 1)",
  },
  {
    does: "sends an answer that rides on a write before that is durable",
    act: () => {
      const { node, works } = asyncFollower();
      node.noteSent(works[0]!.responses[0]!);
    },
    rule: "sent-before-durable",
    step: "send(MsgAppResp to 2)",
  },
  {
    does: "reports a membership change applied without applyConfChange",
    act: () => {
      const bench = new Bench(3, { storageWrites: "async" });
      const entry = { ...logOfTerms(1)[0]!, ...encodeConfChange(addNode(4)) };
      bench.node.step(from(2, "MsgApp", { term: 1, entries: [entry], commit: 1 }));
      const [append] = bench.carryOut().messages;
      for (const m of append!.responses) if (m.to === 1) bench.node.step(m);
      bench.node.step(bench.node.ready().messages[0]!.responses[0]!);
    },
    rule: "conf-change-not-applied",
    step: `step(MsgStorageApplyResp from ${LOCAL_APPLY_THREAD})`,
  },
]);

/** "pipelined": a follower with `count` Readys on their way to the disk. */
function pipelinedFollower(count: number): Bench {
  const bench = new Bench(3, { storageWrites: "pipelined" });
  const log = logOfTerms(...Array.from({ length: count }, () => 1));
  for (const [i, entry] of log.entries()) {
    const commit = i + 1;
    const fields = { term: 1, index: i, logTerm: i === 0 ? 0 : 1, entries: [entry], commit };
    bench.node.step(from(2, "MsgApp", fields));
    bench.node.advanceAppendAsync(bench.carryOut());
  }
  return bench;
}

cases("storage writes pipelined", [
  {
    does: "goes on before Storage can read the entries",
    act: () => {
      const { node } = new Bench(3, { storageWrites: "pipelined" }).follow();
      node.advanceAppendAsync(node.ready());
    },
    rule: "entries-not-stored",
    step: "advanceAppendAsync(Ready 1)",
  },
  {
    does: "takes a Ready while the last one is not even in Storage",
    act: () => {
      const { node } = new Bench(3, { storageWrites: "pipelined" }).follow();
      node.ready();
      node.ready();
    },
    rule: "ready-taken-twice",
    step: "ready()",
  },
  {
    does: "says that a Ready is durable which it did not hand back",
    act: () => {
      const { node } = new Bench(3, { storageWrites: "pipelined" }).follow();
      node.ready();
      node.onPersistReady(1);
    },
    rule: "durable-out-of-order",
    step: "onPersistReady(1)",
    says: "only Readys up to 0 were advanced",
  },
  {
    does: "says that an older Ready is durable than before",
    act: () => {
      const { node } = pipelinedFollower(2);
      node.onPersistReady(2);
      node.onPersistReady(1);
    },
    rule: "durable-out-of-order",
    step: "onPersistReady(1)",
    says: "Ready 2 was durable already",
  },
  {
    does: "has applied more than it was handed",
    act: () => pipelinedFollower(2).node.advanceApplyTo(index(1)),
    rule: "applied-out-of-range",
    step: "advanceApplyTo(1)",
    says: "(applied(1) is out of range [prevApplied(0), applying(0)])",
  },
  {
    does: "answers before the Ready is durable",
    act: () => {
      const bench = new Bench(3, { storageWrites: "pipelined" }).follow();
      const ready = bench.carryOut();
      bench.node.advanceAppendAsync(ready);
      bench.node.noteSent(ready.persistedMessages[0]!);
    },
    rule: "sent-before-durable",
    step: "send(MsgAppResp to 2)",
  },
  {
    does: "drops what advanceAppend returned for applying",
    act: () => {
      const bench = new Bench(3, { storageWrites: "pipelined" });
      const entry = { ...logOfTerms(1)[0]!, ...encodeConfChange(addNode(4)) };
      bench.node.step(from(2, "MsgApp", { term: 1, entries: [entry], commit: 1 }));
      bench.node.advanceAppend(bench.carryOut());
      bench.node.advanceApply();
    },
    rule: "conf-change-not-applied",
    step: "advanceApply()",
  },
]);

describe("strict: raft-rs's contract", () => {
  const strict = (options: Options = {}): Bench => new Bench(3, options, { strict: true });

  cases("a call between ready and advance", [
    {
      does: "steps a message on a follower, which wants to answer",
      act: () => {
        const bench = strict();
        bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
        bench.node.ready();
        bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      },
      rule: "moved-while-ready-open",
      step: "step(MsgHeartbeat from 2)",
    },
    {
      does: "lets a heartbeat arrive while a Ready without messages is open (SD-03)",
      act: () => {
        const bench = strict();
        bench.node.step(from(2, "MsgApp", { term: 1 }));
        bench.work();
        bench.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
        bench.node.ready();
        bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      },
      rule: "moved-while-ready-open",
      step: "step(MsgHeartbeat from 2)",
      says: "(not leader but has new msg after advance)",
    },
    {
      does: "campaigns",
      act: () => {
        const bench = strict({ preVote: true }).follow();
        bench.node.ready();
        bench.node.campaign();
      },
      rule: "moved-while-ready-open",
      step: "campaign()",
      says: "(not leader but has new msg after advance)",
    },
    {
      does: "learns of a higher term without a message to send",
      act: () => {
        const bench = strict().follow();
        bench.node.ready();
        bench.node.step(from(3, "MsgAppResp", { term: 2 }));
      },
      rule: "moved-while-ready-open",
      step: "step(MsgAppResp from 3)",
      says: "(hard state != prev_hs)",
    },
    {
      does: "proposes on a leader whose entries are being stored",
      act: () => {
        const bench = strict().lead();
        bench.node.propose(bytes("a"));
        bench.node.ready();
        bench.node.propose(bytes("b"));
      },
      rule: "moved-while-ready-open",
      step: "propose(data)",
      says: "(the last one of unstable.slice has different index 3 and term 1, expect 2 1)",
    },
    {
      does: "ticks, though nothing comes of it",
      act: () => {
        const bench = strict().follow();
        bench.node.ready();
        bench.node.tick();
      },
      rule: "moved-while-ready-open",
      step: "tick()",
    },
    {
      does: "steps a message between ready and advanceAppend",
      act: () => {
        const bench = strict({ storageWrites: "pipelined" }).follow();
        bench.node.ready();
        bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      },
      rule: "moved-while-ready-open",
      step: "step(MsgHeartbeat from 2)",
    },
    {
      does: "proposes on a follower",
      act: () => {
        const bench = strict().follow();
        bench.work();
        bench.node.propose(bytes("a"));
      },
      rule: "proposal-on-non-leader",
      step: "propose(data)",
      says: "(this node is a follower)",
    },
  ]);

  test("a leader may have more to say meanwhile, as far as raft-rs could tell", () => {
    const bench = strict().lead();
    bench.node.propose(bytes("a"));
    bench.node.ready();
    const { message } = breachOf(() => bench.node.tick());
    expect(message).toContain("Rule moved-while-ready-open, at tick().");
    expect(message).not.toContain("has new msg");
  });

  test("the same calls after advance are none of its business", () => {
    const bench = strict().follow();
    bench.work();
    bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    bench.node.tick();
    bench.work();
  });
});
