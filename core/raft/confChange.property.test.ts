import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import {
  asV2,
  confChangesFromString,
  confChangesToString,
  decodeConfChange,
  encodeConfChange,
} from "./confChange.ts";
import type { ConfChange, ConfChangeSingle, ConfChangeType } from "./confChange.ts";
import type { EntryType } from "./message.ts";

const TYPES: readonly ConfChangeType[] = [
  "ConfChangeAddNode",
  "ConfChangeRemoveNode",
  "ConfChangeUpdateNode",
  "ConfChangeAddLearnerNode",
];
const type = fc.constantFrom(...TYPES);
const id = fc.oneof(fc.nat(300), fc.maxSafeNat());
const context = fc.uint8Array({ maxLength: 200 });
const single: fc.Arbitrary<ConfChangeSingle> = fc.record({ type, nodeId: id.map(nodeId) });
const change: fc.Arbitrary<ConfChange> = fc.oneof(
  fc.record({ id, type, nodeId: id.map(nodeId), context }),
  fc.record({
    transition: fc.constantFrom(
      "auto" as const,
      "jointImplicit" as const,
      "jointExplicit" as const,
    ),
    changes: fc.array(single, { maxLength: 20 }),
    context,
  }),
);
const forms = fc.constantFrom<EntryType>("EntryConfChange", "EntryConfChangeV2");

/** A value of its kind, or an error that lies within the bytes. */
function expectAnswer(form: EntryType, data: Uint8Array): void {
  const got = decodeConfChange({ type: form, data });
  if ("error" in got) {
    expect(got.error).not.toBe("");
    expect(got.offset).toBeGreaterThanOrEqual(0);
    expect(got.offset).toBeLessThan(data.length);
  } else {
    expect("changes" in got).toBe(form === "EntryConfChangeV2");
    for (const each of asV2(got).changes) {
      expect(TYPES).toContain(each.type);
      expect(Number.isSafeInteger(each.nodeId)).toBe(true);
    }
  }
}

describe("a membership change as bytes", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(change, (each) => {
        expect(decodeConfChange(encodeConfChange(each))).toEqual(each);
      }),
      { numRuns: 1000 },
    );
  });

  test("that end too early are an answer, not an accident", () => {
    fc.assert(
      fc.property(change, (each) => {
        const { type: form, data } = encodeConfChange(each);
        for (let end = 0; end < data.length; end++) expectAnswer(form, data.subarray(0, end));
      }),
    );
  });

  test("that were damaged, or are any bytes at all, are an answer", () => {
    const damaged = fc.tuple(change, fc.nat(1000), fc.nat(255)).map(([each, at, byte]) => {
      const data = encodeConfChange(each).data.slice();
      if (data.length > 0) data[at % data.length] = byte;
      return data;
    });
    fc.assert(
      fc.property(forms, fc.oneof(damaged, fc.uint8Array({ maxLength: 40 })), expectAnswer),
      { numRuns: 3000 },
    );
  });

  // Worked out by hand from the encoding's rules: a tag is the field's number times 8 and its kind.
  test.each<[string, ConfChange, EntryType, number[]]>([
    [
      "V1: add node 300, known to its proposer as 1, with a context",
      {
        id: 1,
        type: "ConfChangeAddNode",
        nodeId: nodeId(300),
        context: Uint8Array.of(0x61, 0x62),
      },
      "EntryConfChange",
      [0x08, 1, 0x18, 0xac, 0x02, 0x22, 2, 0x61, 0x62],
    ],
    [
      "V1: remove node 2",
      { id: 0, type: "ConfChangeRemoveNode", nodeId: nodeId(2), context: new Uint8Array(0) },
      "EntryConfChange",
      [0x10, 1, 0x18, 2],
    ],
    [
      "V2: explicit; learner 5, add 1",
      {
        transition: "jointExplicit",
        changes: [
          { type: "ConfChangeAddLearnerNode", nodeId: nodeId(5) },
          { type: "ConfChangeAddNode", nodeId: nodeId(1) },
        ],
        context: new Uint8Array(0),
      },
      "EntryConfChangeV2",
      [0x08, 2, 0x12, 4, 0x08, 3, 0x10, 5, 0x12, 2, 0x10, 1],
    ],
    [
      "V2: leave, which is no bytes at all",
      { transition: "auto", changes: [], context: new Uint8Array(0) },
      "EntryConfChangeV2",
      [],
    ],
  ])("are protocol buffers' (%s)", (_, each, form, want) => {
    expect(encodeConfChange(each)).toEqual({ type: form, data: Uint8Array.from(want) });
    expect(decodeConfChange({ type: form, data: Uint8Array.from(want) })).toEqual(each);
  });

  test.each<[string, EntryType, number[], string, number]>([
    ["an unknown type of change", "EntryConfChange", [0x10, 4], "4 is no known type", 0],
    ["an unknown transition", "EntryConfChangeV2", [0x08, 3], "3 is no known transition", 0],
    ["one deeper down", "EntryConfChangeV2", [0x12, 2, 0x08, 9], "9 is no known type", 0],
    ["a number for bytes", "EntryConfChange", [0x20, 1], "field 4 of a membership change", 0],
    ["bytes for a number", "EntryConfChangeV2", [0x0a, 0], "field 1 of a membership change", 0],
    ["bytes deeper down", "EntryConfChangeV2", [0x12, 2, 0x0a, 0], "field 1 of a member", 0],
    ["a group, which the encoding once had", "EntryConfChange", [0x08, 1, 0x0b], "not an", 2],
    ["a field without a number", "EntryConfChange", [0x00, 1], "not an encoded", 0],
    ["a varint without an end", "EntryConfChange", [0x08, ...Array(10).fill(0x80), 1], "not an", 0],
    ["a node id beyond 2^53", "EntryConfChange", [0x18, ...Array(8).fill(0xff), 1], "not an", 0],
  ])("name what is wrong and where: %s", (_, form, data, error, offset) => {
    const got = decodeConfChange({ type: form, data: Uint8Array.from(data) });
    expect(got).toMatchObject({
      offset: expect.any(Number),
      error: expect.stringContaining(error),
    });
    if ("error" in got) expect(got.offset).toBeGreaterThanOrEqual(offset);
  });

  test("may hold fields of later versions, which are passed over", () => {
    const later = [0x78, 5, 0x7a, 1, 0, 0x79, ...Array(8).fill(1), 0x7d, 1, 1, 1, 1];
    const want = { transition: "auto", changes: [], context: new Uint8Array(0) };
    const data = Uint8Array.from(later);
    expect(decodeConfChange({ type: "EntryConfChangeV2", data })).toEqual(want);
    expect(decodeConfChange({ type: "EntryConfChange", data })).toMatchObject({ nodeId: 0 });
    const inner = Uint8Array.from([0x12, later.length, ...later]);
    expect(decodeConfChange({ type: "EntryConfChangeV2", data: inner })).toMatchObject({
      changes: [{ type: "ConfChangeAddNode", nodeId: 0 }],
    });
  });
});

describe("a membership change as text", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(single, { maxLength: 8 }), (changes) => {
        expect(confChangesFromString(confChangesToString(changes))).toEqual(changes);
      }),
    );
  });

  test("is never an accident", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const got = confChangesFromString(text);
        if ("error" in got) expect(got.error).not.toBe("");
      }),
    );
  });

  test.each([
    ["v1 x2", "unknown input: x2"],
    ["v", "unknown token v"],
    ["v1 l", "unknown token l"],
    ["v-1", 'strconv.ParseUint: parsing "-1": invalid syntax'],
    ["v1.5", 'strconv.ParseUint: parsing "1.5": invalid syntax'],
    ["r99999999999999999999", 'parsing "99999999999999999999": value out of range'],
  ])("%j is refused in etcd's words", (text, error) => {
    expect(confChangesFromString(text)).toEqual({ error: expect.stringContaining(error) });
  });
});
