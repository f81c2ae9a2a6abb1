import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../base/assert.ts";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import { EMPTY_METADATA, partitionKey } from "./clusterMetadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import { decodeCommand, encodeCommand } from "./codec.ts";
import type { MetadataCommand } from "./command.ts";
import { metadataHash } from "./metadataHash.ts";

const node = fc.integer({ min: 0, max: 4 }).map(nodeId);
const nodes = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray([1, 2, 3].map(nodeId)) },
  { weight: 1, arbitrary: fc.array(node, { maxLength: 4 }) },
);
const count = fc.integer({ min: 0, max: 4 });
const place = {
  topic: fc.constantFrom("a", "a", "b", "a-1"),
  partition: fc.integer({ min: 0, max: 2 }),
};
const epochs = { leaderEpoch: count.map(leaderEpoch), partitionEpoch: count.map(partitionEpoch) };

/** Small numbers, so that commands often meet: many apply, many are stale or wrong. */
const anyCommand: fc.Arbitrary<MetadataCommand> = fc.oneof(
  fc.record({ kind: fc.constant("addNode" as const), node, address: fc.constantFrom("x:1", "é") }),
  fc.record({
    kind: fc.constant("createTopic" as const),
    topic: fc.oneof(place.topic, fc.string({ maxLength: 3 })),
    partitionCount: count,
    replicationFactor: count,
    config: fc.record({ minInsyncReplicas: count }),
  }),
  fc.record({ kind: fc.constant("assignPartition" as const), ...place, replicas: nodes }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("setPartitionLeader" as const),
      ...place,
      leader: node,
      ...epochs,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("updateIsr" as const),
      ...place,
      isr: nodes,
      ...epochs,
    }),
  },
);
/** Three members and a topic, so that there is something to change. */
const opening: readonly MetadataCommand[] = [
  ...[1, 2, 3].map((id) => ({
    kind: "addNode" as const,
    node: nodeId(id),
    address: `broker-${id}`,
  })),
  {
    kind: "createTopic",
    topic: "a",
    partitionCount: 2,
    replicationFactor: 3,
    config: { minInsyncReplicas: 2 },
  },
  { kind: "assignPartition", topic: "a", partition: 0, replicas: [1, 2, 3].map(nodeId) },
  { kind: "assignPartition", topic: "a", partition: 1, replicas: [2, 3, 1].map(nodeId) },
];

/** A log whose commands were often, but not always, made by someone who saw the state before. */
const anyLog = fc
  .array(fc.tuple(anyCommand, fc.boolean()), { maxLength: 40, size: "max" })
  .map((draws) => {
    const log = [...opening];
    let state = applyAll(opening);
    for (const [drawn, upToDate] of draws) {
      const command = upToDate ? withCurrentEpochs(state, drawn) : drawn;
      state = applyCommand(state, command).state;
      log.push(command);
    }
    return log;
  });

function withCurrentEpochs(state: ClusterMetadata, command: MetadataCommand): MetadataCommand {
  if (command.kind !== "setPartitionLeader" && command.kind !== "updateIsr") return command;
  const current = state.partitions.get(partitionKey(command.topic, command.partition));
  if (current === undefined) return command;
  const { leaderEpoch: leader, partitionEpoch: partition } = current;
  return { ...command, leaderEpoch: leader, partitionEpoch: partition };
}

function applyAll(commands: readonly MetadataCommand[]): ClusterMetadata {
  return commands.reduce((state, command) => applyCommand(state, command).state, EMPTY_METADATA);
}

test("nodes that apply the same bytes reach the same hash", () => {
  fc.assert(
    fc.property(anyLog, (log) => {
      const decoded = log.map((command) => decodeCommand(encodeCommand(command)));
      expect(decoded).toEqual(log.map((command) => ({ ok: true, command })));
      const fromBytes = decoded.flatMap((result) => (result.ok ? [result.command] : []));
      expect(metadataHash(applyAll(fromBytes))).toBe(metadataHash(applyAll(log)));
    }),
  );
});

test("every state keeps the rules, and a no-op is the same state with a reason", () => {
  const changed = new Map<string, number>();
  fc.assert(
    fc.property(anyLog, (log) => {
      let state = EMPTY_METADATA;
      for (const command of log) {
        const applied = applyCommand(state, command);
        assert((applied.state === state) === (applied.noOpReason !== null), "a no-op has a reason");
        expectRules(applied.state, state);
        if (applied.noOpReason === null) {
          changed.set(command.kind, (changed.get(command.kind) ?? 0) + 1);
        }
        state = applied.state;
      }
    }),
    { numRuns: 200 },
  );
  for (const kind of ["assignPartition", "setPartitionLeader", "updateIsr"]) {
    expect(changed.get(kind), `${kind} took effect`).toBeGreaterThan(20);
  }
});

/** Plain assertions: this runs some 100,000 times, and a matcher costs more than the rule. */
function expectRules(state: ClusterMetadata, before: ClusterMetadata): void {
  for (const [key, partition] of state.partitions) {
    const earlier = before.partitions.get(key);
    if (earlier === partition) continue;
    const { replicas, isr } = partition;
    const inOrder = replicas.filter((id) => isr.includes(id));
    assert(isr.includes(partition.leader), "the ISR holds the leader");
    assert(inOrder.join() === isr.join(), "the ISR is in replica order");
    assert(new Set(replicas).size === replicas.length, "no replica is named twice");
    if (earlier === undefined) continue;
    const isrChanged = isr !== earlier.isr;
    const epochsGained = partition.leaderEpoch - earlier.leaderEpoch;
    assert(partition.partitionEpoch === earlier.partitionEpoch + 1, "one partition epoch a change");
    assert(epochsGained === (isrChanged ? 0 : 1), "a leader epoch for each election, no other");
    assert(!isrChanged || partition.leader === earlier.leader, "ISR or leader, never both");
  }
}

test("the hash does not depend on the order of the tables, and does on what they hold", () => {
  fc.assert(
    fc.property(anyLog, (log) => {
      const state = applyAll(log);
      const reversed: ClusterMetadata = {
        nodes: new Map([...state.nodes].reverse()),
        topics: new Map([...state.topics].reverse()),
        partitions: new Map([...state.partitions].reverse()),
      };
      expect(metadataHash(reversed)).toBe(metadataHash(state));
    }),
  );
  fc.assert(
    fc.property(anyLog, anyCommand, (log, command) => {
      const state = applyAll(log);
      const applied = applyCommand(state, command);
      if (applied.noOpReason === null) {
        expect(metadataHash(applied.state)).not.toBe(metadataHash(state));
      }
    }),
  );
});

test("decoding any bytes gives a command or a reason", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const decoded = decodeCommand(bytes);
        if (!decoded.ok) expect(decoded.message).not.toBe("");
      },
    ),
  );
});
