import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { confChangesFromString } from "./confChange.ts";
import type { ConfChangeTransition, ConfChangeV2 } from "./confChange.ts";
import { MemoryStorage } from "./memoryStorage.ts";
import type { ConfState } from "./message.ts";
import { RawNode } from "./rawNode.ts";
import type { RaftEvent } from "./trace.ts";
import { bytes, Cluster, text } from "./testing/cluster.ts";
import { from, hardState, Solo } from "./testing/solo.ts";

/** A change as "v1 l2 r3": node 1 votes, 2 learns, 3 leaves. */
function change(words: string, transition: ConfChangeTransition = "auto"): ConfChangeV2 {
  const changes = confChangesFromString(words);
  if ("error" in changes) throw new Error(changes.error);
  return { transition, changes, context: bytes("") };
}

/** A ConfState as "voters && outgoing, learners | learners next". */
const show = ({ voters, votersOutgoing, learners, learnersNext, autoLeave }: ConfState): string =>
  `${voters.join(" ")}&&${votersOutgoing.join(" ")}, ${learners.join(" ")}|${learnersNext.join(" ")}` +
  (autoLeave ? " auto" : "");

const membersOf = (cluster: Cluster, id: number): string =>
  show(cluster.node(id).status().confState);

/** Nodes 1 to 3 form a group that 1 leads; 4 to 6 may be added. */
function groupOfThree(options: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
  const cluster = new Cluster(3, options, 1, 3);
  cluster.elect(1);
  return cluster;
}

describe("one node at a time (thesis, section 4.2)", () => {
  test("a voter that is added gets the log, and has a vote", () => {
    const cluster = groupOfThree();
    expect(cluster.node(1).proposeConfChange(change("v4"))).toBe("ok");
    for (let i = 0; i < 3; i++) {
      cluster.node(1).tick();
      cluster.settle();
    }
    for (const id of [1, 2, 3, 4]) expect(membersOf(cluster, id)).toBe("1 2 3 4&&, |");
    // Three of four are a majority, and two are not.
    cluster.member(2).crash();
    cluster.node(1).propose(bytes("x"));
    cluster.settle((m) => m.to !== 4);
    expect(cluster.node(1).commit).toBe(3);
    cluster.node(1).tick();
    cluster.settle();
    expect(cluster.node(1).commit).toBe(4);
  });

  test("a learner gets the log as well, but counts for nothing", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("l4"));
    cluster.settle();
    cluster.node(1).tick();
    cluster.settle();
    expect(cluster.node(4).lastIndex).toBe(cluster.node(1).lastIndex);
    cluster.member(2).crash();
    cluster.member(3).crash();
    const { commit } = cluster.node(1);
    cluster.node(1).propose(bytes("x"));
    cluster.settle();
    expect(cluster.node(4).lastIndex).toBe(cluster.node(1).lastIndex);
    expect(cluster.node(1).commit).toBe(commit);
  });

  test("a learner does not stand for election, but votes if it is asked", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("l3"));
    cluster.settle();
    for (let i = 0; i < 50; i++) cluster.node(3).tick();
    expect(cluster.node(3).role).toBe("follower");
    cluster.node(3).step({
      ...from(2, "MsgVote", { term: 5, index: 9, logTerm: 4 }),
      to: nodeId(3),
    });
    // It may have been made a voter without having heard of it.
    expect(cluster.node(3).vote).toBe(2);
  });

  test("a learner that is made a voter has a say from then on", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("l3"));
    cluster.settle();
    cluster.node(1).proposeConfChange(change("v3"));
    cluster.settle();
    expect(membersOf(cluster, 3)).toBe("1 2 3&&, |");
    cluster.elect(3);
    expect(cluster.node(3).role).toBe("leader");
  });

  test("who leaves makes room: what a smaller majority has is committed at once", () => {
    const cluster = groupOfThree();
    cluster.member(3).crash();
    cluster.node(1).proposeConfChange(change("r3"));
    // 2 acknowledges the change itself, but not what comes after it.
    cluster.settle();
    cluster.node(1).proposeConfChange(change("r2"));
    cluster.node(1).propose(bytes("x"));
    cluster.settle((m) => m.to === 2 || m.index <= 4);
    cluster.member(2).crash();
    expect(cluster.node(1).commit).toBe(cluster.node(1).lastIndex);
    expect(text(cluster.member(1).applied.at(-1)!.data)).toBe("x");
  });
});

describe("the leader's check of a proposed change", () => {
  /** What the leader said about changes that it let pass as empty entries. */
  function refusals(run: (cluster: Cluster) => void, options = {}): RaftEvent[] {
    const seen: RaftEvent[] = [];
    const trace = {
      event: (e: RaftEvent): void => void (e.kind === "confChangeIgnored" && seen.push(e)),
    };
    const cluster = groupOfThree({ trace, ...options });
    run(cluster);
    return seen;
  }
  const refusal = (e: RaftEvent | undefined): unknown =>
    e !== undefined && "refusal" in e && e.refusal;

  test("lets one change at a time pass: the second one leaves an empty entry", () => {
    const seen = refusals((cluster) => {
      const { node } = cluster.member(1);
      expect(node!.proposeConfChange(change("v4"))).toBe("ok");
      expect(node!.proposeConfChange(change("v5"))).toBe("ok");
      expect(node!.status().pendingConfIndex).toBe(3);
      cluster.settle();
      expect(membersOf(cluster, 2)).toBe("1 2 3 4&&, |");
      expect(cluster.member(2).applied.map((entry) => entry.type)).toEqual([
        "EntryNormal",
        "EntryConfChangeV2",
        "EntryNormal",
      ]);
    });
    expect(seen.map(refusal)).toEqual([{ kind: "unapplied", pendingIndex: 3, applied: 2 }]);
  });

  test("waits, on a new leader, until all that may hold a change is applied", () => {
    const solo = new Solo(3, { log: [1], hardState: hardState(1, 0, 0) });
    solo.lead();
    expect(solo.node.status().pendingConfIndex).toBe(1);
    solo.node.proposeConfChange(change("v4"));
    expect(solo.node.entries(index(3), index(4))).toMatchObject([{ type: "EntryNormal" }]);
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 2, index: 3 }));
    solo.work();
    solo.node.proposeConfChange(change("v4"));
    expect(solo.node.entries(index(4), index(5))).toMatchObject([{ type: "EntryConfChangeV2" }]);
  });

  test.each([
    ["leave what is not joint", "", "auto", { kind: "notJoint" }],
    ["remove all voters", "r1 r2 r3", "auto", { kind: "illegal", error: "removed all voters" }],
    ["make all voters learners", "l1 l2 l3", "jointExplicit", { kind: "illegal" }],
  ] as const)("refuses to %s", (_, words, transition, want) => {
    const seen = refusals((cluster) => {
      expect(cluster.node(1).proposeConfChange(change(words, transition))).toBe("ok");
      cluster.settle();
      expect(membersOf(cluster, 2)).toBe("1 2 3&&, |");
    });
    expect(seen.map(refusal)).toEqual([expect.objectContaining(want)]);
  });

  test("refuses all but leaving while the group is joint", () => {
    const seen = refusals((cluster) => {
      cluster.node(1).proposeConfChange(change("v4", "jointExplicit"));
      cluster.settle();
      cluster.node(1).proposeConfChange(change("v5"));
      cluster.node(1).proposeConfChange(change("", "jointImplicit"));
      cluster.settle();
      expect(membersOf(cluster, 3)).toBe("1 2 3 4&&1 2 3, |");
      cluster.node(1).proposeConfChange(change(""));
      cluster.settle();
      expect(membersOf(cluster, 3)).toBe("1 2 3 4&&, |");
    });
    expect(seen).toHaveLength(2);
  });

  test("drops what cannot be decoded", () => {
    const solo = new Solo(1);
    solo.lead();
    const entry = { term: term(0), index: index(0), type: "EntryConfChange", data: bytes("\xff") };
    expect(solo.node.step(from(1, "MsgProp", { entries: [entry as never] }))).toBe(
      "proposalDropped",
    );
  });

  test("can be switched off; then the host has to answer for what it lets apply", () => {
    const cluster = groupOfThree({ disableConfChangeValidation: true });
    cluster.node(1).proposeConfChange(change("r1 r2 r3"));
    expect(() => cluster.settle()).toThrow("removed all voters");
  });
});

describe("a joint configuration (thesis, section 4.3)", () => {
  test("needs both majorities for whatever it decides", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("v4 v5 v6 r2 r3", "jointExplicit"));
    for (let i = 0; i < 3; i++) {
      cluster.settle();
      cluster.node(1).tick();
    }
    cluster.settle();
    expect(membersOf(cluster, 5)).toBe("1 4 5 6&&1 2 3, |");
    const { commit } = cluster.node(1);
    cluster.node(1).propose(bytes("x"));
    // All of the new ones: not enough without one of the old ones.
    cluster.settle((m) => m.to !== 2 && m.to !== 3);
    expect(cluster.node(1).commit).toBe(commit);
    cluster.node(1).tick();
    cluster.settle();
    expect(cluster.node(1).commit).toBe(commit + 1);
  });

  test("is left of its own accord where that was asked for", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("v4", "jointImplicit"));
    cluster.settle();
    expect(membersOf(cluster, 2)).toBe("1 2 3 4&&, |");
    // The change, and the leaving of it.
    expect(cluster.member(2).applied.filter((e) => e.type !== "EntryNormal")).toHaveLength(2);
  });

  test("turns voters into learners only as it is left", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("l3 v4", "jointExplicit"));
    cluster.settle();
    expect(membersOf(cluster, 2)).toBe("1 2 4&&1 2 3, |3");
    cluster.node(1).proposeConfChange(change(""));
    cluster.settle();
    expect(membersOf(cluster, 2)).toBe("1 2 4&&, 3|");
  });

  test("is left by the next leader if the first one does not come to it", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("v4", "jointImplicit"));
    // The leader commits and tells, and is cut off before it proposes to leave.
    cluster.settle((m) => m.type !== "MsgApp" || m.index < 3 || m.entries.length === 0);
    cluster.member(1).crash();
    expect(membersOf(cluster, 2)).toBe("1 2 3 4&&1 2 3, | auto");
    cluster.elect(2);
    cluster.settle();
    expect(membersOf(cluster, 2)).toBe("1 2 3 4&&, |");
  });

  test("is left late if a transfer stands in the way, and is left then", () => {
    const cluster = groupOfThree();
    const leader = cluster.node(1);
    leader.proposeConfChange(change("v4", "jointImplicit"));
    cluster.settle((m) => m.from !== 1 || m.entries.every((entry) => entry.index < 3));
    // The transferee does not hear of it, so that proposals stay shut for an election timeout.
    leader.transferLeader(nodeId(3));
    leader.tick();
    cluster.settle((m) => m.to !== 3);
    expect(membersOf(cluster, 1)).toBe("1 2 3 4&&1 2 3, | auto");
    for (let i = 0; i < 12; i++) leader.tick();
    leader.propose(bytes("x"));
    cluster.settle();
    expect(membersOf(cluster, 2)).toBe("1 2 3 4&&, |");
  });

  test("comes back with a restart, and a snapshot", () => {
    const cluster = groupOfThree();
    cluster.node(1).proposeConfChange(change("v4", "jointExplicit"));
    cluster.settle();
    const joint = "1 2 3 4&&1 2 3, |";
    cluster.member(2).save();
    cluster.member(2).crash();
    cluster.member(2).restart();
    expect(membersOf(cluster, 2)).toBe(joint);
    cluster.node(1).tick();
    cluster.settle();
    // It joined by a snapshot.
    expect(cluster.member(4).storage.firstIndex()).toBeGreaterThan(1);
    expect(membersOf(cluster, 4)).toBe(joint);
  });
});

describe("a leader that removes itself (thesis, section 4.2.2)", () => {
  function removed(stepDownOnRemoval: boolean, words = "r1"): Cluster {
    const cluster = groupOfThree({ stepDownOnRemoval });
    cluster.node(1).proposeConfChange(change(words));
    cluster.settle();
    return cluster;
  }

  test("leads on until another is elected, and takes no proposals", () => {
    const cluster = removed(false);
    expect(cluster.node(1).role).toBe("leader");
    expect(cluster.node(1).propose(bytes("x"))).toBe("proposalDropped");
    // Its heartbeats still keep the others quiet.
    for (let i = 0; i < 30; i++) {
      for (const id of [1, 2, 3]) cluster.node(id).tick();
      cluster.settle();
    }
    expect(cluster.node(2).lead).toBe(1);
    cluster.elect(2);
    expect(cluster.node(2).role).toBe("leader");
    expect(membersOf(cluster, 2)).toBe("2 3&&, |");
    // Nobody tells it: it is no member. That is what stepDownOnRemoval and CheckQuorum are for.
    expect(cluster.node(1).role).toBe("leader");
  });

  test.each(["r1", "l1"])("steps down where that was asked for (%s)", (words) => {
    const cluster = removed(true, words);
    expect(cluster.node(1).role).toBe("follower");
    for (let i = 0; i < 40; i++) cluster.node(1).tick();
    expect(cluster.node(1).role).toBe("follower");
    for (let i = 0; i < 40; i++) {
      for (const id of [2, 3]) cluster.node(id).tick();
      cluster.settle();
    }
    expect([cluster.node(2).role, cluster.node(3).role]).toContain("leader");
  });

  test("answers no reads on the word of the one voter that is left", () => {
    const cluster = new Cluster(2, {}, 1, 1);
    cluster.elect(1);
    cluster.node(1).proposeConfChange(change("r1"));
    cluster.settle();
    cluster.node(1).tick();
    cluster.settle();
    const all = (m: { to: number; from: number }): boolean => m.to !== 1 && m.from !== 1;
    cluster.node(2).campaign();
    cluster.settle(all);
    cluster.node(2).propose(bytes("x"));
    cluster.settle(all);
    expect(cluster.node(2).role).toBe("leader");
    expect(cluster.node(1).role).toBe("leader");
    cluster.node(1).readIndex(bytes("r"));
    cluster.settle(all);
    expect(cluster.member(1).reads).toEqual([]);
  });
});

describe("who may stand for election", () => {
  test("not who is no member", () => {
    const cluster = groupOfThree();
    for (let i = 0; i < 50; i++) cluster.node(5).tick();
    cluster.node(5).campaign();
    expect([cluster.node(5).role, cluster.node(5).term]).toEqual(["follower", 0]);
  });

  test("not who has a committed change still to apply", () => {
    const solo = new Solo(3);
    const leave = { term: term(1), index: index(1), type: "EntryConfChangeV2", data: bytes("") };
    solo.node.step(from(2, "MsgApp", { term: 1, commit: 1, entries: [leave as never] }));
    solo.node.campaign();
    expect(solo.node.role).toBe("follower");
  });
});

test("a host may take a change back by setting its node ids to 0", () => {
  const solo = new Solo(3);
  expect(show(solo.node.applyConfChange(change("v0")))).toBe("1 2 3&&, |");
});

test("a node refuses to start with members that no group can have come to", () => {
  const confState = {
    voters: [],
    learners: [nodeId(1)],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  };
  const config = new Cluster(1).configOf(nodeId(1), new MemoryStorage(confState));
  expect(() => new RawNode(config)).toThrow(/^unable to restore config .*: removed all voters$/);
});
