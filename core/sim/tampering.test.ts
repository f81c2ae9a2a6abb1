import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flight } from "./network.ts";
import { fractionOf } from "./network.ts";
import type { NetworkAction } from "./run.ts";
import { testNetwork } from "./testing/testNetwork.ts";

const hold = ({ id }: Flight): NetworkAction => ({ kind: "holdMessage", message: id });
const release = ({ id }: Flight): NetworkAction => ({ kind: "releaseMessage", message: id });
const drop = ({ id }: Flight): NetworkAction => ({ kind: "dropMessage", message: id });
const duplicate = ({ id }: Flight): NetworkAction => ({ kind: "duplicateMessage", message: id });
const delay = ({ id }: Flight, byUs: number): NetworkAction => ({
  kind: "delayMessage",
  message: id,
  byUs,
});

describe("a message between brokers", () => {
  test("that is held stands where it is, and goes the rest of its way once it is released", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    const { arrivesAtUs } = flight;
    runUntil(10_000);
    const fraction = fractionOf(flight, 10_000);
    act(hold(flight));
    runUntil(5_000_000);
    expect(log).toEqual([]);
    expect(flight.heldAtUs).toBe(10_000);
    expect(fractionOf(flight, 5_000_000)).toBe(fraction);
    act(release(flight));
    expect(fractionOf(flight, 5_000_000)).toBe(fraction);
    expect(flight).toMatchObject({ sentAtUs: 0, heldAtUs: null, movesFromUs: 5_000_000 });
    runUntil(6_000_000);
    expect(log).toEqual([
      { id: flight.id, outcome: "arrived", atUs: 5_000_000 + arrivesAtUs - 10_000 },
    ]);
  });

  test("that is held is overtaken by later ones", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    const first = send(n1, n2);
    const second = send(n1, n2);
    act(hold(first));
    runUntil(1_000_000);
    act(release(first));
    runUntil(2_000_000);
    expect(log.map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  test("that was held until its receiver died is lost there", () => {
    const { act, down, log, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    act(hold(flight));
    down.add(n2);
    runUntil(1_000_000);
    expect(log).toEqual([]);
    act(release(flight));
    runUntil(2_000_000);
    expect(log).toMatchObject([{ id: flight.id, outcome: "lost" }]);
  });

  test("that is delayed arrives so much later, from where it is now, and is overtaken", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    const { arrivesAtUs } = flight;
    runUntil(10_000);
    const fraction = fractionOf(flight, 10_000);
    act(delay(flight, 500_000));
    expect(fractionOf(flight, 10_000)).toBe(fraction);
    const second = send(n1, n2);
    runUntil(1_000_000);
    expect(log.map(({ id }) => id)).toEqual([second.id, flight.id]);
    expect(log[1]?.atUs).toBe(arrivesAtUs + 500_000);
  });

  test("that is delayed while it is held has so much more before it once it is released", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    const flight = send(n1, n2);
    const { arrivesAtUs } = flight;
    act(hold(flight));
    act(delay(flight, 500_000));
    runUntil(1_000_000);
    act(release(flight));
    runUntil(3_000_000);
    expect(log).toMatchObject([{ outcome: "arrived", atUs: 1_500_000 + arrivesAtUs }]);
  });

  test("meets a cut in the middle of its way, however long it stood before", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    const early = send(n1, n2);
    const late = send(n2, n1);
    runUntil(5_000);
    act(hold(early));
    runUntil(Math.ceil(late.arrivesAtUs / 2) + 1_000);
    act(hold(late));
    act({ kind: "cut", nodes: [1] });
    runUntil(1_000_000);
    expect(log).toEqual([]);
    act(release(early));
    act(release(late));
    runUntil(2_000_000);
    const outcomes = new Map(log.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes).toEqual(
      new Map([
        [early.id, "cut"],
        [late.id, "arrived"],
      ]),
    );
  });

  test("that is delayed before a cut is lost when it is there, and not when it would have been", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    act({ kind: "cut", nodes: [1] });
    const flight = send(n1, n2);
    act(delay(flight, 1_000_000));
    runUntil(2_000_000);
    expect(log).toEqual([
      { id: flight.id, outcome: "cut", atUs: Math.floor(flight.arrivesAtUs / 2) },
    ]);
  });

  test("that is dropped is lost where it is, also when it stood there", () => {
    const { network, act, broken, log, n1, n2, send, runUntil } = testNetwork();
    const [moving, held] = [send(n1, n2), send(n2, n1)];
    act(hold(held));
    runUntil(12_000);
    act(drop(moving));
    act(drop(held));
    expect(moving.lostAtUs).toBe(12_000);
    expect(held).toMatchObject({ lostAtUs: 12_000, heldAtUs: null });
    // What is left of its way is for how long its loss can be shown.
    expect(held.arrivesAtUs).toBeGreaterThan(12_000);
    expect(fractionOf(held, 12_000)).toBe(0);
    expect(network.inFlight.size).toBe(0);
    runUntil(1_000_000);
    expect(log).toEqual([
      { id: moving.id, outcome: "dropped", atUs: 12_000 },
      { id: held.id, outcome: "dropped", atUs: 12_000 },
    ]);
    expect(broken).toEqual([]);
  });

  test("that is duplicated comes twice, the second time with a latency of its own", () => {
    const { act, duplicates, log, n1, n2, send, runUntil } = testNetwork();
    const plain = testNetwork();
    const flight = send(n1, n2);
    act(duplicate(flight));
    const [twin] = duplicates;
    expect(twin).toMatchObject({ id: 2, from: n1, to: n2, isDuplicate: true });
    expect(twin!.payload).toBe(flight.payload);
    expect(flight.isDuplicate).toBe(false);
    // The next of the pair draws what it would have drawn.
    const next = send(n1, n2);
    plain.send(plain.n1, plain.n2);
    expect(next.arrivesAtUs).toBe(plain.send(plain.n1, plain.n2).arrivesAtUs);
    runUntil(1_000_000);
    expect(log.filter(({ outcome }) => outcome === "arrived")).toHaveLength(3);
    expect(log.find(({ id }) => id === 2)?.atUs).toBe(twin!.arrivesAtUs);
  });
});

describe("on a client's connection", () => {
  test("what is behind a held message waits at the door, and comes in in order", () => {
    const { act, log, c1, n1, sendOn, runUntil } = testNetwork();
    const first = sendOn(7, c1, n1);
    const second = sendOn(7, c1, n1);
    act(hold(first));
    runUntil(100_000);
    const third = sendOn(7, c1, n1);
    runUntil(1_000_000);
    expect(log).toEqual([]);
    expect(second).toMatchObject({ isWaiting: true, heldAtUs: second.arrivesAtUs });
    expect(fractionOf(second, 1_000_000)).toBe(1);
    act(release(first));
    runUntil(2_000_000);
    expect(log.map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    expect(log.at(-1)?.atUs).toBe(first.arrivesAtUs + 2);
    expect(second.isWaiting).toBe(false);
  });

  test("nobody else waits: no other connection, and not the other direction", () => {
    const { act, log, c1, n1, sendOn, runUntil } = testNetwork();
    act(hold(sendOn(7, c1, n1)));
    const other = sendOn(8, c1, n1);
    const back = sendOn(7, n1, c1);
    runUntil(1_000_000);
    expect(log.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([other.id, back.id]);
  });

  test("a drop loses all that is under way on it, and breaks it", () => {
    const { act, broken, log, c1, n1, sendOn, runUntil } = testNetwork();
    const first = sendOn(7, c1, n1);
    const second = sendOn(7, c1, n1);
    const back = sendOn(7, n1, c1);
    const other = sendOn(8, c1, n1);
    act(hold(first));
    runUntil(second.arrivesAtUs);
    act(drop(first));
    expect(broken).toEqual([7]);
    runUntil(1_000_000);
    const outcomes = new Map(log.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes.get(first.id)).toBe("dropped");
    expect(outcomes.get(second.id)).toBe("dropped");
    expect(outcomes.get(other.id)).toBe("arrived");
    expect(outcomes.get(back.id)).toMatch(/arrived|dropped/);
  });

  test("order is kept whatever is held, delayed and released, and nothing is stuck", () => {
    const step = fc.record({
      pauseUs: fc.nat(20_000),
      kind: fc.constantFrom("send", "send", "hold", "release", "delay"),
      at: fc.nat(20),
      stream: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { network, act, log, refusal, c1, n1, nowUs, sendOn, runUntil } = testNetwork();
        const streams: number[][] = [[], [], [], []];
        for (const { pauseUs, kind, at, stream } of steps) {
          runUntil(nowUs() + pauseUs);
          const flight = [...network.inFlight][at];
          if (kind === "send") {
            const [from, to] = stream % 2 === 0 ? [c1, n1] : [n1, c1];
            streams[stream]!.push(sendOn(stream < 2 ? 1 : 2, from, to).id);
          } else if (flight !== undefined) {
            const action = { hold, release, delay: () => delay(flight, 7_000) }[kind](flight);
            if (refusal(action) === null) act(action);
          }
        }
        for (const flight of network.inFlight) {
          if (refusal(release(flight)) === null) act(release(flight));
        }
        runUntil(10_000_000);
        expect(network.inFlight.size).toBe(0);
        expect(network.doorkeeper).toBeNull();
        for (const ids of streams) {
          expect(log.filter(({ id }) => ids.includes(id)).map(({ id }) => id)).toEqual(ids);
        }
      }),
      { numRuns: 300 },
    );
  });
});
