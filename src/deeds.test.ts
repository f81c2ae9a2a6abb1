import { expect, test } from "vitest";
import type { ActionBody } from "@chronik/core/sim";
import { sayDeed } from "./deeds.ts";

const world = { flights: [{ id: 7, title: "ack of entry 5", from: "n2", to: "n1" }] };

const link = { kind: "setLink", from: 1, to: 2, bothWays: true, lossPercent: 0 } as const;
const cut = { isCut: true, extraLatencyUs: 0 };

test.each<readonly [ActionBody, string]>([
  [{ kind: "kill", node: 2 }, "You cut the power of n2."],
  [{ kind: "holdStage", node: 1, stage: "sendAfter", on: true }, "You hold n1 before Send after."],
  [
    { kind: "holdStage", node: 1, stage: "persist", on: false },
    "You no longer hold n1 before Persist.",
  ],
  [{ kind: "cut", nodes: [1, 2, 4] }, "You cut off n1, n2 and n4."],
  [{ kind: "cut", nodes: [3] }, "You cut off n3."],
  [{ kind: "heal" }, "You healed every cut."],
  [{ ...link, ...cut }, "You cut the link between n1 and n2."],
  [{ ...link, ...cut, bothWays: false }, "You cut the link from n1 to n2."],
  [{ ...link, isCut: false, extraLatencyUs: 9 }, "You changed the link between n1 and n2."],
  [{ ...link, isCut: false, extraLatencyUs: 0 }, "You cleared the link between n1 and n2."],
  [{ kind: "holdMessage", message: 7 }, "You hold the ack of entry 5 from n2 to n1."],
  [{ kind: "dropMessage", message: 8 }, "You dropped the message."],
  [{ kind: "stopClient", client: 3, crash: true }, "You crashed c3."],
  [{ kind: "admin", command: { kind: "rebalance" } }, "You asked for a rebalance."],
])("%j", (action, text) => {
  expect(sayDeed({ ...action, atUs: 0 }, world)).toBe(text);
});

test("a question changes nothing that could be taken back", () => {
  const consume = { kind: "consume", topic: "orders", partition: 0, node: null } as const;
  expect(sayDeed({ ...consume, atUs: 0 }, world)).toBeNull();
  const health = { kind: "admin", command: { kind: "health" } } as const;
  expect(sayDeed({ ...health, atUs: 0 }, world)).toBeNull();
});
