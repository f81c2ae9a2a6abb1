import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { PartitionMetadata } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { AdminCommand, AdminResult } from "../wire/index.ts";
import {
  adminAnswer,
  fetchAnswer,
  produceAnswer,
  TestCluster,
  topicAnswer,
  topicRequest,
} from "./testing/testCluster.ts";

/** With one partition, whose leader is not the controller. */
function cluster(nodeCount = 3, config = {}, configs = {}): TestCluster {
  const made = new TestCluster(nodeCount, config);
  made.boot();
  const others = made.alive.filter(({ id }) => id !== made.controller.id).map(({ id }) => id);
  const brokerIds = [others[0]!, made.controller.id, others[1]!];
  const request = topicRequest("t", -1, -1, { "min.insync.replicas": "1", ...configs });
  const [asked] = request.topics;
  const topics = [{ ...asked!, assignments: [{ partition: 0, brokerIds }] }];
  const answer = made.ask(made.controller.id, { ...request, topics });
  made.runUntil(() => answer.response !== null);
  expect(topicAnswer(answer).errorCode).toBe(ErrorCode.NONE);
  made.run(1_000_000);
  return made;
}

function partition(made: TestCluster): PartitionMetadata {
  return made.controller.metadata.partitions.get("t-0")!;
}

function tell(made: TestCluster, command: AdminCommand): AdminResult {
  const asked = made.administer(made.controller.id, command);
  made.runUntil(() => asked.response !== null);
  return adminAnswer(asked).result!;
}

function produce(made: TestCluster, value: string, acks: -1 | 1 = -1): void {
  const asked = made.produce(partition(made).leader, "t", 0, value, acks);
  made.runUntil(() => asked.response !== null);
  expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
}

/** Its heartbeats are lost; all else that it says arrives. */
function silence(made: TestCluster, id: number): void {
  made.fateOf = (from, _, message) =>
    from === id && message.kind === "request" && message.request.api === "brokerHeartbeat"
      ? "lost"
      : "arrives";
}

describe("a broker whose session has ended", () => {
  test("is out of the ISR however well it fetches, and back once it is heard again", () => {
    const made = cluster();
    const follower = partition(made).replicas[2]!;
    silence(made, follower);
    made.runUntil(() => !partition(made).isr.includes(follower));
    made.run(1_000_000);
    produce(made, "a");
    made.run(1_000_000);
    const replica = made.broker(follower).replicas.get("t-0")!;
    expect(replica.logEndOffset).toBe(1);
    expect(partition(made).isr).not.toContain(follower);
    expect(made.controller.metadata.nodes.get(follower)!.isFenced).toBe(true);
    made.fateOf = () => "arrives";
    made.runUntil(() => partition(made).isr.includes(follower));
    expect(made.controller.metadata.nodes.get(follower)!.isFenced).toBe(false);
  });

  test("leads no more, whatever it believes, and what it then takes is not acknowledged", () => {
    const made = cluster();
    const [leader] = partition(made).replicas;
    produce(made, "a");
    silence(made, leader!);
    made.runUntil(() => partition(made).leader !== leader);
    made.runUntil(() => made.broker(leader!).metadata.partitions.get("t-0")!.leader !== leader);
    made.runUntil(() => !partition(made).isr.includes(leader!));
    const late = made.produce(leader!, "t", 0, "b", -1);
    made.runUntil(() => late.response !== null);
    expect(produceAnswer(late).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

describe("a partition nobody can lead", () => {
  /** Only the first replica is in the ISR, and then it dies with a record that nobody else has. */
  function alone(made: TestCluster): void {
    const [leader, second, third] = partition(made).replicas;
    produce(made, "both");
    made.run(700_000);
    const others = new Set<number>([second!, third!]);
    // What they ask for, and what they have asked for before, is lost.
    made.fateOf = (from, to, message) => {
      const isFetch =
        (message.kind === "request" && message.request.api === "fetch" && to === leader) ||
        (message.kind === "response" && message.response.api === "fetch" && from === leader);
      return isFetch && (others.has(from) || others.has(to)) ? "lost" : "arrives";
    };
    const asked = made.produce(leader!, "t", 0, "one", 1);
    made.runUntil(() => asked.response !== null);
    made.runUntil(() => partition(made).isr.join() === `${leader}`);
    made.fateOf = () => "arrives";
    made.kill(leader!);
  }

  test("is offline, named, and led again by whoever has everything", () => {
    const made = cluster();
    const [leader] = partition(made).replicas;
    alone(made);
    made.runUntil(() => partition(made).leader === 0);
    made.run(3_000_000);
    expect(partition(made)).toMatchObject({ leader: 0, isr: [leader] });
    expect(tell(made, { kind: "health" }).rows).toContainEqual(["offline", "t-0"]);
    expect(tell(made, { kind: "isrStatus", topic: "t" }).rows[0]!.at(-1)).toBe("offline");
    const asked = made.produce(made.controller.id, "t", 0, "x", 1);
    made.run(100_000);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const removed = made.removeNode(leader!);
    made.runUntil(() => removed.response !== null);
    expect(adminAnswer(removed).errorMessage).toContain("has the only in-sync copy of t-0");
    made.restart(leader!);
    made.runUntil(() => partition(made).isr.length === 3);
    const read = made.consume(leader!, "t", 0, 1);
    made.run(100_000);
    expect(fetchAnswer(read).records.length).toBeGreaterThan(0);
  });

  test("is led by somebody else where its topic would rather lose records", () => {
    const made = cluster(3, {}, { "unclean.leader.election.enable": "true" });
    const [leader, heir] = partition(made).replicas;
    alone(made);
    made.runUntil(() => partition(made).leader === heir);
    expect(partition(made).isr).toEqual([heir]);
    expect(made.events.some(({ event }) => event.kind === "leaderProposed" && event.unclean)).toBe(
      true,
    );
    made.restart(leader!);
    made.runUntil(() => partition(made).isr.length === 3);
    made.run(500_000);
    expect(made.broker(leader!).replicas.get("t-0")!.logEndOffset).toBe(1);
  });
});

describe("leadership", () => {
  test("goes back to the first replica after its return, by itself or on command", () => {
    for (const preferredLeaderCheckUs of [2_000_000, 0]) {
      const made = cluster(3, { preferredLeaderCheckUs });
      const [preferred] = partition(made).replicas;
      made.kill(preferred!);
      made.runUntil(() => partition(made).leader !== preferred);
      made.restart(preferred!);
      made.runUntil(() => partition(made).isr.length === 3);
      if (preferredLeaderCheckUs === 0) {
        made.run(6_000_000);
        expect(partition(made).leader).not.toBe(preferred);
        const { rows } = tell(made, { kind: "electPreferredLeaders", topic: "t" });
        expect(rows).toEqual([["t", 0, `n${preferred}`, "elected"]]);
      } else {
        made.runUntil(() => partition(made).leader === preferred, 2_100_000);
      }
      made.run(500_000);
      produce(made, "a");
    }
  });

  test("is not taken by the old leader that starts again before anybody missed it", () => {
    const made = cluster();
    const { leader, leaderEpoch } = partition(made);
    made.kill(leader);
    made.restart(leader);
    made.runUntil(() => partition(made).leaderEpoch > leaderEpoch);
    // It leads again, but in an epoch of its own.
    expect(partition(made)).toMatchObject({ leader, leaderEpoch: leaderEpoch + 1 });
    expect(made.controller.metadata.nodes.get(leader)!.brokerEpoch).toBe(2);
    made.run(100_000);
    produce(made, "a");
  });
});

describe("a topic that is being made when the controller dies", () => {
  test("is finished by the next one, and the client is told that it exists", () => {
    const made = new TestCluster(3);
    made.boot();
    made.run(500_000);
    const old = made.controller;
    const asked = made.ask(old.id, topicRequest("t", 3, 3));
    made.runUntil(() => old.metadata.topics.has("t"));
    expect(old.metadata.partitions.size).toBe(0);
    made.kill(old.id);
    made.runUntil(() => made.alive.some(({ raft }) => raft!.role === "leader"));
    const next = made.controller;
    const again = made.ask(next.id, { ...topicRequest("t", 3, 3), timeoutMs: 10_000 });
    made.runUntil(() => again.response !== null);
    expect(topicAnswer(again).errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    expect(asked.response).toBe(null);
    made.runUntil(() =>
      [0, 1, 2].every((at) => {
        const of = next.metadata.partitions.get(`t-${at}`);
        return of !== undefined && of.leader !== 0 && !of.isr.includes(old.id);
      }),
    );
  });
});

describe("a node of a Raft group", () => {
  test("is not removed while another one is away", () => {
    const made = new TestCluster(5);
    made.boot();
    made.createTopic("r", 1, 3, 1, { "replication.mode": "raft" });
    const { replicas } = made.controller.metadata.partitions.get("r-0")!;
    const [first, second] = replicas.filter((id) => id !== made.controller.id);
    made.kill(first!);
    made.runUntil(() => made.controller.metadata.partitions.get("r-0")!.leader !== first);
    const removed = made.removeNode(first!, made.controller.id, 10_000);
    made.runUntil(() => removed.response !== null);
    expect(adminAnswer(removed).errorMessage).toBe(null);
    made.kill(second!);
    const refused = made.removeNode(second!, made.controller.id, 4_000);
    made.runUntil(() => refused.response !== null);
    expect(adminAnswer(refused)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: `r-0 needs node ${second} until node ${first} is back.`,
    });
    expect(made.controller.metadata.nodes.get(nodeId(second!))!.state).toBe("member");
  });
});
