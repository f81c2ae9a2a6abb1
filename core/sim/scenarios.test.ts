import { describe, expect, test } from "vitest";
import { createWorld } from "./createWorld.ts";
import { SCENARIOS } from "./scenarios.ts";

const UP_US = 9_000_000;

test("each has a name for an address of its own, and words for a list", () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe("three-brokers");
  for (const { name, title, about } of SCENARIOS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(about).toMatch(/^[A-Z].*\.$/);
  }
});

describe.each(SCENARIOS)("$name", ({ name, run, seed, viewAtUs }) => {
  const refused: string[] = [];
  const world = createWorld(run(seed), {
    keepRecent: false,
    onEvent: ({ event }) => {
      if (event.kind === "actionRefused") refused.push(event.message);
    },
  });
  world.runUntil(Math.max(UP_US, viewAtUs ?? 0));

  test("every action of it makes sense", () => expect(refused).toEqual([]));

  test("opens on a cluster with a leader and all of its topics", () => {
    expect(world.violation !== null).toBe(name === "lying-disk");
    const leader = world.processes.find(({ broker }) => broker?.raft?.role === "leader");
    const metadata = leader?.broker?.metadata;
    const asked = run(seed).actions.filter(({ kind }) => kind === "createTopic");
    expect(metadata?.topics.size).toBe(asked.length);
    const isUp = world.processes.every(({ state }) => state === "running");
    expect(isUp).toBe(name !== "five-in-trouble");
  });

  test("another seed gives another run of the same cluster", () => {
    const other = run(seed + 1);
    expect(other).toEqual({ ...run(seed), seed: seed + 1 });
  });
});

test("one disk that lies, and the world stops at what it has broken", () => {
  const { run, seed, viewAtUs } = SCENARIOS.find(({ name }) => name === "lying-disk")!;
  const world = createWorld(run(seed), { keepRecent: false });
  world.runUntil(viewAtUs! - 1);
  expect(world.violation).toBeNull();
  world.runUntil(viewAtUs! + 1_000_000);
  expect(world.violation).toEqual({
    rule: "Acknowledged records are kept",
    atUs: viewAtUs,
    text: "n1 acknowledged offset 0 of orders-0, but n1, its leader in epoch 0, has nothing there.",
  });
  expect(world.nowUs).toBe(viewAtUs);
});

test("the same with an honest disk breaks nothing", () => {
  const { run, seed, viewAtUs } = SCENARIOS.find(({ name }) => name === "lying-disk")!;
  const told = run(seed);
  const actions = told.actions.filter(({ kind }) => kind !== "diskFault");
  const world = createWorld({ ...told, actions }, { keepRecent: false });
  world.runUntil(viewAtUs! + 5_000_000);
  expect(world.violation).toBeNull();
});

test("a hundred partitions, with two hundred messages under way", () => {
  const { run, seed } = SCENARIOS.find(({ name }) => name === "hundred-partitions")!;
  const world = createWorld(run(seed), { keepRecent: false });
  world.runUntil(UP_US);
  const counts: number[] = [];
  for (let atUs = 12_000_000; atUs <= 16_000_000; atUs += 500_000) {
    world.runUntil(atUs);
    counts.push(world.flights().length);
  }
  expect(Math.min(...counts)).toBeGreaterThan(120);
  expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeGreaterThan(180);
  const { metadata } = world.processes[0]!.broker!;
  expect(metadata.partitions.size).toBe(100);
  for (const { isr, replicas } of metadata.partitions.values()) expect(isr).toEqual(replicas);
  expect(world.violation).toBeNull();
});
