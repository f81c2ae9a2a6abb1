import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeRequest, describeResponse } from "./describe.ts";
import type { FieldDescribed, FrameDescribed } from "./describe.ts";
import { parseFrames } from "./testing/goldenFrames.ts";
import type { GoldenFrame } from "./testing/goldenFrames.ts";

const golden = parseFrames(readFileSync(new URL("golden/frames.txt", import.meta.url), "utf8"));

function described({ api, direction, version, frame }: GoldenFrame): FrameDescribed {
  return direction === "request" ? describeRequest(frame) : describeResponse(frame, api, version);
}

/** Fields without fields in them: in a whole frame they and lengths make up all bytes. */
function text(fields: readonly FieldDescribed[], depth = 0): string {
  return fields
    .map(({ name, type, value, offset, sizeBytes, children }) => {
      const line =
        `${"  ".repeat(depth)}${offset}+${sizeBytes} ${name}: ${type} ${value}`.trimEnd();
      return `${line}\n${text(children, depth + 1)}`;
    })
    .join("");
}

test("the fields of every golden frame cover its bytes, one after the other", () => {
  for (const one of golden) {
    const { fields, malformed } = described(one);
    const what = `${one.api} ${one.direction} ${one.version}`;
    expect(malformed, what).toBeNull();
    let end = 0;
    for (const field of fields) {
      expect(field.offset, what).toBe(end);
      end += field.sizeBytes;
    }
    expect(end, what).toBe(one.frame.length);
    for (const field of fields) expectNested(field, what);
  }
});

function expectNested(field: FieldDescribed, what: string): void {
  let at = field.offset;
  for (const child of field.children) {
    expect(child.offset, `${what} ${child.name}`).toBeGreaterThanOrEqual(at);
    at = child.offset + child.sizeBytes;
    expectNested(child, what);
  }
  if (field.children.length > 0) {
    expect(at, `${what} ${field.name}`).toBe(field.offset + field.sizeBytes);
  }
}

test("a frame is described with all that is in it", () => {
  const frame = golden.find(
    ({ api, direction, version }) =>
      api === "produce" && direction === "response" && version === 10,
  )!;
  expect(text(described(frame).fields)).toMatchInlineSnapshot(`
    "0+4 size: int32 131
    4+4 correlationId: int32 16909060
    8+1 tags: tagged fields 0
    9+99 partitions: compact array 1
      10+98 [0]: struct
        10+7 topic: compact string "orders"
        17+90 partitions: compact array 2
          18+33 [0]: struct
            18+4 partition: int32 0
            22+2 errorCode: int16 0
            24+8 baseOffset: int64 1000
            32+8 logAppendTimeMs: int64 -1
            40+8 logStartOffset: int64 10
            48+1 recordErrors: compact array 0
            49+1 errorMessage: compact string null
            50+1 tags: tagged fields 0
          51+56 [1]: struct
            51+4 partition: int32 1
            55+2 errorCode: int16 6 NOT_LEADER_OR_FOLLOWER
            57+8 baseOffset: int64 -1
            65+8 logAppendTimeMs: int64 -1
            73+8 logStartOffset: int64 -1
            81+1 recordErrors: compact array 0
            82+13 errorMessage: compact string "node 2 leads"
            95+12 tags: tagged fields 1
              98+9 currentLeader (tag 0): struct
                98+4 leaderId: int32 2
                102+4 leaderEpoch: int32 5
                106+1 tags: tagged fields 0
        107+1 tags: tagged fields 0
    108+4 throttleTimeMs: int32 0
    112+23 tags: tagged fields 1
      115+20 nodeEndpoints (tag 0): compact array 1
        116+19 [0]: struct
          116+4 nodeId: int32 2
          120+9 host: compact string "broker-2"
          129+4 port: int32 9092
          133+1 rack: compact string null
          134+1 tags: tagged fields 0
    "
  `);
});

test("what can be read of a frame that is cut short is described, with the place of the cut", () => {
  const frame = golden.find(({ api, version }) => api === "createTopics" && version === 7)!.frame;
  const { fields, malformed } = describeRequest(frame.subarray(0, 50));
  expect(malformed).toMatchObject({ path: "topics[0].configs[0].name" });
  expect(fields.at(-1)).toMatchObject({ name: "topics" });
  expect(fields.at(-1)!.children[0]!.children.map(({ name }) => name)).toEqual([
    "topic",
    "partitionCount",
    "replicationFactor",
    "assignments",
  ]);
});

test("a version that nobody knows is described as far as its header", () => {
  const frame = Uint8Array.from([0, 0, 0, 12, 0, 18, 0, 99, 0, 0, 0, 7, 255, 255, 1, 2]);
  const { fields, malformed } = describeRequest(frame);
  expect(malformed).toBeNull();
  expect(fields.map(({ name }) => name)).toEqual([
    "size",
    "apiKey",
    "apiVersion",
    "correlationId",
    "clientId",
    "rest",
  ]);
});
