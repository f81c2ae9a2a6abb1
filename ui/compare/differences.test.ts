import type { EventView } from "@chronik/core/view";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstDifference } from "./differences.ts";

const event = (id: number, atUs: number, what: string): EventView => ({
  id,
  atUs,
  what: [{ text: what, ref: null }],
  why: [],
  tone: "plain",
  drama: null,
  importance: 1,
});

describe("the first event that only one of two branches has", () => {
  const common = [event(1, 10, "n1 was elected."), event(2, 20, "n2 lost power.")];

  test("is none while both have the same", () => {
    expect(firstDifference(common, common, 15)).toBeNull();
  });

  test("is the one that the other has not", () => {
    const mine = [...common, event(3, 30, "n3 was elected.")];
    expect(firstDifference(mine, common, 25)).toEqual({ mine: mine[2], theirs: null });
  });

  test("is one on each side where they go different ways at the same moment", () => {
    const mine = [...common, event(3, 30, "n3 was elected.")];
    const theirs = [...common, event(3, 30, "n1 was elected.")];
    expect(firstDifference(mine, theirs, 25)).toEqual({ mine: mine[2], theirs: theirs[2] });
  });

  test("is not claimed where the lists do not go back that far", () => {
    const cutOff = [event(40, 400, "n1 was elected.")];
    expect(firstDifference(cutOff, [event(40, 400, "n2 was elected.")], 100)).toBeNull();
  });

  test("is found wherever one word was changed", () => {
    const histories = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(histories, fc.nat(), (words, where) => {
        const at = where % words.length;
        const mine = words.map((word, i) => event(i + 1, i * 10, word));
        const theirs = mine.map((one, i) => (i === at ? event(one.id, one.atUs, "other") : one));
        expect(firstDifference(mine, theirs, 0)).toEqual({ mine: mine[at], theirs: theirs[at] });
      }),
    );
  });
});
