import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeOffsetsRecord, encodeOffsetsRecord } from "./offsetsRecord.ts";
import type { OffsetsRecord } from "./offsetsRecord.ts";
import { partitionOfGroup } from "./offsetsTopic.ts";

/** The fields of the bytes are kept apart by spaces. */
function expectHex(bytes: Uint8Array | null, fields: string): void {
  const digits = Array.from(bytes!, (byte) => byte.toString(16).padStart(2, "0"));
  expect(digits.join("")).toBe(fields.replaceAll(" ", ""));
}

describe("Kafka's layouts, byte by byte", () => {
  test("OffsetCommitKey 1 and OffsetCommitValue 3", () => {
    const value = {
      committedOffset: 258,
      committedLeaderEpoch: 5,
      metadata: "m",
      commitTimestampMs: 1_000,
    };
    const { key, value: bytes } = encodeOffsetsRecord({
      kind: "offset",
      groupId: "g",
      topic: "ab",
      partition: 3,
      value,
    });
    expectHex(key, "0001 000167 00026162 00000003");
    expectHex(bytes, "0003 0000000000000102 00000005 00016d 00000000000003e8");
  });

  test("GroupMetadataKey 2 and GroupMetadataValue 3", () => {
    const { key, value } = encodeOffsetsRecord({
      kind: "group",
      groupId: "g",
      value: {
        protocolType: "c",
        generation: 4,
        protocolName: "r",
        leader: null,
        stateTimestampMs: 1,
        members: [
          {
            memberId: "m",
            groupInstanceId: null,
            clientId: "i",
            rebalanceTimeoutMs: 2,
            sessionTimeoutMs: 3,
            subscription: new Uint8Array([9]),
            assignment: new Uint8Array(0),
          },
        ],
      },
    });
    expectHex(key, "0002 000167");
    const group = "0003 000163 00000004 000172 ffff 0000000000000001 00000001";
    const member = "00016d ffff 000169 0000 00000002 00000003 00000001 09 00000000";
    expectHex(value, `${group} ${member}`);
  });

  test("a tombstone has no value", () => {
    const { value } = encodeOffsetsRecord({ kind: "group", groupId: "g", value: null });
    expect(value).toBe(null);
  });
});

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const bytes = fc.uint8Array({ maxLength: 20 });
const nullable = fc.option(fc.string({ unit: "grapheme" }), { nil: null });
const offsetRecord = fc.record({
  kind: fc.constant("offset" as const),
  groupId: fc.string({ unit: "grapheme" }),
  topic: fc.string(),
  partition: int32,
  value: fc.option(
    fc.record({
      committedOffset: fc.maxSafeInteger(),
      committedLeaderEpoch: int32,
      metadata: fc.string(),
      commitTimestampMs: fc.maxSafeInteger(),
    }),
    { nil: null },
  ),
});
const groupRecord = fc.record({
  kind: fc.constant("group" as const),
  groupId: fc.string(),
  value: fc.option(
    fc.record({
      protocolType: fc.string(),
      generation: int32,
      protocolName: nullable,
      leader: nullable,
      stateTimestampMs: fc.maxSafeInteger(),
      members: fc.array(
        fc.record({
          memberId: fc.string(),
          groupInstanceId: nullable,
          clientId: fc.string(),
          rebalanceTimeoutMs: int32,
          sessionTimeoutMs: int32,
          subscription: bytes,
          assignment: bytes,
        }),
        { maxLength: 3 },
      ),
    }),
    { nil: null },
  ),
});
const anyRecord: fc.Arbitrary<OffsetsRecord> = fc.oneof(offsetRecord, groupRecord);

test("what was written is read; cut anywhere, it is nobody's record", () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(), (record, cut) => {
      const { key, value } = encodeOffsetsRecord(record);
      expect(decodeOffsetsRecord(key, value)).toEqual(record);
      if (value === null) return;
      expect(decodeOffsetsRecord(key, value.subarray(0, cut % value.length))).toBe(null);
      expect(decodeOffsetsRecord(key!.subarray(0, cut % key!.length), value)).toBe(null);
    }),
  );
});

test("other versions and other records are passed over", () => {
  const { key, value } = encodeOffsetsRecord({
    kind: "offset",
    groupId: "g",
    topic: "t",
    partition: 0,
    value: { committedOffset: 1, committedLeaderEpoch: 0, metadata: "", commitTimestampMs: 0 },
  });
  expect(decodeOffsetsRecord(null, value)).toBe(null);
  for (const [at, bytes] of [key!, value!].entries()) {
    const other = bytes.slice();
    other[1] = 9;
    expect(at === 0 ? decodeOffsetsRecord(other, value) : decodeOffsetsRecord(key, other)).toBe(
      null,
    );
  }
});

describe("the partition of a group", () => {
  // "hello".hashCode() is 99162322 in Java, and this longer one's is negative: -1808118735.
  test.each([
    ["", 50, 0],
    ["hello", 50, 22],
    ["String", 50, (-1_808_118_735 & 0x7fff_ffff) % 50],
  ])("of %j among %i", (groupId, count, partition) => {
    expect(partitionOfGroup(groupId, count)).toBe(partition);
  });
});
