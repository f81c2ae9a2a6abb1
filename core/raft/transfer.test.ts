import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";
import { bytes, Cluster } from "./testing/cluster.ts";
import type { Options } from "./testing/cluster.ts";
import { from, Solo } from "./testing/solo.ts";

/** A leader of three whose followers have all it has; what it says next is what a test looks at. */
function leaderOfThree(options: Options = {}): Solo {
  const solo = new Solo(3, {}, options);
  solo.lead();
  solo.work();
  const { term } = solo.node;
  for (const id of [2, 3]) solo.node.step(from(id, "MsgAppResp", { term, index: 1 }));
  solo.work();
  return solo;
}

const timeoutsIn = (messages: readonly Message[]): number[] =>
  messages.filter((m) => m.type === "MsgTimeoutNow").map((m) => m.to);

describe("a transfer of the lead (thesis, section 3.10)", () => {
  test("to a member with the whole log is an election at once", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.node(1).transferLeader(nodeId(3));
    cluster.settle();
    expect(cluster.node(3).role).toBe("leader");
    expect(cluster.node(3).term).toBe(2);
    expect(cluster.node(1).lead).toBe(3);
  });

  test("first brings the transferee's log up to date", () => {
    const solo = leaderOfThree();
    solo.node.propose(bytes("x"));
    solo.work();
    solo.node.transferLeader(nodeId(2));
    expect(timeoutsIn(solo.work())).toEqual([]);
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    expect(timeoutsIn(solo.work())).toEqual([2]);
  });

  test("goes to a member that needs a snapshot as well", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.member(3).crash();
    cluster.node(1).propose(bytes("x"));
    cluster.settle();
    cluster.member(1).compact();
    cluster.member(3).restart();
    cluster.node(1).transferLeader(nodeId(3));
    cluster.node(1).tick();
    cluster.settle();
    expect(cluster.node(3).role).toBe("leader");
  });

  test("may be asked for on a follower in favour of another", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.node(2).transferLeader(nodeId(3));
    cluster.settle();
    expect(cluster.node(3).role).toBe("leader");
  });

  test("may be asked for on a follower", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.node(2).transferLeader(nodeId(2));
    cluster.settle();
    expect(cluster.node(2).role).toBe("leader");
  });

  test("asked for where no leader is known is forgotten", () => {
    const solo = new Solo(3);
    solo.node.transferLeader(nodeId(2));
    expect(solo.work()).toEqual([]);
  });

  test("shuts out proposals until it has come to something", () => {
    const solo = leaderOfThree();
    solo.node.transferLeader(nodeId(2));
    expect(solo.node.status().leadTransferee).toBe(2);
    expect(solo.node.propose(bytes("x"))).toBe("proposalDropped");
    // Its time is one election timeout, counted from when it was asked for.
    for (let i = 0; i < 9; i++) solo.node.tick();
    expect(solo.node.propose(bytes("x"))).toBe("proposalDropped");
    solo.node.tick();
    expect(solo.node.status().leadTransferee).toBe(0);
    expect(solo.node.propose(bytes("x"))).toBe("ok");
  });

  test("gets its whole time, whenever it is asked for", () => {
    const solo = leaderOfThree();
    for (let i = 0; i < 8; i++) solo.node.tick();
    solo.node.transferLeader(nodeId(2));
    for (let i = 0; i < 9; i++) solo.node.tick();
    expect(solo.node.status().leadTransferee).toBe(2);
  });

  test("asked for again goes on; asked for with another aim starts anew", () => {
    const solo = leaderOfThree();
    solo.node.transferLeader(nodeId(2));
    solo.node.transferLeader(nodeId(2));
    expect(timeoutsIn(solo.work())).toEqual([2]);
    solo.node.transferLeader(nodeId(3));
    expect(timeoutsIn(solo.work())).toEqual([3]);
    expect(solo.node.status().leadTransferee).toBe(3);
  });

  test("to the leader itself takes an earlier one back", () => {
    const solo = leaderOfThree();
    solo.node.transferLeader(nodeId(2));
    solo.node.transferLeader(nodeId(1));
    expect(solo.node.status().leadTransferee).toBe(0);
    expect(solo.node.propose(bytes("x"))).toBe("ok");
  });

  test("to a stranger, or to a learner, is none", () => {
    const solo = leaderOfThree();
    solo.node.applyConfChange({
      id: 0,
      type: "ConfChangeAddLearnerNode",
      nodeId: nodeId(3),
      context: bytes(""),
    });
    solo.node.transferLeader(nodeId(9));
    solo.node.transferLeader(nodeId(3));
    expect(solo.node.status().leadTransferee).toBe(0);
    expect(timeoutsIn(solo.work())).toEqual([]);
  });

  test("ends when the transferee is removed", () => {
    const solo = leaderOfThree();
    solo.node.transferLeader(nodeId(3));
    solo.node.applyConfChange({
      id: 0,
      type: "ConfChangeRemoveNode",
      nodeId: nodeId(3),
      context: bytes(""),
    });
    expect(solo.node.status().leadTransferee).toBe(0);
  });

  test("ends with the term", () => {
    const solo = leaderOfThree();
    solo.node.transferLeader(nodeId(3));
    solo.node.step(from(2, "MsgHeartbeat", { term: 2 }));
    expect(solo.node.status()).toMatchObject({ leadTransferee: 0, role: "follower" });
  });
});

describe("MsgTimeoutNow", () => {
  test("wants an election that neither PreVote nor leases hold up", () => {
    const cluster = new Cluster(3, { preVote: true, checkQuorum: true });
    cluster.elect(1);
    // The others have just heard from their leader, and would ignore anybody else.
    cluster.node(1).tick();
    cluster.settle();
    cluster.node(1).transferLeader(nodeId(2));
    cluster.settle();
    expect(cluster.node(2).role).toBe("leader");
  });

  test("says so in the requests for votes", () => {
    const solo = new Solo(3, {}, { preVote: true });
    solo.node.step(from(2, "MsgTimeoutNow", { term: 1 }));
    expect(solo.work()).toMatchObject([
      { type: "MsgVote", to: 2, term: 2, context: bytes("CampaignTransfer") },
      { type: "MsgVote", to: 3, term: 2, context: bytes("CampaignTransfer") },
    ]);
  });

  test("means nothing to a candidate, a leader, or a node that is no voter", () => {
    const candidate = new Solo(3);
    candidate.node.campaign();
    candidate.node.step(from(2, "MsgTimeoutNow", { term: 1 }));
    expect(candidate.node.term).toBe(1);
    const leader = leaderOfThree();
    leader.node.step(from(2, "MsgTimeoutNow", { term: 1 }));
    expect(leader.node.role).toBe("leader");
    const stranger = new Solo(0);
    stranger.node.step(from(2, "MsgTimeoutNow", { term: 1 }));
    expect([stranger.node.role, stranger.node.term]).toEqual(["follower", 1]);
  });
});
