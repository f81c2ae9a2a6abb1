import { expect, test } from "vitest";
import { confStateOf } from "../raft/index.ts";
import { nodeId } from "../base/ids.ts";
import type { MetadataCommand } from "../metadata/index.ts";
import { Proposer } from "./proposer.ts";

function proposer() {
  const clock = { nowUs: 0 };
  const proposed: MetadataCommand[] = [];
  let accepts = true;
  const log = {
    leader: nodeId(1),
    isActiveLeader: true,
    confState: confStateOf([]),
    propose: (command: MetadataCommand) => {
      if (accepts) proposed.push(command);
      return accepts;
    },
    run: () => {},
  };
  const command: MetadataCommand = { kind: "fenceBroker", node: nodeId(2), brokerEpoch: 1 };
  const made = new Proposer(log, clock, 1_000);
  return {
    clock,
    proposed,
    refuse: (isRefused: boolean) => {
      accepts = !isRefused;
    },
    propose: (purpose: string, basis: object | null = null) =>
      made.propose(purpose, command, basis),
    forgetAll: () => made.forgetAll(),
  };
}

test("what was proposed is not proposed again until it must have been lost", () => {
  const made = proposer();
  expect(made.propose("a")).toBe(true);
  made.clock.nowUs = 999;
  expect([made.propose("a"), made.propose("b")]).toEqual([false, true]);
  made.clock.nowUs = 1_000;
  expect([made.propose("a"), made.propose("b")]).toEqual([true, false]);
  expect(made.proposed).toHaveLength(3);
});

test("it is at once when it follows from another record, and when nobody took it", () => {
  const made = proposer();
  const [before, after] = [{}, {}];
  expect([made.propose("a", before), made.propose("a", before)]).toEqual([true, false]);
  expect(made.propose("a", after)).toBe(true);
  made.refuse(true);
  expect(made.propose("b")).toBe(false);
  made.refuse(false);
  expect(made.propose("b")).toBe(true);
  made.forgetAll();
  expect(made.propose("b")).toBe(true);
});

test("one that was repeated is remembered from its last time on", () => {
  const made = proposer();
  const [before, after] = [{}, {}];
  made.propose("a", before);
  made.clock.nowUs = 900;
  made.propose("a", after);
  made.clock.nowUs = 1_500;
  made.propose("b");
  expect(made.propose("a", after)).toBe(false);
});
