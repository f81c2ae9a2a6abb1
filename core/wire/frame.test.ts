import { expect, test } from "vitest";
import { leaderEpoch, nodeId } from "../base/ids.ts";
import { API_VERSIONS, apiOfKey } from "./apis.ts";
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  peekCorrelationId,
  unsupportedVersionResponse,
} from "./frame.ts";
import { NO_TOPIC_ID } from "./request.ts";
import { REQUEST_SAMPLES, RESPONSE_SAMPLES } from "./testing/samples.ts";

/** Groups of hex digits with what they mean behind a `|`, one part a line. */
function frameOf(text: string): Uint8Array {
  const digits = text.replace(/\|.*$/gm, "").replace(/\s/g, "");
  const frame = new Uint8Array(4 + digits.length / 2);
  frame.set(Buffer.from(digits, "hex"), 4);
  new DataView(frame.buffer).setInt32(0, frame.length - 4);
  return frame;
}

const header = { correlationId: 7, clientId: "me" };

test("the versions are those that nine clients were happy with", () => {
  expect(API_VERSIONS.map((range) => `${range.apiKey}:${range.minVersion}-${range.maxVersion}`)).toEqual([
    "0:0-11", "1:4-17", "2:1-10", "3:0-12", "8:2-9", "9:1-9", "10:0-6", "11:0-9", "12:0-4",
    "13:0-5", "14:0-5", "18:0-4", "19:0-7", "22:0-5",
  ]); // prettier-ignore
  expect(apiOfKey(3)).toBe("metadata");
  expect(apiOfKey(4)).toBeNull();
});

/** Written by hand from the protocol's definitions. */
test("a flexible request is read, whatever tags a later version has put into it", () => {
  const frame = frameOf(`
    0003 000c 00000007 0002 6d65  | metadata 12, correlation id, client id, which is not compact
    01 09 02 cafe                 | a tag of the header: number 9, two bytes
    03                            | two topics
    ${"00".repeat(16)} 02 61 00   | no id, "a", no tags
    ${"11".repeat(16)} 00         | an id, null
    02 05 00 8001 01 ff           | tag 5 without bytes, tag 128 with one
    00 01                         | no creation, operations asked for
    00                            | no tags
    abcdef                        | what librdkafka 2.15.1 puts behind it
  `);
  expect(decodeRequest(frame)).toEqual({
    ok: true,
    header: { apiKey: 3, api: "metadata", apiVersion: 12, ...header },
    request: {
      api: "metadata",
      topics: [
        { topic: "a", topicId: NO_TOPIC_ID },
        { topic: null, topicId: "11".repeat(16) },
      ],
      allowAutoTopicCreation: false,
    },
  });
});

test("an answer with hints is written as the protocol says", () => {
  const frame = encodeResponse(
    { apiKey: 0, api: "produce", apiVersion: 10, ...header },
    {
      api: "produce",
      partitions: [
        {
          topic: "t",
          partition: 3,
          errorCode: 6,
          baseOffset: -1,
          logStartOffset: -1,
          errorMessage: null,
          currentLeader: { leaderId: nodeId(2), leaderEpoch: leaderEpoch(5) },
        },
      ],
      nodeEndpoints: [{ nodeId: nodeId(2), host: "h", port: 9092 }],
    },
  );
  const minusOne = "ff".repeat(8);
  expect(frame).toEqual(
    frameOf(`
      00000007 00                      | correlation id, no tags
      02 02 74                         | one topic, "t"
      02 00000003 0006                 | one partition, 3, error 6
      ${minusOne} ${minusOne} ${minusOne}
      01 00                            | no record errors, no message
      01 00 09 00000002 00000005 00    | tag 0: the leader
      00 00000000                      | topic's tags, throttle time
      01 00 0d 02 00000002 02 68 00002384 00 00  | tag 0: one node, "h", 9092, no rack
    `),
  );
});

test("in version 0 of Metadata an empty list asks for all topics, from 1 on null does", () => {
  const all = { ok: true, request: { topics: null, allowAutoTopicCreation: true } };
  const none = { ok: true, request: { topics: [] } };
  const start = "00000007 0002 6d65";
  expect(decodeRequest(frameOf(`0003 0000 ${start} 00000000`))).toMatchObject(all);
  expect(decodeRequest(frameOf(`0003 0001 ${start} ffffffff`))).toMatchObject(all);
  expect(decodeRequest(frameOf(`0003 0001 ${start} 00000000`))).toMatchObject(none);
  expect(decodeRequest(frameOf(`0003 0009 ${start} 00 00 01 00 00 00`))).toMatchObject(all);
  expect(decodeRequest(frameOf(`0003 0009 ${start} 00 01 01 00 00 00`))).toMatchObject(none);
});

test("a name may hold the character that stands for what is not UTF-8", () => {
  const frame = frameOf("0003 0001 00000007 0002 6d65 00000001 0003 efbfbd");
  expect(decodeRequest(frame)).toMatchObject({
    ok: true,
    request: { topics: [{ topic: "\ufffd" }] },
  });
});

test("null lists where none should be are no lists at all", () => {
  const frame = frameOf(`
    0013 0000 00000007 0002 6d65
    00000001 0001 61 00000001 0001 ffffffff ffffffff 000003e8
  `);
  expect(decodeRequest(frame)).toMatchObject({
    ok: true,
    request: { topics: [{ topic: "a", assignments: [], configs: [] }], timeoutMs: 1_000 },
  });
});

test("JoinGroup 0 has one timeout for both", () => {
  const frame = encodeRequest(REQUEST_SAMPLES.joinGroup, { apiVersion: 0, ...header });
  expect(decodeRequest(frame)).toMatchObject({
    request: { sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 45_000 },
  });
});

test("LeaveGroup's answer says what became of the one member where it says only one thing", () => {
  const request = { apiKey: 13, api: "leaveGroup", apiVersion: 2, ...header } as const;
  const member = RESPONSE_SAMPLES.leaveGroup.members[0]!;
  const errorIn = (errorCode: 0 | 16): unknown => {
    const members = errorCode === 0 ? [member] : [];
    const frame = encodeResponse(request, { api: "leaveGroup", errorCode, members });
    const decoded = decodeResponse(frame, "leaveGroup", 2);
    return decoded.ok ? decoded.response : decoded;
  };
  expect(errorIn(0)).toEqual({ api: "leaveGroup", errorCode: 25, members: [] });
  expect(errorIn(16)).toEqual({ api: "leaveGroup", errorCode: 16, members: [] });
});

test("a version or key that nobody knows is told apart from nonsense", () => {
  const later = frameOf("0012 0009 00000007 0002 6d65 00 07 77 68 61 74");
  const decoded = decodeRequest(later);
  expect(decoded).toEqual({
    ok: false,
    kind: "unsupportedVersion",
    header: { apiKey: 18, api: "apiVersions", apiVersion: 9, ...header },
  });
  if (decoded.ok || decoded.kind !== "unsupportedVersion") throw new Error("see above");
  const answer = unsupportedVersionResponse(decoded.header);
  expect(answer).toEqual(frameOf("00000007 0023 00000001 0012 0000 0004"));
  // A client of any version understands that, although it asked for another layout.
  for (const version of [0, 1, 3, 4]) {
    expect(decodeResponse(answer, "apiVersions", version)).toEqual({
      ok: true,
      correlationId: 7,
      response: {
        api: "apiVersions",
        errorCode: 35,
        apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      },
    });
  }
  expect(decodeRequest(frameOf("0004 0000 00000007 ffff"))).toMatchObject({
    kind: "unsupportedVersion",
    header: { apiKey: 4, api: null, clientId: null },
  });
});

test.each([
  {
    what: "a topic count beyond the frame",
    text: "0003 0001 00000007 0002 6d65 7fffffff 0001 61",
    refused: {
      offset: 16,
      path: "topics",
      message: "2147483647 items do not fit in the 3 bytes that are left",
    },
  },
  {
    what: "a negative length",
    text: "0003 0001 00000007 0002 6d65 00000001 fffe 61",
    refused: { offset: 20, path: "topics[0].topic", message: "the length is -2" },
  },
  {
    what: "null where none may stand",
    text: "000a 0000 00000007 0002 6d65 ffff",
    refused: { offset: 16, path: "keys", message: "null may not stand here" },
  },
  {
    what: "a name that is not UTF-8",
    text: "0003 0001 00000007 0002 6d65 00000001 0002 c328",
    refused: { offset: 20, path: "topics[0].topic", message: "the string is not UTF-8" },
  },
  {
    what: "a tagged field that is longer than its fields",
    text: "0001 000f 00000007 0002 6d65 00 00000000 00000000 00000000 00 00000000 00000000 01 01 01 01 01 0e 00000001 0000000000000001 00 00",
    refused: { offset: 44, path: "tags.replicaState" },
  },
  {
    what: "an offset that no number holds",
    text: "0002 0001 00000007 0002 6d65 ffffffff 00000001 0001 61 00000001 00000000 7fffffffffffffff",
    refused: {
      path: "partitions[0][0].timestampMs",
      message: "the number is beyond 2^53 and cannot be held",
    },
  },
])("$what is refused with its place", ({ text, refused }) => {
  const decoded = decodeRequest(frameOf(text));
  expect(decoded).toMatchObject({ ok: false, kind: "malformed", header, ...refused });
});

test("who writes what a version cannot carry breaks a rule", () => {
  const options = { apiVersion: 3, ...header };
  expect(() =>
    encodeRequest({ api: "findCoordinator", keyType: 0, keys: ["a", "b"] }, options),
  ).toThrow("this version carries one item, not 2");
  expect(() => encodeRequest(REQUEST_SAMPLES.fetch, options)).toThrow("fetch has no version 3");
  expect(() =>
    encodeResponse({ apiKey: 0, api: "produce", ...options }, RESPONSE_SAMPLES.fetch),
  ).toThrow("fetch is no answer to produce");
});

test("the correlation id of an answer is found before anything else is known", () => {
  const frame = encodeResponse(
    { apiKey: 12, api: "heartbeat", apiVersion: 4, correlationId: -5, clientId: null },
    RESPONSE_SAMPLES.heartbeat,
  );
  expect(peekCorrelationId(frame)).toBe(-5);
  expect(peekCorrelationId(frame.subarray(0, 7))).toBeNull();
});
