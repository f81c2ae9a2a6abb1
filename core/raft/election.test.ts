import { describe, expect, test } from "vitest";
import { Cluster, bytes } from "./testing/cluster.ts";
import { from, hardState, Solo } from "./testing/solo.ts";

describe("an election (Raft paper, section 5.2)", () => {
  test("starts when the randomized timeout has passed, and not a tick before", () => {
    const { node } = new Solo(3, {}, { random: () => 4 });
    for (let i = 0; i < 13; i++) node.tick();
    expect(node.role).toBe("follower");
    node.tick();
    expect(node.role).toBe("candidate");
    expect(node.term).toBe(1);
    expect(node.vote).toBe(1);
  });

  test("is put off by every word from the leader", () => {
    const { node } = new Solo(3);
    for (let i = 0; i < 40; i++) {
      if (i % 5 === 0) node.step(from(2, "MsgHeartbeat", { term: 1 }));
      node.tick();
    }
    expect(node.role).toBe("follower");
    expect(node.lead).toBe(2);
  });

  test("is won by a majority, which then follows", () => {
    const cluster = new Cluster(5);
    cluster.elect(3);
    expect(cluster.node(3).role).toBe("leader");
    for (const id of cluster.ids) expect(cluster.node(id).lead).toBe(3);
  });

  test("is not won by half of the votes", () => {
    const solo = new Solo(4);
    solo.node.campaign();
    solo.work();
    solo.node.step(from(2, "MsgVoteResp", { term: 1 }));
    solo.node.step(from(2, "MsgVoteResp", { term: 1 }));
    expect(solo.node.role).toBe("candidate");
    solo.node.step(from(3, "MsgVoteResp", { term: 1 }));
    expect(solo.node.role).toBe("leader");
  });

  test("counts a node's first word only", () => {
    const solo = new Solo(5);
    solo.node.campaign();
    solo.work();
    solo.node.step(from(2, "MsgVoteResp", { term: 1, reject: true }));
    solo.node.step(from(2, "MsgVoteResp", { term: 1 }));
    solo.node.step(from(3, "MsgVoteResp", { term: 1 }));
    expect(solo.node.status().votes).toEqual({ granted: [1, 3], rejected: [2] });
    expect(solo.node.role).toBe("candidate");
  });

  test("is given up once a majority has refused", () => {
    const solo = new Solo(3);
    solo.node.campaign();
    solo.work();
    solo.node.step(from(2, "MsgVoteResp", { term: 1, reject: true }));
    expect(solo.node.status().votes).toEqual({ granted: [1], rejected: [2] });
    solo.node.step(from(3, "MsgVoteResp", { term: 1, reject: true }));
    expect(solo.node.role).toBe("follower");
    expect(solo.node.term).toBe(1);
  });

  test("ends for a candidate that hears from the leader of its term", () => {
    const solo = new Solo(3);
    solo.node.campaign();
    solo.node.step(from(2, "MsgApp", { term: 1 }));
    expect(solo.node.role).toBe("follower");
    expect(solo.node.lead).toBe(2);
  });

  test("of a higher term makes a follower of a leader", () => {
    const solo = new Solo(3);
    solo.lead();
    solo.node.step(from(2, "MsgVote", { term: 9, index: 9, logTerm: 8 }));
    expect(solo.node.role).toBe("follower");
    expect(solo.node.term).toBe(9);
    expect(solo.node.vote).toBe(2);
  });

  test("begins the new term with an empty entry of the leader", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    expect(cluster.logOf(2)).toEqual(["1:"]);
    expect(cluster.node(2).commit).toBe(1);
  });
});

describe("a vote", () => {
  test("is cast once a term, for whoever asks first", () => {
    const solo = new Solo(3);
    solo.node.step(from(2, "MsgVote", { term: 1 }));
    solo.node.step(from(3, "MsgVote", { term: 1 }));
    solo.node.step(from(2, "MsgVote", { term: 1 }));
    expect(solo.work().map((m) => [m.to, m.reject])).toEqual([
      [2, false],
      [3, true],
      [2, false],
    ]);
  });

  test("still holds after a restart", () => {
    const solo = new Solo(3, { hardState: hardState(4, 2, 0) });
    solo.node.step(from(3, "MsgVote", { term: 4 }));
    solo.node.step(from(2, "MsgVote", { term: 4 }));
    expect(solo.work().map((m) => [m.to, m.reject])).toEqual([
      [3, true],
      [2, false],
    ]);
  });

  test.each([
    { name: "a shorter log of the same term", index: 1, logTerm: 2, reject: true },
    { name: "a longer log of an older term", index: 9, logTerm: 1, reject: true },
    { name: "the same log", index: 2, logTerm: 2, reject: false },
    { name: "a shorter log of a newer term", index: 1, logTerm: 3, reject: false },
  ])(
    "for a candidate with $name: refused is $reject (section 5.4.1)",
    ({ index, logTerm, reject }) => {
      const solo = new Solo(3, { log: [2, 2], hardState: hardState(3, 0, 0) });
      solo.node.step(from(2, "MsgVote", { term: 4, index, logTerm }));
      expect(solo.work()[0]).toMatchObject({ type: "MsgVoteResp", to: 2, term: 4, reject });
    },
  );

  test("leaves the node only after it was stored (thesis, section 3.8)", () => {
    const { node } = new Solo(3);
    node.step(from(2, "MsgVote", { term: 1 }));
    const ready = node.ready();
    expect(ready.messages).toEqual([]);
    expect(ready.persistedMessages).toMatchObject([{ type: "MsgVoteResp", to: 2 }]);
    expect(ready.hardState).toEqual({ term: 1, vote: 2, commit: 0 });
    expect(ready.mustSync).toBe(true);
  });

  test("of a candidate counts for itself only after it was stored", () => {
    const { node } = new Solo(1);
    node.campaign();
    const ready = node.ready();
    expect(ready.hardState).toEqual({ term: 1, vote: 1, commit: 0 });
    expect(node.role).toBe("candidate");
    node.advance(ready);
    expect(node.role).toBe("leader");
  });

  test("is asked for only after the candidate's own was stored", () => {
    const { node } = new Solo(3);
    node.campaign();
    const ready = node.ready();
    expect(ready.messages).toEqual([]);
    expect(ready.persistedMessages.map((m) => [m.type, m.to])).toEqual([
      ["MsgVote", 2],
      ["MsgVote", 3],
    ]);
  });
});

/** Node 3 hears nothing for ten election timeouts, then everything again. */
function isolateThird(preVote: boolean): Cluster {
  const cluster = new Cluster(3, { preVote });
  cluster.elect(1);
  for (let i = 0; i < 100; i++) {
    for (const id of cluster.ids) cluster.node(id).tick();
    cluster.settle((m) => m.to !== 3 && m.from !== 3);
  }
  for (let i = 0; i < 30; i++) {
    for (const id of cluster.ids) cluster.node(id).tick();
    cluster.settle();
  }
  return cluster;
}

describe("PreVote (thesis, section 9.6)", () => {
  test("keeps a node that was cut off from disturbing the leader", () => {
    const cluster = isolateThird(true);
    expect(cluster.node(1).role).toBe("leader");
    for (const id of cluster.ids) expect(cluster.node(id).term).toBe(1);
  });

  test("is what prevents it: without PreVote the term has risen", () => {
    expect(isolateThird(false).node(1).term).toBeGreaterThan(1);
  });

  test("changes neither term nor vote of those who are asked", () => {
    const { node } = new Solo(3, {}, { preVote: true });
    node.step(from(2, "MsgPreVote", { term: 7, index: 1, logTerm: 1 }));
    expect([node.term, node.vote]).toEqual([0, 0]);
    expect(node.ready().persistedMessages).toMatchObject([
      { type: "MsgPreVoteResp", to: 2, term: 7, reject: false },
    ]);
  });

  test("turns into an election once a majority agrees", () => {
    const cluster = new Cluster(3, { preVote: true });
    cluster.node(2).campaign();
    expect(cluster.node(2).role).toBe("preCandidate");
    expect(cluster.node(2).term).toBe(0);
    cluster.settle();
    expect(cluster.node(2).role).toBe("leader");
    expect(cluster.node(2).term).toBe(1);
  });
});

describe("CheckQuorum (thesis, sections 4.2.3 and 6.2)", () => {
  test("makes a leader step down that hears from nobody", () => {
    const cluster = new Cluster(3, { checkQuorum: true });
    cluster.elect(1);
    for (let i = 0; i < 21; i++) {
      cluster.node(1).tick();
      cluster.settle((m) => m.from === 1);
    }
    expect(cluster.node(1).role).toBe("follower");
  });

  test("lets a follower ignore candidates while its leader lives", () => {
    const cluster = new Cluster(3, { checkQuorum: true });
    cluster.elect(1);
    cluster.node(2).step(from(3, "MsgVote", { term: 5, index: 9, logTerm: 4 }));
    expect(cluster.node(2).term).toBe(1);
    cluster.node(2).forgetLeader();
    cluster.node(2).step(from(3, "MsgVote", { term: 5, index: 9, logTerm: 4 }));
    expect(cluster.node(2).vote).toBe(3);
  });
});

describe("a node on its own", () => {
  test("does not campaign if it is no voter", () => {
    const solo = new Solo(0);
    solo.node.campaign();
    for (let i = 0; i < 50; i++) solo.node.tick();
    expect(solo.node.role).toBe("follower");
    expect(solo.node.term).toBe(0);
  });

  test("commits nothing as a leader without a majority", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.member(2).crash();
    cluster.member(3).crash();
    cluster.node(1).propose(bytes("x"));
    cluster.settle();
    expect(cluster.node(1).commit).toBe(1);
    expect(
      cluster
        .node(1)
        .status()
        .progress.map((p) => p.match),
    ).toEqual([2, 1, 1]);
  });
});
