import type { Broker } from "../broker/index.ts";
import type { Process } from "./process.ts";

/** Of the nodes that run, the broker that has applied most of the metadata log; null if none runs. */
export function bestInformed(processes: readonly Process[]): Broker | null {
  let best: Broker | null = null;
  for (const { state, broker } of processes) {
    if (state !== "running" || broker === null) continue;
    if (best === null || broker.appliedIndex > best.appliedIndex) best = broker;
  }
  return best;
}
