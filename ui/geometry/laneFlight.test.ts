import type { FlightKind, FlightView } from "@chronik/core/view";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  flightCrowd,
  freshFlights,
  laneFlightLine,
  linePath,
  settledFlights,
  wayAt,
} from "./laneFlight.ts";
import { laneRows } from "./laneRows.ts";
import { laneScale } from "./laneScale.ts";

const flight: FlightView = {
  id: 1,
  kind: "append",
  answer: false,
  refused: false,
  from: "n1",
  to: "n2",
  sentAtUs: 1_000,
  arrivesAtUs: 2_000,
  lostAtUs: null,
  heldAtUs: null,
  movesFromUs: 1_000,
  movesFromFraction: 0,
  isWaiting: false,
  isDuplicate: false,
  term: 1,
  title: "entry 1",
  caption: "entry 1",
};
const rows = laneRows(["n1", "n2", "n3"], 120);
const scale = laneScale(0, 10_000, 1000);
const gap = rows.y("n2") - rows.y("n1");

describe("the line of a message", () => {
  test("goes from its sender to its receiver", () => {
    const { points, end } = laneFlightLine(flight, rows, scale);
    expect(points).toEqual([
      { x: 100, y: rows.y("n1") },
      { x: 200, y: rows.y("n2") },
    ]);
    expect(end).toBe("arrives");
    expect(linePath(points)).toBe(`M100.0 ${rows.y("n1")}.0L200.0 ${rows.y("n2")}.0`);
  });

  test("ends where it was lost", () => {
    const { points, end } = laneFlightLine({ ...flight, lostAtUs: 1_250 }, rows, scale);
    expect(points.at(-1)).toEqual({ x: 125, y: rows.y("n1") + gap / 4 });
    expect(end).toBe("lost");
  });

  test("goes on level while it is held", () => {
    const { points, end } = laneFlightLine({ ...flight, heldAtUs: 1_500 }, rows, scale);
    expect(points.map(({ y }) => y)).toEqual([0, 0.5, 0.5].map((way) => rows.y("n1") + gap * way));
    expect(end).toBe("held");
  });

  test("bends where it was let go again", () => {
    const released = { ...flight, movesFromUs: 3_000, movesFromFraction: 0.5, arrivesAtUs: 3_500 };
    const { points } = laneFlightLine(released, rows, scale);
    expect(points.map(({ x }) => x)).toEqual([100, 300, 350]);
    expect(wayAt(released, 3_250)).toBe(0.75);
  });
});

describe("the messages of a span", () => {
  const kinds = fc.constantFrom<FlightKind>("append", "heartbeat", "fetch", "vote");
  const some = fc.array(fc.tuple(kinds, fc.nat(5_000), fc.boolean()), { maxLength: 900 });

  test("are all shown, few one by one, and what was lost before anything routine", () => {
    fc.assert(
      fc.property(some, (drawn) => {
        const flights = drawn.map(([kind, sentAtUs, isLost], id): FlightView => {
          const lostAtUs = isLost ? sentAtUs + 400 : null;
          return { ...flight, id, kind, sentAtUs, arrivesAtUs: sentAtUs + 800, lostAtUs };
        });
        const { single, folded } = flightCrowd(flights, 100);
        expect(new Set([...single, ...folded])).toEqual(new Set(flights));
        expect(single.length).toBeLessThanOrEqual(100);
        const isRoutine = ({ kind, lostAtUs }: FlightView): boolean =>
          lostAtUs === null && (kind === "heartbeat" || kind === "fetch");
        if (folded.some((one) => !isRoutine(one))) expect(single.some(isRoutine)).toBe(false);
      }),
    );
  });

  test("are settled or fresh, and what is settled stays so until the next step", () => {
    const windowUs = 1_600;
    const drawn = fc.tuple(some, fc.integer({ min: 2_000, max: 5_000 }), fc.nat(99));
    fc.assert(
      fc.property(drawn, ([kinds, atUs, laterUs]) => {
        const nowUs = Math.floor(atUs / 100) * 100;
        const flights = kinds.map(([kind, drawnUs, isHeld], id): FlightView => {
          // Many of them end just where a step does.
          const sentAtUs = Math.floor(drawnUs / 50) * 50;
          const heldAtUs = isHeld ? sentAtUs + 400 : null;
          return { ...flight, id, kind, sentAtUs, arrivesAtUs: sentAtUs + 800, heldAtUs };
        });
        const settled = settledFlights(flights, nowUs, windowUs);
        const fresh = freshFlights(flights, nowUs, windowUs);
        const reaching = flights.filter(
          ({ sentAtUs, arrivesAtUs, heldAtUs }) =>
            sentAtUs <= nowUs && (heldAtUs !== null || arrivesAtUs >= nowUs - windowUs),
        );
        expect(new Set([...settled, ...fresh])).toEqual(new Set(reaching));
        expect(settled.some((one) => fresh.includes(one))).toBe(false);
        expect(settledFlights(flights, nowUs + laterUs, windowUs)).toEqual(settled);
      }),
    );
  });
});

test("lanes of up to nine nodes stand apart, above the axis", () => {
  for (const count of [1, 3, 5, 7, 9]) {
    const names = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const lanes = laneRows(names, 120);
    expect(lanes.y(`n${count}`)).toBeLessThanOrEqual(112);
    expect(lanes.y("n1") - lanes.clientY).toBeGreaterThanOrEqual(11);
    if (count > 1) expect(lanes.pitch).toBeGreaterThanOrEqual(11);
  }
  expect(laneRows(["n1", "n2", "n3", "n4", "n5"], 120).pitch).toBe(19);
});
