import { describe, expect, test } from "vitest";
import { index, offset, term } from "../../base/ids.ts";
import type { RaftProbe } from "./raftStep.ts";
import type { StorageProbe } from "./storageProbe.ts";
import { EMPTY_METADATA } from "../../metadata/clusterMetadata.ts";
import { KEY, sentBatch, StubCluster } from "./testing/stubCluster.ts";
import type { StubBroker, StubPartition, StubRecord } from "./testing/stubCluster.ts";

const SEVEN: StubRecord = [7, 1];
const EIGHT: StubRecord = [8, 1];
const NINE: StubRecord = [9, 1];

/** Three brokers that hold records 7 and 8, which are committed. */
function setUp(of: StubPartition = {}): StubCluster {
  const cluster = new StubCluster();
  cluster.begin(of, [SEVEN, EIGHT], 2);
  return cluster;
}

/** The broker leads a Raft group that has applied as much of an empty log as it may. */
function leadsGroup({ groups }: StubBroker, inTerm: number, isReadable = true): void {
  const raft: RaftProbe = {
    role: "leader",
    term: term(inTerm),
    commit: index(0),
    applied: index(0),
    firstIndex: index(1),
    lastIndex: index(0),
    termAt: () => term(0),
    entries: () => [],
  };
  const storage: StorageProbe = {
    initialState: () => ({ hardState: null }),
    firstIndex: () => index(1),
    lastIndex: () => index(0),
    snapshot: () => ({ metadata: { index: index(0), term: term(0) } }),
  };
  groups.set(KEY, {
    group: 1,
    raft,
    isReadable,
    loop: { storage },
    state: { appliedIndex: index(0) },
  });
}

describe("Acknowledged records are kept", () => {
  test("an acknowledgement that every in-sync replica backs is fine", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    for (const broker of cluster.all) expect(cluster.step(broker)).toBeNull();
  });

  test("so is the second one, for a batch that was sent twice", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    expect(cluster.acknowledge(cluster.n2, 1, sentBatch(8))).toBeNull();
  });

  test("one for what is not committed, or for something else, breaks it", () => {
    const cluster = setUp();
    cluster.n1.holds([SEVEN, EIGHT, NINE], 2);
    expect(cluster.step(cluster.n1)).toBeNull();
    expect(cluster.acknowledge(cluster.n1, 2, sentBatch(9))).toBe(
      "n1 acknowledged offset 2 of orders-0, but nothing is committed there.",
    );
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(9))).toBe(
      "n1 acknowledged offset 1 of orders-0, but another record is committed there.",
    );
  });

  test("an acknowledgement before an in-sync follower has it breaks it", () => {
    const cluster = setUp();
    cluster.n3.holds([SEVEN], 1);
    expect(cluster.step(cluster.n3)).toBeNull();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBe(
      "n1 acknowledged offset 1 of orders-0, but n3, a member of the ISR, has nothing there.",
    );
  });

  test("one before a replica outside the ISR has it is fine, until that one joins", () => {
    const cluster = setUp({ isr: [1, 2] });
    cluster.n3.holds([SEVEN], 1);
    expect(cluster.step(cluster.n3)).toBeNull();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n1.applies(6, { isr: [1, 2, 3], partitionEpoch: 2 });
    expect(cluster.step(cluster.n1)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("a follower that cuts it off later breaks it, also if it has grown meanwhile", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n2.holds([SEVEN, EIGHT, NINE], 2);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n2.holds([SEVEN], 1);
    expect(cluster.step(cluster.n2)).toContain("n2, a member of the ISR, has nothing there");
  });

  test("a new leader with another record at that offset breaks it", () => {
    const cluster = setUp({ isr: [1, 2] });
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n2.holds([SEVEN, [9, 2]], 1);
    cluster.n2.applies(6, { isr: [2, 1], epoch: 2 });
    expect(cluster.step(cluster.n2)).toBe(
      "Acknowledged records are kept: n1 acknowledged offset 1 of orders-0, but n2, its leader in " +
        "epoch 2, has another record there.",
    );
  });

  test("a record is still the same when only the disk holds its bytes", () => {
    const cluster = setUp();
    const { log } = cluster.n2;
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    log.batches = log.batches.map((batch) => ({ ...batch, bytes: null }));
    cluster.rules.ended(cluster.n2.id);
    expect(cluster.start(cluster.n2)).toBeNull();
  });

  test("a dead replica promises nothing, and is looked at when it is back", () => {
    const cluster = setUp();
    cluster.rules.ended(cluster.n3.id);
    cluster.n3.holds([SEVEN], 1);
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    expect(cluster.step(cluster.n2)).toBeNull();
    expect(cluster.start(cluster.n3)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("a node whose disk was wiped holds nothing, and must be out of the ISR by then", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.rules.ended(cluster.n3.id);
    cluster.n1.applies(6, { isr: [1, 2], partitionEpoch: 2 });
    expect(cluster.step(cluster.n1)).toBeNull();
    cluster.n3.replicas.clear();
    cluster.n3.appliedIndex = index(0);
    expect(cluster.start(cluster.n3)).toBeNull();
    cluster.n1.applies(7, { isr: [1, 2, 3], partitionEpoch: 3 });
    expect(cluster.step(cluster.n1)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("metadata that others have overtaken does not count", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1, 2] }, [SEVEN, EIGHT], 2);
    cluster.n3.holds([], 0);
    cluster.n3.metadata = cluster.n1.metadata;
    cluster.n3.applies(0, { isr: [1, 2, 3], epoch: 0 });
    expect(cluster.step(cluster.n3)).toBeNull();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    expect(cluster.step(cluster.n2)).toBeNull();
  });

  test("a later topic of the same name owes nothing", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    for (const broker of cluster.all) {
      broker.applies(6, { topicId: "f".repeat(32), epoch: 0 });
      broker.log.topicId = "f".repeat(32);
      broker.holds([], 0);
      expect(cluster.step(broker)).toBeNull();
    }
  });

  test("nor does a log of before, or what one acknowledges who has not heard of the new topic", () => {
    const cluster = setUp();
    const topicId = "f".repeat(32);
    cluster.n1.applies(6, { topicId, epoch: 0 });
    cluster.n1.log.topicId = topicId;
    cluster.n1.holds([[5, 0]], 1);
    expect(cluster.step(cluster.n1)).toBeNull();
    expect(cluster.acknowledge(cluster.n2, 1, sentBatch(8))).toBeNull();
    cluster.rules.ended(cluster.n2.id);
    expect(cluster.start(cluster.n2)).toBeNull();
  });

  test("of a topic that was deleted nothing is expected", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n1.metadata = EMPTY_METADATA;
    cluster.n1.appliedIndex = index(6);
    expect(cluster.step(cluster.n1)).toBeNull();
    cluster.n2.holds([], 0);
    expect(cluster.step(cluster.n2)).toBeNull();
  });

  test("a log that is gone altogether is missed as soon as its broker starts", () => {
    const cluster = setUp();
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.rules.ended(cluster.n3.id);
    cluster.n3.replicas.clear();
    expect(cluster.start(cluster.n3)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("of a Raft group the leader that serves must have it, and nobody else", () => {
    const cluster = new StubCluster();
    cluster.begin({ group: 1, epoch: 2 }, [SEVEN, [8, 2]], 2);
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n2.holds([SEVEN], 2);
    expect(cluster.step(cluster.n2)).toBeNull();
    // A leader of before may serve on for a while.
    leadsGroup(cluster.n2, 1);
    cluster.n2.appliedIndex = index(2);
    expect(cluster.step(cluster.n2)).toBeNull();
    leadsGroup(cluster.n2, 3, false);
    cluster.n2.appliedIndex = index(3);
    expect(cluster.step(cluster.n2)).toBeNull();
    leadsGroup(cluster.n2, 3);
    cluster.n2.appliedIndex = index(4);
    expect(cluster.step(cluster.n2)).toBe(
      "Acknowledged records are kept: n1 acknowledged offset 1 of orders-0, but n2, its leader in " +
        "epoch 3, has nothing there.",
    );
  });
});

describe("losses", () => {
  /** n1 has committed two records; n2 has only the first of them and leads by an unclean election. */
  function elect(unclean: boolean): StubCluster {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1], unclean }, [SEVEN, EIGHT], 2);
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n2.holds([SEVEN], 1);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n2.applies(2, { isr: [2], epoch: 2, unclean });
    cluster.n2.leads();
    return cluster;
  }

  test("what an unclean election costs is counted, and no rule is broken", () => {
    const cluster = elect(true);
    expect(cluster.step(cluster.n2)).toBeNull();
    expect(cluster.rules.losses).toEqual([
      { topic: "orders", partition: 0, leaderEpoch: 2, fromOffset: 1, records: 1 },
    ]);
    cluster.n2.holds([SEVEN, [9, 2]], 2);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n1.holds([SEVEN, [9, 2]], 2);
    expect(cluster.step(cluster.n1)).toBeNull();
    expect(cluster.acknowledge(cluster.n2, 1, sentBatch(9))).toBeNull();
    expect(cluster.rules.losses).toHaveLength(1);
  });

  test("so is what a leader acknowledges that has not heard of the election", () => {
    const cluster = elect(true);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n1.holds([SEVEN, EIGHT, NINE], 3);
    expect(cluster.step(cluster.n1)).toBeNull();
    expect(cluster.acknowledge(cluster.n1, 2, sentBatch(9))).toBeNull();
    expect(cluster.rules.losses).toEqual([
      { topic: "orders", partition: 0, leaderEpoch: 2, fromOffset: 1, records: 2 },
    ]);
  });

  test("nothing is lost if the new leader has everything", () => {
    const cluster = elect(true);
    cluster.n2.holds([SEVEN, EIGHT], 1);
    expect(cluster.step(cluster.n2)).toBeNull();
    expect(cluster.rules.losses).toEqual([]);
  });

  test("a second election is counted from where the first has left it", () => {
    const cluster = elect(true);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n2.holds([SEVEN, [9, 2], [10, 2]], 3);
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n3.holds([SEVEN, [9, 2]], 1);
    cluster.n3.applies(3, { isr: [3], epoch: 3, unclean: true });
    cluster.n3.leads();
    expect(cluster.step(cluster.n3)).toBeNull();
    expect(cluster.rules.losses.at(-1)).toMatchObject({
      leaderEpoch: 3,
      fromOffset: 2,
      records: 1,
    });
  });

  test("what is committed after it must stay, as ever", () => {
    const cluster = elect(true);
    cluster.n2.holds([SEVEN, [9, 2]], 2);
    expect(cluster.step(cluster.n2)).toBeNull();
    expect(cluster.rules.losses).toHaveLength(1);
    cluster.n3.log.highWatermark = offset(1);
    cluster.n3.applies(3, { isr: [3], leader: 3, epoch: 3, unclean: true });
    cluster.n3.leads();
    expect(cluster.step(cluster.n3)).toBeNull();
    expect(cluster.rules.losses.at(-1)).toMatchObject({ leaderEpoch: 3, fromOffset: 1 });
    cluster.n3.log.highWatermark = offset(2);
    expect(cluster.step(cluster.n3)).toBeNull();
    const grown = { isr: [3, 2], leader: 3, epoch: 3, partitionEpoch: 4, unclean: true };
    cluster.n3.applies(4, grown);
    expect(cluster.step(cluster.n3)).toBeNull();
    cluster.n2.applies(5, { isr: [3, 2], leader: 2, epoch: 4, unclean: true });
    cluster.n2.leads();
    expect(cluster.step(cluster.n2)).toContain("Offset 1 of orders-0 was below");
  });

  test("of several elections that come to light at once none is taken for clean", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1], unclean: true }, [SEVEN, EIGHT], 2);
    cluster.n1.holds([SEVEN], 1);
    cluster.n1.applies(2, { isr: [1], epoch: 3, unclean: true });
    cluster.n1.leads();
    expect(cluster.step(cluster.n1)).toBeNull();
    expect(cluster.rules.losses).toMatchObject([{ leaderEpoch: 3, fromOffset: 1, records: 1 }]);
  });

  test("without the topic's option that breaks the rule", () => {
    const cluster = elect(false);
    expect(cluster.step(cluster.n2)).toContain("Acknowledged records are kept");
    expect(cluster.rules.losses).toEqual([]);
  });

  test("a clean election of such a topic changes nothing", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1, 2], unclean: true }, [SEVEN, EIGHT], 2);
    expect(cluster.acknowledge(cluster.n1, 1, sentBatch(8))).toBeNull();
    cluster.n2.applies(2, { isr: [2], epoch: 2, unclean: true });
    cluster.n2.leads();
    cluster.n2.log.highWatermark = offset(1);
    cluster.n2.log.batches.pop();
    expect(cluster.step(cluster.n2)).toContain("Acknowledged records are kept");
  });
});
