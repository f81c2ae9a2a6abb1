import { beforeAll, describe, expect, test } from "vitest";
import * as metadata from "../metadata/index.ts";
import { threeBrokers } from "../sim/scenario.ts";
import { decodeAssignment } from "../sim/client/consumerProtocol.ts";
import { valueName } from "../sim/client/records.ts";
import { createWorld } from "../sim/createWorld.ts";
import type { World } from "../sim/index.ts";
import type { ActionBody, RunOptions } from "../sim/index.ts";
import * as wal from "../wal/index.ts";
import * as wire from "../wire/index.ts";
import { DiskViews } from "./diskView.ts";
import { BrokerViews } from "./brokerViews.ts";
import { Projector } from "./project.ts";
import { plainText } from "./richText.ts";
import type { Readers, WorldSource } from "./source.ts";
import type { WorldView } from "./view.ts";

const READERS: Readers = { ...metadata, ...wal, ...wire };
const CLIENT_READERS = { decodeAssignment, valueName, decodeResponse: wire.decodeResponse };

/** A world with its projector, driven in simulated seconds. */
class Stage {
  readonly projector = new Projector(READERS, null, new BrokerViews(READERS, CLIENT_READERS));
  readonly world: World;
  view: WorldView;

  constructor(seed: number, options: Partial<RunOptions> = {}) {
    const run = threeBrokers(seed);
    const changed = { ...run, options: { ...run.options, ...options } };
    this.projector.showDisks(new DiskViews(READERS));
    this.world = createWorld(changed, { onEvent: this.projector.onEvent });
    // Compiles only as long as every World is a WorldSource.
    const source: WorldSource = this.world;
    this.view = this.projector.project(source);
  }

  act(action: ActionBody): void {
    expect(this.world.act(action)).toEqual({ ok: true });
    this.project();
  }

  /** Runs on, as the page does, frame by frame. */
  run(seconds: number): WorldView {
    const untilUs = this.world.nowUs + seconds * 1_000_000;
    while (this.world.nowUs < untilUs) {
      this.world.runUntil(Math.min(untilUs, this.world.nowUs + 50_000));
      this.project();
    }
    return this.view;
  }

  /** Runs on until `wanted` holds in a frame. */
  runUntil(wanted: (view: WorldView) => boolean): WorldView {
    for (let frame = 0; frame < 3_000; frame++) {
      if (wanted(this.view)) return this.view;
      this.world.runUntil(this.world.nowUs + 2_000);
      this.project();
    }
    throw new Error(`it never came to that in 6 s: ${said(this.view)}`);
  }

  project(): WorldView {
    this.view = this.projector.project(this.world);
    return this.view;
  }

  get leader(): string {
    const { leader } = this.view.summary;
    if (leader === null) throw new Error("nobody leads");
    return leader;
  }
}

const idOf = (name: string): number => Number(name.slice(1));
const said = ({ sentence }: WorldView): string =>
  `${plainText(sentence.what)} ${plainText(sentence.why)}`;
const produce = (node: string | null, partition = 0): ActionBody => ({
  kind: "produce",
  node: node === null ? null : idOf(node),
  topic: "orders",
  partition,
  key: "k1",
  value: "paid",
  acks: -1,
});

describe("a run in one page", () => {
  const stage = new Stage(1042);
  let first = "";

  beforeAll(() => {
    stage.run(6);
    first = stage.leader;
  });

  test("starts without a leader and says whose timer is next", () => {
    const view = new Stage(7).run(0.9);
    expect(said(view)).toMatch(
      /^3 nodes start with empty disks. The election timer of n\d is the next to run out, at \d\.\d{3} s\.$/,
    );
    expect(view.suggestion.action.kind).toBe("timeOut");
  });

  test("is quiet under its leader", () => {
    expect(said(stage.view)).toMatch(/^n\d leads term \d and the cluster is quiet\. Heartbeats/);
    expect(stage.view.suggestion.title).toBe(`Kill ${first}, the leader`);
    expect(stage.view.partitionNames).toEqual(["orders-0", "orders-1", "orders-2"]);
    expect(stage.view.run.bands.at(-1)?.leader).toBe(first);
  });

  test("names the columns of the log after their commands", () => {
    const words = stage.view.log.columns.map(({ word }) => word);
    // Each broker registers some time of its own.
    expect(words.filter((word) => word === "broker")).toHaveLength(3);
    const others = words.filter((word) => word !== "broker");
    expect(others).toEqual([
      "no-op",
      "node",
      "node",
      "node",
      "topic",
      "assign",
      "assign",
      "assign",
    ]);
    for (const row of Object.values(stage.view.logs)) {
      expect(row.cells.every(({ state }) => state === "committed")).toBe(true);
      expect(row.note).toBe("on disk");
    }
    expect(stage.view.logs[first]?.progress?.state).toBe("itself");
  });

  test("a follower's Ready holds its ack until the write is durable", () => {
    const view = new Stage(1042).runUntil(({ readies }) =>
      Object.values(readies).some(
        ({ open, stages }) => open && stages[2]?.items.some(({ text }) => text.startsWith("ack")),
      ),
    );
    const ready = Object.values(view.readies).find(
      ({ open, stages }) => open && stages[2]?.items.some(({ text }) => text.startsWith("ack")),
    )!;
    expect(ready.gate?.state).toBe("writing");
    expect(ready.mustSync).toBe(true);
    expect(ready.stages.map(({ state }) => state)).toEqual([
      "done",
      "here",
      "next",
      "todo",
      "todo",
    ]);
    expect(ready.stages[0]).toMatchObject({
      items: [],
      emptyReason: "nothing; only a leader may speak this early",
    });
    expect(ready.stages[2]?.items[0]).toMatchObject({ held: true, detail: "held" });
    expect(ready.stages[1]?.items[0]).toMatchObject({ kind: "entry", durable: false });
    const write = view.nodes[ready.node]?.write;
    expect(write?.label).toMatch(/^(entry|entries) \d/);
    expect(view.logs[ready.node]?.note).toMatch(/^writing \d/);
    expect(view.logs[ready.node]?.cells.at(-1)?.state).toBe("memory");
  });

  test("a produce to a follower is refused with the leader's name", () => {
    const [partition] = Object.values(stage.view.partitions);
    const follower = partition!.replicas.find((name) => name !== partition!.leader)!;
    stage.act(produce(follower));
    stage.run(0.2);
    expect(said(stage.view)).toContain(`${follower} answered c1 with NOT_LEADER_OR_FOLLOWER.`);
    expect(stage.view.requests.at(-1)).toMatchObject({
      state: "error",
      errorName: "NOT_LEADER_OR_FOLLOWER",
      errorCode: 6,
      leaderHint: partition!.leader,
      text: `${partition!.leader} leads orders-0`,
    });
  });

  test("a produce is waited for, then acknowledged, then read", () => {
    stage.act(produce(null));
    stage.runUntil((view) => said(view).includes("before it answers"));
    expect(stage.view.requests.at(-1)?.state).toBe("waiting");
    stage.runUntil((view) => view.requests.at(-1)?.state === "ok");
    expect(said(stage.view)).toMatch(/^n\d acknowledged offset 0 of orders-0\. acks=all/);
    expect(stage.view.requests.at(-1)?.text).toBe("offset 0");
    stage.run(1);
    const { highWatermark, replicaLogs } = stage.view.partitions["orders-0"]!;
    expect(highWatermark).toBe(1);
    for (const log of replicaLogs) {
      expect(log.records).toEqual([
        { offset: 0, leaderEpoch: 0, key: "k1", value: "paid", durable: true },
      ]);
    }
    stage.projector.lookAt({ disk: null, partition: "orders-1" });
    const unseen = stage.projector.project(stage.world).partitions["orders-0"]!;
    expect(unseen.replicaLogs).toEqual(replicaLogs.map((log) => ({ ...log, records: [] })));
    stage.projector.lookAt({ disk: null, partition: "orders-0" });
    const seen = stage.projector.project(stage.world).partitions["orders-0"]!;
    expect(seen.replicaLogs).toEqual(replicaLogs);
    stage.act({ kind: "consume", topic: "orders", partition: 0, node: null });
    stage.run(0.2);
    expect(said(stage.view)).toMatch(/^c1 read 1 record of orders-0 from n\d\./);
    expect(stage.view.requests.at(-1)?.records).toHaveLength(1);
  });

  test("the leader loses power: what its disk holds is still shown", () => {
    stage.act({ kind: "kill", node: idOf(first) });
    expect(said(stage.view)).toBe(
      `${first} lost power. It led term 1; the others notice when their election timers run out.`,
    );
    const node = stage.view.nodes[first]!;
    expect(node).toMatchObject({ process: "crashed", timer: null, leader: null, role: "follower" });
    const row = stage.view.logs[first]!;
    expect(row.cells.length).toBeGreaterThan(7);
    expect(row).toMatchObject({ appliedKnown: false, noteTone: "bad", progress: null });
    expect(stage.view.summary.leader).toBeNull();
    expect(stage.view.run.bands.at(-1)?.leader).toBeNull();
    const lost = stage.view.partitions["orders-0"]!.replicaLogs.find((log) => log.node === first);
    expect(lost).toMatchObject({ alive: false, logEndOffset: 1 });
  });

  test("a new leader is elected; a request to the dead node is refused", () => {
    stage.runUntil(({ summary }) => summary.leader !== null);
    expect(said(stage.view)).toMatch(/^n\d leads term \d\. Its election timer ran out/);
    stage.act(produce(first));
    stage.run(0.1);
    expect(said(stage.view)).toContain(`c1 could not reach ${first}.`);
    expect(stage.view.requests.at(-1)).toMatchObject({
      state: "unanswered",
      text: `${first} is down`,
    });
    stage.run(6);
    expect(said(stage.view)).toContain(`; ${first} is down. The others are a majority and go on`);
    expect(stage.view.suggestion).toMatchObject({ id: "restart" });
  });

  test("the node comes back with what its disk held", () => {
    stage.act({ kind: "restart", node: idOf(first) });
    expect(said(stage.view)).toMatch(
      new RegExp(`^${first} is back with what its disk held: \\d+ entries, term 1\\.`),
    );
    stage.run(6);
    expect(stage.view.logs[first]?.note).toBe("on disk");
  });

  test("a leader that is cut off: said, suggested, healed", () => {
    const old = stage.leader;
    stage.act({ kind: "cut", nodes: [idOf(old)] });
    expect(stage.view.nodes[old]?.isolated).toBe(true);
    expect(said(stage.view)).toContain(`${old} is cut off.`);
    expect(stage.view.run.bands.at(-1)?.leader).toBeNull();
    stage.run(6);
    expect(stage.leader).not.toBe(old);
    stage.act(produce(null, 1));
    stage.run(4);
    expect(stage.view.suggestion).toMatchObject({ id: "heal", action: { node: old } });
    stage.act({ kind: "heal" });
    expect(stage.view.cuts).toEqual([]);
    stage.run(5);
    expect(stage.view.logs[old]?.note).toBe("on disk");
  });

  test("without a majority nothing can be committed", () => {
    stage.act({ kind: "kill", node: 1 });
    stage.act({ kind: "kill", node: 2 });
    expect(said(stage.view)).toContain("Only 1 of 3 nodes runs, so nothing can be committed.");
    stage.run(4);
    expect(said(stage.view)).toBe(
      "Only n3 is running, so nothing can be committed. " +
        "2 of 3 nodes are needed; n1 and n2 are down.",
    );
    expect(stage.view.suggestion).toMatchObject({ id: "restart-for-quorum" });
    stage.act({ kind: "kill", node: 3 });
    stage.run(3);
    expect(said(stage.view)).toMatch(/^No node runs\./);
    expect(stage.view.partitionNames).toHaveLength(3);
  });
});

describe("identity", () => {
  test("the same world twice is the same view", () => {
    const stage = new Stage(3);
    stage.run(5);
    const before = stage.view;
    expect(stage.project()).toBe(before);
  });

  test("the view can be sent to another thread", () => {
    const view = new Stage(3).run(5);
    expect(structuredClone(view)).toEqual(view);
  });

  test("after a quiet moment only what moves has changed", () => {
    const stage = new Stage(3);
    const before = stage.run(6);
    stage.world.runUntil(stage.world.nowUs + 300_000);
    const after = stage.project();
    expect(after).not.toBe(before);
    expect(after.flights).not.toBe(before.flights);
    const calm = [
      "summary",
      "sentence",
      "suggestion",
      "safety",
      "nodeNames",
      "cuts",
      "writes",
      "log",
      "logs",
      "quorum",
      "partitionNames",
      "partitions",
      "requests",
      "events",
      "run",
    ] as const;
    for (const slice of calm) expect(after[slice], slice).toBe(before[slice]);
  });

  test("a kill leaves the other nodes' slices as they were", () => {
    const stage = new Stage(3);
    const before = stage.run(6);
    const follower = before.nodeNames.find((name) => name !== stage.leader)!;
    const other = before.nodeNames.find((name) => name !== stage.leader && name !== follower)!;
    stage.act({ kind: "kill", node: idOf(follower) });
    const after = stage.view;
    expect(after.nodes[follower]).not.toBe(before.nodes[follower]);
    expect(after.nodes[other]).toBe(before.nodes[other]);
    expect(after.logs[other]).toBe(before.logs[other]);
    expect(after.readies[other]).toBe(before.readies[other]);
    expect(after.log).toBe(before.log);
    expect(after.requests).toBe(before.requests);
    expect(after.events.slice(0, -1)).toEqual(before.events);
  });

  test("a new projector goes on from the view that was shown last", () => {
    const stage = new Stage(3);
    const shown = stage.run(6);
    const projector = new Projector(READERS, shown, new BrokerViews(READERS, CLIENT_READERS));
    const world = createWorld(stage.world.run, { onEvent: projector.onEvent });
    world.runUntil(shown.nowUs);
    const again = projector.project(world);
    expect(again.partitions).toBe(shown.partitions);
    expect(again.logs).toBe(shown.logs);
    expect(again.events).toBe(shown.events);
  });
});

describe("disks", () => {
  test("are told of the node that is looked at, and of no other", () => {
    const stage = new Stage(1042);
    stage.run(6);
    expect(Object.keys(stage.view.disks)).toEqual(stage.view.nodeNames);
    const { suggestion } = stage.view;
    stage.projector.lookAt({ disk: "n2", partition: null });
    const { disks, diskBytes } = stage.projector.project(stage.world);
    expect(Object.keys(disks)).toEqual(["n2"]);
    expect(Object.keys(diskBytes)).toEqual(disks["n2"]!.items.map(({ id }) => id));
    stage.projector.lookAt({ disk: null, partition: null });
    const unseen = stage.projector.project(stage.world);
    expect(unseen).toMatchObject({ disks: {}, diskBytes: {}, suggestion });
    expect(unseen.disks["n2"]).toBeUndefined();
  });

  test("a node whose log is cut behind a snapshot says so", () => {
    const stage = new Stage(1042, { snapshotEntries: 5, snapshotTrailingEntries: 0 });
    const view = stage.run(6);
    for (const name of view.nodeNames) {
      const row = view.logs[name]!;
      expect(row.snapshotIndex).toBeGreaterThanOrEqual(5);
      expect(row.cells[0]?.index).toBe(row.snapshotIndex + 1);
      expect(row.persistedIndex).toBe(row.lastIndex);
      expect(view.disks[name]?.otherFiles.map(({ text }) => text)).toEqual([
        `snapshot up to ${row.snapshotIndex}`,
      ]);
    }
  });

  test("damage, and the way back over learning", () => {
    const stage = new Stage(1042);
    stage.run(6);
    const name = stage.view.nodeNames.find((one) => one !== stage.leader)!;
    const node = idOf(name);
    const { file, position } = stage.view.disks[name]!.items[5]!;
    stage.act({ kind: "flipBit", node, file, byte: position + 40, bit: 0 });
    expect(stage.view.disks[name]?.unreadable?.kind).toBe("damaged");
    expect(stage.view.nodes[name]).toMatchObject({ process: "running", isDamaged: false });
    stage.act({ kind: "kill", node });
    stage.act({ kind: "restart", node });
    expect(stage.view.nodes[name]).toMatchObject({ process: "stopped", isDamaged: true });
    expect(stage.view.logs[name]?.note).toBe("damaged");
    expect(stage.view.suggestion.id).toBe("repair");

    stage.act({ kind: "repair", node });
    stage.runUntil(({ nodes }) => nodes[name]!.membership === "outside");
    const learning = stage.runUntil(({ nodes }) => nodes[name]!.membership === "learner");
    expect(learning.nodes[name]?.timer).toBeNull();
    const asked = stage.runUntil(({ quorum }) => quorum !== null);
    expect(asked.nodes[name]?.membership).toBe("learner");
    expect(asked.quorum?.holders.map((holder) => holder.node)).not.toContain(name);
    expect(asked.logs[name]?.progress?.isLearner).toBe(true);
    const back = stage.runUntil(({ nodes }) => nodes[name]!.membership === "voter");
    expect(back.nodes[name]).toMatchObject({ process: "running", isDamaged: false });
    expect(back.logs[name]?.lastIndex).toBeGreaterThan(8);
  });
});
