import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../../base/ids.ts";
import type { Entry } from "../../raft/message.ts";
import type { Role } from "../../raft/role.ts";
import type { RaftChecker } from "./checker.ts";
import { ElectionSafety } from "./electionSafety.ts";
import { LeaderAppendOnly } from "./leaderAppendOnly.ts";
import { LeaderCompleteness } from "./leaderCompleteness.ts";
import { LogMatching } from "./logMatching.ts";
import { RaftWatch } from "./raftStep.ts";
import type { RaftProbe } from "./raftStep.ts";
import { StateMachineSafety } from "./stateMachineSafety.ts";

/** Entries at indexes 1, 2, ... with these terms; `salt` makes their commands differ. */
function log(terms: readonly number[], salt = 0): Entry[] {
  return terms.map((t, i) => ({
    term: term(t),
    index: index(i + 1),
    type: "EntryNormal",
    data: Uint8Array.of(t, i, salt),
  }));
}

interface State {
  readonly role?: Role;
  readonly term?: number;
  /** From index 1 on; those before `firstIndex` are gone, and only the last of them has left a term. */
  readonly log?: readonly Entry[];
  /** Default 1. */
  readonly firstIndex?: number;
  readonly commit?: number;
  readonly applied?: number;
}

/** A raft node that is in whatever state a test puts it, right or wrong. */
function probe(state: State): RaftProbe {
  const entries = state.log ?? [];
  const firstIndex = state.firstIndex ?? 1;
  return {
    role: state.role ?? "follower",
    term: term(state.term ?? 0),
    commit: index(state.commit ?? 0),
    applied: index(state.applied ?? 0),
    firstIndex: index(firstIndex),
    lastIndex: index(entries.length),
    termAt: (i) => {
      if (i < firstIndex - 1) return "compacted";
      return entries[i - 1]?.term ?? (i === 0 ? term(0) : "unavailable");
    },
    entries: (lo, hi) => (lo < firstIndex ? "compacted" : entries.slice(lo - 1, hi - 1)),
  };
}

/** Some nodes under one checker. `see` is one step of one node. */
function watchedBy(checker: RaftChecker) {
  const watches = new Map<number, RaftWatch>();
  const restart = (node: number): void => {
    watches.set(node, new RaftWatch(nodeId(node)));
  };
  const see = (node: number, state: State): string | null => {
    if (!watches.has(node)) restart(node);
    const watch = watches.get(node)!;
    return watch.look(probe(state)) ? checker.check(watch) : null;
  };
  return { see, restart };
}

describe("RaftWatch", () => {
  test("says nothing while nothing changes, and otherwise only what did", () => {
    const watch = new RaftWatch(nodeId(1));
    expect(watch.look(probe({ log: log([1, 1, 2]), term: 2 }))).toBe(true);
    expect(watch.added.map(({ index: i }) => i)).toEqual([1, 2, 3]);
    expect(watch.look(probe({ log: log([1, 1, 2]), term: 2 }))).toBe(false);
    expect(watch.look(probe({ log: log([1, 3, 3, 3]), term: 3 }))).toBe(true);
    expect(watch.removed.map((e) => [e.index, e.term])).toEqual([
      [2, 1],
      [3, 2],
    ]);
    expect(watch.added.map((e) => [e.index, e.term])).toEqual([
      [2, 3],
      [3, 3],
      [4, 3],
    ]);
    expect(watch.look(probe({ log: log([1]), term: 3 }))).toBe(true);
    expect(watch.added).toEqual([]);
    expect(watch.entryAt(index(2))).toBeUndefined();
  });

  test("what a snapshot of its own replaces is not cut", () => {
    const watch = new RaftWatch(nodeId(1));
    watch.look(probe({ log: log([1, 1, 2, 2]) }));
    expect(watch.look(probe({ log: log([1, 1, 2, 2]), firstIndex: 3 }))).toBe(true);
    expect([watch.removed, watch.added]).toEqual([[], []]);
    expect([watch.entryAt(index(2)), watch.termAt(index(2))]).toEqual([undefined, 1]);
    expect([watch.termAt(index(1)), watch.termAt(index(3))]).toEqual([null, 2]);
    expect(watch.look(probe({ log: log([1, 1, 2, 2]), firstIndex: 3 }))).toBe(false);
    watch.look(probe({ log: log([1, 1, 2, 3, 3]), firstIndex: 3 }));
    expect(watch.removed.map((e) => e.index)).toEqual([4]);
    expect(watch.added.map((e) => e.index)).toEqual([4, 5]);
  });

  test("a snapshot that was installed may leave a gap, and takes what lay behind it", () => {
    const watch = new RaftWatch(nodeId(1));
    watch.look(probe({ log: log([1, 1]) }));
    expect(watch.look(probe({ log: log([1, 1, 1, 2]), firstIndex: 5 }))).toBe(true);
    expect([watch.removed, watch.added]).toEqual([[], []]);
    expect([watch.firstIndex, watch.termAt(index(4))]).toEqual([5, 2]);
    watch.look(probe({ log: log([1, 1, 1, 2, 2, 2, 2]), firstIndex: 5 }));
    expect(watch.added.map((e) => e.index)).toEqual([5, 6, 7]);
    watch.look(probe({ log: log([1, 1, 1, 2, 2, 3]), firstIndex: 7 }));
    expect(watch.removed.map((e) => e.index)).toEqual([7]);
    expect(watch.termAt(index(6))).toBe(3);
  });
});

describe("Election Safety", () => {
  test("two leaders of one term break it, in different terms they do not", () => {
    const { see } = watchedBy(new ElectionSafety());
    expect(see(1, { role: "leader", term: 2 })).toBeNull();
    expect(see(2, { role: "leader", term: 3 })).toBeNull();
    expect(see(3, { role: "candidate", term: 3 })).toBeNull();
    expect(see(3, { role: "leader", term: 3 })).toBe("n2 and n3 both became leader of term 3.");
  });

  test("it remembers leaders that have crashed, and lets one come back to its own term", () => {
    const { see, restart } = watchedBy(new ElectionSafety());
    expect(see(1, { role: "leader", term: 2 })).toBeNull();
    restart(1);
    expect(see(1, { role: "leader", term: 2 })).toBeNull();
    restart(1);
    expect(see(2, { role: "leader", term: 2 })).toContain("n1 and n2");
  });
});

describe("Leader Append-Only", () => {
  test("a leader that replaces or drops its own entry breaks it", () => {
    const { see } = watchedBy(new LeaderAppendOnly());
    see(1, { role: "leader", term: 2, log: log([1, 2]) });
    expect(see(1, { role: "leader", term: 2, log: log([1, 2, 2]) })).toBeNull();
    expect(see(1, { role: "leader", term: 2, log: log([1, 2]) })).toBe(
      "n1 leads term 2 and had entry 3 of term 2; now it has nothing there.",
    );
    expect(see(1, { role: "leader", term: 2, log: log([3, 2]) })).toBeNull();
  });

  test("a leader whose last entry changes breaks it", () => {
    const { see } = watchedBy(new LeaderAppendOnly());
    see(1, { role: "leader", term: 3, log: log([1, 1]) });
    expect(see(1, { role: "leader", term: 3, log: log([1, 2]) })).toContain("an entry of term 2");
  });

  test("a leader may let go of what its snapshot holds", () => {
    const { see } = watchedBy(new LeaderAppendOnly());
    see(1, { role: "leader", term: 2, log: log([1, 2, 2]) });
    expect(see(1, { role: "leader", term: 2, log: log([1, 2, 2]), firstIndex: 3 })).toBeNull();
    expect(see(1, { role: "leader", term: 2, log: log([1, 2]), firstIndex: 3 })).toContain(
      "had entry 3 of term 2",
    );
  });

  test("a follower may, and a leader that was deposed in between", () => {
    const { see } = watchedBy(new LeaderAppendOnly());
    see(1, { role: "leader", term: 2, log: log([1, 2]) });
    expect(see(1, { role: "follower", term: 3, log: log([1]) })).toBeNull();
    expect(see(1, { role: "leader", term: 4, log: log([1, 4]) })).toBeNull();
  });
});

describe("Log Matching", () => {
  test("one index and term with two commands breaks it", () => {
    const { see } = watchedBy(new LogMatching());
    expect(see(1, { log: log([1, 1]) })).toBeNull();
    expect(see(2, { log: log([1, 1]) })).toBeNull();
    expect(see(3, { log: log([1, 1], 9) })).toBe("n1 and n3 have different entries 1 of term 1.");
  });

  test("a different term before the same entry breaks it", () => {
    const { see } = watchedBy(new LogMatching());
    see(1, { log: log([1, 1, 3]) });
    expect(see(2, { log: log([1, 2, 3]) })).toBe(
      "n1 and n2 agree on entry 3 of term 3, but the entry before it is of term 1 on n1 and of " +
        "term 2 on n2.",
    );
  });

  test("a node that is down, or has replaced its entry since, is still a witness", () => {
    const { see, restart } = watchedBy(new LogMatching());
    see(1, { log: log([1, 2]) });
    see(1, { log: log([1]) });
    restart(1);
    expect(see(2, { log: log([1, 2], 5) })).not.toBeNull();
  });

  test("logs that part and never agree again do not break it", () => {
    const { see } = watchedBy(new LogMatching());
    expect(see(1, { log: log([1, 1, 1]) })).toBeNull();
    expect(see(2, { log: log([1, 1, 2]) })).toBeNull();
    expect(see(1, { log: log([1, 1, 2, 2]) })).toBeNull();
  });

  test("right behind a snapshot the term before counts, too", () => {
    const { see } = watchedBy(new LogMatching());
    expect(see(1, { log: log([1, 1, 2, 3]), firstIndex: 4 })).toBeNull();
    expect(see(2, { log: log([1, 1, 2, 3]) })).toBeNull();
    expect(see(3, { log: log([1, 1, 1, 3]), firstIndex: 4 })).toContain("is of term 2 on n1");
  });
});

describe("Leader Completeness", () => {
  test("a later leader without a committed entry breaks it", () => {
    const { see } = watchedBy(new LeaderCompleteness());
    see(1, { role: "leader", term: 2, log: log([2, 2]), commit: 2 });
    expect(see(2, { role: "leader", term: 3, log: log([2, 2, 3]) })).toBeNull();
    expect(see(3, { role: "leader", term: 4, log: log([2]) })).toBe(
      "n3 leads term 4 without entry 2 of term 2, which n1 committed in term 2.",
    );
  });

  test("another command at that index is not the entry", () => {
    const { see } = watchedBy(new LeaderCompleteness());
    see(1, { role: "leader", term: 2, log: log([2]), commit: 1 });
    expect(see(2, { role: "leader", term: 5, log: log([1]) })).toContain("without entry 1");
  });

  test("a stale candidate that wins an older term late owes nothing to a later leader", () => {
    // Leader of term 5 commits an entry of term 2; then a leader of term 4 appears without it.
    const { see } = watchedBy(new LeaderCompleteness());
    see(1, { role: "leader", term: 5, log: log([2, 5]), commit: 2 });
    expect(see(2, { role: "leader", term: 4, log: log([]) })).toBeNull();
    expect(see(3, { role: "leader", term: 6, log: log([2]) })).toContain("entry 2 of term 5");
  });

  test("what lies in the leader's snapshot is held, if it ends in the committed entry", () => {
    const { see } = watchedBy(new LeaderCompleteness());
    see(1, { role: "leader", term: 2, log: log([1, 2, 2]), commit: 3 });
    const held = { role: "leader", term: 3, log: log([1, 2, 2]), firstIndex: 3 } as const;
    expect(see(2, held)).toBeNull();
    const other = { role: "leader", term: 4, log: log([1, 1, 2]), firstIndex: 3 } as const;
    expect(see(3, other)).toContain("n3 leads term 4 without entry 2 of term 2");
    const short = { role: "leader", term: 5, log: log([1, 2]), firstIndex: 3 } as const;
    expect(see(4, short)).toContain("without entry 3 of term 2");
  });
});

describe("State Machine Safety", () => {
  test("two nodes that apply different entries at an index break it", () => {
    const { see } = watchedBy(new StateMachineSafety("metadata"));
    expect(see(1, { log: log([1, 1]), applied: 2, commit: 2 })).toBeNull();
    expect(see(2, { log: log([1, 2]), applied: 1, commit: 2 })).toBeNull();
    expect(see(2, { log: log([1, 2]), applied: 2, commit: 2 })).toBe(
      "At index 2 n1 applied an entry of term 1 and n2 one of term 2.",
    );
  });

  test("a node that starts again must apply what it applied before", () => {
    const { see, restart } = watchedBy(new StateMachineSafety("metadata"));
    see(1, { log: log([1, 1]), applied: 2 });
    restart(1);
    expect(see(1, { log: log([1, 1], 3), applied: 1 })).toContain("another one");
  });

  test("an applied entry that is replaced breaks it at once", () => {
    const { see } = watchedBy(new StateMachineSafety("metadata"));
    see(1, { log: log([1, 1]), applied: 2 });
    expect(see(1, { log: log([1, 2]), applied: 2, term: 2 })).toBe(
      "n1 has applied entry 2 of term 1 and then replaced it.",
    );
  });

  test("an entry that the log does not hold cannot be applied", () => {
    const { see } = watchedBy(new StateMachineSafety("metadata"));
    expect(see(1, { log: log([1]), applied: 2 })).toBe("n1 applied entry 2, which it has not.");
  });

  test("what came as a snapshot was not applied here, what follows it is", () => {
    const { see, restart } = watchedBy(new StateMachineSafety("metadata"));
    see(1, { log: log([1, 1, 2, 2]), applied: 4 });
    expect(see(2, { log: log([1, 1]), applied: 1 })).toBeNull();
    expect(see(2, { log: log([1, 1, 2]), firstIndex: 4, applied: 3 })).toBeNull();
    expect(see(2, { log: log([1, 1, 2, 3]), firstIndex: 4, applied: 4 })).toContain("At index 4");
    restart(3);
    expect(see(3, { log: log([1, 1, 2, 2]), firstIndex: 3, applied: 3 })).toBeNull();
    restart(3);
    // Entries that are kept before the snapshot's end are looked at, though nobody applies them.
    expect(see(3, { log: log([1, 1, 3, 3]), firstIndex: 3, applied: 3 })).toContain("At index 3");
  });

  test("equal entries must lead to equal states", () => {
    const checker = new StateMachineSafety("metadata");
    expect(checker.checkState(nodeId(1), index(4), 77)).toBeNull();
    expect(checker.checkState(nodeId(2), index(4), 77)).toBeNull();
    expect(checker.checkState(nodeId(3), index(5), 78)).toBeNull();
    expect(checker.checkState(nodeId(2), index(5), 77)).toContain("n3 and n2");
  });
});
