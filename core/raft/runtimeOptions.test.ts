import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { entrySizeBytes } from "./entrySize.ts";
import { bytes, Cluster } from "./testing/cluster.ts";
import { write } from "./testing/disk.ts";
import { from, logOfTerms, Solo } from "./testing/solo.ts";

describe("the election timeout", () => {
  test.each([
    [{}, 10, 19],
    [{ maxElectionTicks: 11 }, 10, 10],
    [{ maxElectionTicks: 40 }, 10, 39],
  ])("with %j is drawn from %d to %d ticks", (options, shortest, longest) => {
    const timeouts = [0, 1].map((end) => {
      const random = (n: number): number => end * (n - 1);
      return new Solo(3, {}, { ...options, random }).node.status().randomizedElectionTimeoutTicks;
    });
    expect(timeouts).toEqual([shortest, longest]);
  });

  test("needs room for chance", () => {
    expect(() => new Solo(3, {}, { maxElectionTicks: 10 })).toThrow(
      "max election tick must be greater than election tick",
    );
  });
});

describe("what a host may change while the node runs", () => {
  test("CheckQuorum: a leader that hears nobody stays, and steps down again later", () => {
    const solo = new Solo(3, {}, { checkQuorum: true });
    solo.lead();
    solo.node.setCheckQuorum(false);
    for (let i = 0; i < 30; i++) solo.node.tick();
    expect(solo.node.role).toBe("leader");
    solo.node.setCheckQuorum(true);
    for (let i = 0; i < 30; i++) solo.node.tick();
    expect(solo.node.role).not.toBe("leader");
  });

  test("CheckQuorum is not taken away from reads that rest on its lease", () => {
    const { node } = new Solo(3, {}, { checkQuorum: true, readOnly: "leaseBased" });
    expect(() => node.setCheckQuorum(false)).toThrow(InvariantError);
    node.setCheckQuorum(true);
  });

  test("batchAppend: proposals made one by one travel together", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    const appends = (): number => {
      const leader = cluster.node(1);
      for (const command of ["a", "b", "c"]) leader.propose(bytes(command));
      cluster.member(1).workAll();
      const sent = cluster.bag.filter((m) => m.type === "MsgApp" && m.to === 2).length;
      cluster.settle();
      return sent;
    };
    expect(appends()).toBe(3);
    cluster.node(1).setBatchAppend(true);
    expect(appends()).toBe(1);
  });

  test("skipBroadcastCommit: members hear of a commit with the next heartbeat", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.node(1).setSkipBroadcastCommit(true);
    cluster.node(1).propose(bytes("a"));
    cluster.settle();
    const { commit } = cluster.node(1);
    expect(cluster.node(2).commit).toBe(commit - 1);
    cluster.node(1).ping();
    cluster.settle();
    expect(cluster.node(2).commit).toBe(commit);
  });

  test("the size of what is handed out for applying at once", () => {
    const solo = new Solo(3, {}, { maxCommittedSizePerReadyBytes: 1 });
    const { node } = solo;
    const entries = [1, 2, 3, 4].map((i) => ({
      term: 1,
      index: i,
      type: "EntryNormal" as const,
      data: bytes("x"),
    }));
    node.step(from(2, "MsgApp", { term: 1, entries: entries as never, commit: 4 }));
    const handedOut: number[] = [];
    const workOnce = (): void => {
      const ready = node.ready();
      handedOut.push(ready.committedEntries.length);
      solo.storage.append(ready.entries);
      if (ready.hardState !== null) solo.storage.setHardState(ready.hardState);
      node.advance(ready);
    };
    workOnce();
    node.setMaxCommittedSizePerReadyBytes(2 * entrySizeBytes(entries[0] as never));
    workOnce();
    node.setMaxCommittedSizePerReadyBytes(1);
    workOnce();
    expect(handedOut).toEqual([1, 2, 1]);
    expect(() => node.setMaxCommittedSizePerReadyBytes(0)).toThrow(InvariantError);
  });

  test("a larger size lets entries go that waited for others to be applied", () => {
    const options = { storageWrites: "pipelined", maxCommittedSizePerReadyBytes: 1 } as const;
    const { node, storage } = new Solo(3, {}, options);
    node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1, 1), commit: 2 }));
    const ready = node.ready();
    write(storage, ready);
    const light = node.advanceAppend(ready);
    expect(light.committedEntries.map((entry) => entry.index)).toEqual([1]);
    expect(node.hasReady()).toBe(false);
    node.setMaxCommittedSizePerReadyBytes(1 << 20);
    expect(node.ready().committedEntries.map((entry) => entry.index)).toEqual([2]);
  });
});
