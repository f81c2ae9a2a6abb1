import { createWorld } from "./createWorld.ts";
import type { Run } from "./run.ts";
import type { World, WorldHooks } from "./world.ts";

/** The world of `run` as it is at `atUs`: simulated from the start, as fast as the machine can. */
export function replay(run: Run, atUs: number, hooks: WorldHooks = {}): World {
  const world = createWorld(run, hooks);
  world.runUntil(atUs);
  return world;
}
