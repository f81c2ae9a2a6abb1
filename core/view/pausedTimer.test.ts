import { expect, test } from "vitest";
import * as metadata from "../metadata/index.ts";
import { createWorld } from "../sim/createWorld.ts";
import { threeBrokers } from "../sim/scenario.ts";
import * as wal from "../wal/index.ts";
import * as wire from "../wire/index.ts";
import { Projector } from "./project.ts";

test("the timer of a node that is paused stands, and goes on from there", () => {
  const projector = new Projector({ ...metadata, ...wal, ...wire }, null, null);
  const world = createWorld(threeBrokers(1042), { onEvent: projector.onEvent });
  world.runUntil(5_000_000);
  const leader = projector.project(world).summary.leader;
  const nodeOf = () => {
    const { nodes } = projector.project(world);
    return Object.values(nodes).find(({ name }) => name !== leader)!;
  };
  const { id, timer } = nodeOf();
  expect(timer).not.toBeNull();
  expect(nodeOf().pausedTimer).toBeNull();

  world.act({ kind: "pause", node: id });
  const stands = nodeOf().pausedTimer;
  const tickUs = world.options.tickUs;
  // What is left is counted in whole ticks, of which the one under way is one.
  const leftUs = timer!.expiresAtUs - world.nowUs;
  expect(stands?.leftUs).toBe(Math.ceil(leftUs / tickUs) * tickUs);
  expect(stands?.longestUs).toBe(timer!.longestUs);

  world.runUntil(world.nowUs + 3_000_000);
  expect(nodeOf()).toMatchObject({ timer: null, pausedTimer: stands });

  // What has come meanwhile starts it anew.
  world.act({ kind: "resume", node: id });
  expect(nodeOf().pausedTimer).toBeNull();
  expect(nodeOf().timer?.longestUs).toBe(timer!.longestUs);
});
