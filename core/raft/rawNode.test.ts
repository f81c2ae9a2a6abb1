import { describe, expect, test } from "vitest";
import { index, term } from "../base/ids.ts";
import type { RaftTrace } from "./trace.ts";
import { describeTrace, traceLevel } from "./traceText.ts";
import { bytes, Cluster, text } from "./testing/cluster.ts";
import { write } from "./testing/disk.ts";
import { from, hardState, logOfTerms, Solo } from "./testing/solo.ts";

describe("Ready and advance", () => {
  test("one Ready at a time, even if the first had nothing to count", () => {
    const { node } = new Solo(3);
    node.ready();
    expect(() => node.ready()).toThrow("two accepted Ready structs without call to Advance");
  });

  test("advance takes the very Ready that was handed out", () => {
    const { node } = new Solo(3);
    expect(() => node.advance({} as never)).toThrow("advance without an open Ready");
    const ready = node.ready();
    expect(() => node.advance({ ...ready })).toThrow("another Ready");
    node.advance(ready);
    expect(() => node.advance(ready)).toThrow("advance without an open Ready");
  });

  test("advance without storing the entries is caught", () => {
    const { node } = new Solo(3);
    node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    const ready = node.ready();
    expect(() => node.advance(ready)).toThrow("advance without storing the entries");
  });

  test("advance with older entries still in their place is caught", () => {
    const solo = new Solo(3, { log: [1, 1] });
    const entries = logOfTerms(1, 2).slice(1);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries }));
    const ready = solo.node.ready();
    expect(() => solo.node.advance(ready)).toThrow("storage says 1 for the term at index 2, not 2");
  });

  test("advance without storing the snapshot is caught", () => {
    const solo = new Solo(2);
    const snapshot = {
      metadata: { confState: solo.node.status().confState, index: index(5), term: term(1) },
      data: bytes(""),
    };
    solo.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    solo.work();
    solo.node.step(from(2, "MsgSnap", { term: 1, snapshot }));
    const ready = solo.node.ready();
    expect(ready.snapshot).toBe(snapshot);
    expect(ready.mustSync).toBe(true);
    expect(() => solo.node.advance(ready)).toThrow("advance without storing the snapshot");
  });

  test("a node may be stepped, ticked and proposed to while a Ready is open", () => {
    const solo = new Solo(1);
    solo.lead();
    solo.node.propose(bytes("a"));
    const ready = solo.node.ready();
    solo.node.propose(bytes("b"));
    solo.node.tick();
    expect(ready.entries.map((entry) => text(entry.data))).toEqual(["a"]);
    write(solo.storage, ready);
    solo.node.advance(ready);
    expect(solo.node.ready().entries.map((entry) => text(entry.data))).toEqual(["b"]);
  });

  test("entries that a newer leader replaced during the write are written again", () => {
    const solo = new Solo(3, { log: [1] });
    const old = logOfTerms(1, 2, 2).slice(1);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries: old }));
    const first = solo.node.ready();
    const fresh = logOfTerms(1, 3).slice(1);
    solo.node.step(from(3, "MsgApp", { term: 3, index: 1, logTerm: 1, entries: fresh }));
    write(solo.storage, first);
    solo.node.advance(first);
    const second = solo.node.ready();
    expect(second.entries).toEqual(fresh);
    write(solo.storage, second);
    solo.node.advance(second);
    expect(solo.storage.lastIndex()).toBe(2);
    expect(solo.storage.term(index(2))).toBe(3);
  });

  test("entries whose end a newer leader replaced during the write are written again", () => {
    const solo = new Solo(3, { log: [1] });
    const old = logOfTerms(1, 2, 2, 2).slice(1);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries: old }));
    const first = solo.node.ready();
    const fresh = logOfTerms(1, 2, 3, 3).slice(2);
    solo.node.step(from(3, "MsgApp", { term: 3, index: 2, logTerm: 2, entries: fresh }));
    write(solo.storage, first);
    solo.node.advance(first);
    expect(solo.node.ready().entries).toEqual(fresh);
  });

  test("a write does not settle entries of another term at its indexes", () => {
    const solo = new Solo(3, { log: [1] });
    const old = logOfTerms(1, 2, 2).slice(1);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries: old }));
    solo.node.step(from(3, "MsgHeartbeat", { term: 3 }));
    // This Ready is of term 3 already, but what it writes is of term 2.
    const first = solo.node.ready();
    const fresh = logOfTerms(1, 3, 3).slice(1);
    solo.node.step(from(3, "MsgApp", { term: 3, index: 1, logTerm: 1, entries: fresh }));
    write(solo.storage, first);
    solo.node.advance(first);
    expect([2, 3].map((i) => solo.node.termAt(index(i)))).toEqual([3, 3]);
    expect(solo.node.ready().entries).toEqual(fresh);
  });

  test("says only what is new, and counts", () => {
    const solo = new Solo(3);
    solo.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    const first = solo.node.ready();
    expect(first).toMatchObject({ number: 1, softState: { lead: 2, role: "follower" } });
    expect(first.hardState).toEqual({ term: 1, vote: 0, commit: 0 });
    solo.node.advance(first);
    expect(solo.node.hasReady()).toBe(false);
    solo.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    const second = solo.node.ready();
    expect(second).toMatchObject({ number: 2, softState: null, hardState: null, mustSync: false });
    expect(second.persistedMessages.map((m) => m.type)).toEqual(["MsgHeartbeatResp"]);
  });

  test("only a leader's messages may leave before the write", () => {
    const solo = new Solo(3);
    solo.lead();
    solo.node.step(from(3, "MsgVote", { term: 1 }));
    const ready = solo.node.ready();
    expect(ready.messages.map((m) => m.type)).toEqual(["MsgApp", "MsgApp"]);
    expect(ready.persistedMessages.map((m) => m.type)).toEqual(["MsgVoteResp"]);
  });

  test("a commit index alone need not be synced", () => {
    const solo = new Solo(3, { log: [1], hardState: hardState(1, 0, 0) });
    solo.node.step(from(2, "MsgHeartbeat", { term: 1, commit: 1 }));
    const ready = solo.node.ready();
    expect(ready).toMatchObject({ mustSync: false, hardState: { commit: 1 } });
    expect(ready.committedEntries).toHaveLength(1);
  });

  test("hands out committed entries within the budget, the rest after they were applied", () => {
    const solo = new Solo(
      3,
      { log: [1, 1, 1], hardState: hardState(1, 0, 3) },
      { maxCommittedSizePerReadyBytes: 1 },
    );
    const seen: number[] = [];
    while (solo.node.hasReady()) {
      const ready = solo.node.ready();
      seen.push(ready.committedEntries.length);
      solo.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      solo.node.advance(ready);
      if (seen.length > 5) break;
    }
    expect(seen.slice(0, 3)).toEqual([1, 1, 1]);
    expect(solo.node.applied).toBe(3);
  });
});

describe("a restart", () => {
  test("hands out what is committed but not applied, and nothing twice", () => {
    const stored = { log: [1, 1, 1], hardState: hardState(1, 0, 3) };
    expect(new Solo(3, stored).node.ready().committedEntries).toHaveLength(3);
    const rest = new Solo(3, stored, { applied: index(2) }).node.ready();
    expect(rest.committedEntries.map((entry) => entry.index)).toEqual([3]);
  });

  test("refuses a hard state whose committed entries were not stored", () => {
    expect(() => new Solo(3, { log: [1], hardState: hardState(1, 0, 2) })).toThrow(
      "1 state.commit 2 is out of range [0, 1]",
    );
  });

  test("refuses an applied index beyond the commit index", () => {
    const stored = { log: [1, 1], hardState: hardState(1, 0, 1) };
    expect(() => new Solo(3, stored, { applied: index(2) })).toThrow(
      "applied(2) is out of range [prevApplied(0), committed(1)]",
    );
  });

  test("rejoins and catches up", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.member(2).crash();
    cluster.node(1).propose(bytes("x"));
    cluster.settle();
    cluster.member(2).restart();
    cluster.node(1).tick();
    cluster.settle();
    expect(cluster.logOf(2)).toEqual(["1:", "1:x"]);
  });
});

describe("step", () => {
  test("refuses messages that a node only sends itself", () => {
    const { node } = new Solo(3);
    for (const type of ["MsgHup", "MsgBeat", "MsgCheckQuorum", "MsgStorageAppendResp"] as const) {
      expect(node.step(from(2, type))).toBe("stepLocalMessage");
    }
  });

  test("refuses answers of strangers", () => {
    const { node } = new Solo(3);
    expect(node.step(from(9, "MsgAppResp", { term: 1 }))).toBe("stepPeerNotFound");
    expect(node.term).toBe(0);
  });

  test("drops a membership change, which nothing here could carry out", () => {
    const solo = new Solo(1);
    solo.lead();
    const entries = logOfTerms(1).map((entry) => ({ ...entry, type: "EntryConfChange" as const }));
    expect(solo.node.step(from(1, "MsgProp", { entries }))).toBe("proposalDropped");
  });

  test("an empty proposal is a mistake of the host", () => {
    const solo = new Solo(1);
    solo.lead();
    expect(() => solo.node.proposeBatch([])).toThrow("1 stepped empty MsgProp");
  });
});

describe("the configuration", () => {
  test.each([
    [{ heartbeatTicks: 0 }, "heartbeat tick must be greater than 0"],
    [{ electionTicks: 1 }, "election tick must be greater than heartbeat tick"],
    [{ maxInflightMessages: 0 }, "max inflight messages must be greater than 0"],
    [{ random: () => 10 }, "random(n) must return an integer in [0, n)"],
  ])("%o is refused", (options, text) => {
    expect(() => new Solo(3, {}, options)).toThrow(text);
  });
});

describe("what can be looked at", () => {
  test("the log, stable or not, by reference", () => {
    const solo = new Solo(1, { log: [1, 1], hardState: hardState(1, 0, 0) });
    solo.lead();
    const { node } = solo;
    node.propose(bytes("x"));
    expect([node.firstIndex, node.lastIndex, node.commit, node.applied]).toEqual([1, 4, 3, 3]);
    expect([0, 2, 3, 5].map((i) => node.termAt(index(i)))).toEqual([0, 1, 2, "unavailable"]);
    const entries = node.entries(index(2), index(5));
    expect(entries).toHaveLength(3);
    expect(entries[0]).toBe((node.entries(index(2), index(3)) as readonly unknown[])[0]);
  });

  test("status is plain data", () => {
    const cluster = new Cluster(3);
    cluster.elect(2);
    const status = cluster.node(2).status();
    expect(structuredClone(status)).toEqual(status);
    expect(status).toMatchObject({ id: 2, role: "leader", term: 1, vote: 2, commit: 1, lead: 2 });
    expect(status.progress.map((p) => [p.id, p.match, p.next, p.state])).toEqual([
      [1, 1, 2, "replicate"],
      [2, 1, 2, "replicate"],
      [3, 1, 2, "replicate"],
    ]);
    expect(cluster.node(1).status().progress).toEqual([]);
  });

  test("a trace receives what etcd logs", () => {
    const lines: string[] = [];
    const trace: RaftTrace = {
      event: (e) => lines.push(`${e.node} ${traceLevel(e)} ${describeTrace(e)}`),
    };
    new Solo(1, { log: [1], hardState: hardState(1, 0, 1) }, { trace }).lead();
    expect(lines).toEqual([
      "1 info 1 switched to configuration voters=(1)",
      "1 info 1 became follower at term 1",
      "1 info newRaft 1 [peers: [1], term: 1, commit: 1, applied: 0, lastindex: 1, lastterm: 1]",
      "1 info 1 is starting a new election at term 1",
      "1 info 1 became candidate at term 2",
      "1 info 1 received MsgVoteResp from 1 at term 2",
      "1 info 1 has received 1 MsgVoteResp votes and 0 vote rejections",
      "1 info 1 became leader at term 2",
    ]);
  });
});
