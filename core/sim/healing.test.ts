import { describe, expect, test } from "vitest";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { chaos } from "./chaos.ts";
import type { RequestRecord } from "./history.ts";
import { threeBrokers } from "./scenario.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";

const CHAOS_US = 30_000_000;
const HEALED_US = 15_000_000;
const PARTITIONS = [0, 1, 2];

/** A cluster after chaos, with every node running, nothing cut, and time to find itself. */
function healed(seed: number): World {
  const world = createWorld(chaos(seed, CHAOS_US), { keepRecent: false });
  world.runUntil(CHAOS_US);
  if (world.cuts.length > 0) world.act({ kind: "heal" });
  for (const { node, state } of world.processes) {
    if (state !== "running") world.act({ kind: "restart", node });
  }
  // In some runs the chaos began before there was a topic, and lasted until the client gave up.
  if (world.history.operations[0]!.state === "gaveUp") {
    world.act(threeBrokers(seed).actions[0]!);
  }
  world.runUntil(CHAOS_US + HEALED_US);
  expect(world.violation, `seed ${seed}`).toBeNull();
  return world;
}

function outcomes(world: World, kind: "produce" | "fetch"): readonly RequestRecord[] {
  return world.history.requests.filter(({ facts }) => facts.kind === kind);
}

/** "value@offset" of everything that was acknowledged with acks=all. */
function acknowledged(world: World, partition: number): string[] {
  return outcomes(world, "produce").flatMap(({ facts, outcome }) => {
    if (facts.kind !== "produce" || facts.acks !== -1 || facts.partition !== partition) return [];
    if (outcome.kind !== "answered" || outcome.errorCode !== 0) return [];
    return [`${facts.value}@${outcome.baseOffset}`];
  });
}

/** "value@offset" of everything that a consumer reads there now. */
function consumed(world: World, partition: number): string[] {
  const count = world.history.requests.length;
  world.act({ kind: "consume", topic: "orders", partition, node: null });
  world.runUntil(world.nowUs + 1_000_000);
  expect(world.history.operations.at(-1)!.state).toBe("done");
  return world.history.requests
    .slice(count)
    .flatMap(({ outcome }) =>
      outcome.kind === "answered"
        ? outcome.records.map((record) => `${record.value}@${record.offset}`)
        : [],
    );
}

describe("after chaos and a heal", { timeout: 240_000 }, () => {
  test("one leader, full in-sync sets, and everything that was acknowledged can be read", () => {
    for (let seed = 10_000; seed < 10_100; seed++) {
      const world = healed(seed);
      const where = `seed ${seed}`;
      const leaders = world.processes.filter(({ broker }) => broker!.raft!.role === "leader");
      expect(leaders, where).toHaveLength(1);
      const { metadata } = leaders[0]!.broker!;
      for (const partition of PARTITIONS) {
        const { isr } = metadata.partitions.get(partitionKey("orders", partition))!;
        expect(isr, where).toHaveLength(3);
        const value = `last-${partition}`;
        const target = { topic: "orders", partition, node: null };
        world.act({ kind: "produce", ...target, key: "k", value, acks: -1 });
      }
      world.runUntil(world.nowUs + 2_000_000);
      for (const partition of PARTITIONS) {
        const read = consumed(world, partition);
        expect(read, where).toEqual(expect.arrayContaining(acknowledged(world, partition)));
        expect(read.at(-1), where).toMatch(`last-${partition}@`);
      }
    }
  });
});
