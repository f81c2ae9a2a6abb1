import { describe, expect, test } from "vitest";
import { NO_DISK_FAULTS } from "../sim/diskFaults.ts";
import { firstSentence } from "./firstSentence.ts";
import { plainText } from "./richText.ts";
import type { Scene } from "./sentence.ts";
import { stateSentence } from "./stateSentence.ts";
import {
  ack,
  down,
  leader,
  node,
  partition,
  quorum,
  ready,
  replicaLog,
  request,
  row,
  scene,
} from "./testing/scene.ts";
import type { GroupView } from "./brokerPart.ts";
import type { LinkView, NodeView } from "./view.ts";

const asleep: Partial<NodeView> = { isPaused: true, timer: null };
const calm = scene([node(1), leader, node(3)]);
const cutOff = (...nodes: readonly string[]): Pick<Scene, "cuts"> => ({
  cuts: [{ nodes, sinceUs: 7_000_000 }],
});
const link = (from: string, to: string, changes: Partial<LinkView> = {}): LinkView => ({
  id: `link:${from}>${to}`,
  from,
  to,
  isCut: false,
  lossPercent: 0,
  extraLatencyUs: 0,
  ...changes,
});

function said(of: Scene, sentence = stateSentence): string {
  const { what, why } = sentence(of);
  return `${plainText(what)} ${plainText(why)}`;
}

const five = (...changes: readonly Partial<NodeView>[]): NodeView[] =>
  [1, 2, 3, 4, 5].map((id) =>
    node(id, { ...(id === 2 && leader), votesNeeded: 3, ...changes[id - 1] }),
  );

describe("who leads", () => {
  test("nobody, at the very start", () => {
    const start = scene([node(1), node(2), node(3)], {
      summary: { term: 0, leader: null, commit: 0, lastIndex: 0 },
    });
    expect(said(start)).toBe(
      "3 nodes start with empty disks. " +
        "The election timer of n1 is the next to run out, at 9.000 s.",
    );
    expect(said(start, firstSentence)).toBe(said(start));
  });

  test("nobody, and an election is under way", () => {
    const candidate = node(1, { role: "candidate", votes: { n1: "granted", n3: "refused" } });
    expect(said(scene([candidate, node(2, down), node(3)]))).toBe(
      "There is no leader. n1 has 1 of the 2 votes it needs.",
    );
  });

  test("nobody in this term, but somebody believes it of an older one", () => {
    const old = node(2, { role: "leader", term: 2, timer: null });
    const nobody = { summary: { term: 3, leader: null, commit: 19, lastIndex: 20 } };
    expect(said(scene([node(1), old, node(3)], nobody))).toBe(
      "Nobody leads term 3. The election timer of n1 is the next to run out, at 9.000 s.",
    );
  });

  test("nobody can: too few run", () => {
    expect(said(scene([node(1, down), leader, node(3, down)]))).toBe(
      "Only n2 is running, so nothing can be committed. " +
        "2 of 3 nodes are needed; n1 and n3 are down.",
    );
    expect(said(scene([node(1, down), node(2, down), node(3, down)]))).toBe(
      "No node runs. 2 of 3 nodes are needed; n1, n2 and n3 are down.",
    );
  });

  test("nobody can: too few are awake", () => {
    expect(said(scene([node(1, asleep), leader, node(3, down)]))).toBe(
      "Only n2 is awake, so nothing can be committed. " +
        "2 of 3 nodes are needed; n3 is down and n1 is paused.",
    );
    expect(said(scene([node(1, asleep), node(2, asleep), node(3, down)]))).toBe(
      "No node that runs is awake. 2 of 3 nodes are needed; n3 is down and n1 and n2 are paused.",
    );
  });

  test("one that stands still", () => {
    expect(said(scene([node(1), { ...leader, isPaused: true }, node(3)]))).toBe(
      "n2 leads term 3 but stands still. Its process is paused: " +
        "no heartbeat leaves it, and the election timers of the others run on.",
    );
  });

  test("one that is cut off", () => {
    expect(said(scene([node(1), { ...leader, isolated: true }, node(3)], cutOff("n2")))).toBe(
      "n2 leads term 3 but is cut off. " +
        "It reaches no majority, so it commits nothing and will step down.",
    );
    const links = [link("n2", "n1", { isCut: true }), link("n3", "n2", { isCut: true })];
    expect(said({ ...calm, links })).toBe(
      "n2 leads term 3 but can talk to no majority. " +
        "It reaches no majority, so it commits nothing and will step down.",
    );
  });

  test("a zombie beside the true one", () => {
    const zombie: Partial<NodeView> = { role: "leader", term: 2, timer: null };
    const beside = (changes: Partial<NodeView>, world: Partial<Scene> = {}): string =>
      said(scene([leader, node(1, { ...zombie, ...changes }), node(3)], world));
    const what = "n2 leads term 3; n1 still believes that it leads term 2. ";
    expect(beside({})).toBe(`${what}It has not heard of the newer term yet.`);
    expect(beside({ isPaused: true })).toBe(
      `${what}It is paused and cannot know; when it goes on, whoever answers it speaks of the newer term.`,
    );
    expect(beside({}, cutOff("n1"))).toBe(
      `${what}It is cut off and hears no majority, so it commits nothing and will step down.`,
    );
  });
});

describe("the newest entry", () => {
  test("is only waited for", () => {
    const waiting = { ...calm, quorum: quorum("none", "memory", "none") };
    expect(said(waiting)).toBe(
      "Entry 20 is not yet committed. " +
        "It is on no disk yet; 2 of 3 disks must hold it, and the leader must know.",
    );
    expect(said(waiting, firstSentence)).toBe(said(waiting));
  });

  test("is one fsync away", () => {
    const readies = { n1: ready("n1", "persist", "writing") };
    expect(said({ ...calm, readies, quorum: quorum("memory", "disk", "none") })).toBe(
      "Entry 20 is one fsync away from being committed. " +
        "n2 has it on disk. The first of n1 and n3 to have it there decides.",
    );
  });

  test("rests on one disk alone, for the others are of no help", () => {
    const trouble = {
      ...scene(five({}, {}, {}, down, {}), cutOff("n5")),
      quorum: quorum("memory", "disk", "disk", "none", "none"),
      logs: { n3: row("n3", 19) },
      readies: { n1: ready("n1", "persist", "writing") },
    };
    const what = "Entry 20 is one fsync away from being committed. n2 and n3 have it on disk. ";
    expect(said(trouble)).toBe(`${what}With n4 down and n5 cut off, n1 must be the third.`);
    expect(said({ ...trouble, diskFaults: { n1: { ...NO_DISK_FAULTS, slow: true } } })).toBe(
      `${what}With n4 down and n5 cut off, n1 must be the third, and its disk is slow.`,
    );
    const held = { ...trouble, readies: { n1: ready("n1", "persist", "none", "persist") } };
    expect(said(held)).toMatch(/^Entry 20 waits where you hold n1\. n2 and n3 have it on disk\./);
    expect(said({ ...trouble, readies: {} })).toMatch(
      /^Entry 20 must reach one more disk to be committed\./,
    );
  });

  test("is not the only thing missing when it stands where nobody hears of it", () => {
    const mute = scene(five({}, {}, {}, down, {}), {
      quorum: quorum("none", "disk", "none", "disk", "none"),
      logs: { n4: row("n4", 19) },
    });
    expect(said(mute)).toMatch(/^Entry 20 is not yet committed\. It is on the disk of n2 and n4;/);
    expect(said({ ...mute, logs: { n4: row("n4", 20) } })).toMatch(
      /^Entry 20 must reach one more disk .* With n4 down, |The first of n1, n3 and n5 /,
    );
  });

  test("is on enough disks, and the leader has yet to hear of one", () => {
    const enough = { ...calm, quorum: quorum("disk", "disk", "none"), logs: { n1: row("n1", 19) } };
    const what = "Entry 20 is on enough disks, but n2 does not know it yet. ";
    expect(said(enough)).toBe(`${what}n1 has it on disk and has yet to say so.`);
    expect(said({ ...enough, flights: [ack("n1")] })).toBe(`${what}The ack of n1 is on its way.`);
    expect(said({ ...enough, flights: [ack("n1", { heldAtUs: 7_995_000 })] })).toBe(
      `${what}The ack of n1 stands where you hold it.`,
    );
    for (const gone of [{ lostAtUs: 7_999_000 }, { arrivesAtUs: 7_999_000 }, { refused: true }]) {
      expect(said({ ...enough, flights: [ack("n1", gone)] })).toMatch(/has yet to say so\.$/);
    }
  });
});

describe("what is waited for", () => {
  test("an answer", () => {
    expect(said({ ...calm, requests: [request] })).toBe(
      "The client waits for an answer of n2. " +
        "With acks=all its request is answered when every in-sync replica has it on disk.",
    );
    const reading = { ...request, kind: "fetch" as const, acks: null };
    expect(said({ ...calm, requests: [reading] })).toBe(
      "The client waits for an answer of n2. It sent its request at 7.500 s.",
    );
  });

  test("the replicas of a record that acks=all speaks of", () => {
    const waiting = (n1: Partial<NodeView>, n3Offset: number, isr: string[] | null = null) => ({
      ...scene([node(1, n1), leader, node(3)]),
      requests: [request],
      partitions: {
        "orders-0": partition({
          proposedIsr: isr,
          proposedInEntry: isr === null ? null : 20,
          replicaLogs: [
            replicaLog("n1", "inIsr", 0),
            replicaLog("n2", "leader", 1),
            replicaLog("n3", "inIsr", n3Offset),
          ],
        }),
      },
    });
    const because = "acks=all: every in-sync replica must have the record on disk";
    expect(said(waiting({}, 0))).toBe(`n2 waits for n1 and n3 before it answers. ${because}.`);
    expect(said(waiting(down, 1))).toBe(
      `n2 waits for n1 before it answers. ${because}; n1 is down.`,
    );
    expect(said(waiting(asleep, 1, ["n2", "n3"]))).toBe(
      `n2 waits for n1 before it answers. ${because}; n1 is paused. ` +
        "An ISR without it is proposed in entry 20.",
    );
    expect(said(waiting(down, 1, ["n1", "n2"]))).toMatch(/n1 is down\.$/);
  });

  test("a Ready at a breakpoint", () => {
    const at = (stage: "persist" | "sendAfter", gate: "none" | "writing" | "durable") =>
      said({ ...calm, readies: { n3: ready("n3", stage, gate, stage) } });
    expect(at("persist", "none")).toBe(
      "Ready 87 of n3 waits before Persist. " +
        "You hold it there. It is in memory only, and nothing that rests on it may be said.",
    );
    expect(at("sendAfter", "durable")).toMatch(/^Ready 87 of n3 waits before Send after\./);
    // Its disk works: it waits for that, and not for a person.
    expect(at("persist", "writing")).toBe(said(calm));
  });

  test("a message that a person holds", () => {
    const one = ack("n1", { heldAtUs: 7_995_000 });
    expect(said({ ...calm, flights: [one] })).toBe(
      "You hold the ack of entry 20 from n1 to n2. " +
        "It stands where it was at 7.995 s; n2 does not get it until it is released.",
    );
    const two = ack("n3", { heldAtUs: 7_996_000, id: 813 });
    expect(said({ ...calm, flights: [one, two] })).toMatch(
      /^2 messages stand still, the ack of entry 20 from n1 to n2 first\./,
    );
    expect(said({ ...calm, flights: [{ ...one, lostAtUs: 7_999_000 }] })).toBe(said(calm));
  });
});

describe("what is not as it should be", () => {
  test("a broken rule is all there is to say", () => {
    const violation = { rule: "Log matching", atUs: 1, text: "n1 and n2 differ at 4." };
    expect(said({ ...calm, safety: { rules: [], violation } })).toBe(
      "The rule “Log matching” was broken. n1 and n2 differ at 4.",
    );
  });

  test("stranded entries", () => {
    const logs = { n1: row("n1", 16, { stranded: [17, 18] }) };
    expect(said({ ...calm, logs })).toBe(
      "Entries 17 and 18 of n1 are stranded. " +
        "n2 has term 3 without them: never committed, and cut as soon as n1 hears of it.",
    );
  });

  test("nodes that are missing", () => {
    const short = { partitions: { p: partition({ underReplicated: true }) } };
    expect(said(scene([node(1, down), leader, node(3)], short))).toBe(
      "n2 leads term 3; n1 is down. " +
        "The others are a majority and go on; 1 partition has a copy too few.",
    );
    expect(said(scene(five(down, {}, {}, asleep), cutOff("n5")))).toMatch(
      /^n2 leads term 3 but can talk to no majority\./,
    );
    expect(said(scene(five(down, {}, {}, asleep)))).toBe(
      "n2 leads term 3; n1 is down and n4 is paused. The others are a majority and go on.",
    );
    const damaged = node(1, { ...down, process: "stopped", isDamaged: true });
    expect(said(scene([damaged, leader, node(3)]))).toBe(
      "n2 leads term 3; n1 waits to be repaired. " +
        "Its log is damaged, so it neither serves nor votes; the others are a majority and go on.",
    );
  });

  test("a link that is cut one way", () => {
    const cut = (from: string, to: string) =>
      said({ ...calm, links: [link(from, to, { isCut: true })] });
    expect(cut("n2", "n1")).toBe(
      "No message passes from n2 to n1. " +
        "n1 hears no heartbeat of n2, though n2 would hear n1: its election timer runs out.",
    );
    expect(cut("n1", "n2")).toBe(
      "No message passes from n1 to n2. " +
        "n1 hears its leader, but no ack of n1 arrives: it counts for nothing.",
    );
    expect(cut("n1", "n3")).toBe(
      "No message passes from n1 to n3. The other direction works, and the leader is at neither end.",
    );
    const both = [link("n1", "n3", { isCut: true }), link("n3", "n1", { isCut: true })];
    expect(said({ ...calm, links: both })).toBe(
      "No message passes from n1 to n3. The other direction is cut as well.",
    );
  });

  test("links that lose or delay", () => {
    expect(said({ ...calm, links: [link("n1", "n2", { lossPercent: 30 })] })).toBe(
      "Of the messages from n1 to n2, 30 % are lost. " +
        "What is missed is sent again, so things take longer and nothing is wrong.",
    );
    expect(said({ ...calm, links: [link("n1", "n2", { extraLatencyUs: 200_000 })] })).toBe(
      "Messages from n1 to n2 take 200 ms longer. " +
        "Whoever waits for an answer over that link waits longer.",
    );
    expect(said({ ...calm, network: { ...calm.network, lossPercent: 20 } })).toMatch(
      /^Every link between brokers loses 20 % of its messages\./,
    );
  });

  test("a clock that runs wrong", () => {
    const skewed = (id: number, clockPercent: number) =>
      said(
        scene(
          [node(1), leader, node(3)].map((one) => (one.id === id ? { ...one, clockPercent } : one)),
        ),
      );
    expect(skewed(1, 200)).toBe(
      "The clock of n1 runs at 200 % of its rate. " +
        "To it every wait seems longer, so its election timer runs out sooner.",
    );
    expect(skewed(1, 50)).toMatch(/notices late that a leader is gone\.$/);
    expect(skewed(2, 50)).toMatch(
      /^The clock of n2 runs at 50 % of its rate\. Its heartbeats come late/,
    );
    expect(skewed(2, 200)).toMatch(/Its heartbeats come more often than they must\.$/);
  });
});

describe("what is at work", () => {
  test("a snapshot on its way", () => {
    const progress = { ...row("n1", 3).progress!, state: "Snapshot" as const };
    expect(said({ ...calm, logs: { n1: row("n1", 3, { progress }) } })).toBe(
      "n1 is to catch up by a snapshot. The entries that it lacks have left the log of n2.",
    );
  });

  test("a partition that moves", () => {
    const move = { addingReplicas: ["n3"], removingReplicas: ["n1"] };
    const moved = (isr: string[]) =>
      said({ ...calm, partitions: { p: partition({ ...move, isr }) } });
    expect(moved(["n1", "n2"])).toBe(
      "orders-0 moves to n3. n3 copies it and must come into the ISR. Then n1 is dismissed.",
    );
    expect(moved(["n1", "n2", "n3"])).toBe(
      "orders-0 moves to n3. All that are to keep it are in sync. Then n1 is dismissed.",
    );
    const shrinking = partition({ removingReplicas: ["n1"] });
    expect(said({ ...calm, partitions: { p: shrinking } })).toMatch(/^orders-0 is to leave n1\./);
  });

  test("a group that rebalances", () => {
    const group = (state: string): GroupView => ({
      name: "blue",
      coordinator: "n3",
      state,
      generation: 2,
      members: [],
      offsets: [],
    });
    expect(said({ ...calm, groups: [group("members join")] })).toBe(
      "Group blue shares its partitions anew. n3 coordinates it and waits for its members to join.",
    );
    expect(said({ ...calm, groups: [group("its leader assigns")] })).toMatch(
      /All have joined; one of them works out who reads what\.$/,
    );
    expect(said({ ...calm, groups: [group("stable")] })).toBe(said(calm));
  });

  test("copies that are not there yet", () => {
    const short = partition({ isr: ["n1", "n2"], underReplicated: true });
    expect(said({ ...calm, partitions: { p: short } })).toBe(
      "n2 leads term 3; 1 partition has a copy too few. " +
        "n3 is not in the ISR: it takes a fetch that finds nothing missing to return.",
    );
  });

  test("programs that send and read", () => {
    const client = (id: number, kind: "producer" | "consumer") => ({
      name: `c${id}`,
      id,
      kind,
      topic: "orders",
      state: "running",
      isStopping: false,
      facts: [],
    });
    const busy = { ...calm, partitions: { p: partition() } };
    const few = [client(2, "producer"), client(3, "consumer")];
    expect(said({ ...busy, clients: few })).toBe(
      "n2 leads term 3; c2 sends and c3 reads. All copies of 1 partition are in sync.",
    );
    const many = [2, 3, 4, 5].map((id) => client(id, "producer"));
    expect(said({ ...busy, clients: many })).toMatch(/^n2 leads term 3; 4 clients send\./);
  });

  test("nothing: a quiet cluster", () => {
    expect(said(calm)).toBe(
      "n2 leads term 3 and the cluster is quiet. " +
        "Heartbeats every 200 ms keep the election timers of n1 and n3 from running out.",
    );
    expect(said(scene([{ ...leader, votesNeeded: 1 }]))).toBe(
      "n2 leads term 3 and the cluster is quiet. It is the only voter.",
    );
  });
});
