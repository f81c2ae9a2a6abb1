import { describe, expect, test } from "vitest";
import type { ActionBody, Run } from "@chronik/core/sim";
import { firstVisit, threeBrokers } from "@chronik/core/sim";
import * as clientParts from "./clientParts.ts";
import type { Command, StepUnit } from "./protocol.ts";
import { openPage, openScenario, SessionPage } from "./sessionPage.ts";

const KILL_LEADER = (page: SessionPage): ActionBody => ({
  kind: "kill",
  node: page.world.nodes[page.world.summary.leader ?? ""]?.id ?? 0,
});

const step = (direction: 1 | -1, by: StepUnit = "event", node = 1): Command => ({
  kind: "step",
  direction,
  by,
  node,
});

describe("opening", () => {
  test("a scenario is shown live, with a leader and its topic, and quiet", () => {
    const page = openScenario();
    expect(page.frame.inPast).toBe(false);
    expect(page.frame.nowUs).toBeLessThanOrEqual(8_000_000);
    expect(page.world.summary.leader).not.toBeNull();
    expect(page.world.partitionNames).toHaveLength(3);
    expect(page.world.requests.every(({ state }) => state !== "waiting")).toBe(true);
  });

  test("a link is shown at its moment, and its later actions are ahead", () => {
    const run = withActions({ atUs: 6_000_000, kind: "kill", node: 1 });
    const page = openPage(run, 5_000_000);
    expect(page.frame).toMatchObject({ nowUs: 5_000_000, endUs: 6_000_000, inPast: true });
    expect(page.world.nodes["n1"]?.process).toBe("running");
    page.ask({ kind: "seekEnd" });
    expect(page.world.nodes["n1"]?.process).toBe("crashed");
  });

  test("an action that makes no sense is named and left out", () => {
    const page = openPage(
      withActions(
        { atUs: 5_000_000, kind: "kill", node: 1 },
        { atUs: 5_100_000, kind: "kill", node: 1 },
      ),
      6_000_000,
    );
    expect(page.frame.notice).toMatchObject({ kind: "actionRefused", number: 3 });
    expect(page.branch.run.actions).toHaveLength(2);
  });

  test("a new run takes the place of everything", () => {
    const page = openScenario();
    page.ask({ kind: "act", action: KILL_LEADER(page) });
    page.ask({ kind: "open", run: threeBrokers(7), viewAtUs: null });
    expect(page.branch).toMatchObject({ name: "A", others: [] });
    expect(page.branch.run).toEqual(threeBrokers(7));
  });
});

describe("time", () => {
  test("advances as asked", () => {
    const page = openScenario();
    const toUs = page.frame.nowUs + 123_456;
    page.ask({ kind: "advance", toUs });
    expect(page.frame).toMatchObject({ nowUs: toUs, endUs: toUs, inPast: false });
  });

  test("goes back and forward to the very same moments", () => {
    const page = openScenario();
    const endUs = page.frame.endUs;
    const end = { hash: page.frame.traceHash, world: page.world };
    page.ask({ kind: "seek", toUs: 2_000_000 });
    expect(page.frame).toMatchObject({ nowUs: 2_000_000, endUs, inPast: true });
    const early = { hash: page.frame.traceHash, world: page.world };
    page.ask({ kind: "seekEnd" });
    expect({ hash: page.frame.traceHash, world: page.world }).toEqual(end);
    page.ask({ kind: "seek", toUs: 2_000_000 });
    expect({ hash: page.frame.traceHash, world: page.world }).toEqual(early);
  });

  test("a jump past the end stops at the end", () => {
    const page = openScenario();
    const { endUs } = page.frame;
    page.ask({ kind: "seek", toUs: endUs + 1 });
    expect(page.frame).toMatchObject({ nowUs: endUs, inPast: false });
  });

  test("replaying stops at the end of the branch and is live there", () => {
    const page = openScenario();
    const { endUs } = page.frame;
    page.ask({ kind: "act", action: { kind: "kill", node: 1 } });
    page.ask({ kind: "advance", toUs: endUs + 100_000 });
    page.ask({ kind: "seek", toUs: endUs - 100_000 });
    expect(page.world.nodes["n1"]?.process).toBe("running");
    page.ask({ kind: "advance", toUs: endUs + 50_000 });
    expect(page.world.nodes["n1"]?.process).toBe("crashed");
    page.ask({ kind: "advance", toUs: endUs + 900_000 });
    expect(page.frame).toMatchObject({ nowUs: endUs + 100_000, inPast: false });
  });

  test("the time bar of the whole branch stays while the playhead is in the past", () => {
    const page = openScenario();
    const { run } = page.world;
    page.ask({ kind: "seek", toUs: 10 });
    expect(page.branch.time).toEqual(run);
    page.ask({ kind: "seekEnd" });
    expect(page.branch.time).toBeNull();
    expect(page.world.run).toEqual(run);
  });

  test("steps to the next events and back over the same ones", () => {
    const page = openScenario();
    const moments: number[] = [];
    for (let count = 0; count < 6; count++) {
      page.ask(step(1));
      moments.push(page.frame.nowUs);
    }
    expect(moments).toEqual([...new Set(moments)].sort((one, other) => one - other));
    for (const moment of moments.reverse().slice(1)) {
      page.ask(step(-1));
      expect(page.frame.nowUs).toBe(moment);
    }
    expect(page.frame.inPast).toBe(true);
  });

  test("steps back over a long silence, and not before the beginning", () => {
    const page = openScenario();
    for (const node of [1, 2, 3]) page.ask({ kind: "act", action: { kind: "kill", node } });
    const killedUs = page.frame.nowUs;
    page.ask({ kind: "advance", toUs: killedUs + 9_000_000 });
    page.ask(step(-1));
    expect(page.frame.nowUs).toBeGreaterThanOrEqual(killedUs);
    expect(page.frame.nowUs).toBeLessThan(killedUs + 8_000_000);
    page.ask({ kind: "seek", toUs: 0 });
    page.ask(step(-1));
    expect(page.frame.nowUs).toBe(0);
  });
});

describe("acting", () => {
  test("at the end it simply happens", () => {
    const page = openScenario();
    page.ask({ kind: "act", action: { kind: "kill", node: 2 } });
    expect(page.frame.notice).toBeNull();
    expect(page.world.nodes["n2"]?.process).toBe("crashed");
    expect(page.branch.name).toBe("A");
    expect(page.branch.run.actions.at(-1)).toEqual({
      kind: "kill",
      node: 2,
      atUs: page.frame.nowUs,
    });
  });

  test("what the world refuses changes nothing", () => {
    const page = openScenario();
    page.ask({ kind: "act", action: { kind: "restart", node: 2 } });
    expect(page.frame.notice).toMatchObject({ kind: "refused" });
    expect(page.branch.run).toEqual(threeBrokers(1042));
  });

  test("in the past it forks the run and keeps the old future", () => {
    const page = openScenario();
    const old = { endUs: page.frame.endUs, hash: page.frame.traceHash };
    const atUs = old.endUs - 300_000;
    page.ask({ kind: "seek", toUs: atUs });
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    expect(page.frame.notice).toEqual({ kind: "forked", atUs, name: "B", from: "A" });
    expect(page.frame).toMatchObject({ nowUs: atUs, endUs: atUs, inPast: false });
    expect(page.branch.others).toMatchObject([{ name: "A", forkedAtUs: atUs }]);

    page.ask({ kind: "advance", toUs: old.endUs });
    expect(page.frame.traceHash).not.toBe(old.hash);
    page.ask({ kind: "switchBranch", name: "A" });
    expect(page.frame).toMatchObject({ nowUs: old.endUs, inPast: false, traceHash: old.hash });
    expect(page.branch.others).toMatchObject([{ name: "B", forkedAtUs: atUs }]);
    page.ask({ kind: "switchBranch", name: "Z" });
    expect(page.frame.notice).toEqual({ kind: "refused", message: "There is no branch Z." });
  });

  test("a fork drops what the old future did later", () => {
    const page = openScenario();
    const atUs = page.frame.nowUs;
    page.ask({ kind: "advance", toUs: atUs + 100_000 });
    page.ask({ kind: "act", action: { kind: "kill", node: 1 } });
    page.ask({ kind: "seek", toUs: atUs });
    page.ask({ kind: "act", action: { kind: "kill", node: 2 } });
    page.ask({ kind: "advance", toUs: atUs + 200_000 });
    expect(page.world.nodes["n1"]?.process).toBe("running");
    expect(page.world.nodes["n2"]?.process).toBe("crashed");
  });
});

describe("undo", () => {
  test("of the action that forked goes back to the old branch at that moment", () => {
    const page = openScenario();
    const atUs = page.frame.nowUs - 200_000;
    page.ask({ kind: "seek", toUs: atUs });
    const hash = page.frame.traceHash;
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    page.ask({ kind: "advance", toUs: atUs + 500_000 });
    page.ask({ kind: "undo" });
    expect(page.frame).toMatchObject({ nowUs: atUs, inPast: true, traceHash: hash });
    expect(page.frame.notice).toEqual({ kind: "undone", atUs, name: "A", from: "B", kept: false });
    expect(page.branch).toMatchObject({ name: "A", others: [] });
  });

  test("of another action forks the run before it", () => {
    const page = openScenario();
    const atUs = page.frame.nowUs;
    const hash = page.frame.traceHash;
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    page.ask({ kind: "advance", toUs: atUs + 500_000 });
    page.ask({ kind: "undo" });
    expect(page.frame).toMatchObject({ nowUs: atUs, inPast: false, traceHash: hash });
    expect(page.frame.notice).toEqual({ kind: "undone", atUs, name: "B", from: "A", kept: true });
    expect(page.branch.others).toMatchObject([{ name: "A", forkedAtUs: atUs }]);
  });

  test("leaves what came with the run", () => {
    const page = openScenario();
    page.ask({ kind: "undo" });
    expect(page.frame.notice).toEqual({ kind: "refused", message: "There is nothing to undo." });
    expect(page.branch.run.actions).toHaveLength(1);
  });
});

describe("slices", () => {
  test("a long replay reports progress, and a newer jump takes its place", () => {
    const page = openScenario();
    const { endUs } = page.frame;
    page.messages.length = 0;
    page.send({ kind: "seek", toUs: endUs - 10 });
    for (let slice = 0; slice < 5; slice++) expect(page.slice()).toBe(true);
    expect(page.messages).toHaveLength(5);
    expect(page.messages.every(({ kind }) => kind === "progress")).toBe(true);
    page.send({ kind: "seek", toUs: 1_000_000 });
    page.send({ kind: "seek", toUs: 500_000 });
    while (page.slice());
    const frames = page.messages.filter(({ kind }) => kind === "frame");
    expect(frames).toMatchObject([{ nowUs: 500_000 }]);
  });

  test("time that runs gives way after a slice and says how far it got", () => {
    const page = openScenario();
    const fromUs = page.frame.nowUs;
    page.send({ kind: "advance", toUs: fromUs + 60_000_000 });
    page.slice();
    expect(page.frame.nowUs).toBeGreaterThan(fromUs);
    expect(page.frame.nowUs).toBeLessThan(fromUs + 60_000_000);
    expect(page.frame.endUs).toBe(page.frame.nowUs);
  });

  test("what does not change is not sent", () => {
    const page = openScenario();
    page.ask({ kind: "advance", toUs: page.frame.nowUs });
    expect(page.frame.patch).toBeNull();
    expect(page.lastBranchMessage).toBeNull();
  });
});

function withActions(...actions: Run["actions"]): Run {
  const run = threeBrokers(1042);
  return { ...run, actions: [...run.actions, ...actions] };
}

test("what clients do is shown in every world", () => {
  const page = openScenario();
  expect(page.world.clients).toEqual([]);
  const action = { kind: "startConsumer", client: 2, topic: "orders", group: null } as const;
  page.ask({ kind: "act", action });
  expect(page.world.clients.map(({ name }) => name)).toEqual(["c2"]);
  page.ask({ kind: "seek", toUs: 0 });
  expect(page.world.clients).toEqual([]);
  page.ask({ kind: "seekEnd" });
  expect(page.world.clients.map(({ name }) => name)).toEqual(["c2"]);
});

test("what is looked at is shown in every world", () => {
  const page = openScenario();
  const asked: unknown[] = [];
  page.showMore((projector) =>
    projector.showInspector({
      inspect: (_: unknown, what: unknown) => {
        asked.push(what);
        return what === null ? null : { title: "produce", frames: [] };
      },
    } as unknown as Parameters<typeof projector.showInspector>[0]),
  );
  expect(page.world.inspection).toBeNull();
  page.ask({ kind: "inspect", what: { kind: "request", id: 1 } });
  expect(asked.at(-1)).toEqual({ kind: "request", id: 1 });
  expect(page.world.inspection?.title).toBe("produce");
  page.ask({ kind: "seek", toUs: 0 });
  expect(page.world.inspection?.title).toBe("produce");
  page.ask({ kind: "inspect", what: null });
  expect(page.world.inspection).toBeNull();
});

test("the records of a partition are sent while it is looked at, in every world", () => {
  const page = openScenario();
  const record = { topic: "orders", partition: 0, key: "k1", value: "paid", acks: -1 } as const;
  page.ask({ kind: "act", action: { kind: "produce", ...record, node: null } });
  const producedUs = page.frame.nowUs;
  page.ask({ kind: "advance", toUs: producedUs + 1_000_000 });
  const values = (): (string | undefined)[] =>
    page.world.partitions["orders-0"]!.replicaLogs.map(({ records }) => records[0]?.value);
  expect(values()).toEqual([undefined, undefined, undefined]);
  page.ask({ kind: "lookAt", what: { partition: "orders-0" } });
  expect(values()).toEqual(["paid", "paid", "paid"]);
  expect(page.world.disks).toEqual({});
  page.ask({ kind: "seek", toUs: producedUs - 1_000_000 });
  page.ask({ kind: "lookAt", what: { disk: "n1" } });
  page.ask({ kind: "seekEnd" });
  expect(values()).toEqual(["paid", "paid", "paid"]);
  page.ask({ kind: "lookAt", what: { partition: null } });
  expect(values()).toEqual([undefined, undefined, undefined]);
});

describe("while clients are not loaded", () => {
  test("an election is shown, and the run goes on from its start once they are there", () => {
    const page = new SessionPage(null);
    page.ask({ kind: "open", run: firstVisit(1042), viewAtUs: null });
    expect(page.messages).toHaveLength(1);
    expect(page.frame.answers).toBe(0);
    expect(page.world.summary.leader).not.toBeNull();
    expect(page.frame.nowUs).toBeLessThan(2_000_000);
    expect(page.world.partitionNames).toEqual([]);
    page.ask({ kind: "act", action: { kind: "kill", node: 1 } });
    expect(page.world.nodes["n1"]?.process).toBe("running");

    page.provideClients(clientParts);
    expect(page.world.partitionNames).toHaveLength(3);
    expect(page.world.nodes["n1"]?.process).toBe("crashed");
    const whole = openPage(firstVisit(1042), null);
    whole.ask({ kind: "act", action: { kind: "kill", node: 1 } });
    expect(page.frame.traceHash).toBe(whole.frame.traceHash);
  });

  test("a run that needs them at once is shown at its start", () => {
    const page = new SessionPage(null);
    page.ask({ kind: "open", run: threeBrokers(7), viewAtUs: 3_000_000 });
    expect(page.frame).toMatchObject({ answers: 0, nowUs: 0 });
    page.provideClients(clientParts);
    expect(page.frame).toMatchObject({ answers: 1, nowUs: 3_000_000 });
    // The world of the first picture is no way to anywhere.
    page.ask({ kind: "seek", toUs: 2_500_000 });
    expect(page.frame).toMatchObject({ exact: true, nowUs: 2_500_000 });
  });

  test("another run may be opened instead", () => {
    const page = new SessionPage(null);
    page.ask({ kind: "open", run: firstVisit(1), viewAtUs: null });
    page.ask({ kind: "open", run: firstVisit(2), viewAtUs: null });
    page.provideClients(clientParts);
    expect(page.frame.answers).toBe(2);
    expect(page.branch.run.seed).toBe(2);
  });
});

test("a record whose key chooses goes where Kafka's producers would send it", () => {
  const page = openScenario();
  const record = { topic: "orders", key: "k17", value: "v", acks: -1, node: null } as const;
  page.ask({ kind: "act", action: { kind: "produce", ...record, partition: null } });
  expect(page.branch.run.actions.at(-1)).toMatchObject({ kind: "produce", partition: 1 });
});
