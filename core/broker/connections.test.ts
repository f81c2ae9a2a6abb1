import { describe, expect, test } from "vitest";
import { decodeResponse, encodeRequest, ErrorCode } from "../wire/index.ts";
import type { ClientApi, ClientRequest, ClientResponse } from "../wire/index.ts";
import { Connections } from "./connections.ts";
import { Outbox } from "./outbox.ts";
import type { Origin } from "./outbox.ts";

const METADATA: ClientRequest = { api: "metadata", topics: null, allowAutoTopicCreation: true };
const HEARTBEAT: ClientRequest = {
  api: "heartbeat",
  groupId: "g",
  generationId: 1,
  memberId: "m",
  groupInstanceId: null,
};
const NO_BROKERS: ClientResponse = {
  api: "metadata",
  brokers: [],
  clusterId: null,
  controllerId: -1,
  topics: [],
};

function frame(request: ClientRequest, apiVersion: number, correlationId: number): Uint8Array {
  return encodeRequest(request, { apiVersion, correlationId, clientId: "c" });
}

/** Connections whose requests wait until the test answers them. */
function waiting() {
  const out = new Outbox(true, 0);
  const asked: { origin: Origin; request: ClientRequest }[] = [];
  const connections = new Connections(out, (origin, request) => asked.push({ origin, request }));
  out.clients = connections;
  const outputs = () => out.take().filter(({ kind }) => kind !== "event");
  return { out, asked, connections, outputs };
}

function correlationIds(
  outputs: ReturnType<Outbox["take"]>,
  api: ClientApi,
  version: number,
): number[] {
  return outputs.map((output) => {
    if (output.kind !== "reply") throw new Error(`${output.kind} is no reply`);
    const decoded = decodeResponse(output.frame, api, version);
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.correlationId;
  });
}

describe("requests of one connection", () => {
  test("are worked on one after the other, and answered in their order", () => {
    const { asked, connections, out, outputs } = waiting();
    for (const id of [11, 12, 13]) connections.frame(1, frame(METADATA, 9, id));
    expect(asked).toHaveLength(1);
    expect(connections.run()).toBe(false);
    out.answer(asked[0]!.origin, NO_BROKERS);
    expect(connections.run()).toBe(true);
    expect(asked).toHaveLength(2);
    out.answer(asked[1]!.origin, NO_BROKERS);
    connections.run();
    out.answer(asked[2]!.origin, NO_BROKERS);
    expect(connections.run()).toBe(false);
    expect(correlationIds(outputs(), "metadata", 9)).toEqual([11, 12, 13]);
  });

  test("do not hold up those of another", () => {
    const { asked, connections } = waiting();
    connections.frame(1, frame(METADATA, 9, 1));
    connections.frame(2, frame(HEARTBEAT, 4, 1));
    expect(asked.map(({ request }) => request.api)).toEqual(["metadata", "heartbeat"]);
    expect(asked[1]!.origin).toEqual({
      kind: "client",
      connection: 2,
      clientId: "c",
      apiVersion: 4,
    });
  });

  test("get no answer once the client has gone", () => {
    const { asked, connections, out, outputs } = waiting();
    connections.frame(1, frame(METADATA, 9, 1));
    connections.frame(1, frame(METADATA, 9, 2));
    connections.disconnected(1);
    out.answer(asked[0]!.origin, NO_BROKERS);
    expect(connections.run()).toBe(false);
    expect(outputs()).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe("what ends a connection", () => {
  test("a frame that cannot be read, and where", () => {
    const { asked, connections, outputs } = waiting();
    const cut = frame(METADATA, 9, 1).slice(0, -2);
    new DataView(cut.buffer).setInt32(0, cut.length - 4);
    connections.frame(1, cut);
    expect(asked).toEqual([]);
    const [output] = outputs();
    expect(output).toMatchObject({ kind: "disconnect", connection: 1 });
    expect(JSON.stringify(output)).toMatch(/Malformed frame: .* at byte \d+: /);
  });

  test("a key or a version that is not served, unless it is the question for versions", () => {
    const { connections, outputs } = waiting();
    const unknown = frame(METADATA, 9, 1);
    new DataView(unknown.buffer).setInt16(6, 99);
    connections.frame(1, unknown);
    expect(outputs()).toMatchObject([{ kind: "disconnect", connection: 1 }]);
    const versions = frame(
      { api: "apiVersions", clientSoftwareName: "x", clientSoftwareVersion: "1" },
      3,
      7,
    );
    new DataView(versions.buffer).setInt16(6, 77);
    connections.frame(2, versions);
    const [output] = outputs();
    if (output?.kind !== "reply") throw new Error("no reply");
    const decoded = decodeResponse(output.frame, "apiVersions", 0);
    expect(decoded).toMatchObject({
      ok: true,
      correlationId: 7,
      response: { errorCode: ErrorCode.UNSUPPORTED_VERSION },
    });
  });

  test("records that nobody waits for and that were refused (acks=0)", () => {
    const { asked, connections, out, outputs } = waiting();
    const produce = (acks: number): Uint8Array => {
      const partitions = [{ topic: "t", partition: 0, records: new Uint8Array(3) }];
      const request = { api: "produce", transactionalId: null, acks, timeoutMs: 1, partitions };
      return frame(request as ClientRequest, 9, 1);
    };
    const answer = (errorCode: ErrorCode): ClientResponse => {
      const answered = { topic: "t", partition: 0, errorCode, baseOffset: 0, logStartOffset: 0 };
      const partitions = [{ ...answered, errorMessage: null, currentLeader: null }];
      return { api: "produce", partitions, nodeEndpoints: [] };
    };
    connections.frame(1, produce(0));
    connections.frame(1, frame(METADATA, 9, 2));
    out.answer(asked[0]!.origin, answer(ErrorCode.NONE));
    expect(outputs()).toEqual([]);
    connections.run();
    expect(asked[1]!.request.api).toBe("metadata");
    connections.frame(2, produce(0));
    out.answer(asked[2]!.origin, answer(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    expect(outputs()).toMatchObject([{ kind: "disconnect", connection: 2 }]);
    connections.frame(3, produce(1));
    out.answer(asked[3]!.origin, answer(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    expect(outputs()).toMatchObject([{ kind: "reply", connection: 3 }]);
  });
});
