import { describe, expect, test } from "vitest";
import { utf8Encode } from "../../base/utf8.ts";
import { encodeRecordBatch, ErrorCode } from "../../wire/index.ts";
import type { RaftProposal } from "./raftPartitions.ts";
import { PartitionCluster } from "./testing/partitionCluster.ts";

const SIZES = {
  snapshotEntries: 4,
  snapshotTrailingEntries: 1,
  segmentBytesMax: 900,
  partitionFlushBytes: 200,
};
/** The one whose power goes. */
const VICTIM = 3;

/** A cluster that is written to; a topic is deleted on the way, and one of its name comes back. */
class Script {
  readonly cluster = new PartitionCluster(3, SIZES);
  readonly kinds: string[] = [];
  #acknowledged: string[] = [];

  /** The power goes while the disk works on operation `stop` of the victim, counted from 0. */
  constructor(stop: number, survivingBytes: number, keepsNames: boolean) {
    const { cluster } = this;
    let isOff = false;
    cluster.hasPower = (id, operation) => {
      if (id !== VICTIM || isOff) return true;
      const name = "file" in operation ? operation.file.split(/[-.]/)[0]! : "";
      this.kinds.push(`${operation.kind} ${name}`);
      if (this.kinds.length <= stop) return true;
      isOff = true;
      return false;
    };
    this.#createTopic();
    for (let at = 0; at < 40; at++) {
      if (at === 22) this.#replaceTopic();
      this.#produce(`value ${at} ${"x".repeat(at % 7 === 6 ? 300 : 20)}`);
      if (!isOff || !cluster.isUp(VICTIM)) continue;
      cluster.kill(VICTIM, survivingBytes, keepsNames);
      cluster.run(at % 2 === 0 ? 1_000 : 200_000);
      cluster.start(VICTIM);
    }
    if (!cluster.isUp(VICTIM)) cluster.start(VICTIM);
  }

  /** What was acknowledged is there, once, everywhere, also after everybody was down. */
  check(): void {
    const { cluster } = this;
    for (const id of [1, 2, VICTIM]) cluster.kill(id);
    for (const id of [1, 2, VICTIM]) cluster.start(id);
    this.#produce("the last one");
    expect([...cluster.refused.values()]).toEqual([]);
    const ends = () => cluster.alive.map((id) => cluster.log(id, "orders").highWatermark);
    cluster.runUntil(() => new Set(ends()).size === 1);
    const [one, ...others] = cluster.alive.map((id) =>
      cluster.log(id, "orders").batches.map(({ bytes }) => bytes!.join()),
    );
    for (const other of others) expect(other).toEqual(one);
    const values = cluster.log(1, "orders").batches.map(({ bytes }) => bytes!);
    expect(values).toHaveLength(this.#acknowledged.length);
    for (const [at, value] of this.#acknowledged.entries()) {
      expect(Buffer.from(values[at]!).includes(value)).toBe(true);
    }
  }

  #produce(value: string): void {
    const { cluster } = this;
    cluster.runUntil(() => cluster.leaderOf("orders") !== null);
    const batch = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: 1_000,
      records: [{ key: null, value: utf8Encode(value) }],
    });
    const leader = cluster.leaderOf("orders")!;
    const asked = cluster.act(leader, (partitions) => partitions.propose("orders-0", batch));
    const proposal = asked as RaftProposal;
    cluster.runUntil(() => proposal.errorCode !== null);
    expect(proposal.errorCode).toBe(ErrorCode.NONE);
    this.#acknowledged.push(value);
    cluster.run(30_000);
  }

  #replaceTopic(): void {
    const { topicId } = this.cluster.metadata.topics.get("orders")!;
    this.cluster.apply({ kind: "deleteTopic", topic: "orders", topicId });
    this.#createTopic();
    this.#acknowledged = [];
  }

  #createTopic(): void {
    this.cluster.createTopic("orders", [[1, 2, VICTIM]]);
  }
}

describe("a loss of power at any operation", () => {
  const whole = new Script(Number.POSITIVE_INFINITY, 0, false);
  const operationCount = whole.kinds.length;

  test("the run has all that can be interrupted", () => {
    whole.check();
    const seen = new Set(whole.kinds);
    for (const kind of ["create", "append", "remove"]) {
      for (const what of ["wal", "snapshot", "orders"]) expect(seen).toContain(`${kind} ${what}`);
    }
    expect(seen).toContain("rename snapshot");
    expect(operationCount).toBeGreaterThan(100);
  });

  /** How many bytes survive of what was not synced, and whether names do. */
  const mercies = [
    [0, false],
    [400, true],
    [75, true],
    [400, false],
    [0, true],
  ] as const;

  test.each([0, 1])(
    "loses nothing, with mercy as it comes, and %i more",
    (more) => {
      for (let stop = 0; stop < operationCount; stop++) {
        const [survivingBytes, keepsNames] = mercies[(stop + more) % mercies.length]!;
        new Script(stop, survivingBytes, keepsNames).check();
      }
    },
    120_000,
  );
});
