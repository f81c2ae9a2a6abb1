import { describe, expect, test } from "vitest";
import { index, nodeId, NO_NODE, offset, term } from "../base/index.ts";
import { message } from "../raft/message.ts";
import type { Entry, Message } from "../raft/message.ts";
import type { Payload } from "../sim/index.ts";
import { decodeResponse, encodeResponse, errorName, NO_TOPIC_ID } from "../wire/index.ts";
import { flightLabel } from "./flightLabel.ts";
import { flightView, readyMessageText } from "./flightView.ts";
import { payloadFacts } from "./requestFacts.ts";
import { flightOf } from "./testing/flight.ts";

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
  const from = { kind: "client", id: 1, name: "c1" } as const;
  const flight = flightOf({ payload, ...(fromClient && { from }) });
  const shown = flightView(flight, (other) => payloadFacts(other, { decodeResponse, errorName }));
  return { ...shown, label: flightLabel(shown) };
}

const raftView = (type: Message["type"], changes: Partial<Message> = {}) =>
  view({ kind: "raft", group: 0, message: raft(type, changes), generation: 0, toGeneration: 0 });

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

  const sent = { client: 1, connection: 1, correlationId: 1 } as const;
  const bytes = new Uint8Array(0);

  test("a client's record and a refusal, read from the bytes of the answer", () => {
    const request = {
      api: "produce",
      transactionalId: null,
      acks: -1,
      timeoutMs: 1,
      partitions: [{ ...place, records: bytes }],
    } as const;
    const api = { api: "produce", apiVersion: 9 } as const;
    expect(
      view({ kind: "clientFrame", ...sent, ...api, frame: bytes, request }, true),
    ).toMatchObject({
      kind: "produce",
      label: "record for orders-0 from c1 to n2",
      caption: "record",
    });
    const answer = (errorCode: 0 | 6, baseOffset: number): Uint8Array =>
      encodeResponse(
        { ...api, apiKey: 0, correlationId: 1, clientId: "c1" },
        {
          api: "produce",
          partitions: [
            {
              ...place,
              errorCode,
              baseOffset,
              logStartOffset: 0,
              errorMessage: null,
              currentLeader: null,
            },
          ],
          nodeEndpoints: [],
        },
      );
    expect(view({ kind: "serverFrame", ...sent, ...api, frame: answer(6, -1) })).toMatchObject({
      kind: "produce",
      answer: true,
      refused: true,
      caption: "NOT_LEADER_OR_FOLLOWER",
    });
    expect(view({ kind: "serverFrame", ...sent, ...api, frame: answer(0, 41) })).toMatchObject({
      refused: false,
      label: 'answer "offset 41" from n1 to n2',
      caption: "offset 41",
    });
    expect(view({ kind: "serverFrame", ...sent, ...api, frame: bytes })).toMatchObject({
      refused: true,
      label: "answer that cannot be read from n1 to n2",
    });
  });

  test("a follower's fetch of several partitions, and its empty answer", () => {
    const wanted = {
      ...place,
      topicId: NO_TOPIC_ID,
      fetchOffset: offset(0),
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      maxBytes: 1,
    } as const;
    const request = {
      api: "fetch",
      replicaId: nodeId(1),
      replicaEpoch: 1,
      maxWaitMs: 1,
      minBytes: 1,
      maxBytes: 1,
      partitions: [wanted, { ...wanted, partition: 1 }],
    } as const;
    expect(view({ kind: "request", correlationId: 1, request, generation: 0 })).toMatchObject({
      kind: "fetch",
      label: "fetch of orders-0 and 1 more from n1 to n2",
      caption: "",
    });
    const response = { api: "fetch", errorCode: 0, partitions: [], nodeEndpoints: [] } as const;
    expect(view({ kind: "response", correlationId: 1, response })).toMatchObject({
      label: "answer without records from n1 to n2",
      caption: "",
    });
  });

  test("a broker's heartbeat", () => {
    const request = { api: "brokerHeartbeat", brokerId: NO_NODE, incarnation: 0 } as const;
    expect(view({ kind: "request", correlationId: 1, request, generation: 0 }).kind).toBe(
      "heartbeat",
    );
  });

  test("an administrator's command, and its refusal", () => {
    const command = { kind: "electPreferredLeaders", topic: null } as const;
    const request = { api: "admin", command, timeoutMs: 1 } as const;
    expect(view({ kind: "adminRequest", ...sent, request }, true)).toMatchObject({
      kind: "client",
      label: 'admin command "elect preferred leaders" from c1 to n2',
    });
    const response = {
      api: "admin",
      errorCode: 41,
      errorMessage: null,
      controllerId: nodeId(3),
      result: null,
    } as const;
    expect(view({ kind: "adminResponse", ...sent, response })).toMatchObject({
      refused: true,
      caption: "NOT_CONTROLLER",
    });
  });

  test("the requests of a group name it, and the end of a connection is told", () => {
    const request = {
      api: "heartbeat",
      groupId: "readers",
      generationId: 1,
      memberId: "m",
      groupInstanceId: null,
    } as const;
    const api = { api: "heartbeat", apiVersion: 4 } as const;
    expect(
      view({ kind: "clientFrame", ...sent, ...api, frame: bytes, request }, true).label,
    ).toContain("heartbeat of group readers");
    expect(view({ kind: "connectionClosed", client: 1, connection: 1 }).label).toBe(
      "end of a connection from n1 to n2",
    );
  });
});
