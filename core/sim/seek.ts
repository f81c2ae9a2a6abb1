import type { Run } from "./run.ts";
import { World } from "./world.ts";
import type { WorldHooks } from "./world.ts";

/** The world of `run` as it is at `atUs`: simulated from the start, as fast as the machine can. */
export function replay(run: Run, atUs: number, hooks: WorldHooks = {}): World {
  const world = new World(run, hooks);
  world.runUntil(atUs);
  return world;
}
