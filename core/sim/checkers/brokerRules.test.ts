import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, offset, partitionEpoch } from "../../base/ids.ts";
import { partitionFixture } from "../../broker/testing/fixtures.ts";
import type { PartitionMetadata } from "../../metadata/clusterMetadata.ts";
import { LeaderInSync } from "./leaderInSync.ts";
import { heldBatch, KEY, StubCluster } from "./testing/stubCluster.ts";
import type { StubRecord } from "./testing/stubCluster.ts";

const SEVEN: StubRecord = [7, 1];
const EIGHT: StubRecord = [8, 1];

describe("One leader per epoch", () => {
  test("who follows another leader in a later epoch, or has its records, is fine", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    cluster.n1.holds([SEVEN], 0);
    cluster.n2.holds([SEVEN], 0);
    for (const broker of cluster.all) expect(cluster.step(broker)).toBeNull();
    cluster.n2.applies(2, { isr: [2, 1], epoch: 2 });
    cluster.n2.leads();
    cluster.n2.holds([SEVEN, [8, 2]], 0);
    expect(cluster.step(cluster.n2)).toBeNull();
    // It has not heard of that yet.
    cluster.n1.holds([SEVEN, EIGHT], 0);
    expect(cluster.step(cluster.n1)).toBeNull();
  });

  test("who only believes to lead it, and appends nothing of it, is fine", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    cluster.n1.holds([SEVEN], 0);
    expect(cluster.step(cluster.n1)).toBeNull();
    cluster.n2.leads();
    cluster.rules.ended(cluster.n2.id);
    expect(cluster.start(cluster.n2)).toBeNull();
    cluster.n2.holds([[7, 0]], 0);
    expect(cluster.step(cluster.n2)).toBeNull();
  });

  test("two that append as leaders in one epoch break it", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    cluster.n1.holds([SEVEN], 0);
    expect(cluster.step(cluster.n1)).toBeNull();
    cluster.n2.leads();
    cluster.n2.appliedIndex = cluster.n1.appliedIndex;
    cluster.rules.ended(cluster.n2.id);
    expect(cluster.start(cluster.n2)).toBeNull();
    cluster.n2.holds([EIGHT], 0);
    expect(cluster.step(cluster.n2)).toBe(
      "One leader per epoch: n1 and n2 both appended to orders-0 as its leaders in epoch 1, n2 at " +
        "offset 0.",
    );
  });
});

describe("Replicas agree below the high watermark", () => {
  test("above it they may differ", () => {
    const cluster = new StubCluster();
    cluster.begin({}, [SEVEN, EIGHT], 1);
    cluster.n3.holds([SEVEN, [9, 2]], 1);
    expect(cluster.step(cluster.n3)).toBeNull();
  });

  test("below it another record breaks it, after a restart of whoever had it first as well", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1] }, [SEVEN], 1);
    cluster.n1.holds([SEVEN, EIGHT], 2);
    expect(cluster.step(cluster.n1)).toBeNull();
    cluster.rules.ended(cluster.n1.id);
    cluster.n3.holds([SEVEN, [9, 2]], 2);
    expect(cluster.step(cluster.n3)).toBe(
      "Replicas agree below the high watermark: Offset 1 of orders-0 was below the high watermark of " +
        "n1 with a batch of epoch 1; below that of n3, 2, there is another one of epoch 2.",
    );
  });

  test("other bytes in a batch that looks the same break it", () => {
    const cluster = new StubCluster();
    cluster.begin({}, [SEVEN], 1);
    cluster.n3.holds([[8, 1]], 0);
    expect(cluster.step(cluster.n3)).toBeNull();
    cluster.n3.log.highWatermark = offset(1);
    expect(cluster.step(cluster.n3)).toContain("Replicas agree below the high watermark: Offset 0");
  });

  test("a log that is cut and grows again is compared anew", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1] }, [SEVEN, EIGHT], 2);
    cluster.n3.holds([SEVEN, [9, 2], [10, 2]], 1);
    expect(cluster.step(cluster.n3)).toBeNull();
    cluster.n3.holds([SEVEN, EIGHT, [11, 3]], 2);
    expect(cluster.step(cluster.n3)).toBeNull();
    cluster.n3.holds([[6, 0], EIGHT, [11, 4]], 2);
    expect(cluster.step(cluster.n3)).toContain("Offset 0 of orders-0");
  });
});

describe("The high watermark never goes back", () => {
  test("a new leader must know it before it serves, a deposed one need not", () => {
    const cluster = new StubCluster();
    cluster.begin({}, [SEVEN, EIGHT], 2);
    cluster.n2.holds([SEVEN, EIGHT], 1);
    cluster.n2.applies(2, { isr: [2, 3], epoch: 2 });
    cluster.n2.led.set(KEY, { leaderEpoch: leaderEpoch(2), isHighWatermarkKnown: false });
    expect(cluster.step(cluster.n2)).toBeNull();
    cluster.n2.holds([SEVEN, EIGHT, [9, 2]], 3);
    cluster.n2.led.set(KEY, { leaderEpoch: leaderEpoch(2), isHighWatermarkKnown: true });
    cluster.n2.applies(3, { isr: [2, 3], epoch: 2, partitionEpoch: 3 });
    expect(cluster.step(cluster.n2)).toBeNull();
    // n1 still believes in its own epoch.
    cluster.n1.holds([SEVEN, EIGHT, [6, 1]], 2);
    expect(cluster.step(cluster.n1)).toBeNull();
  });

  test("a leader that begins to serve too early breaks it", () => {
    const cluster = new StubCluster();
    cluster.begin({}, [SEVEN, EIGHT], 2);
    const led = { leaderEpoch: leaderEpoch(2), isHighWatermarkKnown: false };
    cluster.n2.holds([SEVEN, EIGHT], 1);
    cluster.n2.applies(2, { isr: [2, 3], epoch: 2 });
    cluster.n2.led.set(KEY, led);
    expect(cluster.step(cluster.n2)).toBeNull();
    led.isHighWatermarkKnown = true;
    expect(cluster.step(cluster.n2)).toContain("but n1 had shown 2 in epoch 1");
  });

  test("a leader that serves less than one before it breaks it", () => {
    const cluster = new StubCluster();
    cluster.begin({}, [SEVEN, EIGHT], 2);
    cluster.n2.log.highWatermark = offset(1);
    cluster.n2.applies(2, { isr: [2, 3], epoch: 2 });
    cluster.n2.leads();
    expect(cluster.step(cluster.n2)).toBe(
      "The high watermark never goes back: n2, leader of orders-0 in epoch 2, has high watermark 1, " +
        "but n1 had shown 2 in epoch 1.",
    );
  });
});

describe("Each sequence once", () => {
  const from = (baseSequence: number, producerEpoch = 0) => ({
    producerId: 5,
    producerEpoch,
    baseSequence,
  });

  test("one that begins anywhere is fine: its earlier sequences may be forgotten", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    cluster.n2.log.batches = [heldBatch(0, SEVEN, from(3)), heldBatch(1, EIGHT, from(9))];
    expect(cluster.step(cluster.n2)).toBeNull();
  });

  test("sequences that go on, wrap around or begin anew are fine; so are they after a cut", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    const { log } = cluster.n2;
    log.batches = [heldBatch(0, SEVEN, from(2 ** 31 - 1)), heldBatch(1, EIGHT, from(0))];
    expect(cluster.step(cluster.n2)).toBeNull();
    log.batches = [...log.batches, heldBatch(2, SEVEN, from(1)), heldBatch(3, SEVEN, from(0, 1))];
    expect(cluster.step(cluster.n2)).toBeNull();
    log.batches = log.batches.slice(0, 2);
    expect(cluster.step(cluster.n2)).toBeNull();
    log.batches = [...log.batches, heldBatch(2, EIGHT, from(1)), heldBatch(3, SEVEN)];
    expect(cluster.step(cluster.n2)).toBeNull();
  });

  test("the same one again breaks it", () => {
    const cluster = new StubCluster();
    cluster.begin({}, []);
    const { log } = cluster.n2;
    log.batches = [heldBatch(0, SEVEN, from(0)), heldBatch(1, EIGHT, from(1))];
    expect(cluster.step(cluster.n2)).toBeNull();
    log.batches = [...log.batches, heldBatch(2, EIGHT, from(1))];
    expect(cluster.step(cluster.n2)).toBe(
      "Each sequence once: n2 has in orders-0 sequence 1 of producer 5 (epoch 0) at offset 1, and " +
        "then sequence 1 of producer 5 (epoch 0) at offset 2.",
    );
  });
});

describe("The leader is in sync", () => {
  const replicas = [1, 2, 3].map(nodeId);
  const right = partitionFixture({ replicas, isr: [nodeId(1), nodeId(2)] });
  const broken = (after: Partial<PartitionMetadata>, before = right): string | null =>
    new LeaderInSync().check(nodeId(1), before, { ...right, ...after });

  test("a leader of the ISR is fine, and so is none", () => {
    expect(broken({})).toBeNull();
    expect(broken({ leader: nodeId(0), leaderEpoch: leaderEpoch(1) })).toBeNull();
    const after = { leader: nodeId(2), leaderEpoch: leaderEpoch(1) };
    expect(broken({ ...after, partitionEpoch: partitionEpoch(1) })).toBeNull();
  });

  test("a leader outside of it, a stranger in it, or nobody in it breaks it", () => {
    expect(broken({ leader: nodeId(3), leaderEpoch: leaderEpoch(1) })).toBe(
      "By what n1 has applied, orders-0 is led by n3 in epoch 1, and its ISR is n1 n2.",
    );
    expect(broken({ isr: [nodeId(1), nodeId(4)] })).toBe(
      "By what n1 has applied, orders-0 has n4 in its ISR, and is kept by n1 n2 n3.",
    );
    expect(broken({ isr: [] })).toContain("has nobody in its ISR");
  });

  test("so does an epoch that goes back, or has two leaders", () => {
    const later = { ...right, leaderEpoch: leaderEpoch(3), partitionEpoch: partitionEpoch(5) };
    expect(broken({ leaderEpoch: leaderEpoch(2) }, later)).toContain("epoch 3 back to 2");
    const back = { leaderEpoch: leaderEpoch(3), partitionEpoch: partitionEpoch(4) };
    expect(broken(back, later)).toContain("partition epoch 5 back to 4");
    const other = { ...later, leader: nodeId(2) };
    expect(broken(other, later)).toContain("from leader n1 to n2 within epoch 3");
  });

  test("it is looked at as soon as anybody has applied it", () => {
    const cluster = new StubCluster();
    cluster.begin({ isr: [1, 2] });
    cluster.n3.applies(2, { isr: [1, 2], leader: 3, epoch: 2 });
    expect(cluster.step(cluster.n3)).toContain("The leader is in sync: By what n3 has applied");
  });
});
