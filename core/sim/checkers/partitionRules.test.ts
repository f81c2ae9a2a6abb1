import { expect, test } from "vitest";
import { index, nodeId, NO_NODE, NO_TERM, term } from "../../base/ids.ts";
import type { GroupProbe } from "./brokerProbe.ts";
import type { RaftProbe } from "./raftStep.ts";
import type { StorageProbe } from "./storageProbe.ts";
import { KEY, StubCluster } from "./testing/stubCluster.ts";
import type { StubBroker } from "./testing/stubCluster.ts";

interface GroupState {
  readonly group?: number;
  readonly role?: RaftProbe["role"];
  readonly inTerm?: number;
  readonly storedTerm?: number;
  readonly snapshotAt?: number;
  readonly applied?: number;
}

/** The broker is a member of the group of its partition, in this state. */
function joins({ groups }: StubBroker, state: GroupState): void {
  const { group = 1, role = "follower", inTerm = 2, storedTerm = 2, snapshotAt = 0 } = state;
  const applied = index(state.applied ?? 0);
  const raft: RaftProbe = {
    role,
    term: term(inTerm),
    commit: applied,
    applied,
    firstIndex: index(1),
    lastIndex: applied,
    termAt: (i) => (i === 0 ? NO_TERM : term(1)),
    entries: (lo, hi) =>
      Array.from({ length: hi - lo }, (_, at) => ({
        term: term(1),
        index: index(lo + at),
        type: "EntryNormal",
        data: Uint8Array.of(lo + at),
      })),
  };
  const hardState = { term: term(storedTerm), vote: NO_NODE, commit: index(0) };
  const storage: StorageProbe = {
    initialState: () => ({ hardState }),
    firstIndex: () => index(1),
    lastIndex: () => applied,
    snapshot: () => ({ metadata: { index: index(snapshotAt), term: term(1) } }),
  };
  const probe: GroupProbe = {
    group,
    raft,
    isReadable: false,
    loop: { storage },
    state: { appliedIndex: applied },
  };
  groups.set(KEY, probe);
}

/** All nodes have a replica of a partition in mode "raft", of group 1. */
function setUp(): StubCluster {
  const cluster = new StubCluster();
  for (const broker of cluster.all) {
    broker.applies(1, { group: 1 });
    joins(broker, {});
    expect(cluster.start(broker)).toBeNull();
  }
  return cluster;
}

/** What a node looks like now is what it looks like to the rules. */
function change(cluster: StubCluster, broker: StubBroker, state: GroupState): string | null {
  joins(broker, state);
  broker.appliedIndex = index(broker.appliedIndex + 1);
  return cluster.step(broker);
}

test("the group of a partition is held to Raft's rules: one leader a term", () => {
  const cluster = setUp();
  expect(change(cluster, cluster.n1, { role: "leader" })).toBeNull();
  expect(change(cluster, cluster.n2, { role: "leader", inTerm: 3, storedTerm: 3 })).toBeNull();
  expect(change(cluster, cluster.n3, { role: "leader" })).toBe(
    "Election Safety: n1 and n3 both became leader of term 2.",
  );
});

test("what it has stored never goes back, over a restart too", () => {
  const cluster = setUp();
  cluster.rules.ended(nodeId(2));
  joins(cluster.n2, { storedTerm: 1 });
  expect(cluster.start(cluster.n2)).toBe("n2 had stored term 2, and now term 1.");
});

test("its snapshots hold what was applied", () => {
  const cluster = setUp();
  expect(change(cluster, cluster.n1, { applied: 3, snapshotAt: 3 })).toBeNull();
  expect(change(cluster, cluster.n2, { applied: 3, snapshotAt: 4 })).toContain(
    "Snapshots hold what was applied: The snapshot of n2 ends in entry 4",
  );
});

test("those who have applied the same have made the same records of it", () => {
  const cluster = setUp();
  cluster.n1.holds([[7, 1]], 1);
  expect(change(cluster, cluster.n1, { applied: 3 })).toBeNull();
  cluster.n2.holds([], 0);
  expect(change(cluster, cluster.n2, { applied: 3 })).toBe(
    "State Machine Safety: n1 and n2 applied the same entries up to 3 and have different records.",
  );
});

test("a group is forgotten with its topic, and a later one is judged for itself", () => {
  const cluster = setUp();
  expect(change(cluster, cluster.n1, { role: "leader" })).toBeNull();
  const later = { group: 2, topicId: "f".repeat(32), epoch: 0 };
  cluster.n3.applies(9, later);
  cluster.n3.log.topicId = later.topicId;
  joins(cluster.n3, { group: 2, role: "leader" });
  expect(cluster.step(cluster.n3)).toBeNull();
  // It has not heard of that, and nobody minds what it does with a topic that is gone.
  const group = cluster.n2.groups.get(KEY)!;
  Object.assign(group, { raft: { ...group.raft, role: "leader" } });
  expect(cluster.step(cluster.n2)).toBeNull();
});
