import { serve } from "../broker/index.ts";
import { BrokerRules } from "./checkers/brokerRules.ts";
import { createClients } from "./client/clients.ts";
import type { WorldParts } from "./clientSide.ts";
import { refusalOf } from "./refusal.ts";
import type { Run } from "./run.ts";
import { createTampering } from "./tampering.ts";
import { World } from "./world.ts";
import type { WorldHooks } from "./world.ts";

export const worldParts: WorldParts = {
  serve,
  createClients,
  createBrokerRules: () => new BrokerRules(),
  createTampering,
  refusalOf,
};

/** A world with all of its parts. */
export function createWorld(run: Run, hooks: WorldHooks = {}): World {
  return new World(run, hooks, worldParts);
}
