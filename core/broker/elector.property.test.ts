import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NO_NODE, nodeId } from "../base/ids.ts";
import { applyCommand, isAlive, partitionKey } from "../metadata/index.ts";
import type { ClusterMetadata, MetadataCommand, PartitionMetadata } from "../metadata/index.ts";
import { nextForPartition, preferredLeader, seenEpochs } from "./elector.ts";
import { nodesOf, withTopic } from "./testing/metadataOf.ts";

const NODES = [1, 2, 3, 4].map(nodeId);
const TOPICS = ["clean", "unclean", "raft"];
const node = fc.constantFrom(...NODES);

/** What may happen to the cluster besides what the elector does. */
type Happening = (metadata: ClusterMetadata) => MetadataCommand;

const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ id: node }).map(({ id }): Happening => ({ nodes }) => {
    const { brokerEpoch, isFenced } = nodes.get(id)!;
    return { kind: isFenced ? "unfenceBroker" : "fenceBroker", node: id, brokerEpoch };
  }),
  fc
    .record({ topic: fc.constantFrom(...TOPICS), members: fc.subarray(NODES) })
    .map(({ topic, members }): Happening => ({ nodes, partitions }) => {
      const of = partitions.get(partitionKey(topic, 0))!;
      const isr = of.replicas.filter((id) => id === of.leader || members.includes(id));
      const brokerEpochs = isr.map((id) => nodes.get(id)!.brokerEpoch);
      return { kind: "updateIsr", ...seenEpochs(of), isr, brokerEpochs };
    }),
  fc
    .record({
      topic: fc.constantFrom(...TOPICS),
      replicas: fc.shuffledSubarray(NODES, { minLength: 3, maxLength: 3 }),
    })
    .map(({ topic, replicas }): Happening => ({ partitions }) => {
      const of = partitions.get(partitionKey(topic, 0))!;
      return { kind: "reassignPartition", ...seenEpochs(of), replicas };
    }),
  fc.record({ id: node }).map(({ id }): Happening => ({ nodes }) => {
    const { incarnation } = nodes.get(id)!;
    return { kind: "registerBroker", node: id, incarnation: incarnation + 1 };
  }),
);

const start = withTopic(
  withTopic(withTopic(nodesOf(4), "clean", 2, 3), "unclean", 1, 3, { uncleanLeaderElection: true }),
  "raft",
  1,
  3,
  { replicationMode: "raft" },
);

/** All that the elector wants, until it wants nothing more; each of it must have an effect. */
function settle(before: ClusterMetadata): ClusterMetadata {
  let metadata = before;
  for (let round = 0; round < 10; round++) {
    const commands = [...metadata.partitions.values()].flatMap(
      (of) => nextForPartition(metadata, of) ?? [],
    );
    if (commands.length === 0) return metadata;
    for (const command of commands) {
      const { state, noOpReason } = applyCommand(metadata, command);
      expect([command, noOpReason]).toEqual([command, null]);
      metadata = state;
    }
  }
  throw new Error("the elector comes to no end");
}

function expectGood(metadata: ClusterMetadata, of: PartitionMetadata): void {
  const alive = (id: PartitionMetadata["leader"]): boolean => isAlive(metadata, id);
  const isUnclean = metadata.topics.get(of.topic)!.config.uncleanLeaderElection;
  if (of.leader === NO_NODE) {
    expect(of.isr.some(alive)).toBe(false);
    if (isUnclean) expect(of.replicas.some(alive)).toBe(false);
    return;
  }
  expect(alive(of.leader)).toBe(true);
  expect(of.isr.every(alive)).toBe(true);
  const isMoved = of.replicas
    .filter((id) => !of.removingReplicas.includes(id))
    .every((id) => of.isr.includes(id));
  expect(of.addingReplicas.length > 0 && isMoved).toBe(false);
}

test("whatever happens, the elector makes of every partition the best that there can be", () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: 25, size: "max" }), (happenings) => {
      let metadata = settle(start);
      for (const happening of happenings) {
        const before = metadata;
        metadata = settle(applyCommand(metadata, happening(metadata)).state);
        for (const [key, of] of metadata.partitions) {
          const was = before.partitions.get(key)!;
          if (of.group !== 0) {
            expect(of).toBe(was);
            continue;
          }
          expectGood(metadata, of);
          // Who could lead all the time goes on leading.
          if (was.leader !== of.leader && of.replicas.includes(was.leader)) {
            expect(isAlive(metadata, was.leader)).toBe(false);
          }
        }
      }
    }),
  );
});

test("leadership goes back to the first replica only where nothing is lost by it", () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: 25, size: "max" }), (happenings) => {
      let metadata = settle(start);
      for (const happening of happenings) {
        metadata = settle(applyCommand(metadata, happening(metadata)).state);
        for (const of of metadata.partitions.values()) {
          const command = preferredLeader(metadata, of);
          const preferred = of.replicas[0]!;
          const canLead = of.isr.includes(preferred) && isAlive(metadata, preferred);
          expect(command !== null).toBe(of.group === 0 && canLead && of.leader !== preferred);
          if (command === null) continue;
          const { state, noOpReason } = applyCommand(metadata, command);
          expect(noOpReason).toBe(null);
          expect(state.partitions.get(partitionKey(of.topic, of.partition))!.isr).toEqual(of.isr);
          metadata = state;
        }
      }
    }),
  );
});
