import { nodeId } from "../../base/index.ts";
import type { Flight } from "../../sim/index.ts";

/** A message from n1 to n2 that nobody has touched, as far as it is not said. */
export function flightOf(facts: Pick<Flight, "payload"> & Partial<Flight>): Flight {
  const sentAtUs = facts.sentAtUs ?? 0;
  return {
    id: 1,
    from: { kind: "node", id: nodeId(1), name: "n1" },
    to: { kind: "node", id: nodeId(2), name: "n2" },
    sentAtUs,
    arrivesAtUs: sentAtUs + 1,
    lostAtUs: null,
    heldAtUs: null,
    isWaiting: false,
    movesFromUs: sentAtUs,
    movesFromFraction: 0,
    isDuplicate: false,
    ...facts,
  };
}
