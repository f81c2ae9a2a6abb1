import { expect, test } from "vitest";
import type { BrokerEvent } from "./index.ts";
import { TestCluster, topicRequest } from "./testing/testCluster.ts";

type Kind = BrokerEvent["kind"];

function told(cluster: TestCluster, node: number, kind: Kind): BrokerEvent[] {
  return cluster.events
    .filter((one) => one.node === node && one.event.kind === kind)
    .map(({ event }) => event);
}

function followerOf(cluster: TestCluster): number {
  return cluster.alive.find(({ id }) => id !== cluster.controller.id)!.id;
}

test("an election, step by step", () => {
  const cluster = new TestCluster(3);
  cluster.boot();
  const leader = cluster.controller.id;
  const follower = followerOf(cluster);
  expect(told(cluster, leader, "roleChanged")).toMatchObject([
    { from: "follower", to: "preCandidate", term: 0, cause: "electionTimeout" },
    { from: "preCandidate", to: "candidate", term: 1, cause: "preVoteWon" },
    { from: "candidate", to: "leader", term: 1, cause: "electionWon" },
  ]);
  expect(told(cluster, leader, "termRaised")).toMatchObject([{ from: 0, to: 1 }]);
  expect(told(cluster, follower, "voteGranted")).toMatchObject([
    { candidate: leader, term: 1, preVote: true },
    { candidate: leader, term: 1, preVote: false },
  ]);
  expect(told(cluster, follower, "leaderLearned")).toMatchObject([{ leader, term: 1 }]);
  expect(told(cluster, leader, "entryProposed")[0]).toMatchObject({ index: 1, command: null });
  expect(told(cluster, leader, "entryProposed")[1]).toMatchObject({
    index: 2,
    command: { kind: "addNode", node: 1 },
  });
  expect(told(cluster, follower, "entryProposed")).toEqual([]);
});

test("a follower that times out while its leader lives is refused, and follows again", () => {
  const cluster = new TestCluster(3);
  cluster.boot();
  const follower = followerOf(cluster);
  const [other] = cluster.alive.filter(({ id }) => id !== follower && id !== cluster.controller.id);
  cluster.events.length = 0;
  cluster.step(follower, { kind: "timeOut" });
  cluster.run(400_000);
  expect(told(cluster, other!.id, "voteRefused")).toMatchObject([
    { candidate: follower, preVote: true, reason: "leaderStillHeard" },
  ]);
  expect(told(cluster, follower, "roleChanged")).toMatchObject([
    { to: "preCandidate", cause: "askedToTimeOut" },
    { from: "preCandidate", to: "follower", cause: "leaderFound" },
  ]);
});

test("a leader without a quorum steps down, and finds out about the next one", () => {
  const cluster = new TestCluster(3);
  cluster.boot();
  const old = cluster.controller.id;
  cluster.cut(old);
  cluster.run(5_000_000);
  const stepped = told(cluster, old, "roleChanged").filter((event) => {
    return event.kind === "roleChanged" && event.from === "leader";
  });
  expect(stepped).toMatchObject([{ to: "follower", term: 1, cause: "quorumLost" }]);
  cluster.heal();
  cluster.run(1_000_000);
  const leader = cluster.controller.id;
  expect(leader).not.toBe(old);
  expect(told(cluster, old, "leaderLearned").at(-1)).toMatchObject({ leader });
});

test("who has missed entries gets no vote", () => {
  const cluster = new TestCluster(3);
  cluster.boot();
  const leader = cluster.controller.id;
  const behind = followerOf(cluster);
  const ahead = cluster.alive.find(({ id }) => id !== leader && id !== behind)!.id;
  cluster.cut(behind);
  cluster.ask(leader, topicRequest("x", 1, 1));
  cluster.runUntil(() => cluster.broker(ahead).metadata.topics.has("x"));
  cluster.kill(leader);
  // The lease of the dead leader has to run out first.
  cluster.run(950_000);
  cluster.heal();
  cluster.runUntil(() => {
    cluster.step(behind, { kind: "timeOut" });
    const last = told(cluster, ahead, "voteRefused").at(-1);
    return last?.kind === "voteRefused" && last.reason === "logNotUpToDate";
  }, 2_000_000);
  cluster.run(4_000_000);
  expect(cluster.controller.id).toBe(ahead);
});

test("one vote a term: the second candidate is refused", () => {
  const cluster = new TestCluster(3, { preVote: false, checkQuorum: false });
  cluster.step(1, { kind: "timeOut" });
  cluster.step(2, { kind: "timeOut" });
  cluster.run(50_000);
  const refusals = [1, 2, 3].flatMap((id) => told(cluster, id, "voteRefused"));
  expect(refusals.length).toBeGreaterThanOrEqual(2);
  for (const refusal of refusals) expect(refusal).toMatchObject({ reason: "alreadyVoted" });
});

test("a follower's entries that were never committed are replaced", () => {
  const cluster = new TestCluster(3, { checkQuorum: false });
  cluster.boot();
  const old = cluster.controller;
  const before = old.raft!.lastIndex;
  cluster.cut(old.id);
  cluster.ask(old.id, { ...topicRequest("lost", 1, 1), timeoutMs: 100 });
  cluster.run(5_000_000);
  expect(old.raft!.lastIndex).toBeGreaterThan(before);
  cluster.heal();
  cluster.run(1_000_000);
  expect(told(cluster, old.id, "logTruncated")[0]).toMatchObject({ fromIndex: before + 1 });
  const stepped = told(cluster, old.id, "roleChanged").at(-1);
  expect(stepped).toMatchObject({ from: "leader", to: "follower", cause: "higherTerm" });
  expect(old.metadata.topics.has("lost")).toBe(false);
});
