import { describe, expect, test } from "vitest";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import type { NetworkAction, SetLinkAction } from "./run.ts";
import { testNetwork } from "./testing/testNetwork.ts";

const CUT_N1: NetworkAction = { kind: "cut", nodes: [1] };

function link(changes: Partial<SetLinkAction>): SetLinkAction {
  return {
    kind: "setLink",
    from: 1,
    to: 2,
    bothWays: false,
    isCut: false,
    lossPercent: 0,
    extraLatencyUs: 0,
    ...changes,
  };
}

describe("a cut between groups", () => {
  test("loses a message in the middle of its flight, in both directions", () => {
    const { network, act, log, n1, n2, send, runUntil } = testNetwork();
    act(CUT_N1);
    const there = send(n1, n2);
    const back = send(n2, n1);
    runUntil(200_000);
    expect(there.lostAtUs).toBe(Math.floor(there.arrivesAtUs / 2));
    expect(back.lostAtUs).toBe(Math.floor(back.arrivesAtUs / 2));
    expect(log.map(({ outcome }) => outcome)).toEqual(["cut", "cut"]);
    expect(network.inFlight.size).toBe(0);
  });

  test("made during the flight counts before its middle and not after it", () => {
    const early = testNetwork();
    const lost = early.send(early.n1, early.n2);
    early.runUntil(Math.floor(lost.arrivesAtUs / 2) - 1);
    early.act(CUT_N1);
    early.runUntil(200_000);
    expect(lost.lostAtUs).toBe(Math.floor(lost.arrivesAtUs / 2));

    const late = testNetwork();
    const kept = late.send(late.n1, late.n2);
    late.runUntil(Math.floor(kept.arrivesAtUs / 2));
    late.act(CUT_N1);
    late.runUntil(200_000);
    expect(kept.lostAtUs).toBeNull();
    expect(late.log).toEqual([{ id: kept.id, outcome: "arrived", atUs: kept.arrivesAtUs }]);
  });

  test("that is healed before the middle loses nothing", () => {
    const { tampering, act, log, n1, n2, send, runUntil } = testNetwork();
    act({ kind: "cut", nodes: [2] });
    const flight = send(n1, n2);
    runUntil(1_000);
    act({ kind: "heal", nodes: [2] });
    runUntil(200_000);
    expect(log).toEqual([{ id: flight.id, outcome: "arrived", atUs: flight.arrivesAtUs }]);
    expect(tampering.cuts).toEqual([]);
  });

  test("leaves nodes on the same side, and clients, to reach each other", () => {
    const { tampering, act, log, n1, n2, n3, c1, send, runUntil } = testNetwork();
    act({ kind: "cut", nodes: [2, 1] });
    expect(tampering.cuts).toEqual([{ nodes: [1, 2], sinceUs: 0 }]);
    const [same, across, client] = [send(n1, n2), send(n1, n3), send(c1, n1)];
    runUntil(200_000);
    const outcomes = new Map(log.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes.get(same.id)).toBe("arrived");
    expect(outcomes.get(across.id)).toBe("cut");
    expect(outcomes.get(client.id)).toBe("arrived");
  });

  test("is healed node by node; what stays cut off stays so", () => {
    const { tampering, act } = testNetwork();
    act({ kind: "cut", nodes: [1, 2] });
    act({ kind: "cut", nodes: [3] });
    act({ kind: "heal", nodes: [2] });
    expect(tampering.cuts.map(({ nodes }) => nodes)).toEqual([[1], [3]]);
    act({ kind: "heal" });
    expect(tampering.cuts).toEqual([]);
  });
});

describe("one link", () => {
  test("is cut in one direction while the other works", () => {
    const { tampering, act, log, n1, n2, send, runUntil } = testNetwork();
    act(link({ isCut: true }));
    const there = send(n1, n2);
    const back = send(n2, n1);
    runUntil(200_000);
    expect(log.find(({ id }) => id === there.id)?.outcome).toBe("cut");
    expect(there.lostAtUs).toBe(Math.floor(there.arrivesAtUs / 2));
    expect(log.find(({ id }) => id === back.id)?.outcome).toBe("arrived");
    expect(tampering.links).toMatchObject([{ from: 1, to: 2, isCut: true }]);
  });

  test("both ways is two directions, and zeros clear what was set", () => {
    const { tampering, act, refusal } = testNetwork();
    act(link({ from: 3, to: 1, bothWays: true, extraLatencyUs: 5 }));
    expect(tampering.links.map(({ from, to }) => [from, to])).toEqual([
      [1, 3],
      [3, 1],
    ]);
    act(link({ from: 1, to: 3 }));
    expect(tampering.links.map(({ from, to }) => [from, to])).toEqual([[3, 1]]);
    expect(refusal(link({ from: 1, to: 3 }))).toContain("is like that already");
  });

  test("a heal of groups leaves it as it is", () => {
    const { tampering, act, log, n1, n2, send, runUntil } = testNetwork();
    act(link({ isCut: true }));
    act(CUT_N1);
    act({ kind: "heal" });
    expect(tampering.links).toHaveLength(1);
    send(n1, n2);
    runUntil(200_000);
    expect(log).toMatchObject([{ outcome: "cut" }]);
  });

  test("adds to the latency that would have been drawn anyway", () => {
    const [plain, slow] = [testNetwork(), testNetwork()];
    slow.act(link({ extraLatencyUs: 70_000 }));
    const [fast, late] = [plain.send(plain.n1, plain.n2), slow.send(slow.n1, slow.n2)];
    expect(late.arrivesAtUs).toBe(fast.arrivesAtUs + 70_000);
    expect(slow.send(slow.n2, slow.n1).arrivesAtUs).toBe(
      plain.send(plain.n2, plain.n1).arrivesAtUs,
    );
  });

  test("loses its share half-way, and changes no latency by that", () => {
    const [plain, lossy] = [testNetwork(), testNetwork()];
    lossy.act(link({ lossPercent: 30 }));
    for (let i = 0; i < 1_000; i++) {
      const flight = lossy.send(lossy.n1, lossy.n2);
      expect(flight.arrivesAtUs).toBe(plain.send(plain.n1, plain.n2).arrivesAtUs);
    }
    lossy.runUntil(1_000_000);
    const lost = lossy.log.filter(({ outcome }) => outcome === "loss");
    expect(lost.length).toBeGreaterThan(240);
    expect(lost.length).toBeLessThan(360);
    expect(lossy.log.filter(({ outcome }) => outcome === "arrived")).toHaveLength(
      1_000 - lost.length,
    );
  });

  test("draws losses from a stream of its own in each direction", () => {
    const lossesOf = (others: number): number[] => {
      const { act, log, n1, n2, send, runUntil } = testNetwork();
      act(link({ lossPercent: 50, bothWays: true }));
      for (let i = 0; i < others; i++) send(n2, n1);
      const ids = Array.from({ length: 40 }, () => send(n1, n2).id - others);
      runUntil(1_000_000);
      const lost = new Set(
        log.filter(({ outcome }) => outcome === "loss").map(({ id }) => id - others),
      );
      return ids.filter((id) => lost.has(id));
    };
    expect(lossesOf(17)).toEqual(lossesOf(0));
  });
});

describe("all links", () => {
  const SLOW: NetworkAction = {
    kind: "setNetwork",
    latencyMinUs: 1_000_000,
    latencyMaxUs: 1_000_000,
    lossPercent: 0,
  };

  test("take so long from now on, but clients' do not", () => {
    const { tampering, act, c1, n1, n2, send } = testNetwork();
    const before = send(n1, n2);
    act(SLOW);
    expect(before.arrivesAtUs).toBeLessThanOrEqual(DEFAULT_RUN_OPTIONS.latencyMaxUs);
    expect(send(n2, n1).arrivesAtUs).toBe(1_000_000);
    expect(send(c1, n1).arrivesAtUs).toBeLessThan(1_000_000);
    expect(tampering.settings).toEqual({
      latencyMinUs: 1_000_000,
      latencyMaxUs: 1_000_000,
      lossPercent: 0,
    });
  });

  test("lose what they are told to, where nothing else was set for a link", () => {
    const { act, log, n1, n2, send, runUntil } = testNetwork();
    act({ ...SLOW, lossPercent: 100 });
    act(link({ lossPercent: 1 }));
    const there = Array.from({ length: 20 }, () => send(n1, n2).id);
    const back = Array.from({ length: 20 }, () => send(n2, n1).id);
    runUntil(2_000_000);
    const lost = log.filter(({ outcome }) => outcome === "loss").map(({ id }) => id);
    expect(back.every((id) => lost.includes(id))).toBe(true);
    expect(there.filter((id) => lost.includes(id)).length).toBeLessThan(10);
  });
});
