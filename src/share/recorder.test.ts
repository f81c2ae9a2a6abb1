import { beforeAll, describe, expect, test } from "vitest";
import type { Run, WorldEvent } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import { createWorld } from "@chronik/core/sim/clients";
import * as clientParts from "../session/clientParts.ts";
import { fileNameOf, recordRun } from "./recorder.ts";
import { record } from "./recording.ts";
import type { Recording } from "./recording.ts";

const END_US = 7_000_000;
const RUN: Run = {
  ...threeBrokers(1042),
  actions: [
    ...threeBrokers(1042).actions,
    {
      atUs: 4_000_000,
      kind: "startProducer",
      client: 2,
      topic: "orders",
      recordsPerSecond: 20,
      acks: -1,
      idempotent: false,
      keyCount: 2,
      valueBytes: 10,
    },
    { atUs: 5_000_000, kind: "kill", node: 1 },
    { atUs: 5_600_000, kind: "restart", node: 1 },
    { atUs: 6_200_000, kind: "cut", nodes: [3] },
  ],
};

let recording: Recording;
let worldEvents: readonly WorldEvent[];

beforeAll(() => {
  recording = resultOf(record(RUN, 0, END_US, clientParts));
  const events: WorldEvent[] = [];
  const world = createWorld(RUN, { onEvent: (event) => events.push(event) });
  world.runUntil(END_US);
  worldEvents = events;
});

describe("a recording", () => {
  test("has all that was lost on the way, and nothing twice", () => {
    const lost = worldEvents.flatMap(({ event }) =>
      event.kind === "messageLost" ? [event.flight.id] : [],
    );
    const recorded = recording.flights.filter(({ lostAtUs }) => lostAtUs !== null);
    expect(recorded.map(({ id }) => id)).toEqual(lost.toSorted((a, b) => a - b));
    const ids = recording.flights.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, at) => at + 1));
  });

  test("tells each event once, in order, at its node", () => {
    const ids = recording.events.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    for (const { id, node, atUs } of recording.events) {
      const told = worldEvents[id - 1]!;
      expect([told.node === 0 ? "" : `n${told.node}`, told.atUs]).toEqual([node, atUs]);
    }
    expect(ids.length).toBeGreaterThan(20);
  });

  test("says of every moment what each node is", () => {
    for (const node of ["n1", "n2", "n3"]) {
      const lives = recording.lives.filter((life) => life.node === node);
      expect(lives[0]?.fromUs).toBe(0);
      expect(lives.at(-1)?.toUs).toBe(END_US);
      lives.slice(1).forEach((life, at) => expect(life.fromUs).toBe(lives[at]?.toUs));
    }
    expect(recording.lives).toContainEqual({
      node: "n1",
      fromUs: 5_000_000,
      toUs: 5_600_000,
      what: "without power",
    });
    const leads = worldEvents.find(
      ({ event }) => event.kind === "roleChanged" && event.to === "leader",
    );
    const life = recording.lives.find(({ what }) => what.startsWith("leader of term"));
    expect([life?.node, life?.fromUs]).toEqual([`n${leads?.node}`, leads?.atUs]);
  });

  test("may begin later, and then has the same from there on", () => {
    const late = resultOf(record(RUN, 6_000_000, END_US, clientParts));
    const isLate = (atUs: number): boolean => atUs >= 6_000_000;
    expect(late.flights).toEqual(recording.flights.filter(({ sentAtUs }) => isLate(sentAtUs)));
    expect(late.writes).toEqual(recording.writes.filter((write) => isLate(write.startedAtUs)));
    expect(late.events).toEqual(recording.events.filter(({ atUs }) => isLate(atUs)));
    expect(late.lives).toEqual(recording.lives.filter((life) => life.toUs > 6_000_000));
  });

  test("ends where it shall, though nothing happens any more", () => {
    const quiet: Run = { ...RUN, actions: [{ atUs: 1_000_000, kind: "powerCut" }] };
    const steps = record(quiet, 0, 3_000_000, clientParts);
    for (let left = 100; left > 0; left--) {
      const step = steps.next();
      if (step.done !== true) continue;
      expect(step.value.toUs).toBe(3_000_000);
      expect(step.value.lives.filter(({ toUs }) => toUs === 3_000_000)).toHaveLength(3);
      return;
    }
    throw new Error("it does not end");
  });

  test("says how far it is, at least ten times a second", () => {
    const steps = [...record(RUN, 0, END_US, clientParts)].map(({ atUs }) => atUs);
    expect(steps.length).toBeGreaterThanOrEqual(END_US / 100_000 - 1);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });
});

describe("a Perfetto trace", () => {
  interface Slice {
    readonly ph: string;
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    readonly ts: number;
    readonly dur: number;
    readonly bind_id?: string;
    readonly flow_out?: true;
    readonly args: { readonly name?: string };
  }
  let events: readonly Slice[];

  beforeAll(() => {
    const text = resultOf(recordRun(RUN, END_US, "perfetto", clientParts));
    events = (JSON.parse(text) as { traceEvents: Slice[] }).traceEvents;
  });

  test("joins every message that arrived with where it came from", () => {
    const arrived = recording.flights.filter(
      ({ lostAtUs, arrivesAtUs }) => lostAtUs === null && arrivesAtUs <= END_US,
    );
    const bound = events.filter(({ bind_id }) => bind_id !== undefined);
    expect(bound.length).toBe(2 * arrived.length);
    for (const { id, sentAtUs, arrivesAtUs, from, to } of arrived) {
      const [out, got] = bound.filter(({ bind_id }) => bind_id === String(id));
      expect([out?.flow_out, out?.ts, got?.flow_out, got?.ts]).toEqual([
        true,
        sentAtUs,
        undefined,
        arrivesAtUs,
      ]);
      expect([nameOf(out!.pid), nameOf(got!.pid)]).toEqual([from, to]);
    }
  });

  test("names every process and thread that it uses, and ends no slice before it begins", () => {
    const named = new Set(
      events.filter(({ ph }) => ph === "M").map(({ pid, tid }) => `${pid} ${tid}`),
    );
    for (const { pid, tid, ph, dur } of events) {
      expect(named).toContain(`${pid} ${tid}`);
      if (ph === "X") expect(dur).toBeGreaterThan(0);
    }
    expect(["c1", "c2"].map((name) => events.some((event) => event.args.name === name))).toEqual([
      true,
      true,
    ]);
  });

  const nameOf = (pid: number): string | undefined =>
    events.find((event) => event.name === "process_name" && event.pid === pid)?.args.name;
});

describe("a ShiViz log", () => {
  test("is read with the expression in its first line, and its clocks say what came before what", () => {
    const text = resultOf(recordRun(RUN, END_US, "shiviz", clientParts));
    const [parser = "", ...rest] = text.split("\n");
    const steps = [...rest.join("\n").matchAll(new RegExp(parser, "gm"))].map(({ groups }) => ({
      host: groups!["host"]!,
      clock: JSON.parse(groups!["clock"]!) as Record<string, number>,
      event: groups!["event"]!,
    }));
    expect(steps.length).toBe((rest.length - 2) / 2);
    const last = new Map<string, Record<string, number>>();
    const sent = new Map<string, Record<string, number>[]>();
    for (const { host, clock, event } of steps) {
      const before = last.get(host) ?? {};
      expect(clock[host]).toBe((before[host] ?? 0) + 1);
      for (const [other, count] of Object.entries(before)) {
        expect(clock[other]).toBeGreaterThanOrEqual(count);
      }
      last.set(host, clock);
      const [, verb, message = ""] = / s (sends|gets) (.*)/.exec(event) ?? [];
      if (verb === "sends") sent.set(message, [...(sent.get(message) ?? []), clock]);
      if (verb === "gets") {
        const known = (sent.get(message) ?? []).some((then) =>
          Object.entries(then).every(([other, count]) => (clock[other] ?? 0) >= count),
        );
        expect(known, event).toBe(true);
      }
    }
    expect(Object.keys(last.get("n2") ?? {}).length).toBeGreaterThan(3);
  });
});

test("files are named after the run", () => {
  expect(fileNameOf("perfetto", 7)).toBe("chronik-7.perfetto.json");
  expect(fileNameOf("shiviz", 7)).toBe("chronik-7.shiviz.log");
});

function resultOf<Result>(steps: Generator<unknown, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
