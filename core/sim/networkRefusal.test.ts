import { describe, expect, test } from "vitest";
import type { NetworkAction } from "./run.ts";
import { testNetwork } from "./testing/testNetwork.ts";

const LINK = {
  kind: "setLink",
  from: 1,
  to: 2,
  bothWays: false,
  isCut: true,
  lossPercent: 0,
  extraLatencyUs: 0,
} as const;
const NETWORK = {
  kind: "setNetwork",
  latencyMinUs: 10,
  latencyMaxUs: 20,
  lossPercent: 5,
} as const;
const LOSS = "Of a hundred messages 0 to 100 are lost, a whole number.";
const LATENCY = "A message takes 2 microseconds to 10 seconds.";
const EXTRA = "A link adds 0 to 10 seconds to what is sent on it.";
const DELAY = "A message is delayed by 1 microsecond to 10 seconds.";

/** Message 1 is between brokers, 2 the end of a client's connection, 3 has arrived. */
function setUp() {
  const net = testNetwork();
  net.send(net.n1, net.n2);
  net.sendOn(1, net.c1, net.n1);
  net.sendOn(2, net.c1, net.n1);
  net.act({ kind: "holdMessage", message: 1 });
  net.act({ kind: "holdMessage", message: 2 });
  net.runUntil(1_000_000);
  net.act({ kind: "releaseMessage", message: 1 });
  net.act({ kind: "releaseMessage", message: 2 });
  return net;
}

describe("what makes sense is not refused", () => {
  test.each<NetworkAction>([
    { kind: "cut", nodes: [1, 3] },
    LINK,
    { ...LINK, lossPercent: 100, extraLatencyUs: 10_000_000 },
    NETWORK,
    { ...NETWORK, latencyMinUs: 2, latencyMaxUs: 2 },
    { kind: "dropMessage", message: 1 },
    { kind: "holdMessage", message: 1 },
    { kind: "holdMessage", message: 2 },
    { kind: "duplicateMessage", message: 1 },
    { kind: "delayMessage", message: 2, byUs: 1 },
    { kind: "delayMessage", message: 1, byUs: 10_000_000 },
  ])("%j", (action) => {
    expect(setUp().refusal(action)).toBeNull();
  });
});

describe("what makes none is, with a sentence", () => {
  test.each<[NetworkAction, string]>([
    [{ kind: "cut", nodes: [4] }, "There is no n4; the brokers are n1 to n3."],
    [{ kind: "cut", nodes: [1, 1] }, "A cut names a node twice."],
    [{ kind: "cut", nodes: [1, 2, 3] }, "A cut needs brokers on both of its sides."],
    [{ kind: "heal" }, "Nothing is cut."],
    [{ kind: "heal", nodes: [9] }, "There is no n9; the brokers are n1 to n3."],
    [{ ...LINK, to: 4 }, "There is no n4; the brokers are n1 to n3."],
    [{ ...LINK, from: 0 }, "There is no n0; the brokers are n1 to n3."],
    [{ ...LINK, from: 2 }, "A link joins two brokers; n2 reaches itself without one."],
    [{ ...LINK, lossPercent: 101 }, LOSS],
    [{ ...LINK, lossPercent: 0.5 }, LOSS],
    [{ ...LINK, extraLatencyUs: -1 }, EXTRA],
    [{ ...LINK, extraLatencyUs: 10_000_001 }, EXTRA],
    [{ ...LINK, isCut: false }, "The link from n1 to n2 is like that already."],
    [{ ...NETWORK, latencyMinUs: 1 }, LATENCY],
    [{ ...NETWORK, latencyMaxUs: 10_000_001 }, LATENCY],
    [{ ...NETWORK, latencyMinUs: 21 }, "The least latency is above the greatest."],
    [{ ...NETWORK, lossPercent: Number.NaN }, LOSS],
    [
      { ...NETWORK, latencyMinUs: 25_000, latencyMaxUs: 60_000, lossPercent: 0 },
      "The network is like that already.",
    ],
    [{ kind: "dropMessage", message: 4 }, "There is no message 4."],
    [{ kind: "holdMessage", message: 0 }, "There is no message 0."],
    [{ kind: "holdMessage", message: 1.5 }, "There is no message 1.5."],
    [{ kind: "holdMessage", message: 3 }, "Message 3 is no longer under way."],
    [{ kind: "releaseMessage", message: 1 }, "Message 1 is not held."],
    [{ kind: "delayMessage", message: 1, byUs: 0 }, DELAY],
    [{ kind: "delayMessage", message: 1, byUs: 10_000_001 }, DELAY],
    [
      { kind: "dropMessage", message: 2 },
      "That a connection is over cannot get lost: its end is noticed anyway.",
    ],
    [
      { kind: "duplicateMessage", message: 2 },
      "A client's connection delivers everything once, so only what brokers send each other can come twice.",
    ],
  ])("%j: %s", (action, sentence) => {
    expect(setUp().refusal(action)).toBe(sentence);
  });

  test("twice the same", () => {
    const { act, refusal } = setUp();
    act({ kind: "cut", nodes: [2] });
    expect(refusal({ kind: "cut", nodes: [2] })).toBe("n2 is cut off already.");
    expect(refusal({ kind: "heal", nodes: [1, 3] })).toBe("n1 and n3 are not cut off.");
    act(LINK);
    expect(refusal(LINK)).toBe("The link from n1 to n2 is like that already.");
    expect(refusal({ ...LINK, bothWays: true })).toBeNull();
    act(NETWORK);
    expect(refusal(NETWORK)).toBe("The network is like that already.");
    act({ kind: "holdMessage", message: 1 });
    expect(refusal({ kind: "holdMessage", message: 1 })).toBe("Message 1 is held already.");
  });

  test("what waits for an earlier one of its connection", () => {
    const { act, c1, n1, refusal, runUntil, sendOn } = setUp();
    act({ kind: "holdMessage", message: 2 });
    const { id: message } = sendOn(1, c1, n1);
    runUntil(2_000_000);
    for (const kind of ["holdMessage", "releaseMessage"] as const) {
      expect(refusal({ kind, message })).toBe(
        `Message ${message} waits for an earlier one of its connection.`,
      );
    }
  });
});
