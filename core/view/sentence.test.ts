import { describe, expect, test } from "vitest";
import { NO_DISK_FAULTS } from "../sim/diskFaults.ts";
import type { Action } from "../sim/index.ts";
import { plainText, say } from "./richText.ts";
import { sentenceView } from "./sentence.ts";
import type { Scene } from "./sentence.ts";
import { diskSuggestions } from "./diskSuggestion.ts";
import { suggestionView } from "./suggestion.ts";
import type {
  DiskItemView,
  DiskView,
  EventView,
  NodeView,
  PartitionView,
  ReplicaLogView,
  RequestView,
} from "./view.ts";

const node = (id: number, changes: Partial<NodeView> = {}): NodeView => ({
  name: `n${id}`,
  id,
  process: "running",
  processSinceUs: 0,
  role: "follower",
  term: 3,
  votedFor: null,
  leader: "n2",
  commit: 19,
  applied: 19,
  votes: {},
  votesNeeded: 2,
  isolated: false,
  timer: { startedAtUs: 0, expiresAtUs: 9_000_000 + id, longestUs: 1_900_000 },
  write: null,
  metadataHash: "",
  membership: "voter",
  brokerEpoch: 1,
  isFenced: false,
  isDamaged: false,
  isDiskFull: false,
  isPaused: false,
  clockPercent: 100,
  ...changes,
});

const leader = node(2, { role: "leader", timer: null });
const down: Partial<NodeView> = { process: "crashed", timer: null, processSinceUs: 7_000_000 };

function scene(nodes: readonly NodeView[], changes: Partial<Scene> = {}): Scene {
  const leads = nodes.find(({ role }) => role === "leader");
  return {
    nowUs: 8_000_000,
    summary: { term: 3, leader: leads?.name ?? null, commit: 19, lastIndex: 20 },
    nodeNames: nodes.map(({ name }) => name),
    nodes: Object.fromEntries(nodes.map((one) => [one.name, one])),
    partitions: {},
    requests: [],
    quorum: null,
    safety: { rules: [], violation: null },
    cuts: [],
    disks: {},
    heartbeatUs: 200_000,
    ...changes,
  };
}

const request: RequestView = {
  id: 57,
  kind: "produce",
  client: "c1",
  to: "n2",
  target: "orders-0",
  acks: "all",
  sentAtUs: 7_500_000,
  answeredAtUs: null,
  state: "waiting",
  errorName: null,
  errorCode: 0,
  text: "no answer yet",
  leaderHint: null,
  records: [],
};

const partition = {
  name: "orders-0",
  topic: "orders",
  partition: 0,
  leader: "n2",
  leaderAlive: true,
  replicas: ["n1", "n2", "n3"],
  underReplicated: true,
} as unknown as PartitionView;

const disk = (changes: Partial<DiskView>): DiskView =>
  ({ node: "n1", items: [], unreadable: null, faults: NO_DISK_FAULTS, ...changes }) as DiskView;
const record = (sequence: number): DiskItemView =>
  ({
    kind: "entry",
    state: "durable",
    sequence,
    file: "wal.log",
    position: 100 * sequence,
    sizeBytes: 100,
  }) as DiskItemView;

function said(of: Scene, events: readonly EventView[] = []): string {
  const { what, why } = sentenceView(of, events);
  return `${plainText(what)} ${plainText(why)}`;
}

const event = (id: number, atUs: number, importance: 1 | 2): EventView => ({
  id,
  atUs,
  what: say`Event ${id}.`,
  why: say`Because.`,
  tone: "plain",
  drama: null,
  importance,
});

describe("which sentence", () => {
  const calm = scene([node(1), leader, node(3)]);

  test("the newest event that is worth it, while it is news", () => {
    const events = [event(1, 6_000_000, 2), event(2, 7_000_000, 2), event(3, 7_900_000, 1)];
    expect(sentenceView(calm, events).eventId).toBe(2);
    expect(sentenceView({ ...calm, nowUs: 9_600_000 }, events).eventId).toBe(0);
  });

  test("a quiet cluster", () => {
    expect(said(calm)).toBe(
      "n2 leads term 3 and the cluster is quiet. " +
        "Heartbeats every 200 ms keep the election timers of n1 and n3 from running out.",
    );
  });

  test("a leader that is cut off", () => {
    expect(said(scene([node(1), { ...leader, isolated: true }, node(3)]))).toBe(
      "n2 leads term 3 but is cut off. " +
        "It reaches no majority, so it commits nothing and will step down.",
    );
  });

  test("an election under way", () => {
    const candidate = node(1, { role: "candidate", votes: { n1: "granted", n3: "refused" } });
    expect(said(scene([candidate, node(2, down), node(3)]))).toBe(
      "There is no leader. n1 has 1 of the 2 votes it needs.",
    );
  });

  test("a request without an answer", () => {
    expect(said({ ...calm, requests: [request] })).toBe(
      "The client waits for an answer of n2. " +
        "With acks=all its request is answered when every in-sync replica has it on disk.",
    );
  });

  test("a record that some in-sync replicas lack, also while older news is fresh", () => {
    const log = (name: string, role: ReplicaLogView["role"], durableOffset: number) => ({
      node: name,
      role,
      alive: true,
      logEndOffset: 1,
      durableOffset,
      highWatermark: 0,
      records: [],
    });
    const waiting = (n1: Partial<NodeView>, n3Offset: number): Scene => ({
      ...scene([node(1, n1), leader, node(3)]),
      requests: [request],
      partitions: {
        "orders-0": {
          ...partition,
          highWatermark: 0,
          replicaLogs: [
            log("n1", "inIsr", 0),
            log("n2", "leader", 1),
            log("n3", "inIsr", n3Offset),
          ],
        },
      },
    });
    expect(said(waiting({}, 0))).toBe(
      "n2 waits for n1 and n3 before it answers. " +
        "acks=all: every in-sync replica must have the record on disk.",
    );
    expect(said(waiting(down, 1), [event(1, 7_000_000, 2)])).toBe(
      "n2 waits for n1 before it answers. " +
        "acks=all: every in-sync replica must have the record on disk; n1 is down.",
    );
    expect(said(waiting(down, 1), [event(1, 7_600_000, 2)])).toBe("Event 1. Because.");
  });

  test("an entry that is not yet committed", () => {
    const holders = [
      { node: "n1", state: "memory" },
      { node: "n2", state: "disk" },
      { node: "n3", state: "none" },
    ] as const;
    expect(said({ ...calm, quorum: { index: 20, needed: 2, holders } })).toBe(
      "Entry 20 is not yet committed. It is on the disk of n2; " +
        "2 of 3 disks must hold it, and the leader must know.",
    );
  });

  test("a node is missing", () => {
    const missing = scene([node(1, down), leader, node(3)], { partitions: { p: partition } });
    expect(said(missing)).toBe(
      "n2 leads term 3; n1 is down. " +
        "The others are a majority and go on; 1 partition has a copy too few.",
    );
  });

  test("a broken rule is all there is to say", () => {
    const violation = { rule: "Log matching", atUs: 1, text: "n1 and n2 differ at 4." };
    expect(said({ ...calm, safety: { rules: [], violation } })).toBe(
      'The rule "Log matching" was broken. n1 and n2 differ at 4.',
    );
  });
});

describe("what to try", () => {
  const calm = scene([node(1), leader, node(3)], { partitions: { p: partition } });
  const tries = (of: Scene, ...tried: Action["kind"][]): string =>
    suggestionView(of, new Set(tried), diskSuggestions).id;
  const answered = { ...request, state: "ok" as const };
  const refused = { ...request, errorName: "NOT_LEADER_OR_FOLLOWER" };

  test("one new thing after the other while all is well", () => {
    expect(tries(calm)).toBe("kill-leader");
    expect(tries(calm, "kill")).toBe("produce");
    expect(tries({ ...calm, requests: [answered] }, "kill")).toBe("produce-to-follower");
    const asked = { ...calm, requests: [answered, refused] };
    expect(tries(asked, "kill")).toBe("cut-leader");
    expect(tries(asked, "kill", "cut")).toBe("time-out-against-leader");
    const known = ["kill", "cut", "timeOut"] as const;
    expect(tries(asked, ...known)).toBe("tear");
    expect(tries(asked, ...known, "tear")).toBe("power-cut");
    const disks = { n1: disk({ items: [1, 2, 3].map(record) }), n2: disk({}), n3: disk({}) };
    const seen = { ...asked, disks };
    expect(tries(seen, ...known, "tear", "powerCut")).toBe("flip-bit");
    expect(tries(seen, ...known, "tear", "powerCut", "flipBit")).toBe("snapshot");
    expect(tries(seen, ...known, "tear", "powerCut", "flipBit", "snapshot")).toBe("kill-leader");
  });

  test("a bit is flipped in the middle of what is durable", () => {
    const cached = { ...record(4), state: "cache" } as DiskItemView;
    const disks = { n1: disk({ items: [record(1), record(2), record(3), cached] }) };
    const known = ["kill", "cut", "timeOut", "tear", "powerCut"] as const;
    const seen = scene([node(1), leader], { partitions: {}, disks });
    const { action } = suggestionView(seen, new Set(known), diskSuggestions);
    expect(action).toMatchObject({ kind: "flipBit", node: "n1", file: "wal.log", byte: 298 });
  });

  test("what a disk has led to is followed up", () => {
    const known = ["kill", "cut", "timeOut", "tear", "powerCut", "flipBit", "snapshot"] as const;
    const told = { ...calm, requests: [answered, refused] };
    const after = (of: Partial<DiskView>): string =>
      tries({ ...told, disks: { n1: disk(of) } }, ...known);
    expect(after({})).toBe("kill-leader");
    const full = { n1: disk({ faults: { ...NO_DISK_FAULTS, full: true } }) };
    expect(tries({ ...calm, disks: full })).toBe("make-room");
    expect(after({ faults: { ...NO_DISK_FAULTS, tear: true } })).toBe("produce-to-be-torn");
    expect(after({ faults: { ...NO_DISK_FAULTS, full: true } })).toBe("make-room");
    expect(after({ unreadable: { kind: "damaged" } as DiskItemView })).toBe("kill-to-find");
    const damaged = node(1, { ...down, process: "stopped", isDamaged: true });
    expect(tries(scene([damaged, leader, node(3)]))).toBe("repair");
    const dark = [1, 2, 3].map((id) => node(id, down));
    expect(tries(scene(dark))).toBe("power-on");
  });

  test("what the cluster needs comes first", () => {
    const hurt = scene([node(1, down), leader, node(3)], { partitions: { p: partition } });
    expect(tries(hurt, "kill")).toBe("produce-despite-down");
    expect(tries({ ...hurt, requests: [request] }, "kill")).toBe("restart");
    expect(tries(scene([node(1), node(2, down), node(3)]), "kill")).toBe("time-out");
    const candidate = node(1, { role: "candidate" });
    expect(tries(scene([candidate, node(2, down), node(3)]), "kill")).toBe("restart");
    expect(tries(scene([candidate, node(2), node(3)]), "kill")).toBe("time-out");
    expect(tries(scene([node(1, down), leader, node(3, down)]), "kill")).toBe("restart-for-quorum");
    const cuts = [{ nodes: ["n2"], sinceUs: 7_000_000 }];
    expect(tries({ ...calm, cuts }, "cut")).toBe("produce-despite-cut");
    expect(tries({ ...calm, cuts, requests: [request] }, "cut")).toBe("heal");
  });
});
