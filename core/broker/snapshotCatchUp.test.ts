import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { metadataHash } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { BrokerInput, PeerMessage } from "./index.ts";
import { fetchAnswer, produceAnswer, TestCluster, topicRequest } from "./testing/testCluster.ts";

const CUT_AT_ONCE = { snapshotTrailingEntries: 0 };

function cluster(config = {}): TestCluster {
  const made = new TestCluster(3, { ...CUT_AT_ONCE, ...config });
  made.boot();
  made.createTopic("orders", 3, 3, 2);
  return made;
}

/** The others' logs begin behind a snapshot that has everything. */
function cutLogs(made: TestCluster, only?: number): void {
  const those = made.alive.filter(({ id }) => only === undefined || id === only);
  for (const { id } of those) made.step(id, { kind: "takeSnapshot" });
  made.run(100_000);
  for (const { storage, appliedIndex, lastSnapshot } of those) {
    expect(lastSnapshot!.index).toBe(storage!.firstIndex() - 1);
    expect(appliedIndex).toBeGreaterThanOrEqual(lastSnapshot!.index);
  }
}

function isSnapshot(message: PeerMessage): boolean {
  return message.kind === "raft" && message.message.type === "MsgSnap";
}

function told(made: TestCluster, ...kinds: string[]): [number, string][] {
  return made.events
    .filter(({ event }) => kinds.includes(event.kind))
    .map(({ node, event }) => [node, event.kind]);
}

function expectEqualStates(made: TestCluster): void {
  made.run(2_000_000);
  const hashes = new Set(made.alive.map(({ metadata }) => metadataHash(metadata)));
  expect(hashes.size).toBe(1);
  for (const { stopped } of made.alive) expect(stopped).toBe(null);
}

describe("a follower that was down while the log was cut", () => {
  /** It led partitions, was down until others did, and its entries are gone from their logs. */
  function leftBehind(): { made: TestCluster; id: number } {
    const made = cluster();
    const id = made.alive.find((one) => one.id !== made.controller.id)!.id;
    const asked = made.produce(id, "orders", id - 1, "before", -1);
    made.run(100_000);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
    made.kill(id);
    made.runUntil(() =>
      [...made.controller.metadata.partitions.values()].every(
        ({ isr }) => !isr.some((one) => one === id),
      ),
    );
    made.run(500_000);
    cutLogs(made);
    return { made, id };
  }

  test("gets the leader's snapshot, follows where it led, and comes back into the ISRs", () => {
    const { made, id } = leftBehind();
    const broker = made.restart(id);
    const behind = broker.storage!.lastIndex();
    made.runUntil(() => broker.lastSnapshot !== null);
    expect(broker.lastSnapshot!.index).toBeGreaterThan(behind);
    expect([...broker.led.keys()]).toEqual([]);
    made.runUntil(() =>
      [...made.controller.metadata.partitions.values()].every(({ isr }) => isr.length === 3),
    );
    const { leader } = broker.metadata.partitions.get(`orders-${id - 1}`)!;
    expect(leader).not.toBe(id);
    const more = made.produce(leader, "orders", id - 1, "after", -1);
    made.run(200_000);
    expect(produceAnswer(more)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    expect(broker.replicas.get(`orders-${id - 1}`)!.durableEndOffset).toBe(2);
    expectEqualStates(made);
    const sent = told(made, "snapshotSent", "snapshotInstalled", "snapshotSendFailed");
    expect(sent).toEqual([
      [made.controller.id, "snapshotSent"],
      [id, "snapshotInstalled"],
    ]);
  });

  test("is as it was after a restart, without its own records of before", () => {
    const { made, id } = leftBehind();
    made.restart(id);
    made.runUntil(() => made.broker(id).lastSnapshot !== null);
    const before = [made.broker(id).lastSnapshot!.index, metadataHash(made.broker(id).metadata)];
    made.cut(id);
    const broker = made.restart(id);
    expect([broker.lastSnapshot!.index, metadataHash(broker.metadata)]).toEqual(before);
    made.heal();
    expectEqualStates(made);
  });

  test("loses power between the snapshot and the log's word of it: the log says so next", () => {
    const { made, id } = leftBehind();
    let isSaved = false;
    made.onOutput = (node, output) => {
      if (node !== id || output.kind !== "disk") return;
      const { operation } = output;
      if (operation.kind === "rename") isSaved = true;
      if (!isSaved || operation.kind !== "append") return;
      isSaved = false;
      made.loseOperation(id, operation, 0, false);
    };
    made.restart(id);
    const isThere = (): boolean => made.broker(id).appliedIndex === made.controller.appliedIndex;
    made.runUntil(isThere, 6_000_000);
    expect(told(made, "snapshotInstalled")).toEqual([]);
    const { index } = made.broker(id).lastSnapshot!;
    made.run(2_000_000);
    expect(made.broker(id).storage!.lastIndex()).toBeGreaterThan(index);
    made.restart(id);
    expect(made.broker(id).lastSnapshot!.index).toBe(index);
    expect(made.broker(id).storage!.lastIndex()).toBeGreaterThan(index);
    expectEqualStates(made);
  });

  test("is sent the snapshot again when it was lost on the way", () => {
    const { made, id } = leftBehind();
    let lost = 0;
    made.fateOf = (_, to, message) => {
      if (to !== id || !isSnapshot(message) || lost > 0) return "arrives";
      lost++;
      return "lost";
    };
    made.restart(id);
    made.runUntil(() => lost === 1);
    const lostAtUs = made.nowUs;
    made.runUntil(() => made.broker(id).lastSnapshot !== null);
    const waitedUs = made.nowUs - lostAtUs;
    expect(waitedUs).toBeGreaterThan(3_000_000);
    expect(waitedUs).toBeLessThan(4_000_000);
    expect(told(made, "snapshotSent", "snapshotSendFailed").map(([, kind]) => kind)).toEqual([
      "snapshotSent",
      "snapshotSendFailed",
      "snapshotSent",
    ]);
    expectEqualStates(made);
  });

  test("is sent a newer one at once when the log was cut again meanwhile", () => {
    const { made, id } = leftBehind();
    made.diskUs.set(id, 300_000);
    made.restart(id);
    made.runUntil(() => made.broker(id).snapshotSaving !== null);
    made.ask(made.controller.id, topicRequest("more", 3, 2));
    made.run(50_000);
    cutLogs(made, made.controller.id);
    made.diskUs.delete(id);
    made.runUntil(() => made.broker(id).appliedIndex === made.controller.appliedIndex, 2_500_000);
    const sent = made.events.flatMap(({ event }) =>
      event.kind === "snapshotSent" ? [event.index] : [],
    );
    expect(sent).toHaveLength(2);
    expect(told(made, "snapshotSendFailed")).toEqual([]);
    expectEqualStates(made);
  });

  test("takes it once, though it comes again, late, or in the middle of it", () => {
    const { made, id } = leftBehind();
    made.diskUs.set(id, 50_000);
    made.restart(id);
    let again: BrokerInput | null = null;
    made.fateOf = (from, to, message) => {
      if (to === id && isSnapshot(message))
        again = { kind: "peerMessage", from: nodeId(from), message };
      return "arrives";
    };
    made.runUntil(() => made.broker(id).snapshotSaving !== null);
    made.step(id, again!);
    made.runUntil(() => made.broker(id).lastSnapshot !== null);
    made.step(id, again!);
    made.run(1_000_000);
    made.step(id, again!);
    expectEqualStates(made);
    expect(told(made, "snapshotInstalled")).toHaveLength(1);
  });
});

test("takes none of its own state while a leader's is on its way into the log", () => {
  const made = cluster();
  const id = made.alive.find((one) => one.id !== made.controller.id)!.id;
  made.kill(id);
  made.run(2_000_000);
  cutLogs(made);
  made.diskUs.set(id, 50_000);
  const broker = made.restart(id);
  made.runUntil(() => broker.snapshotSaving !== null);
  const installing = broker.snapshotSaving!.index;
  // The file is durable, and the record that tells of it is not.
  made.runUntil(() => broker.snapshotSaving === null);
  expect(broker.appliedIndex).toBeLessThan(installing);
  made.step(id, { kind: "takeSnapshot" });
  made.runUntil(() => (broker.lastSnapshot?.index ?? 0) >= installing);
  made.diskUs.delete(id);
  expectEqualStates(made);
});

test("a leader that knows only from a snapshot that it leads asks for a new epoch", () => {
  const made = cluster();
  const asked = made.produce(1, "orders", 0, "before", -1);
  made.run(100_000);
  expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
  cutLogs(made);
  const broker = made.restart(1);
  expect(broker.lastSnapshot!.index).toBe(broker.appliedIndex);
  expect(broker.metadata.partitions.get("orders-0")!.leader).toBe(1);
  expect(broker.led.has("orders-0")).toBe(false);
  const early = made.produce(1, "orders", 0, "too early", -1);
  expect(produceAnswer(early).errorCode).toBe(ErrorCode.LEADER_NOT_AVAILABLE);
  made.runUntil(() => broker.led.has("orders-0"));
  expect(broker.led.get("orders-0")!.leaderEpoch).toBe(1);
  made.run(500_000);
  expect(fetchAnswer(made.consume(1, "orders", 0)).highWatermark).toBe(1);
});

describe("a restart from snapshots and what is left of the log", () => {
  test.each([[[1]], [[2, 3]], [[1, 2, 3]]])("of brokers %j", (ids) => {
    const made = cluster({ snapshotEntries: 6, segmentBytesMax: 400 });
    for (let at = 0; at < 4; at++) made.createTopic(`topic-${at}`, 4, 3, 2);
    const facts = (id: number): unknown => {
      const { storage, wal, lastSnapshot } = made.broker(id);
      const { hardState, confState } = storage!.initialState();
      const [first] = wal!.segments;
      return [hardState, confState, storage!.lastIndex(), lastSnapshot!.index, first!.segment];
    };
    const states = ids.map((id) => metadataHash(made.broker(id).metadata));
    const applied = ids.map((id) => made.broker(id).appliedIndex);
    const before = ids.map(facts);
    for (const id of ids) made.kill(id);
    made.events.length = 0;
    for (const id of ids) made.restart(id);
    expect(ids.map(facts)).toEqual(before);
    for (const [at, id] of ids.entries()) {
      const broker = made.broker(id);
      const { index } = broker.lastSnapshot!;
      expect(broker.wal!.segments[0]!.segment).toBeGreaterThan(1);
      made.runUntil(() => broker.appliedIndex >= applied[at]!);
      const commands = made.events.flatMap(({ node, event }) =>
        node === id && event.kind === "commandApplied" ? [event.index] : [],
      );
      expect(commands).toEqual([...new Set(commands)].sort((a, b) => a - b));
      expect(commands.every((one) => one > index)).toBe(true);
      if (broker.appliedIndex === applied[at]) {
        expect(metadataHash(broker.metadata)).toBe(states[at]);
      }
    }
    expectEqualStates(made);
  });
});
