import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../base/assert.ts";
import { applyCommand } from "./applyCommand.ts";
import { NO_TOPIC_ID } from "./clusterMetadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import { decodeCommand, encodeCommand } from "./codec.ts";
import type { MetadataCommand } from "./command.ts";
import { metadataHash } from "./metadataHash.ts";
import { decodeMetadata, encodeMetadata } from "./snapshot.ts";
import {
  anyCommand,
  anyLog,
  anyNode,
  anyNodes,
  applyAll,
  asSeenIn,
  longLog,
  OPENING,
} from "./testing/anyLog.ts";
import { expectOnlyWhatIsDue, expectRules } from "./testing/rules.ts";

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

const KINDS: { readonly [Kind in MetadataCommand["kind"]]: true } = {
  addNode: true,
  removeNode: true,
  admitNode: true,
  registerBroker: true,
  fenceBroker: true,
  unfenceBroker: true,
  createTopic: true,
  deleteTopic: true,
  createPartitions: true,
  alterTopic: true,
  assignPartition: true,
  setPartitionLeader: true,
  updateIsr: true,
  reassignPartition: true,
  completeReassignment: true,
  reportPartitionLeader: true,
  allocateProducerIds: true,
};

test("every state keeps the rules, and a no-op is the same state with a reason", () => {
  const changed = new Map<string, number>();
  const count = (what: string) => changed.set(what, (changed.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(longLog, (log) => {
      let state = applyAll(OPENING);
      for (const command of log.slice(OPENING.length)) {
        const applied = applyCommand(state, command);
        assert((applied.state === state) === (applied.noOpReason !== null), "a no-op has a reason");
        expectRules(applied.state);
        expectOnlyWhatIsDue(command, state, applied);
        if (applied.noOpReason === null) count(command.kind);
        state = applied.state;
      }
      for (const { leader, addingReplicas } of state.partitions.values()) {
        if (leader === 0) count("an offline partition");
        if (addingReplicas.length > 0) count("a reassignment under way");
      }
    }),
    { numRuns: 500 },
  );
  const due = [...Object.keys(KINDS), "an offline partition", "a reassignment under way"];
  for (const what of due) expect(changed.get(what), what).toBeGreaterThan(5);
});

test("removing a node makes every ISR change void that was proposed for its partitions before", () => {
  let voidCount = 0;
  fc.assert(
    fc.property(anyLog, anyNode, anyNodes, (log, victim, isr) => {
      const before = applyAll(log);
      const generation = (before.nodes.get(victim)?.generation ?? 0) + 1;
      const removed = applyCommand(before, { kind: "removeNode", node: victim, generation });
      if (removed.noOpReason !== null) return;
      const there = { node: victim, address: "back:1", generation };
      const { state: joining } = applyCommand(removed.state, { kind: "admitNode", ...there });
      const back = applyCommand(joining, { kind: "addNode", ...there });
      expect(back.state.nodes.get(victim)?.state).toBe("member");
      for (const partition of before.partitions.values()) {
        if (!partition.replicas.includes(victim) || partition.group !== 0) continue;
        const { topic, partition: number, leaderEpoch, partitionEpoch } = partition;
        const brokerEpochs = isr.map((id) => before.nodes.get(id)?.brokerEpoch ?? 0);
        for (const state of [removed.state, joining, back.state]) {
          const { noOpReason } = applyCommand(state, {
            kind: "updateIsr",
            topic,
            partition: number,
            isr,
            brokerEpochs,
            leaderEpoch,
            partitionEpoch,
          });
          expect(noOpReason).toContain("partition epoch is");
          voidCount++;
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(voidCount).toBeGreaterThan(50);
});

test("the hash does not depend on the order of the tables, and does on what they hold", () => {
  fc.assert(
    fc.property(anyLog, anyCommand, (log, command) => {
      const state = applyAll(log);
      const hash = metadataHash(state);
      const reversed: ClusterMetadata = {
        ...state,
        nodes: new Map([...state.nodes].reverse()),
        topics: new Map([...state.topics].reverse()),
        partitions: new Map([...state.partitions].reverse()),
      };
      expect(metadataHash(reversed)).toBe(hash);
      const applied = applyCommand(state, asSeenIn(state, command));
      if (applied.noOpReason === null) expect(metadataHash(applied.state)).not.toBe(hash);
      for (const other of neighbours(state)) expect(metadataHash(other)).not.toBe(hash);
    }),
  );
});

/** States that differ from this one in a single field, whether or not a command leads there. */
function neighbours(state: ClusterMetadata): ClusterMetadata[] {
  const found: ClusterMetadata[] = [
    { ...state, nextProducerId: state.nextProducerId + 1 },
    { ...state, nextGroup: state.nextGroup + 1 },
  ];
  for (const [key, node] of state.nodes) {
    const states = (["member", "removed", "joining"] as const).filter((it) => it !== node.state);
    for (const other of [
      { ...node, address: `${node.address}!` },
      { ...node, generation: node.generation + 1 },
      { ...node, brokerEpoch: node.brokerEpoch + 1 },
      { ...node, incarnation: node.incarnation + 1 },
      { ...node, isFenced: !node.isFenced },
      ...states.map((it) => ({ ...node, state: it })),
    ]) {
      found.push({ ...state, nodes: new Map(state.nodes).set(key, other) });
    }
  }
  for (const [key, topic] of state.topics) {
    const { config, assignment } = topic;
    const mode = config.replicationMode === "isr" ? "raft" : "isr";
    for (const other of [
      { ...topic, topicId: topic.topicId === NO_TOPIC_ID ? "1".repeat(32) : NO_TOPIC_ID },
      { ...topic, partitionCount: topic.partitionCount + 1 },
      { ...topic, replicationFactor: topic.replicationFactor + 1 },
      { ...topic, assignment: assignment === null ? [] : null },
      { ...topic, assignment: [...(assignment ?? []), []] },
      { ...topic, config: { ...config, minInsyncReplicas: config.minInsyncReplicas + 1 } },
      { ...topic, config: { ...config, replicationMode: mode } as const },
      { ...topic, config: { ...config, uncleanLeaderElection: !config.uncleanLeaderElection } },
    ]) {
      found.push({ ...state, topics: new Map(state.topics).set(key, other) });
    }
  }
  for (const [key, partition] of state.partitions) {
    const { replicas, isr } = partition;
    for (const other of [
      { ...partition, replicas: replicas.slice(1) },
      { ...partition, addingReplicas: [...partition.addingReplicas, ...replicas] },
      { ...partition, removingReplicas: [...partition.removingReplicas, ...replicas] },
      { ...partition, group: partition.group + 1 },
      { ...partition, isr: isr.slice(1) },
    ]) {
      found.push({ ...state, partitions: new Map(state.partitions).set(key, other) });
    }
  }
  return found;
}

test("a snapshot brings back the state, and the rest of the log goes on from it", () => {
  fc.assert(
    fc.property(anyLog, fc.nat(), (log, drawn) => {
      const at = drawn % (log.length + 1);
      const state = applyAll(log.slice(0, at));
      const bytes = encodeMetadata(state);
      const decoded = decodeMetadata(bytes);
      assert(decoded.ok, "what was written is read");
      const { metadata } = decoded;
      expect([...metadata.nodes]).toStrictEqual([...state.nodes]);
      expect([...metadata.topics]).toStrictEqual([...state.topics]);
      expect([...metadata.partitions]).toStrictEqual([...state.partitions]);
      expect(metadata).toStrictEqual(state);
      expect(metadataHash(metadata)).toBe(metadataHash(state));
      expect(encodeMetadata(metadata)).toEqual(bytes);
      expect(encodeMetadata(applyAll(log.slice(at), metadata))).toEqual(
        encodeMetadata(applyAll(log)),
      );
    }),
  );
});

test("a snapshot that was cut is refused, and one that was changed is refused or keeps the rules", () => {
  let keptCount = 0;
  fc.assert(
    fc.property(
      anyLog,
      fc.nat(),
      fc.constantFrom(...'0 1 2 3 " } ] , : - x'.split(" ")),
      (log, drawn, character) => {
        const bytes = encodeMetadata(applyAll(log));
        const at = drawn % bytes.length;
        expect(decodeMetadata(bytes.subarray(0, at)).ok).toBe(false);
        bytes[at] = character.charCodeAt(0);
        const decoded = decodeMetadata(bytes);
        if (!decoded.ok) {
          expect(decoded.message).not.toBe("");
          return;
        }
        keptCount++;
        expectRules(decoded.metadata);
        for (const command of log) applyCommand(decoded.metadata, command);
        expect(decodeMetadata(encodeMetadata(decoded.metadata))).toStrictEqual(decoded);
      },
    ),
    { numRuns: 1000 },
  );
  expect(keptCount).toBeGreaterThan(20);
});

test("decoding any bytes gives a value or a reason", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        for (const decoded of [decodeCommand(bytes), decodeMetadata(bytes)]) {
          if (!decoded.ok) expect(decoded.message).not.toBe("");
        }
      },
    ),
  );
});
