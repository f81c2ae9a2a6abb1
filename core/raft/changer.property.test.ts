import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { index, nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { Changer, restoreGroup } from "./changer.ts";
import type { ConfChangeSingle, ConfChangeType } from "./confChange.ts";
import type { ConfState } from "./message.ts";
import { confStateOfGroup, NO_GROUP, ProgressTracker } from "./tracker.ts";
import type { GroupConfig, ProgressMap } from "./tracker.ts";

const LIMITS = { maxMessages: 10, maxBytes: 0 };
const LAST = index(7);

/** Who a node is to a group: what the thesis' rules are about (sections 4.2.1 and 4.3). */
interface Part {
  readonly votesNow: boolean;
  readonly votedBefore: boolean;
  readonly learns: boolean;
  readonly willLearn: boolean;
}

/** A membership as one fact sheet for each node: no sets, no progress, nothing to keep in step. */
interface DumbGroup {
  readonly parts: ReadonlyMap<NodeId, Part>;
  readonly isJoint: boolean;
  readonly autoLeave: boolean;
}

const NOBODY: Part = { votesNow: false, votedBefore: false, learns: false, willLearn: false };
const IDS = [1, 2, 3, 4, 5].map(nodeId);

function changed(part: Part, type: ConfChangeType): Part {
  switch (type) {
    case "ConfChangeAddNode":
      return { ...part, votesNow: true, learns: false, willLearn: false };
    case "ConfChangeAddLearnerNode":
      if (part.learns) return part;
      // Nobody is voter and learner at once.
      if (part.votedBefore) return { ...part, votesNow: false, willLearn: true };
      return { ...part, votesNow: false, learns: true };
    case "ConfChangeRemoveNode":
      return { ...NOBODY, votedBefore: part.votedBefore };
    case "ConfChangeUpdateNode":
      return part;
  }
}

const votersOf = (parts: ReadonlyMap<NodeId, Part>): NodeId[] =>
  IDS.filter((id) => parts.get(id)!.votesNow);

function dumbChange(
  before: ReadonlyMap<NodeId, Part>,
  changes: readonly ConfChangeSingle[],
): Map<NodeId, Part> | string {
  const parts = new Map(before);
  for (const { type, nodeId: id } of changes) {
    if (id !== 0) parts.set(id, changed(parts.get(id)!, type));
  }
  return votersOf(parts).length === 0 ? "removed all voters" : parts;
}

function dumbStep(group: DumbGroup, { kind, changes }: Step): DumbGroup | string {
  const before = group.parts;
  if (kind === "leaveJoint") {
    if (!group.isJoint) return "can't leave a non-joint config";
    const after = [...before].map(([id, part]): [NodeId, Part] => [
      id,
      { ...part, votedBefore: false, learns: part.learns || part.willLearn, willLearn: false },
    ]);
    return { parts: new Map(after), isJoint: false, autoLeave: false };
  }
  if (kind === "simple") {
    if (group.isJoint) return "can't apply simple config change in joint config";
    const parts = dumbChange(before, changes);
    if (typeof parts === "string") return parts;
    const moved = IDS.filter((id) => parts.get(id)!.votesNow !== before.get(id)!.votesNow);
    if (moved.length > 1) return "more than one voter changed without entering joint config";
    return { parts, isJoint: false, autoLeave: false };
  }
  if (group.isJoint) return "config is already joint";
  if (votersOf(before).length === 0) return "can't make a zero-voter config joint";
  const outgoing = [...before].map(([id, part]): [NodeId, Part] => [
    id,
    { ...part, votedBefore: part.votesNow },
  ]);
  const parts = dumbChange(new Map(outgoing), changes);
  if (typeof parts === "string") return parts;
  return { parts, isJoint: true, autoLeave: kind === "enterJointAuto" };
}

function confStateOfDumb({ parts, autoLeave }: DumbGroup): ConfState {
  const who = (is: keyof Part): NodeId[] => IDS.filter((id) => parts.get(id)![is]);
  return {
    voters: who("votesNow"),
    learners: who("learns"),
    votersOutgoing: who("votedBefore"),
    learnersNext: who("willLearn"),
    autoLeave,
  };
}

interface Step {
  readonly kind: "simple" | "enterJoint" | "enterJointAuto" | "leaveJoint";
  readonly changes: readonly ConfChangeSingle[];
}

const single: fc.Arbitrary<ConfChangeSingle> = fc.record({
  type: fc.constantFrom<ConfChangeType>(
    "ConfChangeAddNode",
    "ConfChangeAddNode",
    "ConfChangeAddLearnerNode",
    "ConfChangeRemoveNode",
    "ConfChangeUpdateNode",
  ),
  nodeId: fc.integer({ min: 0, max: 5 }).map(nodeId),
});

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step["kind"]>(
      "simple",
      "simple",
      "enterJoint",
      "enterJointAuto",
      "leaveJoint",
      "leaveJoint",
    ),
    changes: fc.array(single, { maxLength: 4 }),
  }),
  { maxLength: 30 },
);

interface Group {
  readonly config: GroupConfig;
  readonly progress: ProgressMap;
}

function step({ config, progress }: Group, { kind, changes }: Step): Group | { error: string } {
  const changer = new Changer(config, progress, LAST, LIMITS);
  if (kind === "simple") return changer.simple(changes);
  if (kind === "leaveJoint") return changer.leaveJoint();
  return changer.enterJoint(kind === "enterJointAuto", changes);
}

/** Runs a history through both, and shows each membership to `look`. */
function play(history: readonly Step[], look: (after: Group, before: Group) => void): void {
  let group: Group = { config: NO_GROUP, progress: new Map() };
  let dumb: DumbGroup = {
    parts: new Map(IDS.map((id) => [id, NOBODY])),
    isJoint: false,
    autoLeave: false,
  };
  for (const each of history) {
    const got = step(group, each);
    const want = dumbStep(dumb, each);
    if (typeof want === "string" || "error" in got) {
      expect(got).toEqual({ error: want });
      continue;
    }
    expect(confStateOfGroup(got.config)).toEqual(confStateOfDumb(want));
    look(got, group);
    group = got;
    dumb = want;
  }
}

describe("memberships", () => {
  test("come out as a list of facts about each node says, errors included", () => {
    fc.assert(
      fc.property(steps, (history) => play(history, () => undefined)),
      { numRuns: 2000 },
    );
  });

  test("track exactly their members, who keep what is known of them", () => {
    fc.assert(
      fc.property(steps, (history) => {
        play(history, ({ config, progress }, before) => {
          const { incoming, outgoing } = config.voters;
          const voters = new Set([...incoming.voters, ...outgoing.voters]);
          expect(config.learners.filter((id) => voters.has(id))).toEqual([]);
          expect([...progress.keys()]).toEqual(
            [...voters, ...config.learners].sort((a, b) => a - b),
          );
          // Who still votes in the outgoing half is still sent to, even if it is on its way out.
          for (const id of outgoing.voters) {
            expect(progress.get(id)).toBe(before.progress.get(id));
          }
          const tracker = new ProgressTracker(LIMITS);
          tracker.switchTo(config, progress);
          for (const [id, each] of tracker.progress) {
            expect(each.isLearner).toBe(config.learners.includes(id));
            expect(each.id).toBe(id);
            if (!before.progress.has(id)) {
              expect([each.match, each.next, each.recentActive]).toEqual([0, LAST, true]);
            }
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  test("come back from what is stored of them", () => {
    fc.assert(
      fc.property(steps, (history) => {
        play(history, ({ config }) => {
          const stored = confStateOfGroup(config);
          const restored = restoreGroup(stored, LAST, LIMITS);
          if ("error" in restored) throw new Error(restored.error);
          expect(confStateOfGroup(restored.config)).toEqual(stored);
        });
      }),
      { numRuns: 500 },
    );
  });
});

test("who leaves and comes back in one change starts anew", () => {
  const add = (id: number): ConfChangeSingle => ({ type: "ConfChangeAddNode", nodeId: nodeId(id) });
  const group = step(
    { config: NO_GROUP, progress: new Map() },
    { kind: "simple", changes: [add(1)] },
  );
  if ("error" in group) throw new Error(group.error);
  const known = group.progress.get(nodeId(1))!;
  known.match = index(3);
  const kept = step(group, { kind: "simple", changes: [add(1)] });
  expect("progress" in kept && kept.progress.get(nodeId(1))).toBe(known);
  const remove: ConfChangeSingle = { type: "ConfChangeRemoveNode", nodeId: nodeId(1) };
  const anew = step(group, { kind: "simple", changes: [remove, add(1)] });
  expect("progress" in anew && anew.progress.get(nodeId(1))!.match).toBe(0);
});

test("a membership that nobody can have come to is refused", () => {
  const stored = {
    voters: [],
    learners: [nodeId(1)],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  };
  expect(restoreGroup(stored, LAST, LIMITS)).toEqual({ error: "removed all voters" });
});
