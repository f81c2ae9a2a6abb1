import { beforeEach, describe, expect, test } from "vitest";
import { threeBrokers } from "@chronik/core/sim";
import * as clientParts from "./clientParts.ts";
import { Lines } from "./lines.ts";
import { Worldline } from "./worldline.ts";

const RUN = threeBrokers(7);
const nobody = (): boolean => false;
const anybody = (): boolean => true;

function lineAt(us: number): Worldline {
  const line = new Worldline(RUN, null, clientParts);
  while (line.runChunk(RUN.actions, us).kind === "onTheWay");
  return line;
}

let lines: Lines;

beforeEach(() => {
  lines = new Lines();
});

describe("the nearest world", () => {
  test("is the last one before a moment that may be used and knows no other actions", () => {
    const [early, late, other] = [lineAt(200_000), lineAt(400_000), lineAt(300_000)];
    other.act({ kind: "kill", node: 1 });
    for (const line of [early, late, other]) lines.use(new Set([line]), nobody);
    const nearest = (us: number) => lines.nearest(RUN.actions, us, anybody);
    expect(nearest(399_999)).toBe(early);
    expect(nearest(400_000)).toBe(late);
    expect(nearest(199_999)).toBeNull();
    expect(lines.nearest(RUN.actions, 1_000_000, (line) => line !== late)).toBe(early);
  });
});

describe("of many worlds", () => {
  test("the ones used last stay, and those that are wanted", () => {
    const all = Array.from({ length: 12 }, () => lineAt(20_000));
    const [first] = all;
    for (const line of all) lines.use(new Set([line]), (one) => one === first);
    expect(new Set(lines.all)).toEqual(new Set([first, ...all.slice(-7)]));
    lines.use(new Set([lines.all[5]!]), nobody);
    expect(lines.all[0]).toBe(all.at(-6));
  });

  test("only so many stay as there is memory for, first the one in use and those that are wanted", () => {
    const all = [3, 2, 1, 1].map((tenths) => lineAt(tenths * 1_000_000));
    const [end, older, newer, used] = all;
    lines = new Lines((end?.eventCount ?? 0) + (older?.eventCount ?? 0));
    for (const line of all) lines.use(new Set([line]), (one) => one === end);
    const names = new Map([
      [end, "end"],
      [older, "older"],
      [newer, "newer"],
      [used, "used"],
    ]);
    const kept = () => lines.all.map((line) => names.get(line));
    expect(kept()).toEqual(["used", "newer", "end"]);
    for (let us = 2_000_000; used!.eventCount <= end!.eventCount; us += 1_000_000) {
      while (used?.runChunk(RUN.actions, us).kind === "onTheWay");
    }
    lines.use(new Set([used!]), (one) => one === end);
    expect(kept()).toEqual(["used", "newer"]);
    lines.use(new Set([newer!, used!, end!]), nobody);
    expect(kept()).toEqual(["newer", "used", "end"]);
  });
});

test("how much happens in a time is told from the longest world", () => {
  const [short, long] = [lineAt(1_000_000), lineAt(4_000_000)];
  for (const line of [long, short]) lines.use(new Set([line]), nobody);
  expect(lines.eventsIn(4_000_000)).toBe(long.eventCount);
  expect(lines.eventsIn(8_000_000)).toBe(2 * long.eventCount);
});
