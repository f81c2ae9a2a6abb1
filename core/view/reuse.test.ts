import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reuse } from "./reuse.ts";

describe("reuse", () => {
  test("returns the previous object when all is equal", () => {
    const previous = { a: [{ id: 1, b: "x" }], c: { d: null } };
    expect(reuse(previous, structuredClone(previous))).toBe(previous);
  });

  test("keeps the parts that did not change", () => {
    const previous = { a: { n: 1 }, b: { n: 1 } };
    const next = reuse(previous, { a: { n: 1 }, b: { n: 2 } });
    expect(next).not.toBe(previous);
    expect(next.a).toBe(previous.a);
    expect(next.b).toEqual({ n: 2 });
  });

  test("follows a list that slides", () => {
    const previous = [
      { id: 1, v: {} },
      { id: 2, v: {} },
      { id: 3, v: {} },
    ];
    const next = reuse(previous, [
      { id: 2, v: {} },
      { id: 3, v: {} },
      { id: 4, v: {} },
    ]);
    expect(next[0]).toBe(previous[1]);
    expect(next[1]).toBe(previous[2]);
    expect(next.map(({ id }) => id)).toEqual([2, 3, 4]);
  });

  test("follows a list from whose middle something left, and into which something came", () => {
    const previous = [1, 2, 3, 4].map((id) => ({ id, v: {} }));
    const next = reuse(
      previous,
      [9, 1, 3, 8, 4].map((id) => ({ id, v: {} })),
    );
    expect(next.map(({ id }) => id)).toEqual([9, 1, 3, 8, 4]);
    expect(next[1]).toBe(previous[0]);
    expect(next[2]).toBe(previous[2]);
    expect(next[4]).toBe(previous[3]);
  });

  test("sees a key that came or went, even with undefined in it", () => {
    expect(reuse<object>({ a: 1 }, {})).toEqual({});
    expect(Object.keys(reuse<object>({ b: 1 }, { a: undefined }))).toEqual(["a"]);
    expect(reuse<object>([], {})).toEqual({});
  });

  test("is always equal to the next value, and the previous one only if they are equal", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, value, (previous, next) => {
        const result = reuse<unknown>(previous, next);
        expect(result).toStrictEqual(next);
        const copy = JSON.parse(JSON.stringify(next)) as unknown;
        if (typeof next === "object" && next !== null)
          expect(reuse<unknown>(next, copy)).toBe(next);
      }),
    );
  });
});
