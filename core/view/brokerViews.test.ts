import { beforeAll, describe, expect, test } from "vitest";
import * as metadata from "../metadata/index.ts";
import { decodeAssignment } from "../sim/client/consumerProtocol.ts";
import { valueName } from "../sim/client/records.ts";
import { createWorld } from "../sim/createWorld.ts";
import type { World } from "../sim/index.ts";
import type { ActionBody } from "../sim/index.ts";
import { threeBrokers } from "../sim/scenario.ts";
import * as wal from "../wal/index.ts";
import * as wire from "../wire/index.ts";
import { BrokerViews } from "./brokerViews.ts";
import { Projector } from "./project.ts";
import { plainText } from "./richText.ts";
import type { Readers } from "./source.ts";
import type { WorldView } from "./view.ts";

const READERS: Readers = { ...metadata, ...wal, ...wire };
const CLIENT_READERS = { decodeAssignment, valueName, decodeResponse: wire.decodeResponse };

/** A world whose clients can be seen, driven in simulated seconds. */
class Stage {
  readonly #projector = new Projector(READERS, null, new BrokerViews(READERS, CLIENT_READERS));
  readonly #world: World;
  view: WorldView;

  constructor(seed: number) {
    this.#world = createWorld(threeBrokers(seed), { onEvent: this.#projector.onEvent });
    this.view = this.#projector.project(this.#world);
  }

  act(action: ActionBody): void {
    expect(this.#world.act(action)).toEqual({ ok: true });
  }

  run(seconds: number): WorldView {
    const untilUs = this.#world.nowUs + seconds * 1_000_000;
    while (this.#world.nowUs < untilUs) this.#step(50_000);
    return this.view;
  }

  runUntil(wanted: (view: WorldView) => boolean, stepUs = 50_000): WorldView {
    for (let step = 0; step < 1_500; step++) {
      if (wanted(this.view)) return this.view;
      this.#step(stepUs);
    }
    const last = this.view.events.slice(-8).map(({ what }) => plainText(what));
    throw new Error(`it never came to that: ${last.join(" ")}`);
  }

  #step(us: number): void {
    this.#world.runUntil(this.#world.nowUs + us);
    this.view = this.#projector.project(this.#world);
  }
}

const idOf = (name: string | null | undefined): number => Number(name?.slice(1));
const ORDERS = { topic: "orders", partition: 0, key: "k1" } as const;

describe("what brokers do for a person", () => {
  const stage = new Stage(1042);
  let leader = "";
  let follower = "";

  beforeAll(() => {
    stage.runUntil(({ partitions }) => partitions["orders-0"]?.leaderAlive === true);
    stage.run(3);
    leader = stage.view.partitions["orders-0"]?.leader ?? "";
    follower = stage.view.partitions["orders-0"]?.isr.find((node) => node !== leader) ?? "";
  });

  test("a produce waits for its disk, then for each follower by name, and then for nobody", () => {
    stage.act({ kind: "produce", node: idOf(leader), ...ORDERS, value: "paid", acks: -1 });
    const waiting = stage.runUntil(({ pending }) => pending.length > 0, 500).pending[0];
    expect(waiting).toMatchObject({ node: leader, partition: "orders-0", acks: "all" });
    expect(waiting?.what).toBe("offset 0");
    expect(waiting?.waitsFor).toContain(`${follower}: log end 0, in the ISR`);
    stage.runUntil(({ pending }) => pending[0]?.waitsFor.length === 1, 500);
    stage.runUntil(({ pending }) => pending.length === 0);
    expect(stage.view.requests.at(-1)).toMatchObject({ state: "ok", text: "offset 0" });
  });

  test("who was asked for the leader is told step by step", () => {
    expect(stage.view.lookups.at(-1)).toMatchObject({
      node: leader,
      partition: "orders-0",
      errorName: null,
      outcome: `${leader} leads: it may append`,
      steps: [
        { source: "raftGroup", state: "knewNothing" },
        { source: "metadata", state: "decided", text: `${leader} leads` },
        { source: "standalone", state: "notAsked" },
      ],
    });
    stage.act({ kind: "produce", node: idOf(follower), ...ORDERS, value: "paid", acks: -1 });
    const { lookups } = stage.run(1);
    expect(lookups.at(-1)).toMatchObject({
      node: follower,
      errorName: "NOT_LEADER_OR_FOLLOWER",
      outcome: `refused: ${follower} does not lead, ${leader} should be asked`,
    });
  });

  test("a partition of a Raft group is looked up there, and its produce waits for a majority", () => {
    stage.act({
      kind: "createTopic",
      topic: "ledger",
      partitionCount: 1,
      replicationFactor: 3,
      minInsyncReplicas: 2,
      replicationMode: "raft",
    });
    const { partitions } = stage.runUntil(
      (view) => view.partitions["ledger-0"]?.leaderAlive === true,
    );
    expect(partitions["ledger-0"]).toMatchObject({ mode: "raft", belowMinIsr: false });
    stage.run(3);
    const node = idOf(stage.view.partitions["ledger-0"]?.leader);
    stage.act({ kind: "produce", ...ORDERS, topic: "ledger", node, value: "v", acks: -1 });
    const { pending } = stage.runUntil((view) => view.pending.length > 0, 500);
    expect(pending[0]?.waitsFor).toEqual(["the Raft group: a majority of its disks must hold it"]);
    stage.runUntil((view) => view.requests.at(-1)?.state === "ok");
    expect(stage.view.lookups.at(-1)?.steps[0]).toMatchObject({
      source: "raftGroup",
      state: "decided",
    });
  });

  test("an administrator's answer is a table", () => {
    stage.act({ kind: "admin", command: { kind: "listNodes" } });
    const { adminAnswers } = stage.runUntil((view) => view.adminAnswers.at(-1)?.state === "ok");
    expect(adminAnswers.at(-1)?.command).toBe("list nodes");
    expect(adminAnswers.at(-1)?.rows).toHaveLength(3);
  });

  test("a command that makes no sense is refused in words", () => {
    const command = { kind: "createPartitions", topic: "orders", partitionCount: 1 } as const;
    stage.act({ kind: "admin", command });
    const { adminAnswers } = stage.runUntil((view) => view.adminAnswers.at(-1)?.state === "error");
    expect(adminAnswers.at(-1)?.command).toBe("create partitions orders");
    expect(adminAnswers.at(-1)?.text).not.toBe("");
  });
});

describe("programs", () => {
  const stage = new Stage(7);

  beforeAll(() => {
    stage.runUntil(({ partitions }) => partitions["orders-0"]?.leaderAlive === true);
    stage.act({
      kind: "startProducer",
      client: 2,
      topic: "orders",
      recordsPerSecond: 10,
      acks: -1,
      idempotent: true,
      keyCount: 4,
      valueBytes: 16,
    });
    stage.act({ kind: "startConsumer", client: 3, topic: "orders", group: "readers" });
  });

  test("say what they have done", () => {
    const { clients } = stage.runUntil((view) =>
      view.clients.some(({ kind, state }) => kind === "consumer" && state === "stable"),
    );
    expect(clients.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "c2 producer",
      "c3 consumer",
    ]);
    const producer = stage.run(4).clients[0];
    expect(producer?.facts[0]).toMatchObject({ what: "acknowledged" });
    expect(producer?.facts[0]?.number).toBeGreaterThan(0);
  });

  test("share a topic in a group, which its coordinator shows", () => {
    const { groups } = stage.runUntil((view) => (view.groups[0]?.offsets.length ?? 0) > 0);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ name: "readers", state: "stable" });
    expect(groups[0]?.members).toHaveLength(1);
    expect(groups[0]?.members[0]).toMatchObject({
      isLeader: true,
      assignment: ["orders-0", "orders-1", "orders-2"],
    });
    for (const { committed, lag } of groups[0]?.offsets ?? []) {
      expect(committed).toBeGreaterThan(0);
      expect(lag).toBeGreaterThanOrEqual(0);
    }
  });

  test("are gone when they are crashed, and nothing acknowledged by all is lost", () => {
    stage.act({ kind: "stopClient", client: 2, crash: true });
    stage.run(1);
    expect(stage.view.clients.map(({ name }) => name)).toEqual(["c3"]);
    const leader = stage.view.partitions["orders-0"]?.leader;
    expect(stage.view.partitions["orders-0"]?.highWatermark).toBeGreaterThan(0);
    stage.act({ kind: "kill", node: idOf(leader) });
    stage.runUntil(({ partitions }) => partitions["orders-0"]?.leader !== leader);
    stage.run(2);
    expect(stage.view.losses).toEqual([]);
  });
});

test("a record acknowledged by the leader alone is named once a leader goes on without it", () => {
  const stage = new Stage(11);
  stage.runUntil(({ partitions }) => partitions["orders-0"]?.leaderAlive === true);
  stage.run(3);
  const old = stage.view.partitions["orders-0"]?.leader;
  const produce = (value: string, acks: 0 | 1 | -1): void =>
    stage.act({ kind: "produce", node: idOf(old), ...ORDERS, value, acks });
  produce("kept", -1);
  stage.run(1);
  stage.act({ kind: "cut", nodes: [idOf(old)] });
  produce("told", 1);
  produce("untold", 0);
  stage.run(0.3);
  expect(stage.view.losses).toEqual([]);
  stage.runUntil(({ partitions }) => partitions["orders-0"]?.leader !== old);
  stage.runUntil(({ losses }) => losses.length > 0);
  expect(stage.view.losses[0]).toMatchObject({ value: "told", client: "c1", acks: "1" });
  expect(stage.view.losses[0]?.text).toMatch(
    /^offset 1, acknowledged at .* s; n\d leads without it$/,
  );
  stage.act({ kind: "heal" });
  stage.run(4);
  const heir = idOf(stage.view.partitions["orders-0"]?.leader);
  stage.act({ kind: "kill", node: heir });
  stage.act({ kind: "restart", node: heir });
  const { losses } = stage.runUntil((view) => view.losses.length > 1);
  expect(losses.map(({ value, acks }) => `${value} ${acks}`)).toEqual(["told 1", "untold 0"]);
});

test("what an unclean election has lost is counted", () => {
  const stage = new Stage(5);
  stage.act({
    kind: "createTopic",
    topic: "risky",
    partitionCount: 1,
    replicationFactor: 2,
    minInsyncReplicas: 1,
    uncleanLeaderElection: true,
  });
  const risky = () => stage.view.partitions["risky-0"];
  stage.runUntil(() => risky()?.leaderAlive === true && risky()?.isr.length === 2);
  stage.run(2);
  const leader = risky()?.leader;
  const other = risky()?.replicas.find((one) => one !== leader);
  expect(risky()).toMatchObject({ uncleanElection: true, uncleanLossCount: 0 });
  stage.act({ kind: "kill", node: idOf(other) });
  stage.runUntil(() => risky()?.isr.length === 1);
  const node = idOf(leader);
  for (const value of ["a", "b", "c"]) {
    stage.act({ kind: "produce", ...ORDERS, topic: "risky", node, value, acks: -1 });
  }
  const isKept = ({ kind, state }: WorldView["requests"][number]): boolean =>
    kind === "produce" && state === "ok";
  stage.runUntil(({ requests }) => requests.filter(isKept).length === 3);
  stage.act({ kind: "kill", node });
  stage.runUntil(() => risky()?.offline === true);
  stage.act({ kind: "restart", node: idOf(other) });
  stage.runUntil(() => risky()?.leader === other && risky()?.leaderAlive === true);
  stage.run(2);
  expect(risky()?.uncleanLossCount).toBe(3);
  expect(stage.view.losses.map(({ value, acks }) => `${value} ${acks}`)).toEqual([
    "a all",
    "b all",
    "c all",
  ]);
});
