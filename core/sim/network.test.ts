import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { Endpoint } from "./endpoint.ts";
import { Network } from "./network.ts";
import type { NetworkEvent, Payload } from "./network.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { Scheduler } from "./scheduler.ts";

const PAYLOAD: Payload = {
  kind: "request",
  correlationId: 1,
  request: { api: "brokerHeartbeat", brokerId: nodeId(1), incarnation: 0 },
  generation: 0,
};

/** A network, its schedule, and what became of every message. */
function setUp(seed = 1) {
  const scheduler = new Scheduler<NetworkEvent>();
  const network = new Network(
    seed,
    DEFAULT_RUN_OPTIONS,
    (atUs, event) => scheduler.schedule(atUs, event),
    true,
  );
  const log: { id: number; outcome: string; atUs: number }[] = [];
  const n1 = network.node(nodeId(1));
  const n2 = network.node(nodeId(2));
  const send = (from: Endpoint, to: Endpoint) => network.send(from, to, PAYLOAD, scheduler.nowUs);
  const runUntil = (atUs: number): void => {
    while ((scheduler.nextAtUs() ?? Infinity) <= atUs) {
      for (const event of scheduler.takeMoment()) {
        const { flight } = event;
        const outcome =
          event.kind === "middle"
            ? network.passMiddle(flight, scheduler.nowUs)
            : network.land(flight, scheduler.nowUs, true);
        if (outcome !== "goesOn") log.push({ id: flight.id, outcome, atUs: scheduler.nowUs });
      }
    }
    scheduler.advanceTo(atUs);
  };
  return { network, scheduler, log, n1, n2, send, runUntil };
}

describe("Network", () => {
  test("a pair never reorders, whatever latencies it draws", () => {
    const { log, n1, n2, send, runUntil } = setUp();
    for (let i = 1; i <= 200; i++) {
      send(n1, n2);
      runUntil(i * 3_000);
    }
    runUntil(1_000_000);
    expect(log.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test("latency is within its bounds, and another one for clients", () => {
    const { network, n1, n2, send } = setUp();
    const peer = send(n1, n2);
    const client = send(network.client(1), n1);
    const { latencyMinUs, latencyMaxUs, clientLatencyMaxUs } = DEFAULT_RUN_OPTIONS;
    expect(peer.arrivesAtUs).toBeGreaterThanOrEqual(latencyMinUs);
    expect(peer.arrivesAtUs).toBeLessThanOrEqual(latencyMaxUs);
    expect(client.arrivesAtUs).toBeLessThanOrEqual(clientLatencyMaxUs);
  });

  test("one message more on a link does not change what other links draw", () => {
    const { n1, n2, send } = setUp();
    const other = setUp();
    other.send(other.n2, other.n1);
    other.send(other.n2, other.n1);
    expect(other.send(other.n1, other.n2).arrivesAtUs).toBe(send(n1, n2).arrivesAtUs);
  });

  test("a cut loses a message in the middle of its flight, in both directions", () => {
    const { network, log, n1, n2, send, runUntil } = setUp();
    network.cut([1], 0);
    const there = send(n1, n2);
    const back = send(n2, n1);
    runUntil(200_000);
    expect(there.lostAtUs).toBe(Math.floor(there.arrivesAtUs / 2));
    expect(back.lostAtUs).toBe(Math.floor(back.arrivesAtUs / 2));
    expect(log.filter(({ outcome }) => outcome === "arrived")).toEqual([]);
    expect(network.inFlight.size).toBe(0);
  });

  test("a cut made during the flight counts before its middle and not after it", () => {
    const early = setUp();
    const lost = early.send(early.n1, early.n2);
    early.runUntil(Math.floor(lost.arrivesAtUs / 2) - 1);
    early.network.cut([1], early.scheduler.nowUs);
    early.runUntil(200_000);
    expect(lost.lostAtUs).toBe(Math.floor(lost.arrivesAtUs / 2));

    const late = setUp();
    const kept = late.send(late.n1, late.n2);
    late.runUntil(Math.floor(kept.arrivesAtUs / 2));
    late.network.cut([1], late.scheduler.nowUs);
    late.runUntil(200_000);
    expect(kept.lostAtUs).toBeNull();
    expect(late.log).toEqual([{ id: kept.id, outcome: "arrived", atUs: kept.arrivesAtUs }]);
  });

  test("a cut that is healed before the middle loses nothing", () => {
    const { network, log, n1, n2, send, runUntil } = setUp();
    network.cut([2], 0);
    const flight = send(n1, n2);
    runUntil(1_000);
    network.heal([2]);
    runUntil(200_000);
    expect(log).toEqual([{ id: flight.id, outcome: "arrived", atUs: flight.arrivesAtUs }]);
    expect(network.cuts).toEqual([]);
  });

  test("nodes on the same side of a cut, and clients, still reach each other", () => {
    const { network, n1, n2 } = setUp();
    network.cut([2, 1], 0);
    expect(network.cuts).toEqual([{ nodes: [1, 2], sinceUs: 0 }]);
    expect(network.crossesCut(n1, n2)).toBe(false);
    expect(network.crossesCut(n1, network.node(nodeId(3)))).toBe(true);
    expect(network.crossesCut(network.client(1), n1)).toBe(false);
  });

  test("what ended stays on record for two seconds", () => {
    const { network, n1, n2, send, runUntil } = setUp();
    const flight = send(n1, n2);
    runUntil(flight.arrivesAtUs + 2_000_000);
    expect(network.recentFlights(flight.arrivesAtUs + 2_000_000)).toEqual([flight]);
    expect(network.recentFlights(flight.arrivesAtUs + 2_000_001)).toEqual([]);
  });
});
