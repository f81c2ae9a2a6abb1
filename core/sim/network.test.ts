import { describe, expect, test } from "vitest";
import { fractionOf } from "./network.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { testNetwork } from "./testing/testNetwork.ts";

describe("Network", () => {
  test("a pair never reorders, whatever latencies it draws", () => {
    const { log, n1, n2, send, runUntil } = testNetwork();
    for (let i = 1; i <= 200; i++) {
      send(n1, n2);
      runUntil(i * 3_000);
    }
    runUntil(1_000_000);
    expect(log.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test("latency is within its bounds, and another one for clients", () => {
    const { c1, n1, n2, send } = testNetwork();
    const peer = send(n1, n2);
    const client = send(c1, n1);
    const { latencyMinUs, latencyMaxUs, clientLatencyMaxUs } = DEFAULT_RUN_OPTIONS;
    expect(peer.arrivesAtUs).toBeGreaterThanOrEqual(latencyMinUs);
    expect(peer.arrivesAtUs).toBeLessThanOrEqual(latencyMaxUs);
    expect(client.arrivesAtUs).toBeLessThanOrEqual(clientLatencyMaxUs);
  });

  test("one message more on a link does not change what other links draw", () => {
    const { n1, n2, send } = testNetwork();
    const other = testNetwork();
    other.send(other.n2, other.n1);
    other.send(other.n2, other.n1);
    expect(other.send(other.n1, other.n2).arrivesAtUs).toBe(send(n1, n2).arrivesAtUs);
  });

  test("a message moves at constant speed", () => {
    const { n1, n2, send } = testNetwork();
    const flight = send(n1, n2);
    expect(fractionOf(flight, 0)).toBe(0);
    expect(fractionOf(flight, flight.arrivesAtUs / 4)).toBe(0.25);
    expect(fractionOf(flight, flight.arrivesAtUs)).toBe(1);
  });

  test("what comes to a dead node is lost there", () => {
    const { down, log, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    down.add(n2);
    runUntil(200_000);
    expect(log).toEqual([{ id: flight.id, outcome: "lost", atUs: flight.arrivesAtUs }]);
    expect(flight.lostAtUs).toBe(flight.arrivesAtUs);
  });

  test("messages are numbered from 1, and found by number while they are under way", () => {
    const { network, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    send(n2, n1);
    expect(network.sentCount).toBe(2);
    expect(network.flight(1)).toBe(flight);
    expect(network.flight(3)).toBeNull();
    runUntil(200_000);
    expect(network.flight(1)).toBeNull();
  });

  test("what ended stays on record for two seconds", () => {
    const { network, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    runUntil(flight.arrivesAtUs + 2_000_000);
    expect(network.recentFlights(flight.arrivesAtUs + 2_000_000)).toEqual([flight]);
    expect(network.recentFlights(flight.arrivesAtUs + 2_000_001)).toEqual([]);
  });
});
