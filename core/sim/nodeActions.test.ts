import { describe, expect, test } from "vitest";
import { createWorld } from "./createWorld.ts";
import type { Process } from "./process.ts";
import type { ActionBody, Run } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import type { World } from "./world.ts";

const READY_US = 4_000_000;

const ready = (seed = 1): World => replay(threeBrokers(seed), READY_US);

function act(world: World, body: ActionBody): void {
  expect(world.act(body)).toEqual({ ok: true });
}

function refusal(world: World, body: ActionBody): string {
  const result = world.act(body);
  return result.ok ? "" : result.message;
}

/** The one that leads the highest term. */
function leader({ processes }: World): Process {
  const leads = processes.filter(
    ({ state, broker }) => state === "running" && broker?.raft?.role === "leader",
  );
  return leads.sort((a, b) => b.broker!.raft!.term - a.broker!.raft!.term)[0]!;
}

const follower = (world: World): Process =>
  world.processes.find((process) => process !== leader(world))!;

/** What a link says leads to the same trace as acting did. */
function expectReplayed(world: World): void {
  const again = createWorld(world.run, {});
  again.runUntil(world.nowUs);
  expect(again.traceHash()).toBe(world.traceHash());
}

describe("a paused process", () => {
  test("stands still while the others elect, and believes that it leads when it resumes", () => {
    const world = ready();
    const old = leader(world);
    const { term } = old.broker!.raft!;
    act(world, { kind: "pause", node: old.node });
    world.runUntil(READY_US + 5_000_000);
    expect(old.state).toBe("running");
    expect(old.broker!.raft!.role).toBe("leader");
    expect(old.broker!.raft!.term).toBe(term);
    const next = leader(world);
    expect(next.broker!.raft!.term).toBeGreaterThan(term);

    act(world, { kind: "resume", node: old.node });
    world.runUntil(READY_US + 6_000_000);
    expect(old.broker!.raft!.role).toBe("follower");
    expect(old.broker!.raft!.term).toBe(next.broker!.raft!.term);
    expect(world.violation).toBeNull();
    expectReplayed(world);
  });

  test("finds what was sent to it when it resumes, in order", () => {
    const world = ready();
    const paused = follower(world);
    const before = paused.broker!.raft!.commit;
    act(world, { kind: "pause", node: paused.node });
    act(world, {
      kind: "createTopic",
      topic: "users",
      partitionCount: 1,
      replicationFactor: 3,
      minInsyncReplicas: 2,
    });
    world.runUntil(READY_US + 1_000_000);
    const { commit } = leader(world).broker!.raft!;
    expect(commit).toBeGreaterThan(before);
    expect(paused.broker!.raft!.commit).toBe(before);
    act(world, { kind: "resume", node: paused.node });
    expect(paused.broker!.raft!.lastIndex).toBe(leader(world).broker!.raft!.lastIndex);
    expectReplayed(world);
  });

  test("keeps what its disk has finished meanwhile, and loses its post with the power", () => {
    const world = ready();
    const { node } = follower(world);
    act(world, { kind: "pause", node });
    world.runUntil(READY_US + 1_000_000);
    act(world, { kind: "kill", node });
    expect(world.processes[node - 1]!.isPaused).toBe(false);
    act(world, { kind: "restart", node });
    world.runUntil(READY_US + 3_000_000);
    expect(world.processes[node - 1]!.broker!.raft!.commit).toBe(
      leader(world).broker!.raft!.commit,
    );
    expectReplayed(world);
  });

  test("can do nothing by itself, and is paused once", () => {
    const world = ready();
    expect(refusal(world, { kind: "resume", node: 1 })).toBe("n1 is not paused.");
    act(world, { kind: "pause", node: 1 });
    expect(refusal(world, { kind: "pause", node: 1 })).toBe("n1 is paused already.");
    expect(refusal(world, { kind: "timeOut", node: 1 })).toBe("n1 is paused. Resume it first.");
    expect(refusal(world, { kind: "snapshot", node: 1 })).toBe("n1 is paused. Resume it first.");
    act(world, { kind: "kill", node: 1 });
    expect(refusal(world, { kind: "pause", node: 1 })).toContain("is not running");
  });
});

describe("a clock at another rate", () => {
  test("makes a follower that runs fast stand for election though its leader lives", () => {
    const run: Run = threeBrokers(1);
    const world = ready();
    const { term } = leader(world).broker!.raft!;
    const fast = follower(world);
    act(world, { kind: "skewClock", node: fast.node, percent: 1_000 });
    let asked = false;
    while (!asked && world.nowUs < READY_US + 5_000_000) {
      world.runUntil(world.nowUs + 20_000);
      asked ||= fast.broker!.raft!.role === "preCandidate";
    }
    expect(asked).toBe(true);
    // Pre-vote and check quorum keep a clock alone from deposing a good leader.
    expect(leader(world).broker!.raft!.term).toBe(term);
    expect(run.options.electionTicks).toBe(10);
    expectReplayed(world);
  });

  test("half as fast, a node ticks half as often", () => {
    const world = ready();
    const slow = follower(world);
    act(world, { kind: "skewClock", node: slow.node, percent: 50 });
    world.runUntil(READY_US + 500_000);
    const ticks: number[] = [];
    for (let at = 0; at < 20; at++) {
      if (ticks.at(-1) !== slow.nextTickAtUs) ticks.push(slow.nextTickAtUs);
      world.runUntil(world.nowUs + 100_000);
    }
    const apart = ticks.slice(1).map((atUs, at) => atUs - ticks[at]!);
    expect(new Set(apart)).toEqual(new Set([200_000]));
  });

  test("is set to a rate that there is, and to another one", () => {
    const world = ready();
    const skew = (percent: number) => refusal(world, { kind: "skewClock", node: 1, percent });
    expect(skew(100)).toBe("The clock of n1 runs at 100 percent already.");
    expect(skew(9)).toBe("A clock runs at 10 to 1000 percent of the right rate.");
    expect(skew(1.5)).toContain("10 to 1000");
    expect(refusal(world, { kind: "skewClock", node: 7, percent: 50 })).toContain("no n7");
  });
});

describe("a held stage", () => {
  test.each(["persist", "sendAfter", "apply", "advance"] as const)(
    "%s: the Ready stays there, the cluster goes on without the node, and with it once released",
    (stage) => {
      const world = ready();
      const held = follower(world);
      act(world, { kind: "holdStage", node: held.node, stage, on: true });
      act(world, {
        kind: "createTopic",
        topic: "users",
        partitionCount: 1,
        replicationFactor: 3,
        minInsyncReplicas: 2,
      });
      world.runUntil(READY_US + 1_000_000);
      expect(held.broker!.openReady?.stage).toBe(stage);
      expect(held.broker!.metadata.topics.has("users")).toBe(false);
      expect(leader(world).broker!.metadata.topics.has("users")).toBe(true);

      act(world, { kind: "holdStage", node: held.node, stage, on: false });
      world.runUntil(READY_US + 2_000_000);
      expect(held.broker!.metadata.topics.has("users")).toBe(true);
      expect(world.violation).toBeNull();
      expectReplayed(world);
    },
  );

  test("a leader that may not send loses its office", () => {
    const world = ready();
    const old = leader(world);
    act(world, { kind: "holdStage", node: old.node, stage: "send", on: true });
    world.runUntil(READY_US + 5_000_000);
    expect(leader(world)).not.toBe(old);
    expect(world.violation).toBeNull();
  });

  test("a restart forgets it", () => {
    const world = ready();
    const { node } = follower(world);
    const hold = (on: boolean): ActionBody => ({ kind: "holdStage", node, stage: "apply", on });
    act(world, hold(true));
    expect(refusal(world, hold(true))).toBe(`n${node} is held there already.`);
    act(world, { kind: "kill", node });
    act(world, { kind: "restart", node });
    expect(refusal(world, hold(false))).toBe(`n${node} is not held there.`);
  });
});
