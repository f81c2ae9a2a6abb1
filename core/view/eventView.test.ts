import { describe, expect, test } from "vitest";
import {
  leaderEpoch,
  nodeId,
  NO_NODE,
  offset,
  partitionEpoch,
  term,
  index,
} from "../base/index.ts";
import type { BrokerEvent } from "../broker/index.ts";
import type { Happening, RequestRecord } from "../sim/index.ts";
import { errorName } from "../wire/index.ts";
import { applied, role, Teller, vote } from "./testing/teller.ts";
import type { Of } from "./testing/teller.ts";

const refuse = (
  candidate: number,
  inTerm: number,
  reason: Of<"voteRefused">["reason"],
): BrokerEvent => ({
  kind: "voteRefused",
  candidate: nodeId(candidate),
  term: term(inTerm),
  preVote: false,
  reason,
});

const ORDERS = { topic: "orders", partition: 0 };
const EPOCHS = { leaderEpoch: leaderEpoch(0), partitionEpoch: partitionEpoch(0) };
const powerLost: Happening = {
  kind: "powerLost",
  lostBytes: 0,
  keptBytes: 0,
  writeInterrupted: false,
};

const REQUEST: RequestRecord = {
  id: 1,
  client: 1,
  operation: 1,
  attempt: 1,
  node: nodeId(3),
  facts: {
    kind: "produce",
    ...ORDERS,
    key: "k",
    value: "v",
    acks: -1,
    recordCount: 1,
    partitionCount: 1,
  },
  sentAtUs: 1_000,
  endedAtUs: 251_000,
  outcome: { kind: "waiting" },
  frames: null,
};
const ANSWER = {
  kind: "answered",
  errorCode: 0,
  baseOffset: -1,
  leaderHint: NO_NODE,
  errorMessage: null,
  highWatermark: -1,
  records: [],
  result: null,
} as const;

describe("elections", () => {
  test("a leader is elected by its timer and its voters", () => {
    const teller = Teller.started(errorName);
    teller.tell(2, role("follower", "preCandidate", 2, "electionTimeout"));
    expect(teller.tell(2, role("preCandidate", "candidate", 3, "preVoteWon"))).toBe(
      "2 plain: n2 stands for election in term 3. " +
        "A majority would vote for it; 2 of 3 votes are needed.",
    );
    teller.tell(1, vote("voteGranted", 2, 3));
    expect(teller.tell(2, role("candidate", "leader", 3, "electionWon"))).toBe(
      "2 ok: n2 leads term 3. Its election timer ran out first, and n1 voted for it.",
    );
  });

  test("a person made the timer run out, and another had stood before", () => {
    const teller = Teller.started(errorName);
    teller.tell(1, role("follower", "preCandidate", 2, "electionTimeout"));
    expect(teller.tell(2, role("follower", "preCandidate", 2, "askedToTimeOut"))).toBe(
      "2 plain: n2 asks whether it could win an election. " +
        "You made its election timer run out; a pre-vote raises no term.",
    );
    teller.tell(3, vote("voteGranted", 2, 3));
    expect(teller.tell(2, role("candidate", "leader", 3, "electionWon"))).toBe(
      "2 ok: n2 leads term 3. You made its election timer run out, and n3 voted for it.",
    );
  });

  test("an election fails for a split vote", () => {
    const teller = Teller.started(errorName);
    teller.tell(2, role("preCandidate", "candidate", 3, "preVoteWon"));
    teller.tell(3, vote("voteGranted", 1, 3));
    expect(teller.tell(2, role("candidate", "preCandidate", 3, "electionTimeout"))).toBe(
      "2 warn: n2 was not elected in term 3. The votes were split: others went to n1.",
    );
  });

  test("an election fails for too few votes, or for refused ones", () => {
    const teller = Teller.started(errorName);
    teller.tell(2, role("preCandidate", "candidate", 3, "preVoteWon"));
    expect(teller.tell(2, role("candidate", "preCandidate", 3, "electionTimeout"))).toBe(
      "2 warn: n2 was not elected in term 3. Too few votes came in time; it needs 2 of 3.",
    );
    teller.tell(2, role("preCandidate", "candidate", 4, "preVoteWon"));
    teller.tell(1, refuse(2, 4, "logNotUpToDate"));
    teller.tell(3, refuse(2, 4, "logNotUpToDate"));
    expect(teller.tell(2, role("candidate", "follower", 4, "electionLost"))).toBe(
      "2 warn: n2 was not elected in term 4. n1 and n3 refused their votes.",
    );
  });

  test("the failed election keeps its term when a newer one is heard of", () => {
    const teller = Teller.started(errorName);
    teller.tell(2, role("preCandidate", "candidate", 3, "preVoteWon"));
    teller.tell(2, { kind: "termRaised", from: term(3), to: term(5) });
    expect(teller.tell(2, role("candidate", "follower", 5, "higherTerm"))).toBe(
      "2 warn: n2 was not elected in term 3. It heard of a newer term, term 5.",
    );
  });

  test("a leader steps down", () => {
    expect(Teller.running(errorName).tell(2, role("leader", "follower", 4, "higherTerm"))).toBe(
      "2 warn: n2 stepped down. It heard of term 4, which is newer than its own.",
    );
    expect(Teller.running(errorName).tell(2, role("leader", "follower", 3, "quorumLost"))).toBe(
      "2 warn: n2 stepped down. " +
        "It has not heard from a majority for an election timeout, so it may no longer lead.",
    );
  });

  test("a vote is refused, and why", () => {
    const teller = Teller.running(errorName);
    expect(teller.tell(1, refuse(3, 3, "alreadyVoted"))).toBe(
      "1 plain: n1 refused n3 its vote. It had already voted for n2 in term 3.",
    );
    expect(teller.tell(1, refuse(3, 3, "logNotUpToDate"))).toContain("more complete");
    expect(teller.tell(1, refuse(3, 3, "leaderStillHeard"))).toContain("heard from a leader");
    expect(teller.tell(1, refuse(3, 2, "staleTerm"))).toContain("a term that is over");
  });
});

describe("the log", () => {
  test("an entry is committed, said once by the leader", () => {
    const teller = Teller.running(errorName);
    const event: BrokerEvent = { kind: "committed", from: index(19), to: index(20) };
    expect(teller.tell(2, event)).toBe(
      "1 ok: Entry 20 is committed. At least 2 of 3 disks hold it.",
    );
    expect(teller.tell(1, event)).toBeNull();
    expect(teller.tell(2, { kind: "committed", from: index(20), to: index(22) })).toContain(
      "Entries 21 to 22 are committed.",
    );
  });

  test("a proposal says what it holds", () => {
    const teller = Teller.running(errorName);
    const event: Of<"entryProposed"> = {
      kind: "entryProposed",
      index: index(20),
      term: term(3),
      entryType: "EntryNormal",
      command: {
        kind: "updateIsr",
        ...ORDERS,
        isr: [nodeId(1), nodeId(2)],
        brokerEpochs: [1, 1],
        ...EPOCHS,
      },
    };
    expect(teller.tell(2, event)).toBe(
      "1 plain: n2 proposed entry 20, isr. It says: the ISR of orders-0 becomes n1 and n2.",
    );
    expect(teller.refs(2, event)).toEqual(["node:n2", "entry:20"]);
    expect(teller.tell(2, { ...event, command: null })).toContain("no-op");
    const change = { ...event, entryType: "EntryConfChangeV2", command: null } as const;
    expect(teller.tell(2, change)).toBe(
      "1 plain: n2 proposed entry 20, voters. It changes who votes, one node at a time.",
    );
  });

  test("a follower cuts entries that its leader does not have", () => {
    expect(
      Teller.running(errorName).tell(1, {
        kind: "logTruncated",
        fromIndex: index(17),
        toIndex: index(18),
      }),
    ).toBe(
      "2 warn: n1 cut 2 entries, 17 to 18, from its log. " +
        "Its leader has other entries there; what was cut was never committed.",
    );
  });

  test("routine is not told", () => {
    const teller = Teller.running(errorName);
    expect(teller.tell(2, { kind: "readyAdvanced", number: 4 })).toBeNull();
    expect(teller.tell(2, { kind: "writeCompleted", operation: 4 })).toBeNull();
    expect(teller.tell(2, { kind: "termRaised", from: term(3), to: term(4) })).toBeNull();
  });
});

describe("power and network", () => {
  test("the leader loses power", () => {
    expect(Teller.running(errorName).tell(2, powerLost)).toBe(
      "2 bad: n2 lost power. It led term 3; the others notice when their election timers run out.",
    );
  });

  test("a follower loses power, then so many that nothing can be committed", () => {
    const teller = Teller.running(errorName);
    expect(teller.tell(1, { ...powerLost, lostBytes: 184, writeInterrupted: true })).toBe(
      "2 bad: n1 lost power. 184 bytes not yet synced are gone.",
    );
    expect(teller.tell(2, powerLost)).toBe(
      "2 bad: n2 lost power. Only 1 of 3 nodes runs, so nothing can be committed.",
    );
  });

  test("a node is back with what its disk held", () => {
    const teller = Teller.running(errorName);
    const recovered: BrokerEvent = {
      kind: "recovered",
      entryCount: 14,
      term: term(3),
      vote: nodeId(2),
      commit: index(13),
      snapshotIndex: index(0),
      segmentCount: 1,
      recordCount: 20,
      cutBytes: 37,
      ignored: [],
    };
    expect(teller.tell(2, recovered)).toBeNull();
    teller.tell(2, powerLost);
    teller.tell(2, { kind: "processStarted", incarnation: 2 });
    expect(teller.tell(2, recovered)).toBe(
      "2 ok: n2 is back with what its disk held: 14 entries, term 3. " +
        "Its memory was lost with the power. A torn tail of 37 bytes was cut off.",
    );
  });

  test("the network is cut and healed", () => {
    const teller = Teller.running(errorName);
    expect(
      teller.tell(0, { kind: "actionTaken", action: { atUs: 1, kind: "cut", nodes: [2] } }),
    ).toBe(
      "2 bad: n2 is cut off. You cut the network: no message passes between n2 and the others.",
    );
    expect(teller.story.effectiveLeader()).toBeNull();
    expect(teller.tell(0, { kind: "actionTaken", action: { atUs: 2, kind: "heal" } })).toBe(
      "2 ok: n2 can reach the others again. " +
        "You healed the network; what was lost is sent again when it is missed.",
    );
    expect(teller.story.effectiveLeader()).toBe(2);
  });

  test("a rule is broken, or a node stops itself", () => {
    const teller = Teller.running(errorName);
    const violation = { rule: "Election safety", atUs: 1, text: "n1 and n2 lead term 3." };
    expect(teller.tell(0, { kind: "ruleBroken", violation })).toBe(
      "2 bad: The rule “Election safety” was broken. n1 and n2 lead term 3.",
    );
    expect(teller.tell(1, { kind: "stopped", reason: "the disk failed" })).toBe(
      "2 bad: n1 stopped. The disk failed.",
    );
  });
});

describe("requests", () => {
  test("a produce is sent, waits, and is acknowledged", () => {
    const teller = Teller.running(errorName);
    teller.requests.push({ ...REQUEST, node: nodeId(1) });
    expect(teller.tell(0, { kind: "requestSent", request: 1 })).toBe(
      "1 plain: c1 sent a record to n1 for orders-0. acks=all: it expects an answer when every " +
        "in-sync replica has the record on disk.",
    );
    const waiting = { kind: "produceWaiting", ...ORDERS, lastOffset: offset(4), acks: -1 } as const;
    expect(teller.tell(1, waiting)).toBe(
      "1 plain: n1 waits for n2 and n3 before it answers. " +
        "acks=all: every in-sync replica must have offset 4 of orders-0 on disk.",
    );
    expect(
      teller.tell(1, { kind: "produceAnswered", ...ORDERS, errorCode: 0, baseOffset: 4 }),
    ).toBe(
      "2 ok: n1 acknowledged offset 4 of orders-0. " +
        "acks=all: every in-sync replica has it on disk, n1, n2 and n3.",
    );
  });

  test("acks=1 speaks of the leader's disk alone", () => {
    const teller = Teller.running(errorName);
    teller.tell(1, { kind: "produceWaiting", ...ORDERS, lastOffset: offset(4), acks: 1 });
    expect(
      teller.tell(1, { kind: "produceAnswered", ...ORDERS, errorCode: 0, baseOffset: 4 }),
    ).toBe(
      "2 ok: n1 acknowledged offset 4 of orders-0. " +
        "acks=1: it is on the disk of n1, which leads the partition.",
    );
  });

  test("a follower refuses and names the leader", () => {
    const teller = Teller.running(errorName);
    expect(
      teller.tell(3, {
        kind: "produceDecided",
        ...ORDERS,
        connection: 1,
        errorCode: 6,
        steps: [
          { source: "raftGroup", leader: null },
          { source: "metadata", leader: nodeId(1) },
        ],
      }),
    ).toBe(
      "1 warn: n3 refused a record for orders-0. " +
        "It looked into the replicated metadata: n1 leads orders-0.",
    );
    teller.requests.push({
      ...REQUEST,
      outcome: { ...ANSWER, errorCode: 6, leaderHint: nodeId(1) },
    });
    expect(teller.tell(0, { kind: "requestEnded", request: 1 })).toBe(
      "2 warn: n3 answered c1 with NOT_LEADER_OR_FOLLOWER. " +
        "n1 leads orders-0; c1 should ask n1.",
    );
  });

  test("too few replicas", () => {
    const teller = Teller.running(errorName);
    teller.requests.push({ ...REQUEST, outcome: { ...ANSWER, errorCode: 19 } });
    expect(teller.tell(0, { kind: "requestEnded", request: 1 })).toBe(
      "2 warn: n3 answered c1 with NOT_ENOUGH_REPLICAS. " +
        "orders-0: too few replicas are in sync, so nothing was written; " +
        "restart one and send it again.",
    );
  });

  test("what clients ask on their own account is routine, and so is what programs send", () => {
    const teller = Teller.running(errorName);
    teller.requests.push({ ...REQUEST, operation: 0 });
    expect(teller.tell(0, { kind: "requestSent", request: 1 })).toBeNull();
    const appended: BrokerEvent = {
      kind: "recordsAppended",
      ...ORDERS,
      baseOffset: offset(0),
      lastOffset: offset(0),
      asLeader: true,
    };
    expect(teller.tell(1, appended)).toContain("appended 1 record");
    const program = { client: 2, topic: "orders", keyCount: 0, valueBytes: 8 };
    const start = {
      ...program,
      atUs: 0,
      kind: "startProducer",
      recordsPerSecond: 10,
      acks: -1,
      idempotent: true,
    } as const;
    expect(teller.tell(0, { kind: "actionTaken", action: start })).toBe(
      "2 plain: c2 sends 10 records a second to orders. " +
        "With acks=all, idempotent: what is sent again is stored once.",
    );
    expect(teller.tell(1, appended)).toBeNull();
    const stop = { atUs: 0, kind: "stopClient", client: 2, crash: true } as const;
    expect(teller.tell(0, { kind: "actionTaken", action: stop })).toContain("You crashed c2.");
    expect(teller.tell(1, appended)).toContain("appended 1 record");
  });

  test("a retry is told by its sequence number, a wrong frame by the broker", () => {
    const teller = Teller.running(errorName);
    expect(
      teller.tell(1, {
        kind: "duplicateFound",
        ...ORDERS,
        producerId: 7,
        baseOffset: offset(3),
      }),
    ).toContain("n1 has that batch of orders-0 already, at offset 3.");
    expect(
      teller.tell(1, { kind: "clientDropped", connection: 1, reason: "the frame is malformed" }),
    ).toBe("2 warn: n1 closed the connection of a client. The frame is malformed.");
  });

  test("a dead node refuses the connection; a silent one is given up", () => {
    const teller = Teller.running(errorName);
    teller.requests.push(
      { ...REQUEST, outcome: { kind: "unanswered", reason: "refused" } },
      { ...REQUEST, id: 2, outcome: { kind: "unanswered", reason: "timedOut" } },
    );
    expect(teller.tell(0, { kind: "requestEnded", request: 1 })).toBe(
      "2 warn: c1 could not reach n3. " +
        "n3 is down and refused the connection; the request was not taken.",
    );
    expect(teller.tell(0, { kind: "requestEnded", request: 2 })).toBe(
      "2 warn: c1 gave up waiting for n3. " +
        "No answer in 0.250 s; it cannot know whether its record was kept.",
    );
  });

  test("a consumer has read", () => {
    const teller = Teller.running(errorName);
    teller.requests.push({
      ...REQUEST,
      facts: { kind: "fetch", ...ORDERS, fetchOffset: offset(0) },
      outcome: {
        ...ANSWER,
        highWatermark: 1,
        records: [{ offset: 0, leaderEpoch: 0, key: "k", value: "v" }],
      },
    });
    expect(teller.tell(0, { kind: "requestEnded", request: 1 })).toBe(
      "2 ok: c1 read 1 record of orders-0 from n3. " +
        "Consumers see what lies below the high watermark, 1.",
    );
  });
});

describe("topics and partitions", () => {
  const createTopic = applied(5, {
    kind: "createTopic",
    topic: "orders",
    topicId: "00000000000000000000000000000001",
    partitionCount: 3,
    replicationFactor: 3,
    assignment: null,
    config: { minInsyncReplicas: 2, replicationMode: "isr", uncleanLeaderElection: false },
  });

  test("a topic is created, told once for all nodes", () => {
    const teller = Teller.running(errorName);
    expect(teller.tell(2, createTopic)).toBe(
      "2 ok: Topic orders was created. Entry 5 is committed: 3 partitions, 3 copies of each.",
    );
    expect(teller.tell(1, createTopic)).toBeNull();
  });

  test("a partition's leader moves", () => {
    const teller = Teller.running(errorName);
    const move = applied(6, {
      kind: "setPartitionLeader",
      ...ORDERS,
      leader: nodeId(2),
      unclean: false,
      ...EPOCHS,
    });
    teller.tell(1, powerLost);
    expect(teller.tell(2, move)).toBe(
      "2 plain: n2 now leads orders-0, leader epoch 1. " +
        "n1 is down; the first live member of the ISR takes over.",
    );
    const again = applied(7, {
      kind: "setPartitionLeader",
      ...ORDERS,
      leader: nodeId(2),
      unclean: false,
      leaderEpoch: leaderEpoch(1),
      partitionEpoch: partitionEpoch(1),
    });
    expect(teller.tell(2, again)).toContain("It was restarted");
  });

  test("the ISR shrinks and grows", () => {
    const teller = Teller.running(errorName);
    const isr = (at: number, members: number[]): BrokerEvent =>
      applied(at, {
        kind: "updateIsr",
        ...ORDERS,
        isr: members.map(nodeId),
        brokerEpochs: members,
        ...EPOCHS,
      });
    const isrProposed: BrokerEvent = {
      kind: "isrProposed",
      ...ORDERS,
      isr: [nodeId(1), nodeId(2)],
      reason: "n3 fell behind for too long",
    };
    expect(teller.tell(1, isrProposed)).toBe(
      "1 plain: n1 asked for a new ISR of orders-0: n1 and n2. n3 fell behind for too long.",
    );
    expect(teller.tell(2, isr(6, [1, 2]))).toBe(
      "2 warn: n3 left the ISR of orders-0. " +
        "n3 fell behind for too long. The ISR is now n1 and n2.",
    );
    expect(teller.tell(2, isr(7, [1, 2, 3]))).toBe(
      "2 ok: n3 joined the ISR of orders-0. " +
        "It has caught up with the leader. The ISR is now n1, n2 and n3.",
    );
  });

  const lead = (at: number, leader: number, unclean = false): BrokerEvent =>
    applied(at, {
      kind: "setPartitionLeader",
      ...ORDERS,
      leader: nodeId(leader),
      unclean,
      ...EPOCHS,
    });

  test("a partition goes offline, and comes back at a price", () => {
    const teller = Teller.running(errorName);
    expect(teller.tell(2, lead(6, NO_NODE))).toBe(
      "2 bad: orders-0 is offline. " +
        "No replica of its ISR, n1, n2 and n3, runs; whoever of it returns first will lead.",
    );
    expect(teller.tell(2, lead(7, 3, true))).toBe(
      "2 bad: n3 leads orders-0 from outside the ISR, leader epoch 1. " +
        "No in-sync replica runs, and the topic allows it: what only the others had is lost.",
    );
    expect(
      teller.tell(1, {
        kind: "replicaTruncated",
        ...ORDERS,
        fromOffset: offset(5),
        toOffset: offset(3),
        committedCount: 2,
      }),
    ).toContain("came from outside the ISR: 2 of them were readable, and are lost.");
  });

  test("leadership goes back to the first of the replicas", () => {
    const teller = Teller.running(errorName);
    teller.tell(2, lead(6, 2));
    const proposed: BrokerEvent = {
      kind: "leaderProposed",
      ...ORDERS,
      from: nodeId(2),
      leader: nodeId(1),
      unclean: false,
      cause: "preferred",
    };
    expect(teller.tell(2, proposed)).toBeNull();
    expect(teller.tell(2, lead(7, 1))).toContain("It is the first of the replicas, and in sync");
  });

  test("a broker is fenced, and so leaves the ISR", () => {
    const teller = Teller.running(errorName);
    const fence = applied(6, { kind: "fenceBroker", node: nodeId(3), brokerEpoch: 1 });
    expect(teller.tell(2, fence)).toContain("1 warn: n3 is fenced.");
    const isr = [nodeId(1), nodeId(2)];
    const shrink = { kind: "updateIsr", ...ORDERS, isr, brokerEpochs: [1, 1], ...EPOCHS } as const;
    expect(teller.tell(2, applied(7, shrink))).toContain(
      "Its session has ended, so the controller took it out. The ISR is now n1 and n2.",
    );
    const unfence = applied(8, { kind: "unfenceBroker", node: nodeId(3), brokerEpoch: 1 });
    expect(teller.tell(2, unfence)).toContain("1 ok: n3 is fenced no longer.");
  });

  test("a partition moves, and a topic goes", () => {
    const teller = Teller.running(errorName);
    const replicas = [nodeId(2), nodeId(3), nodeId(4)];
    const move = applied(6, { kind: "reassignPartition", ...ORDERS, replicas, ...EPOCHS });
    expect(teller.tell(2, move)).toBe(
      "2 plain: orders-0 moves to n2, n3 and n4. Entry 6 is committed: " +
        "the replicas before keep it too until all of these are in sync.",
    );
    const moved = applied(7, { kind: "completeReassignment", ...ORDERS, ...EPOCHS });
    expect(teller.tell(2, moved)).toContain("2 ok: orders-0 has moved.");
    const topicId = "00000000000000000000000000000001";
    const gone = applied(8, { kind: "deleteTopic", topic: "orders", topicId });
    expect(teller.tell(2, gone)).toContain("2 warn: Topic orders was deleted.");
    expect(teller.story.partitions.size).toBe(0);
  });

  test("a group shares its partitions anew, and has", () => {
    const teller = Teller.running(errorName);
    const group = { groupId: "readers", generation: 2 };
    expect(
      teller.tell(2, {
        kind: "groupRebalanceBegan",
        ...group,
        reason: "sessionEnded",
        memberId: "c3-1",
      }),
    ).toBe(
      "2 plain: Group readers shares its partitions anew. " +
        "A consumer was silent for too long; n2 coordinates it and waits for all to join again.",
    );
    expect(teller.tell(2, { kind: "groupAssigned", ...group })).toContain(
      "2 ok: Group readers has shared its partitions.",
    );
  });

  test("a command that came too late changed nothing", () => {
    const event = { ...createTopic, index: index(9), noOpReason: "the topic exists" };
    expect(Teller.running(errorName).tell(2, event as BrokerEvent)).toBe(
      "1 warn: Entry 9 changed nothing. The topic exists.",
    );
  });

  test("a replica is truncated", () => {
    expect(
      Teller.running(errorName).tell(2, {
        kind: "replicaTruncated",
        ...ORDERS,
        fromOffset: offset(5),
        toOffset: offset(3),
        committedCount: 0,
      }),
    ).toBe(
      "2 warn: n2 cut offsets 3 to 4 of orders-0. " +
        "Its leader does not have them; they never were on every in-sync replica.",
    );
  });
});
