import { nodeId } from "../../base/ids.ts";
import type { Endpoint } from "../endpoint.ts";
import { Network } from "../network.ts";
import type { Flight, NetworkEvent, Payload } from "../network.ts";
import { refusalOfNetworkAction } from "../networkRefusal.ts";
import { DEFAULT_RUN_OPTIONS } from "../run.ts";
import type { NetworkAction } from "../run.ts";
import { Scheduler } from "../scheduler.ts";
import { createTampering } from "../tampering.ts";

const PAYLOAD: Payload = {
  kind: "request",
  correlationId: 1,
  request: { api: "brokerHeartbeat", brokerId: nodeId(1), incarnation: 0 },
  generation: 0,
};

const NODE_COUNT = 3;

interface Ended {
  readonly id: number;
  readonly outcome: "arrived" | "lost" | "cut" | "loss" | "dropped";
  readonly atUs: number;
}

/** A network of three brokers, its schedule, and what became of every message. */
export function testNetwork(seed = 1) {
  const scheduler = new Scheduler<NetworkEvent>();
  const options = DEFAULT_RUN_OPTIONS;
  const network = new Network(seed, options, (at, event) => scheduler.schedule(at, event), true);
  const log: Ended[] = [];
  const broken: number[] = [];
  const duplicates: Flight[] = [];
  const down = new Set<Endpoint>();
  const note = ({ id }: Flight, outcome: Ended["outcome"]): void =>
    void log.push({ id, outcome, atUs: scheduler.nowUs });
  const tampering = createTampering({
    seed,
    options,
    network,
    duplicated: (flight) => duplicates.push(flight),
    dropped: (flight) => note(flight, "dropped"),
    connectionBroke: (connection) => broken.push(connection),
  });
  const happen = ({ kind, flight }: NetworkEvent): void => {
    const outcome =
      kind === "middle"
        ? (network.passMiddle(flight, scheduler.nowUs) ?? "notNow")
        : network.land(flight, scheduler.nowUs, !down.has(flight.to));
    if (outcome !== "notNow") note(flight, outcome);
  };
  const [n1, n2, n3, c1] = [1, 2, 3]
    .map((id) => network.node(nodeId(id)))
    .concat(network.client(1));
  return {
    network,
    tampering,
    /** What has ended, in order. */
    log,
    /** Connections whose ends are to learn that they have broken. */
    broken,
    duplicates,
    /** Receivers that are down. */
    down,
    n1: n1!,
    n2: n2!,
    n3: n3!,
    c1: c1!,
    nowUs: () => scheduler.nowUs,
    send: (from: Endpoint, to: Endpoint, payload = PAYLOAD) =>
      network.send(from, to, payload, scheduler.nowUs),
    /** The end of a connection is the least that can be sent on one. */
    sendOn: (connection: number, from: Endpoint, to: Endpoint) =>
      network.send(from, to, { kind: "connectionClosed", client: 1, connection }, scheduler.nowUs),
    act: (action: NetworkAction) => tampering.take(action, scheduler.nowUs),
    refusal: (action: NetworkAction): string | null =>
      refusalOfNetworkAction(action, {
        nodeCount: NODE_COUNT,
        cuts: tampering.cuts,
        links: tampering.links,
        settings: tampering.settings,
        sentCount: network.sentCount,
        flight: (message) => network.flight(message),
      }),
    runUntil: (atUs: number): void => {
      while ((scheduler.nextAtUs() ?? Infinity) <= atUs) scheduler.takeMoment().forEach(happen);
      scheduler.advanceTo(atUs);
    },
  };
}
