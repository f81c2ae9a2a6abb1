import { describe, expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, partitionEpoch, term } from "../base/index.ts";
import type { BrokerEvent } from "../broker/index.ts";
import { message } from "../raft/message.ts";
import type { Action, ActionBody, Flight, Happening } from "../sim/index.ts";
import { errorName } from "../wire/index.ts";
import { eventView } from "./eventView.ts";
import { Story } from "./story.ts";
import { flightOf } from "./testing/flight.ts";
import { applied, role, Teller } from "./testing/teller.ts";

const did = (body: ActionBody, flight?: Flight): Happening => ({
  kind: "actionTaken",
  action: { ...body, atUs: 0 },
  ...(flight !== undefined && { message: flight }),
});
const told = (body: ActionBody, flight?: Flight): string | null =>
  Teller.running(errorName).tell(0, did(body, flight));

describe("what a person does to a node", () => {
  test("pauses it and lets it go on", () => {
    expect(told({ kind: "pause", node: 1 })).toBe(
      "2 warn: You paused n1. Its process stands still: what arrives waits, and nothing leaves it.",
    );
    expect(told({ kind: "pause", node: 2 })).toBe(
      "2 warn: You paused n2. It leads term 3 and sends no heartbeats now; " +
        "it will not know if another is elected.",
    );
    expect(told({ kind: "resume", node: 2 })).toBe(
      "2 plain: n2 goes on. It does not know that time has passed; what came for it meanwhile comes first.",
    );
  });

  test("bends its clock", () => {
    expect(told({ kind: "skewClock", node: 3, percent: 150 })).toBe(
      "2 warn: The clock of n3 runs at 150 % of its rate. " +
        "All that it waits for ends sooner than the others expect.",
    );
    expect(told({ kind: "skewClock", node: 3, percent: 50 })).toMatch(/lasts longer than/);
    expect(told({ kind: "skewClock", node: 3, percent: 100 })).toMatch(
      /^2 ok: The clock of n3 runs at its right rate again\./,
    );
  });

  test("holds a stage of its Ready loop", () => {
    expect(told({ kind: "holdStage", node: 3, stage: "sendAfter", on: true })).toBe(
      "2 warn: You hold n3 before Send after. " +
        "Its next Ready stops there, and all that comes after it has to wait.",
    );
    expect(told({ kind: "holdStage", node: 3, stage: "persist", on: false })).toMatch(
      /^2 plain: You hold n3 before Persist no longer\./,
    );
  });
});

describe("what a person does to links", () => {
  const link = { kind: "setLink", from: 1, to: 3, bothWays: false } as const;
  const set = (changes: Partial<Extract<Action, { kind: "setLink" }>>): string | null =>
    told({ ...link, isCut: false, lossPercent: 0, extraLatencyUs: 0, ...changes });

  test("cuts one way, or both", () => {
    expect(set({ isCut: true })).toBe(
      "2 bad: No message passes from n1 to n3. " +
        "You cut one direction; what n3 sends to n1 still arrives.",
    );
    expect(set({ isCut: true, bothWays: true })).toBe(
      "2 bad: No message passes between n1 and n3. " +
        "You cut the link between two nodes; both still reach the others.",
    );
  });

  test("lets them lose, or take longer", () => {
    expect(set({ lossPercent: 30 })).toBe(
      "2 warn: Of the messages from n1 to n3, 30 % are lost. " +
        "You changed the link; what is missed is sent again.",
    );
    expect(set({ lossPercent: 30, extraLatencyUs: 5_000 })).toMatch(/the rest take 5 ms longer\.$/);
    expect(set({ extraLatencyUs: 200_000 })).toMatch(
      /^2 warn: Messages from n1 to n3 take 200 ms longer\./,
    );
    expect(set({})).toMatch(/^2 ok: The link from n1 to n3 works again\./);
  });

  test("changes all of them", () => {
    const network = { kind: "setNetwork", latencyMinUs: 5_000, latencyMaxUs: 9_500 } as const;
    expect(told({ ...network, lossPercent: 0 })).toBe(
      "2 plain: Messages between brokers take 5 ms to 9.5 ms. " +
        "You changed all links; what is under way keeps its time.",
    );
    expect(told({ ...network, latencyMaxUs: 5_000, lossPercent: 10 })).toMatch(
      /^2 warn: Messages between brokers take 5 ms, and 10 % of them are lost\./,
    );
  });
});

describe("what a person does to a message", () => {
  const raft = message("MsgAppResp", nodeId(2));
  const ack = flightOf({
    id: 812,
    payload: {
      kind: "raft",
      group: 0,
      message: { ...raft, from: nodeId(1), term: term(3), index: index(20) },
      generation: 0,
      toGeneration: 0,
    },
  });
  const closed = flightOf({
    id: 813,
    from: { kind: "client", id: 1, name: "c1" },
    payload: { kind: "connectionClosed", client: 1, connection: 7 },
  });
  const touch = (kind: "dropMessage" | "holdMessage" | "releaseMessage" | "duplicateMessage") =>
    told({ kind, message: 812 }, ack);

  test("says which one", () => {
    expect(touch("dropMessage")).toBe(
      "2 bad: You dropped the ack of entry 20 from n1 to n2. " +
        "n2 never hears of it; whoever misses something says it again.",
    );
    expect(touch("holdMessage")).toBe(
      "2 warn: You hold the ack of entry 20 from n1 to n2. " +
        "It stands where it is, and n2 does not get it.",
    );
    expect(touch("releaseMessage")).toBe(
      "2 plain: You let the ack of entry 20 from n1 to n2 go on. " +
        "What was sent after it may have come before it.",
    );
    expect(touch("duplicateMessage")).toMatch(/^2 warn: You sent the ack .* once more\./);
    expect(told({ kind: "delayMessage", message: 812, byUs: 30_000 }, ack)).toMatch(
      /^2 warn: You delayed the ack of entry 20 from n1 to n2 by 30 ms\./,
    );
    expect(
      Teller.running(errorName).refs(0, did({ kind: "holdMessage", message: 812 }, ack)),
    ).toEqual(["message:812"]);
  });

  test("knows that a client's connection keeps its order", () => {
    expect(told({ kind: "dropMessage", message: 813 }, closed)).toMatch(
      /Its connection goes with it: on TCP everything arrives in order or nothing does\.$/,
    );
    expect(told({ kind: "releaseMessage", message: 813 }, closed)).toMatch(
      /What was sent after it on its connection has to wait for it\.$/,
    );
  });

  test("says nothing of one that it does not know", () => {
    expect(told({ kind: "holdMessage", message: 812 })).toBeNull();
  });

  const lostVote = (reason: "cut" | "loss" | "nodeDown" | "dropped"): string | null => {
    const vote = { ...message("MsgVote", nodeId(2)), from: nodeId(1), term: term(4) };
    const flight = flightOf({
      payload: { kind: "raft", group: 0, message: vote, generation: 0, toGeneration: 0 },
    });
    return Teller.running(errorName).tell(0, { kind: "messageLost", flight, reason });
  };

  test("a vote that is lost is told with the reason, but for one that was dropped", () => {
    expect(lostVote("loss")).toMatch(
      /message was lost\. Links here lose some of their messages\.$/,
    );
    expect(lostVote("cut")).toMatch(/The network is cut between them\.$/);
    expect(lostVote("nodeDown")).toMatch(/n2 is down\.$/);
    expect(lostVote("dropped")).toBeNull();
  });
});

describe("drama", () => {
  const dramaOf = (node: number, event: BrokerEvent | Happening, story = new Story(3)) => {
    const view = eventView({ id: 1, atUs: 0, node: nodeId(node), event }, story, () => ({
      what: [],
      why: [],
      tone: "plain",
      importance: 2,
    }));
    return view!.drama;
  };
  const place = { topic: "orders", partition: 0 };

  test("elections, from the first question to the end of a reign", () => {
    expect(dramaOf(1, role("follower", "preCandidate", 3, "electionTimeout"))).toBe("election");
    expect(dramaOf(1, role("candidate", "leader", 4, "electionWon"))).toBe("election");
    expect(dramaOf(1, role("leader", "follower", 5, "higherTerm"))).toBe("election");
    expect(dramaOf(1, role("preCandidate", "follower", 3, "leaderFound"))).toBeNull();
  });

  test("an election that is given up, unless another has been elected since", () => {
    const teller = Teller.running(errorName);
    const asks = role("follower", "preCandidate", 3, "electionTimeout");
    const givesUp = role("preCandidate", "follower", 3, "leaderFound");
    teller.tell(1, asks);
    expect(dramaOf(1, givesUp, teller.story)).toBe("election");
    expect(teller.tell(1, givesUp)).toBe(
      "2 plain: n1 gave up its election. It heard from the leader of term 3.",
    );
    teller.tell(1, asks);
    teller.tell(3, role("candidate", "leader", 4, "electionWon"));
    expect(teller.tell(1, role("preCandidate", "follower", 4, "leaderFound"))).toMatch(
      /^1 plain: /,
    );
  });

  test("not the vain questions of one that is cut off", () => {
    const teller = Teller.running(errorName);
    teller.tell(0, did({ kind: "cut", nodes: [1] }));
    const asks = role("follower", "preCandidate", 3, "electionTimeout");
    expect(dramaOf(1, asks, teller.story)).toBeNull();
    expect(dramaOf(3, asks, teller.story)).toBe("election");
    expect(teller.tell(1, asks)).toMatch(/^1 plain: n1 asks whether it could win an election\./);
  });

  test("what is cut from a log, and what is lost with it", () => {
    const cut = { kind: "logTruncated", fromIndex: index(3), toIndex: index(4) } as const;
    expect(dramaOf(1, cut)).toBe("truncation");
    const replica = {
      kind: "replicaTruncated",
      ...place,
      fromOffset: offset(5),
      toOffset: offset(3),
    };
    const truncated = (committedCount: number) =>
      dramaOf(1, { ...replica, kind: "replicaTruncated", committedCount });
    expect(truncated(0)).toBe("truncation");
    expect(truncated(2)).toBe("loss");
  });

  test("an unclean election", () => {
    const epochs = { leaderEpoch: leaderEpoch(0), partitionEpoch: partitionEpoch(0) };
    const leads = { kind: "setPartitionLeader", ...place, ...epochs, leader: nodeId(3) } as const;
    expect(dramaOf(1, applied(9, { ...leads, unclean: true }))).toBe("loss");
    expect(dramaOf(1, applied(9, { ...leads, unclean: false }))).toBeNull();
  });

  test("a broken rule", () => {
    const violation = { rule: "Log matching", atUs: 0, node: nodeId(1), text: "they differ" };
    expect(dramaOf(1, { kind: "ruleBroken", violation })).toBe("violation");
  });

  test("and nothing else", () => {
    expect(dramaOf(0, did({ kind: "powerCut" }))).toBeNull();
  });
});

test("a controller that reaches nobody takes others for gone, and that is no news", () => {
  const teller = Teller.running(errorName);
  const ended = { kind: "brokerSessionEnded", broker: nodeId(3) } as const;
  expect(teller.tell(2, ended)).toMatch(/^2 warn: n3 counts as gone\./);
  teller.tell(0, did({ kind: "cut", nodes: [2] }));
  expect(teller.tell(2, ended)).toBe(
    "1 plain: n2 takes n3 for gone. " +
      "It is cut off itself, so what it concludes from silence is never committed.",
  );
});
