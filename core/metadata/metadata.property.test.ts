import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../base/assert.ts";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import type { CommandApplied } from "./applyCommand.ts";
import { EMPTY_METADATA, memberIds, partitionKey } from "./clusterMetadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import { decodeCommand, encodeCommand } from "./codec.ts";
import type { MetadataCommand } from "./command.ts";
import { metadataHash } from "./metadataHash.ts";
import { decodeMetadata, encodeMetadata } from "./snapshot.ts";

const node = fc.integer({ min: 0, max: 4 }).map(nodeId);
/** Often the one that leads nothing at first, so that its disks come and go. */
const nodeOnTrial = fc.oneof(fc.constant(nodeId(3)), node);
const nodes = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray([1, 2, 3].map(nodeId)) },
  { weight: 1, arbitrary: fc.array(node, { maxLength: 4 }) },
);
const count = fc.integer({ min: 0, max: 4 });
const place = {
  topic: fc.constantFrom("a", "a", "a", "b", "a-1"),
  partition: fc.constantFrom(0, 1, 0, 1, 2),
};
const epochs = { leaderEpoch: count.map(leaderEpoch), partitionEpoch: count.map(partitionEpoch) };

/** Small numbers, so that commands often meet: many apply, many are stale or wrong. */
const anyCommand: fc.Arbitrary<MetadataCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("addNode" as const),
      node: nodeOnTrial,
      address: fc.constantFrom("x:1", "é", `"\\`, "\ud83d", "😀"),
      generation: count,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("removeNode" as const, "admitNode" as const),
      node: nodeOnTrial,
      generation: count,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("createTopic" as const),
      topic: fc.oneof(place.topic, fc.string({ maxLength: 3 })),
      partitionCount: count,
      replicationFactor: count,
      config: count.map((minInsyncReplicas) => ({ minInsyncReplicas })),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("assignPartition" as const),
      ...place,
      replicas: nodes,
    }),
  },
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
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("updateIsr" as const),
      ...place,
      isr: nodes,
      ...epochs,
    }),
  },
);
/** Three members and a topic, so that there is something to change; a-2 has no replicas yet. */
const opening: readonly MetadataCommand[] = [
  ...[1, 2, 3].map((id) => ({
    kind: "addNode" as const,
    node: nodeId(id),
    address: `broker-${id}`,
    generation: 0,
  })),
  {
    kind: "createTopic",
    topic: "a",
    partitionCount: 3,
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
      const command = upToDate ? asSeenIn(state, drawn) : drawn;
      state = applyCommand(state, command).state;
      log.push(command);
    }
    return log;
  });

function asSeenIn(state: ClusterMetadata, command: MetadataCommand): MetadataCommand {
  switch (command.kind) {
    case "addNode":
    case "admitNode":
      return { ...command, generation: state.nodes.get(command.node)?.generation ?? 0 };
    case "removeNode":
      return { ...command, generation: (state.nodes.get(command.node)?.generation ?? 0) + 1 };
    case "setPartitionLeader":
    case "updateIsr": {
      const current = state.partitions.get(partitionKey(command.topic, command.partition));
      if (current === undefined) return command;
      const { leaderEpoch: leader, partitionEpoch: partition } = current;
      return { ...command, leaderEpoch: leader, partitionEpoch: partition };
    }
    case "assignPartition": {
      const known = state.topics.get(command.topic);
      if (known === undefined) return command;
      return { ...command, replicas: memberIds(state).slice(0, known.replicationFactor) };
    }
    case "createTopic":
      return command;
  }
}

function applyAll(commands: readonly MetadataCommand[], start = EMPTY_METADATA): ClusterMetadata {
  return commands.reduce((state, command) => applyCommand(state, command).state, start);
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
      for (const [at, command] of log.entries()) {
        const applied = applyCommand(state, command);
        assert((applied.state === state) === (applied.noOpReason !== null), "a no-op has a reason");
        expectRules(applied.state);
        expectOnlyWhatIsDue(command, state, applied);
        if (at >= opening.length && applied.noOpReason === null) {
          changed.set(command.kind, (changed.get(command.kind) ?? 0) + 1);
        }
        state = applied.state;
      }
    }),
    { numRuns: 500 },
  );
  for (const kind of [
    "removeNode",
    "admitNode",
    "addNode",
    "createTopic",
    "assignPartition",
    "setPartitionLeader",
    "updateIsr",
  ]) {
    expect(changed.get(kind), `${kind} took effect`).toBeGreaterThan(20);
  }
});

/** Plain assertions: this runs some 100,000 times, and a matcher costs more than the rule. */
function expectRules(state: ClusterMetadata): void {
  for (const { replicas, leader, isr } of state.partitions.values()) {
    const inOrder = replicas.filter((id) => isr.includes(id));
    assert(isr.includes(leader), "the ISR holds the leader");
    assert(inOrder.join() === isr.join(), "the ISR is in replica order");
    assert(new Set(replicas).size === replicas.length, "no replica is named twice");
    for (const id of isr) {
      assert(state.nodes.get(id)?.state === "member", "only a member is in an ISR or leads");
    }
  }
}

/** What one command may do to the nodes and to the partitions, and no more. */
function expectOnlyWhatIsDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  { state, changedPartitions }: CommandApplied,
): void {
  const { kind } = command;
  for (const [id, earlier] of before.nodes) {
    const later = state.nodes.get(id);
    assert(later !== undefined, "a node is never forgotten");
    if (later === earlier) continue;
    assert("node" in command && command.node === id, "a command changes the node that it names");
    const gained = later.generation - earlier.generation;
    assert(gained === (kind === "removeNode" ? 1 : 0), "only a removal asks for the next disk");
    assert(
      LIFE.includes(`${earlier.state} ${kind} ${later.state}`),
      "no step of a life is left out",
    );
  }
  const changed: string[] = [];
  for (const [key, later] of state.partitions) {
    const earlier = before.partitions.get(key);
    if (earlier === later) continue;
    changed.push(key);
    if (earlier === undefined) continue;
    const isElected = kind === "setPartitionLeader";
    const gained = later.leaderEpoch - earlier.leaderEpoch;
    assert(later.partitionEpoch === earlier.partitionEpoch + 1, "one partition epoch a change");
    assert(gained === (isElected ? 1 : 0), "a leader epoch for each election, no other");
    assert(isElected || later.leader === earlier.leader, "only an election moves the leader");
    assert(!isElected || later.isr.join() === earlier.isr.join(), "no election moves the ISR");
    assert(later.replicas === earlier.replicas, "replicas stay where they are");
    const left = earlier.isr.filter((id) => !later.isr.includes(id));
    if (kind === "removeNode")
      assert(
        left.every((id) => id === command.node),
        "one node leaves",
      );
  }
  assert(changed.join() === changedPartitions.join(), "what changed is reported");
}

const LIFE = [
  "member addNode member",
  "joining addNode member",
  "member removeNode removed",
  "joining removeNode removed",
  "removed admitNode joining",
];

test("removing a node makes every ISR change void that was proposed for its partitions before", () => {
  let voidCount = 0;
  fc.assert(
    fc.property(anyLog, node, nodes, (log, victim, isr) => {
      const before = applyAll(log);
      const generation = (before.nodes.get(victim)?.generation ?? 0) + 1;
      const removed = applyCommand(before, { kind: "removeNode", node: victim, generation });
      if (removed.noOpReason !== null) return;
      const { state: joining } = applyCommand(removed.state, {
        kind: "admitNode",
        node: victim,
        generation,
      });
      const address = "back:1";
      const back = applyCommand(joining, { kind: "addNode", node: victim, address, generation });
      expect(back.state.nodes.get(victim)?.state).toBe("member");
      for (const partition of before.partitions.values()) {
        if (!partition.replicas.includes(victim)) continue;
        for (const state of [removed.state, joining, back.state]) {
          const { noOpReason } = applyCommand(state, { ...partition, kind: "updateIsr", isr });
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
      const applied = applyCommand(state, asSeenIn(state, command));
      if (applied.noOpReason === null) {
        expect(metadataHash(applied.state)).not.toBe(metadataHash(state));
      }
      for (const node of state.nodes.values()) {
        const others = (["member", "removed", "joining"] as const).filter(
          (it) => it !== node.state,
        );
        for (const changed of [
          { ...node, address: `${node.address}!` },
          { ...node, generation: node.generation + 1 },
          ...others.map((other) => ({ ...node, state: other })),
        ]) {
          const nodesThen = new Map(state.nodes).set(node.node, changed);
          expect(metadataHash({ ...state, nodes: nodesThen })).not.toBe(metadataHash(state));
        }
      }
    }),
  );
});

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
