import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { index, nodeId } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { JointConfig, MajorityConfig } from "./quorum.ts";
import type { VoteResult } from "./quorum.ts";

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map(nodeId), { maxLength: 9 });
const acked = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.nat(12).map(index));
const votes = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.boolean());

/** Tries every index, the largest first, and counts who has it. */
function dumbCommittedIndex(voters: readonly NodeId[], of: (id: NodeId) => Index): number {
  for (let i = 12; i > 0; i--) {
    if (voters.filter((id) => of(id) >= i).length * 2 > voters.length) return i;
  }
  return 0;
}

/** Tries every way in which the missing votes could still fall. */
function dumbVoteResult(
  voters: readonly NodeId[],
  of: (id: NodeId) => boolean | undefined,
): VoteResult {
  const missing = voters.filter((id) => of(id) === undefined);
  const outcomes = new Set<boolean>();
  for (let mask = 0; mask < 1 << missing.length; mask++) {
    const yes = voters.filter((id) => of(id) ?? (mask >> missing.indexOf(id)) % 2 === 1);
    outcomes.add(yes.length * 2 > voters.length);
  }
  if (outcomes.size === 2) return "pending";
  return outcomes.has(true) ? "won" : "lost";
}

describe("MajorityConfig", () => {
  test("commits what a dumb count says", () => {
    fc.assert(
      fc.property(ids, acked, (voters, known) => {
        const got = new MajorityConfig(voters).committedIndex((id) => known[id]);
        const want =
          voters.length === 0
            ? Infinity
            : dumbCommittedIndex(voters, (id) => known[id] ?? index(0));
        expect(got).toBe(want);
      }),
      { numRuns: 2000 },
    );
  });

  test("gives the same answer twice: its scratch space carries nothing over", () => {
    fc.assert(
      fc.property(ids, acked, acked, (voters, first, second) => {
        const reused = new MajorityConfig(voters);
        reused.committedIndex((id) => first[id]);
        expect(reused.committedIndex((id) => second[id])).toBe(
          new MajorityConfig(voters).committedIndex((id) => second[id]),
        );
      }),
    );
  });

  test("decides elections as trying all outcomes does", () => {
    fc.assert(
      fc.property(ids, votes, (voters, cast) => {
        const got = new MajorityConfig(voters).voteResult((id) => cast[id]);
        expect(got).toBe(voters.length === 0 ? "won" : dumbVoteResult(voters, (id) => cast[id]));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("JointConfig", () => {
  test("needs both halves, and equals one half when the other is empty", () => {
    fc.assert(
      fc.property(ids, ids, acked, votes, (incoming, outgoing, known, cast) => {
        const joint = new JointConfig(incoming, outgoing);
        const halves = [new MajorityConfig(incoming), new MajorityConfig(outgoing)] as const;
        const commits = halves.map((half) => half.committedIndex((id) => known[id]));
        expect(joint.committedIndex((id) => known[id])).toBe(Math.min(...commits));
        const results = halves.map((half) => half.voteResult((id) => cast[id]));
        const want = results.includes("lost")
          ? "lost"
          : results.includes("pending")
            ? "pending"
            : "won";
        expect(joint.voteResult((id) => cast[id])).toBe(want);
      }),
    );
  });

  test("prints as etcd does, ids in base 16", () => {
    expect(`${new JointConfig([3, 1, 10].map(nodeId), [])}`).toBe("(1 3 a)");
    expect(`${new JointConfig([1, 2].map(nodeId), [1].map(nodeId))}`).toBe("(1 2)&&(1)");
  });
});
