import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { AdminCommand, AdminResponse, CreateTopicsRequest } from "../wire/index.ts";
import { topicRequest } from "./testing/testCluster.ts";
import { TestOffice } from "./testing/testOffice.ts";
import type { Answer } from "./testing/testOffice.ts";

function office(nodeCount = 3, config = {}): TestOffice {
  const made = new TestOffice(nodeCount, config);
  made.elect(1);
  made.run(100_000);
  return made;
}

/** "1,2,3": epochs of the brokers, a fenced one in brackets. */
function epochs({ metadata }: TestOffice): string {
  const nodes = [...metadata.nodes.values()];
  return nodes.map((one) => (one.isFenced ? `[${one.brokerEpoch}]` : one.brokerEpoch)).join();
}

function partition({ metadata }: TestOffice, topic: string, number: number): string {
  const of = metadata.partitions.get(partitionKey(topic, number));
  return of === undefined ? "none" : `${of.leader}/${of.leaderEpoch} of ${of.isr.join()}`;
}

function topicAnswer({ response }: Answer) {
  expect(response?.api).toBe("createTopics");
  return response?.api === "createTopics" ? response.topics[0]! : null;
}

function adminAnswer({ response }: Answer): AdminResponse | null {
  expect(response?.api).toBe("admin");
  return response?.api === "admin" ? response : null;
}

function administer(made: TestOffice, command: AdminCommand): AdminResponse {
  const answer = made.administer(made.leader, command);
  made.run(1_100_000);
  return adminAnswer(answer)!;
}

const request = (topic: string, partitions: number, replicas: number, configs = {}) =>
  topicRequest(topic, partitions, replicas, configs);

describe("brokers", () => {
  test("are registered once each, in the order in which they are heard", () => {
    const made = office();
    expect(epochs(made)).toBe("1,1,1");
    made.run(3_000_000);
    expect(made.proposed.filter(({ kind }) => kind === "registerBroker")).toHaveLength(3);
    expect(made.officer(2).membership.brokerEpoch).toBe(1);
  });

  test("are fenced when their session ends, and unfenced when they are heard again", () => {
    const made = office();
    made.createTopics(1, request("t", 3, 3));
    made.silent.add(2);
    made.run(1_300_000);
    expect(epochs(made)).toBe("1,1,1");
    made.run(700_000);
    expect(epochs(made)).toBe("1,[1],1");
    made.run(2_000_000);
    expect(made.proposed.filter(({ kind }) => kind === "fenceBroker")).toHaveLength(1);
    expect(partition(made, "t", 0)).toBe("1/0 of 1,3");
    expect(partition(made, "t", 1)).toBe("3/1 of 3,1");
    made.silent.delete(2);
    made.run(500_000);
    expect(epochs(made)).toBe("1,1,1");
    expect(made.events.filter((event) => event.endsWith("brokerSessionEnded"))).toHaveLength(1);
    // It returns to the ISR by its fetches, not by the controller's word.
    expect(partition(made, "t", 0)).toBe("1/0 of 1,3");
  });

  test("that start again get another epoch, also if nobody missed them", () => {
    const made = office();
    made.run(1_000_000);
    made.restart(3);
    expect(made.officer(3).membership.brokerEpoch).toBe(2);
    expect(epochs(made)).toBe("1,1,2");
    made.silent.add(3);
    made.run(2_000_000);
    made.restart(3);
    expect(epochs(made)).toBe("1,1,3");
  });

  test("whose clock was set back are another life all the same", () => {
    const made = office();
    made.run(1_000_000);
    made.restart(3);
    made.silent.add(3);
    made.clock.nowUs -= 900_000;
    made.restart(3);
    made.run(500_000);
    expect(epochs(made)).toBe("1,1,3");
    expect(made.officer(3).membership.brokerEpoch).toBe(3);
  });

  test("are not taken for alive by what an earlier life of theirs has said", () => {
    const made = office();
    made.run(1_000_000);
    made.restart(3);
    const heard = (incarnation: number): ErrorCode =>
      made.officer(1).controller.heard({ brokerId: nodeId(3), incarnation });
    const { incarnation } = made.metadata.nodes.get(nodeId(3))!;
    expect(heard(incarnation)).toBe(ErrorCode.NONE);
    made.silent.add(3);
    for (let at = 0; at < 20; at++) {
      made.run(100_000);
      expect(heard(incarnation - 1)).toBe(ErrorCode.STALE_BROKER_EPOCH);
    }
    expect(epochs(made)).toBe("1,1,[2]");
    expect(made.officer(2).controller.heard({ brokerId: nodeId(3), incarnation })).toBe(
      ErrorCode.NOT_CONTROLLER,
    );
  });

  test("that are fenced stay so under a new controller until they are heard", () => {
    const made = office();
    made.silent.add(3);
    made.run(2_000_000);
    made.elect(2);
    made.run(3_000_000);
    expect(epochs(made)).toBe("1,1,[1]");
    expect(made.events.filter((event) => event === "2 brokerSessionEnded")).toEqual([]);
    made.silent.delete(3);
    made.run(500_000);
    expect(epochs(made)).toBe("1,1,1");
  });

  test("that were removed are not heard", () => {
    const made = office();
    const { incarnation } = made.metadata.nodes.get(nodeId(3))!;
    made.silent.add(3);
    made.run(2_000_000);
    made.propose({ kind: "removeNode", node: nodeId(3), generation: 1 });
    made.settle();
    const said = { brokerId: nodeId(3), incarnation: incarnation + 1 };
    expect(made.officer(1).controller.heard(said)).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(made.officer(1).controller.isAlive(nodeId(3))).toBe(false);
  });

  test("are without a session while their disk is full, but for the controller's own", () => {
    const made = office();
    made.officer(1).wal.isFull = true;
    made.officer(3).wal.isFull = true;
    made.run(3_000_000);
    expect(epochs(made)).toBe("1,1,[1]");
    made.officer(3).wal.isFull = false;
    made.run(500_000);
    expect(epochs(made)).toBe("1,1,1");
  });

  test("have a full session under a new controller", () => {
    const made = office();
    made.run(1_000_000);
    made.silent.add(3);
    made.run(1_000_000);
    made.elect(2);
    made.run(1_000_000);
    made.elect(1);
    made.run(1_500_000);
    expect(epochs(made)).toBe("1,1,1");
    made.run(200_000);
    expect(epochs(made)).toBe("1,1,[1]");
  });
});

describe("a topic", () => {
  test("is spread round-robin, and answered with its id", () => {
    const made = office();
    const answer = topicAnswer(made.createTopics(1, request("t", 3, 2)))!;
    expect(answer).toMatchObject({ errorCode: 0, partitionCount: 3, replicationFactor: 2 });
    expect(answer.topicId).toBe(made.metadata.topics.get("t")!.topicId);
    expect(answer.topicId).toMatch(/^[0-9a-f]{32}$/);
    expect([0, 1, 2].map((at) => partition(made, "t", at))).toEqual([
      "1/0 of 1,2",
      "2/0 of 2,3",
      "3/0 of 3,1",
    ]);
  });

  test("is kept by whom the client says", () => {
    const made = office();
    const [asked] = request("t", -1, -1).topics;
    const assignments = [
      { partition: 1, brokerIds: [nodeId(1)] },
      { partition: 0, brokerIds: [nodeId(3)] },
    ];
    made.createTopics(1, { ...request("t", -1, -1), topics: [{ ...asked!, assignments }] });
    expect([0, 1].map((at) => partition(made, "t", at))).toEqual(["3/0 of 3", "1/0 of 1"]);
  });

  test("waits for a node that was removed meanwhile, and is proposed for it once", () => {
    const made = office();
    made.silent.add(3);
    made.run(2_000_000);
    made.isCommitting = false;
    const [asked] = request("t", -1, -1).topics;
    const assignments = [{ partition: 0, brokerIds: [nodeId(3)] }];
    made.createTopics(1, { ...request("t", -1, -1), topics: [{ ...asked!, assignments }] });
    made.propose({ kind: "removeNode", node: nodeId(3), generation: 1 });
    made.isCommitting = true;
    made.run(3_000_000);
    expect(made.metadata.topics.has("t")).toBe(true);
    const assigned = () => made.proposed.filter(({ kind }) => kind === "assignPartition");
    expect(assigned()).toEqual([]);
    made.propose({ kind: "admitNode", node: nodeId(3), address: "n3:9092", generation: 1 });
    made.propose({ kind: "addNode", node: nodeId(3), address: "n3:9092", generation: 1 });
    made.settle();
    expect(assigned()).toHaveLength(1);
    expect(made.metadata.partitions.get("t-0")!.replicas).toEqual([3]);
  });

  test("is answered only when somebody alive leads it", () => {
    const made = office();
    made.silent.add(3);
    made.run(2_000_000);
    const [asked] = request("t", -1, -1).topics;
    const assignments = [{ partition: 0, brokerIds: [nodeId(3)] }];
    const topics = [{ ...asked!, assignments }];
    const answer = made.createTopics(1, { ...request("t", -1, -1), topics });
    expect(answer.response).toBe(null);
    expect(partition(made, "t", 0)).toBe("0/1 of 3");
    made.run(1_100_000);
    expect(topicAnswer(answer)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: "Topic t exists, but its partition 0 has no leader yet.",
    });
  });

  test("is asked for again when what was proposed is lost", () => {
    const made = office();
    made.isCommitting = false;
    const answer = made.createTopics(1, request("t", 1, 1));
    made.commitOnly(made.log.length);
    made.settle();
    expect(made.log.at(-1)!.kind).toBe("assignPartition");
    made.lose();
    made.isCommitting = true;
    made.run(500_000);
    expect(answer.response).toBe(null);
    made.run(600_000);
    expect(partition(made, "t", 0)).toBe("1/0 of 1");
  });

  test("of that name that another one made first is not taken for one's own", () => {
    const made = office();
    made.isCommitting = false;
    made.officer(2).topics.requestTopic("t");
    const answer = made.createTopics(1, request("t", 1, 3));
    made.isCommitting = true;
    made.settle();
    expect(topicAnswer(answer)!.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
  });

  test("waits until all nodes are known", () => {
    const made = new TestOffice(3);
    made.isCommitting = false;
    made.elect(1);
    const answer = made.createTopics(1, request("t", 1, 3));
    expect(answer.response).toBe(null);
    made.isCommitting = true;
    made.settle();
    expect(topicAnswer(answer)!.errorCode).toBe(ErrorCode.NONE);
  });

  test("is only looked at when that is all that is wanted", () => {
    const made = office();
    const only: CreateTopicsRequest = { ...request("t", -1, -1), validateOnly: true };
    const answer = topicAnswer(made.createTopics(1, only));
    expect(answer).toMatchObject({ errorCode: 0, partitionCount: 1, replicationFactor: 3 });
    expect(made.metadata.topics.size).toBe(0);
    expect(topicAnswer(made.createTopics(1, { ...only, ...request("t", 0, 1) }))).toMatchObject({
      errorCode: ErrorCode.INVALID_PARTITIONS,
    });
  });

  test("is made once, however often it is asked for", () => {
    const made = office();
    made.isCommitting = false;
    const first = made.createTopics(1, request("t", 1, 1));
    const second = made.createTopics(1, request("t", 2, 1));
    expect(topicAnswer(second)!.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    expect(first.response).toBe(null);
    made.isCommitting = true;
    made.settle();
    expect(topicAnswer(first)!.errorCode).toBe(ErrorCode.NONE);
    const third = made.createTopics(1, request("t", 1, 1));
    expect(topicAnswer(third)!.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
  });

  test("cannot be in a request twice", () => {
    const made = office();
    const { topics } = request("t", 1, 1);
    const answer = made.createTopics(1, { ...request("t", 1, 1), topics: [...topics, ...topics] });
    expect(topicAnswer(answer)!.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(made.metadata.topics.size).toBe(0);
  });

  test("is made by the controller alone", () => {
    const made = office();
    const answer = topicAnswer(made.createTopics(2, request("t", 1, 1)));
    expect(answer).toMatchObject({ errorCode: ErrorCode.NOT_CONTROLLER, partitionCount: -1 });
  });

  test("that takes too long is answered with what it waits for, and comes all the same", () => {
    const made = office();
    made.isCommitting = false;
    const answer = made.createTopics(1, request("t", 1, 1));
    made.run(1_100_000);
    expect(topicAnswer(answer)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: "Topic t is not committed yet.",
    });
    made.isCommitting = true;
    made.settle();
    expect(partition(made, "t", 0)).toBe("1/0 of 1");
  });

  test("is finished by the next controller when one dies in the middle of it", () => {
    for (const applied of [1, 2, 3]) {
      const made = office();
      made.isCommitting = false;
      const answer = made.createTopics(1, request("t", 3, 3));
      // The topic is committed, and then some of its partitions.
      const before = made.log.length;
      made.commitOnly(before);
      made.settle();
      made.commitOnly(before + applied - 1);
      made.isCommitting = true;
      made.silent.add(1);
      made.elect(2);
      made.run(2_500_000);
      expect(answer.response).toBe(null);
      expect([0, 1, 2].map((at) => partition(made, "t", at))).toEqual([
        "2/1 of 2,3",
        "2/0 of 2,3",
        "3/0 of 3,2",
      ]);
      const ids = made.proposed.filter(({ kind }) => kind === "createTopic");
      expect(ids).toHaveLength(1);
    }
  });

  test("is refused by a controller that lost its office meanwhile", () => {
    const made = office();
    made.isCommitting = false;
    const answer = made.createTopics(1, request("t", 1, 1));
    made.elect(2);
    expect(topicAnswer(answer)!.errorCode).toBe(ErrorCode.NOT_CONTROLLER);
    expect(made.metadata.topics.size).toBe(0);
  });

  test("is made for whoever needs it, by any broker, with as many replicas as there are", () => {
    const made = office(2);
    made.officer(2).topics.requestTopic("t");
    made.officer(2).topics.requestTopic("t");
    made.officer(2).topics.requestTopic("no/name");
    made.officer(2).topics.requestInternalTopic("__offsets", 3);
    made.settle();
    expect(made.proposed.filter(({ kind }) => kind === "createTopic")).toHaveLength(2);
    expect(partition(made, "t", 0)).toBe("1/0 of 1,2");
    expect(partition(made, "__offsets", 2)).toBe("1/0 of 1,2");
    expect(partition(made, "__offsets", 3)).toBe("none");
  });

  test("is not made before all nodes are known, lest it keeps too few replicas", () => {
    const made = new TestOffice(3);
    made.isCommitting = false;
    made.elect(1);
    made.officer(1).topics.requestTopic("t");
    expect(made.proposed.some(({ kind }) => kind === "createTopic")).toBe(false);
  });
});

describe("an administrator", () => {
  const facts = ({ result }: AdminResponse): unknown =>
    Object.fromEntries((result?.facts ?? []).map(({ name, value }) => [name, value]));

  test("is answered by any broker what it knows, and told who the controller is otherwise", () => {
    const made = office();
    expect(adminAnswer(made.administer(3, { kind: "health" }))).toMatchObject({
      errorCode: 0,
      controllerId: 1,
    });
    const answer = adminAnswer(made.administer(3, { kind: "rebalance" }));
    expect(answer).toMatchObject({ errorCode: ErrorCode.NOT_CONTROLLER, controllerId: 1 });
  });

  test("deletes a topic, and another one of that name is another", () => {
    const made = office();
    made.createTopics(1, request("t", 2, 1));
    const { topicId } = made.metadata.topics.get("t")!;
    const deleted = administer(made, { kind: "deleteTopic", topic: "t" });
    expect(facts(deleted)).toEqual({ topic: "t", "partitions deleted": 2 });
    expect([made.metadata.topics.size, made.metadata.partitions.size]).toEqual([0, 0]);
    expect(administer(made, { kind: "deleteTopic", topic: "t" })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
    const again = topicAnswer(made.createTopics(1, request("t", 1, 1)))!;
    expect(again.errorCode).toBe(ErrorCode.NONE);
    expect(again.topicId).not.toBe(topicId);
  });

  test("adds partitions, which go on round the nodes", () => {
    const made = office();
    made.createTopics(1, request("t", 2, 1));
    const add = (partitionCount: number): AdminResponse =>
      administer(made, { kind: "createPartitions", topic: "t", partitionCount });
    expect(facts(add(4))).toEqual({ topic: "t", partitions: 4 });
    expect([2, 3].map((at) => partition(made, "t", at))).toEqual(["3/0 of 3", "1/0 of 1"]);
    for (const count of [4, 3, 2_001]) {
      expect(add(count).errorCode).toBe(ErrorCode.INVALID_PARTITIONS);
    }
  });

  test("alters a topic within what its copies allow", () => {
    const made = office();
    made.createTopics(1, request("t", 1, 3));
    const alter = (minInsyncReplicas: number): AdminResponse =>
      administer(made, {
        kind: "alterTopic",
        topic: "t",
        minInsyncReplicas,
        uncleanLeaderElection: true,
      });
    expect(facts(alter(3))).toEqual({
      topic: "t",
      "min.insync.replicas": 3,
      "unclean.leader.election.enable": "true",
    });
    expect(made.metadata.topics.get("t")!.config).toMatchObject({
      minInsyncReplicas: 3,
      uncleanLeaderElection: true,
    });
    for (const count of [0, 4, 1.5]) expect(alter(count).errorCode).toBe(ErrorCode.INVALID_CONFIG);
  });

  test("cannot add partitions to a topic that is deleted meanwhile", () => {
    const made = office();
    made.createTopics(1, request("t", 1, 1));
    made.isCommitting = false;
    made.administer(1, { kind: "deleteTopic", topic: "t" });
    const command = { kind: "createPartitions", topic: "t", partitionCount: 2 } as const;
    const answer = made.administer(1, command);
    made.isCommitting = true;
    made.settle();
    expect(adminAnswer(answer)!.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test("moves a partition, which begins at once", () => {
    const made = office(4);
    made.createTopics(1, request("t", 1, 3));
    const move = (...ids: number[]): AdminResponse =>
      administer(made, { kind: "reassign", topic: "t", partition: 0, replicas: ids.map(nodeId) });
    const { result } = move(4, 2, 3);
    expect(result!.rows).toEqual([["t", 0, "n1, n2, n3", "n4, n2, n3"]]);
    expect(made.metadata.partitions.get("t-0")).toMatchObject({
      replicas: [4, 2, 3, 1],
      addingReplicas: [4],
      removingReplicas: [1],
    });
    for (const ids of [
      [1, 2],
      [1, 1, 2],
      [1, 2, 9],
    ]) {
      expect(move(...ids).errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    }
    expect(
      administer(made, { kind: "reassign", topic: "t", partition: 1, replicas: [nodeId(1)] }),
    ).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
  });

  test("does not move what a Raft group keeps", () => {
    const made = office();
    made.createTopics(1, request("t", 1, 3, { "replication.mode": "raft" }));
    const replicas = [3, 2, 1].map(nodeId);
    const command = { kind: "reassign", topic: "t", partition: 0, replicas } as const;
    expect(administer(made, command).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  test("gives leadership back, where that is possible", () => {
    const made = office(3, { preferredLeaderCheckUs: 0 });
    made.createTopics(1, request("t", 3, 3));
    made.silent.add(2);
    made.run(2_000_000);
    made.silent.delete(2);
    made.run(1_000_000);
    const elect = (): AdminResponse =>
      administer(made, { kind: "electPreferredLeaders", topic: null });
    expect(elect().result).toMatchObject({
      facts: [{ name: "leaders elected", value: 0 }],
      rows: [["t", 1, "n2", "not in sync or not alive"]],
    });
    made.rejoin("t", 1);
    expect(elect().result).toMatchObject({
      facts: [{ name: "leaders elected", value: 1 }],
      rows: [["t", 1, "n2", "elected"]],
    });
    expect(partition(made, "t", 1)).toBe("2/2 of 2,3,1");
  });

  test("who asks a standalone node to add or remove one is refused", () => {
    const made = new TestOffice(1, { peers: [] });
    made.elect(1);
    expect(administer(made, { kind: "removeNode", node: nodeId(1) })).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: "This is a standalone node.",
    });
  });
});

describe("leadership", () => {
  test("goes back to preferred leaders from time to time", () => {
    const made = office(3, { preferredLeaderCheckUs: 5_000_000 });
    made.createTopics(1, request("t", 3, 3));
    made.silent.add(2);
    made.run(2_000_000);
    made.silent.delete(2);
    made.run(500_000);
    made.rejoin("t", 1);
    expect(partition(made, "t", 1)).toBe("3/1 of 2,3,1");
    made.run(5_000_000);
    expect(partition(made, "t", 1)).toBe("2/2 of 2,3,1");
    expect(made.events.filter((event) => event === "1 leaderProposed")).toHaveLength(2);
  });

  test("goes on after a restart in an epoch that begins after its registration", () => {
    const made = office();
    made.createTopics(1, request("t", 3, 3));
    made.run(100_000);
    const before = made.proposed.length;
    made.restart(2);
    made.run(500_000);
    expect(partition(made, "t", 1)).toBe("2/1 of 2,3,1");
    const kinds = made.proposed.slice(before).map(({ kind }) => kind);
    expect(kinds).toEqual(["registerBroker", "setPartitionLeader"]);
  });

  test("is looked for at once when two die shortly after each other", () => {
    const made = office(4);
    made.createTopics(1, request("t", 4, 3));
    expect(partition(made, "t", 1)).toBe("2/0 of 2,3,4");
    made.silent.add(2);
    made.run(500_000);
    made.silent.add(3);
    made.run(2_000_000);
    expect(partition(made, "t", 1)).toBe("4/2 of 4");
  });
});

test("a thousand partitions cost nothing while nothing happens", () => {
  const made = office(3);
  made.createTopics(1, request("t", 1_000, 3));
  made.run(100_000);
  const { partitions } = made.metadata;
  expect(partitions.size).toBe(1_000);
  made.run(5_000_000);
  let looks = 0;
  const values = partitions.values.bind(partitions);
  partitions.values = () => {
    looks++;
    return values();
  };
  made.run(20_000_000);
  expect(looks).toBe(0);
});
