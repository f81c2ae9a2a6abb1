import { describe, expect, test } from "vitest";
import * as metadata from "../metadata/index.ts";
import { createWorld } from "../sim/createWorld.ts";
import type { ActionBody, Flight } from "../sim/index.ts";
import { threeBrokers } from "../sim/scenario.ts";
import * as wal from "../wal/index.ts";
import * as wire from "../wire/index.ts";
import { Projector } from "./project.ts";
import type { FlightView } from "./view.ts";

/** A world in which brokers talk, and its picture. */
function setUp() {
  const projector = new Projector({ ...metadata, ...wal, ...wire }, null, null);
  const world = createWorld(threeBrokers(1), { onEvent: projector.onEvent });
  world.runUntil(4_000_000);
  const act = (body: ActionBody) => expect(world.act(body)).toEqual({ ok: true });
  const view = () => projector.project(world);
  const flightView = (id: number): FlightView => view().flights.find((each) => each.id === id)!;
  const underWay = (): Flight =>
    world.flights().find(({ to, arrivesAtUs }) => to.kind === "node" && arrivesAtUs > world.nowUs)!;
  return { world, act, view, flightView, underWay };
}

const LINK = {
  kind: "setLink",
  from: 1,
  to: 2,
  bothWays: false,
  isCut: false,
  lossPercent: 0,
  extraLatencyUs: 0,
} as const;

describe("links", () => {
  test("are there when they do something, each direction apart", () => {
    const { act, view } = setUp();
    expect(view().links).toEqual([]);
    act({ ...LINK, bothWays: true, lossPercent: 20 });
    expect(view().links).toEqual([
      { id: "link:n1>n2", from: "n1", to: "n2", isCut: false, lossPercent: 20, extraLatencyUs: 0 },
      { id: "link:n2>n1", from: "n2", to: "n1", isCut: false, lossPercent: 20, extraLatencyUs: 0 },
    ]);
    act({ ...LINK, bothWays: true });
    expect(view().links).toEqual([]);
  });

  test("cut in both directions to everybody isolate a node, in one they do not", () => {
    const { act, view } = setUp();
    act({ ...LINK, isCut: true, bothWays: true });
    act({ ...LINK, to: 3, isCut: true });
    expect(view().nodes["n1"]?.isolated).toBe(false);
    act({ ...LINK, to: 3, isCut: true, bothWays: true });
    expect(view().nodes["n1"]?.isolated).toBe(true);
    expect(view().nodes["n2"]?.isolated).toBe(false);
  });

  test("have what was set for all of them", () => {
    const { act, view } = setUp();
    expect(view().network).toEqual({ latencyMinUs: 25_000, latencyMaxUs: 60_000, lossPercent: 0 });
    act({ kind: "setNetwork", latencyMinUs: 10, latencyMaxUs: 20, lossPercent: 3 });
    expect(view().network).toEqual({ latencyMinUs: 10, latencyMaxUs: 20, lossPercent: 3 });
  });
});

describe("a message under way", () => {
  test("is one object for as long as nobody touches it", () => {
    const { world, flightView, underWay } = setUp();
    const { id } = underWay();
    const before = flightView(id);
    world.runUntil(world.nowUs + 1_000);
    expect(flightView(id)).toBe(before);
  });

  test("that is held, released or delayed is told from where it moves, and since when", () => {
    const { world, act, flightView, underWay } = setUp();
    const { id, sentAtUs } = underWay();
    expect(flightView(id)).toMatchObject({ movesFromUs: sentAtUs, movesFromFraction: 0 });
    const heldAtUs = world.nowUs;
    act({ kind: "holdMessage", message: id });
    expect(flightView(id)).toMatchObject({ heldAtUs, movesFromUs: sentAtUs });
    world.runUntil(heldAtUs + 3_000_000);
    act({ kind: "releaseMessage", message: id });
    const released = flightView(id);
    expect(released).toMatchObject({ sentAtUs, heldAtUs: null, movesFromUs: world.nowUs });
    act({ kind: "delayMessage", message: id, byUs: 1_000 });
    expect(flightView(id).arrivesAtUs).toBe(released.arrivesAtUs + 1_000);
  });

  test("that somebody duplicated has a twin which says so", () => {
    const { world, act, view, underWay } = setUp();
    const { id } = underWay();
    act({ kind: "duplicateMessage", message: id });
    const twin = view().flights.at(-1)!;
    expect(twin).toMatchObject({ isDuplicate: true, sentAtUs: world.nowUs });
    expect(twin.title).toBe(view().flights.find((each) => each.id === id)!.title);
  });

  test("is told with what somebody did to it", () => {
    const told: (Flight | undefined)[] = [];
    const world = createWorld(threeBrokers(1), {
      onEvent: ({ event }) => {
        if (event.kind === "actionTaken" && event.action.kind === "dropMessage") {
          told.push(event.message);
        }
      },
    });
    world.runUntil(4_000_000);
    const flight = world.flights().at(-1)!;
    world.act({ kind: "dropMessage", message: flight.id });
    expect(told).toEqual([flight]);
  });
});
