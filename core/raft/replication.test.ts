import { describe, expect, test } from "vitest";
import { index, nodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";
import { bytes, Cluster, text } from "./testing/cluster.ts";
import { from, hardState, logOfTerms, Solo } from "./testing/solo.ts";

describe("a proposal", () => {
  test("reaches every log and is applied in order everywhere", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    for (const each of ["a", "b", "c"]) expect(cluster.node(1).propose(bytes(each))).toBe("ok");
    cluster.settle();
    for (const member of cluster.members) {
      expect(member.applied.map((entry) => text(entry.data))).toEqual(["", "a", "b", "c"]);
    }
  });

  test("travels with its batch in one message", () => {
    const solo = new Solo(2);
    solo.lead();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.work();
    solo.node.proposeBatch([bytes("a"), bytes("b")]);
    const sent = solo.work();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.entries.map((entry) => text(entry.data))).toEqual(["a", "b"]);
  });

  test("to a follower is passed to the leader", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    expect(cluster.node(3).propose(bytes("x"))).toBe("ok");
    cluster.settle();
    expect(cluster.logOf(2)).toEqual(["1:", "1:x"]);
  });

  test("to a follower is dropped where forwarding is off", () => {
    const cluster = new Cluster(3, { disableProposalForwarding: true });
    cluster.elect(1);
    expect(cluster.node(3).propose(bytes("x"))).toBe("proposalDropped");
  });

  test("is dropped where no leader is known", () => {
    const { node } = new Solo(3);
    expect(node.propose(bytes("x"))).toBe("proposalDropped");
    node.campaign();
    expect(node.propose(bytes("x"))).toBe("proposalDropped");
  });

  test("is dropped beyond the limit of what is uncommitted, but never the first", () => {
    const solo = new Solo(3, {}, { maxUncommittedSizeBytes: 4 });
    solo.lead();
    expect(solo.node.propose(bytes("longer than four"))).toBe("ok");
    expect(solo.node.propose(bytes("x"))).toBe("proposalDropped");
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    solo.work();
    expect(solo.node.propose(bytes("x"))).toBe("ok");
  });
});

describe("commit", () => {
  test("needs a quorum of disks: the leader's own copy counts after its write only", () => {
    // A leader whose disk has not yet answered: it may send, but has nothing to count.
    const solo = new Solo(3);
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.work();
    solo.node.propose(bytes("x"));
    const ready = solo.node.ready();
    expect(ready.messages.map((m) => m.type)).toContain("MsgApp");
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    expect(solo.node.commit).toBe(1);
    solo.storage.append(ready.entries);
    solo.node.advance(ready);
    expect(solo.node.commit).toBe(2);
  });

  test("may come from the followers' disks alone (thesis 10.2.1)", () => {
    const solo = new Solo(3);
    solo.lead();
    solo.node.ready();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    expect(solo.node.commit).toBe(0);
    solo.node.step(from(3, "MsgAppResp", { term: 1, index: 1 }));
    expect(solo.node.commit).toBe(1);
  });

  test("never rests on counting entries of older terms (Raft paper, figure 8)", () => {
    // S1 of the figure, in step (c): back as leader of term 4, with an entry of term 2 at index 2.
    const solo = new Solo(5, { log: [1, 2], hardState: hardState(3, 0, 1) });
    solo.lead();
    solo.work();
    expect(solo.node.term).toBe(4);
    solo.node.step(from(2, "MsgAppResp", { term: 4, index: 2 }));
    solo.node.step(from(3, "MsgAppResp", { term: 4, index: 2 }));
    // Index 2 is on three of five disks, and still could be overwritten, as in step (d).
    expect(solo.node.commit).toBe(1);
    solo.node.step(from(2, "MsgAppResp", { term: 4, index: 3 }));
    solo.node.step(from(3, "MsgAppResp", { term: 4, index: 3 }));
    // Step (e): an entry of its own term commits all before it.
    expect(solo.node.commit).toBe(3);
  });

  test("is told to a follower no further than its log is known to agree", () => {
    const solo = new Solo(3, { log: [1, 1, 1], hardState: hardState(1, 0, 3) });
    solo.lead();
    solo.work();
    solo.node.tick();
    expect(solo.work().map((m) => [m.type, m.to, m.commit])).toEqual([
      ["MsgHeartbeat", 2, 0],
      ["MsgHeartbeat", 3, 0],
    ]);
  });
});

describe("a follower's log (Raft paper, section 5.3)", () => {
  const answerTo = (solo: Solo, m: Message): Message => {
    solo.node.step(m);
    return solo.work().find((sent) => sent.type === "MsgAppResp")!;
  };

  test("refuses entries that do not follow its own", () => {
    const solo = new Solo(3, { log: [1, 1] });
    const answer = answerTo(solo, from(2, "MsgApp", { term: 3, index: 5, logTerm: 3 }));
    expect(answer).toMatchObject({ reject: true, index: 5, rejectHint: 2, logTerm: 1 });
  });

  test("gives up what conflicts with the leader's, and all after it", () => {
    const solo = new Solo(3, { log: [1, 2, 2, 2] });
    const entries = logOfTerms(1, 3, 3).slice(1);
    const m = from(2, "MsgApp", { term: 3, index: 1, logTerm: 1, entries });
    expect(answerTo(solo, m)).toMatchObject({ reject: false, index: 3 });
    expect(solo.storage.lastIndex()).toBe(3);
    expect(solo.storage.term(index(3))).toBe(3);
  });

  test("keeps what follows an old message that it has already", () => {
    const solo = new Solo(3, { log: [1, 1, 1] });
    const entries = logOfTerms(1, 1).slice(1);
    const m = from(2, "MsgApp", { term: 1, index: 1, logTerm: 1, entries });
    expect(answerTo(solo, m)).toMatchObject({ reject: false, index: 2 });
    expect(solo.node.lastIndex).toBe(3);
  });

  test("writes only what it did not have", () => {
    const solo = new Solo(3, { log: [1, 1] });
    solo.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1, 1, 1) }));
    expect(solo.node.ready().entries.map((entry) => entry.index)).toEqual([3]);
  });

  test("does not change what was sent to it", () => {
    const solo = new Solo(3, { log: [1, 1] });
    const entries = logOfTerms(1, 2).slice(1);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries }));
    const more = logOfTerms(1, 2, 2).slice(2);
    solo.node.step(from(2, "MsgApp", { term: 2, index: 2, logTerm: 2, entries: more }));
    expect(entries).toHaveLength(1);
    expect(solo.node.lastIndex).toBe(3);
  });

  test("is committed no further than the message proves that it agrees", () => {
    const solo = new Solo(3, { log: [1, 1, 1] });
    solo.node.step(from(2, "MsgApp", { term: 1, index: 2, logTerm: 1, commit: 3 }));
    expect(solo.node.commit).toBe(2);
  });

  test("acknowledges only after the write", () => {
    const { node } = new Solo(3);
    node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    const ready = node.ready();
    expect(ready.messages).toEqual([]);
    expect(ready.entries).toHaveLength(1);
    expect(ready.persistedMessages).toMatchObject([{ type: "MsgAppResp", index: 1 }]);
  });

  test("must not conflict with what is committed", () => {
    const solo = new Solo(3, { log: [1, 1], hardState: hardState(1, 0, 2) });
    const entries = logOfTerms(1, 2).slice(1);
    // A leader that asks for this from index 1 on is refused by the rule that protects commits.
    solo.node.step(from(2, "MsgApp", { term: 2, index: 1, logTerm: 1, entries }));
    expect(solo.work()[0]).toMatchObject({ type: "MsgAppResp", index: 2, reject: false });
    expect(solo.node.termAt(index(2))).toBe(1);
  });

  test("that was lost is noticed when the leader commits what had been acknowledged", () => {
    const { node } = new Solo(3, { log: [1] });
    expect(() => node.step(from(2, "MsgHeartbeat", { term: 1, commit: 2 }))).toThrow(
      "tocommit(2) is out of range [lastIndex(1)]. Was the raft log corrupted, truncated, or lost?",
    );
  });
});

describe("finding where two logs meet", () => {
  /** How many MsgApps a leader sends until a follower with the other log has caught up. */
  function probes(leader: number[], follower: number[]): number {
    const cluster = new Cluster(2);
    let sent = 0;
    const [one, two] = cluster.members;
    // Node 1 takes over its log and the highest term, node 2 its own.
    const term = Math.max(...leader, ...follower);
    for (const [member, log] of [
      [one!, leader],
      [two!, follower],
    ] as const) {
      member.crash();
      member.storage.append(logOfTerms(...log));
      member.storage.setHardState(hardState(term, 0, 0));
      member.restart();
    }
    cluster.node(1).campaign();
    cluster.settle((m) => {
      // Only while it probes: the last one is accepted.
      if (m.type === "MsgAppResp" && m.reject) sent++;
      return true;
    });
    expect(cluster.logOf(2)).toEqual(cluster.logOf(1));
    return sent;
  }

  test("skips the follower's terms that the leader's hint rules out", () => {
    expect(probes([1, 3, 3, 3, 3, 3, 3, 3, 7], [1, 3, 3, 4, 4, 5, 5, 5])).toBeLessThanOrEqual(2);
  });

  test("skips the leader's terms that the follower's hint rules out", () => {
    expect(probes([1, 3, 3, 3, 5, 5, 5, 5, 5], [1, 1, 1, 1, 2, 2])).toBeLessThanOrEqual(2);
  });

  test("takes one probe when the follower merely lacks the end", () => {
    expect(probes([1, 1, 1, 1, 2], [1, 1])).toBe(1);
  });
});

describe("flow control", () => {
  test("stops at the window and goes on as answers come", () => {
    const solo = new Solo(2, {}, { maxInflightMessages: 2 });
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.work();
    for (const each of ["a", "b", "c"]) solo.node.propose(bytes(each));
    expect(solo.work().map((m) => m.index)).toEqual([1, 2]);
    expect(solo.node.status().progress[1]).toMatchObject({ paused: true, inflightMessages: 2 });
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    expect(solo.work().flatMap((m) => m.entries.map((entry) => text(entry.data)))).toEqual(["c"]);
  });

  test("probes again when the host reports a member unreachable", () => {
    const cluster = new Cluster(2);
    cluster.elect(1);
    expect(cluster.node(1).status().progress[1]).toMatchObject({ state: "replicate" });
    cluster.node(1).reportUnreachable(nodeId(2));
    expect(cluster.node(1).status().progress[1]).toMatchObject({ state: "probe" });
  });

  test("is not thrown back by a refusal that was overtaken", () => {
    const solo = new Solo(2);
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    solo.node.propose(bytes("a"));
    const before = solo.node.status().progress[1];
    expect(before).toMatchObject({ state: "replicate", match: 1, next: 3 });
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1, reject: true, rejectHint: 0 }));
    expect(solo.node.status().progress[1]).toEqual(before);
  });

  test("cuts messages at the size limit, one entry at the least", () => {
    const solo = new Solo(2, {}, { maxSizePerMsgBytes: 0 });
    solo.lead();
    solo.work();
    solo.node.proposeBatch([bytes("a"), bytes("b")]);
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
    expect(solo.work().map((m) => m.entries.length)).toEqual([1, 1]);
  });
});

describe("a follower that lags behind the leader's log", () => {
  test("gets a snapshot, and then the entries after it", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.member(3).crash();
    for (const each of ["a", "b", "c"]) cluster.node(1).propose(bytes(each));
    cluster.settle();
    const leader = cluster.member(1);
    leader.storage.createSnapshot(leader.running.applied, bytes("a b c"));
    leader.storage.compact(leader.running.applied);
    cluster.member(3).restart();
    leader.running.propose(bytes("d"));
    for (let i = 0; i < 3; i++) {
      leader.running.tick();
      cluster.settle();
    }
    expect(cluster.member(3).storage.snapshot().metadata.index).toBe(4);
    expect(cluster.logOf(3)).toEqual(["1:d"]);
    expect(cluster.member(3).applied.map((entry) => text(entry.data))).toEqual(["", "d"]);
  });

  test("is probed again when the snapshot failed", () => {
    const solo = new Solo(2, { log: [1, 1, 1], hardState: hardState(1, 0, 3) });
    solo.work();
    solo.storage.createSnapshot(index(3), bytes(""));
    solo.storage.compact(index(3));
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 2, index: 3, reject: true, rejectHint: 0 }));
    expect(solo.work().map((m) => m.type)).toEqual(["MsgSnap"]);
    expect(solo.node.status().progress[1]).toMatchObject({ state: "snapshot", pendingSnapshot: 3 });
    solo.node.reportSnapshot(nodeId(2), "failed");
    expect(solo.node.status().progress[1]).toMatchObject({ state: "probe", next: 1, paused: true });
  });
});
