import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assignRanges,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "./consumerProtocol.ts";

/** Fields apart, for people. */
const bytes = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("the bytes are Kafka's", () => {
  test("a subscription, version 3", () => {
    // version, topics ["t1"], user data null, owned partitions [], generation -1, rack null
    const written = encodeSubscription({ topics: ["t1"] });
    expect(written).toEqual(bytes("0003 00000001 0002 7431 ffffffff 00000000 ffffffff ffff"));
  });

  test("a subscription of version 0, as old clients send it, is read", () => {
    const old = bytes("0000 00000002 00027431 00027432 ffffffff");
    expect(decodeSubscription(old)).toEqual({ topics: ["t1", "t2"] });
  });

  test("an assignment", () => {
    const written = encodeAssignment(new Map([["t1", [0, 2]]]));
    expect(written).toEqual(bytes("0003 00000001 00027431 00000002 00000000 00000002 ffffffff"));
    expect(decodeAssignment(written)).toEqual(new Map([["t1", [0, 2]]]));
  });

  test("no bytes assign nothing, and bytes that are cut off say nothing", () => {
    expect(decodeAssignment(new Uint8Array(0))).toEqual(new Map());
    const whole = encodeAssignment(new Map([["t1", [0, 1]]]));
    for (let size = 1; size < whole.length - 4; size++) {
      expect(decodeAssignment(whole.subarray(0, size)), `${size} bytes`).toBeNull();
    }
  });
});

describe("ranges", () => {
  test("are consecutive, in order of the members' ids, the first ones longer", () => {
    const members = ["c", "a", "b"].map((memberId) => ({ memberId, topics: ["t"] }));
    const assigned = assignRanges(members, () => 7);
    expect(["a", "b", "c"].map((id) => assigned.get(id)?.get("t"))).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  test("give every partition of a topic to exactly one of its readers", () => {
    const member = fc.record({
      memberId: fc.string({ minLength: 1 }),
      topics: fc.subarray(["t1", "t2", "t3"]),
    });
    const members = fc.uniqueArray(member, { selector: ({ memberId }) => memberId, minLength: 1 });
    fc.assert(
      fc.property(members, fc.nat(12), (all, count) => {
        const assigned = assignRanges(all, () => count);
        for (const topic of ["t1", "t2", "t3"]) {
          const readers = all.filter(({ topics }) => topics.includes(topic));
          const owned = readers.flatMap((one) => assigned.get(one.memberId)?.get(topic) ?? []);
          const expected = readers.length === 0 ? 0 : count;
          expect([...owned].sort((a, b) => a - b)).toEqual(
            Array.from({ length: expected }, (_, i) => i),
          );
          const others = all.filter(({ topics }) => !topics.includes(topic));
          for (const one of others) expect(assigned.get(one.memberId)?.has(topic)).toBe(false);
        }
      }),
    );
  });
});
