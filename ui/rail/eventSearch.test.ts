import type { EventView } from "@chronik/core/view";
import { expect, test } from "vitest";
import { eventsWith } from "./eventSearch.ts";

function event(id: number, what: string, why: string): EventView {
  const said = (text: string) => [
    { text: text.slice(0, 2), ref: "node:n1" },
    { text: text.slice(2), ref: null },
  ];
  return {
    id,
    atUs: id,
    what: said(what),
    why: said(why),
    tone: "plain",
    drama: null,
    importance: 1,
  };
}

const events = [
  event(1, "n1 leads term 1.", "2 of 3 votes."),
  event(2, "n2 lost power.", "You cut it."),
  event(3, "n1 proposed entry 20.", "n4 fell behind."),
];
const found = (text: string): number[] => eventsWith(text, events).map(({ id }) => id);

test("finds the events that say every word, in what happened or why", () => {
  expect(found("n1")).toEqual([1, 3]);
  expect(found("behind N1")).toEqual([3]);
  expect(found("power votes")).toEqual([]);
});

test("looks past the borders between the parts of a sentence", () => {
  expect(found("n2 lost")).toEqual([2]);
});

test("without a word every event is found", () => {
  expect(eventsWith("  ", events)).toBe(events);
});
