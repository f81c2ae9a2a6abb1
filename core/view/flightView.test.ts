import { describe, expect, test } from "vitest";
import { index, nodeId, NO_NODE, offset, term } from "../base/index.ts";
import { message } from "../raft/message.ts";
import type { Entry, Message } from "../raft/message.ts";
import type { Flight, Payload } from "../sim/index.ts";
import { errorName } from "../wire/index.ts";
import { flightView, readyMessageText } from "./flightView.ts";

const entry = (at: number): Entry => ({
  index: index(at),
  term: term(3),
  type: "EntryNormal",
  data: new Uint8Array(0),
});

const raft = (type: Message["type"], changes: Partial<Message> = {}): Message => ({
  ...message(type, nodeId(2)),
  from: nodeId(1),
  term: term(3),
  ...changes,
});

function view(payload: Payload, fromClient = false) {
  const flight: Flight = {
    id: 1,
    from: fromClient
      ? { kind: "client", id: 1, name: "c1" }
      : { kind: "node", id: nodeId(1), name: "n1" },
    to: { kind: "node", id: nodeId(2), name: "n2" },
    payload,
    sentAtUs: 1,
    arrivesAtUs: 9,
    lostAtUs: null,
  };
  return flightView(flight, errorName);
}

const raftView = (type: Message["type"], changes: Partial<Message> = {}) =>
  view({ kind: "raft", message: raft(type, changes), generation: 0, toGeneration: 0 });

describe("messages of Raft", () => {
  test("append and ack", () => {
    expect(raftView("MsgApp", { entries: [entry(18), entry(19)] })).toMatchObject({
      kind: "append",
      answer: false,
      label: "append of entries 18 to 19 from n1 to n2",
      caption: "18–19",
      term: 3,
    });
    expect(raftView("MsgAppResp", { index: index(20) })).toMatchObject({
      kind: "append",
      answer: true,
      refused: false,
      label: "ack of entry 20 from n1 to n2",
      caption: "ack 20",
    });
    expect(raftView("MsgAppResp", { index: index(20), reject: true }).refused).toBe(true);
  });

  test("votes", () => {
    expect(raftView("MsgVote")).toMatchObject({ kind: "vote", answer: false });
    expect(raftView("MsgVoteResp", { reject: true })).toMatchObject({
      kind: "vote",
      answer: true,
      refused: true,
      caption: "no",
    });
    expect(raftView("MsgPreVoteResp")).toMatchObject({ kind: "preVote", caption: "yes" });
  });

  test("as a Ready lists them", () => {
    expect(readyMessageText(raft("MsgAppResp", { index: index(20) }))).toBe("ack to n2, index 20");
    expect(readyMessageText(raft("MsgApp", { entries: [entry(20)] }))).toBe(
      "append to n2, entry 20",
    );
    expect(readyMessageText(raft("MsgApp"))).toBe("append to n2, nothing new");
  });
});

describe("requests and answers", () => {
  const place = { topic: "orders", partition: 0 };

  test("a client's record and a refusal", () => {
    const request = {
      api: "produce",
      acks: -1,
      timeoutMs: 1,
      partitions: [{ ...place, records: new Uint8Array(0) }],
    } as const;
    const sent = view({ kind: "clientRequest", correlationId: 1, request }, true);
    expect(sent).toMatchObject({ kind: "produce", label: "record for orders-0 from c1 to n2" });
    const answer = { ...place, errorCode: 6, baseOffset: -1, currentLeader: null } as const;
    const response = { api: "produce", partitions: [answer] } as const;
    expect(view({ kind: "clientResponse", correlationId: 1, response })).toMatchObject({
      answer: true,
      refused: true,
      caption: "NOT_LEADER_OR_FOLLOWER",
    });
  });

  test("a follower's fetch of several partitions, and its empty answer", () => {
    const wanted = {
      ...place,
      fetchOffset: offset(0),
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      maxBytes: 1,
    } as const;
    const request = {
      api: "fetch",
      replicaId: nodeId(1),
      maxWaitMs: 1,
      minBytes: 1,
      partitions: [wanted, { ...wanted, partition: 1 }],
    } as const;
    expect(view({ kind: "request", correlationId: 1, request, generation: 0 })).toMatchObject({
      kind: "fetch",
      label: "fetch of orders-0 and 1 more from n1 to n2",
      caption: "",
    });
    const response = { api: "fetch", partitions: [] } as const;
    expect(view({ kind: "response", correlationId: 1, response }).label).toContain(
      "answer without records",
    );
  });

  test("a broker's heartbeat", () => {
    const request = { api: "brokerHeartbeat", brokerId: NO_NODE } as const;
    expect(view({ kind: "request", correlationId: 1, request, generation: 0 }).kind).toBe(
      "heartbeat",
    );
  });
});
