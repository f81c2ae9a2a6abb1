import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { NO_TOPIC_ID } from "../clusterMetadata.ts";
import type { ClusterMetadata, NodeMetadata, PartitionMetadata } from "../clusterMetadata.ts";
import type { CommandApplied } from "../commandApplied.ts";
import type { MetadataCommand } from "../command.ts";

/** Plain assertions: these run some 100,000 times, and a matcher costs more than the rule. */
export function expectRules(state: ClusterMetadata): void {
  const topicIds = [...state.topics.values()].map(({ topicId }) => topicId);
  assert(areDistinct(topicIds.filter((id) => id !== NO_TOPIC_ID)), "a topic id is of one topic");
  const groups = [...state.partitions.values()].map(({ group }) => group).filter((id) => id !== 0);
  assert(areDistinct(groups), "a group is of one partition");
  assert(
    groups.every((group) => group < state.nextGroup),
    "the next group is new",
  );
  for (const [key, partition] of state.partitions) {
    const { replicas, addingReplicas, removingReplicas, leader, isr } = partition;
    const topic = state.topics.get(partition.topic);
    assert(topic !== undefined, "a partition belongs to a topic");
    assert(key === `${topic.topic}-${partition.partition}`, "a partition stands under its key");
    assert(partition.partition < topic.partitionCount, "a partition is one of its topic's");
    const isRaft = topic.config.replicationMode === "raft";
    assert(partition.group > 0 === isRaft, "a group for each partition in mode raft, no other");
    assert(isr.length > 0, "an ISR is never empty");
    assert(leader === 0 || isr.includes(leader), "the ISR holds the leader, if there is one");
    assert(minus(replicas, minus(replicas, isr)).join() === isr.join(), "ISR in replica order");
    assert(areDistinct(replicas), "no replica is named twice");
    const target = minus(replicas, removingReplicas);
    assert([...target, ...removingReplicas].join() === replicas.join(), "those that go come last");
    assert(target.length === topic.replicationFactor, "as many are wanted as the topic has");
    assert(minus(addingReplicas, target).length === 0, "those that are added are wanted");
    assert(addingReplicas.length === removingReplicas.length, "one comes for each that goes");
    for (const id of isr) {
      assert(state.nodes.get(id)?.state === "member", "only a member is in an ISR or leads");
    }
  }
}

/** What one command may do, and no more. */
export function expectOnlyWhatIsDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  applied: CommandApplied,
): void {
  const { state } = applied;
  expectNodesDue(command, before, state);
  expectTopicsDue(command, before, state);
  expectPartitionsDue(command, before, applied);
  const ids = state.nextProducerId - before.nextProducerId;
  const isAllocated = command.kind === "allocateProducerIds" && state !== before;
  assert(ids === (isAllocated ? command.count : 0), "ids are given out as asked for");
  const groups = state.nextGroup - before.nextGroup;
  const isNewGroup = command.kind === "assignPartition" && state.partitions !== before.partitions;
  const mode = isNewGroup ? before.topics.get(command.topic)?.config.replicationMode : "isr";
  assert(groups === (mode === "raft" ? 1 : 0), "a number for each new group");
}

function expectNodesDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  state: ClusterMetadata,
): void {
  const { kind } = command;
  const unknown: Pick<NodeMetadata, "brokerEpoch" | "incarnation" | "isFenced"> = {
    brokerEpoch: 0,
    incarnation: -1,
    isFenced: false,
  };
  assert(
    [...before.nodes.keys()].every((id) => state.nodes.has(id)),
    "none is forgotten",
  );
  for (const [id, later] of state.nodes) {
    const earlier = before.nodes.get(id);
    if (later === earlier) continue;
    assert("node" in command && command.node === id, "a command changes the node that it names");
    const step = `${earlier?.state ?? "unknown"} ${kind} ${later.state}`;
    assert(LIFE.includes(step), `no step of a life is left out: ${step}`);
    const gained = later.generation - (earlier?.generation ?? later.generation);
    assert(gained === (kind === "removeNode" ? 1 : 0), "only a removal asks for the next disk");
    const { brokerEpoch, incarnation, isFenced } = earlier ?? unknown;
    const started = kind === "registerBroker" ? 1 : 0;
    assert(later.brokerEpoch === brokerEpoch + started, "a broker epoch for each life");
    assert(later.incarnation > incarnation === (started === 1), "a later life starts later");
    const isDue = kind === "fenceBroker" || (kind !== "unfenceBroker" && isFenced);
    assert(later.isFenced === isDue, "only fencing fences");
  }
}

const LIFE = [
  "unknown addNode member",
  "unknown admitNode joining",
  "member addNode member",
  "joining addNode member",
  "member removeNode removed",
  "joining removeNode removed",
  "removed admitNode joining",
  ...["registerBroker", "fenceBroker", "unfenceBroker"].flatMap((kind) => [
    `member ${kind} member`,
    `joining ${kind} joining`,
  ]),
];

function expectTopicsDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  state: ClusterMetadata,
): void {
  const { kind } = command;
  for (const name of new Set([...before.topics.keys(), ...state.topics.keys()])) {
    const earlier = before.topics.get(name);
    const later = state.topics.get(name);
    if (earlier === later) continue;
    assert("topic" in command && command.topic === name, "a command changes its own topic");
    if (earlier === undefined) assert(kind === "createTopic", "only that makes a topic");
    else if (later === undefined) assert(kind === "deleteTopic", "only that ends a topic");
    else if (kind === "alterTopic") {
      const { replicationMode } = earlier.config;
      const due = { ...earlier, config: { ...later.config, replicationMode } };
      assert(JSON.stringify(later) === JSON.stringify(due), "only its options change");
    } else {
      assert(kind === "createPartitions", "a topic changes in nothing else");
      assert(later.partitionCount > earlier.partitionCount, "partitions are never taken away");
      const { partitionCount } = later;
      const due = { ...earlier, partitionCount };
      assert(JSON.stringify(later) === JSON.stringify(due), "the rest of a topic stays");
    }
  }
}

function expectPartitionsDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  { state, changedPartitions, removedPartitions }: CommandApplied,
): void {
  const gone = [...before.partitions.values()].filter(
    ({ topic }) => command.kind === "deleteTopic" && !state.topics.has(topic),
  );
  const isGone = [...before.partitions].filter(([key]) => !state.partitions.has(key));
  assert(isGone.length === gone.length, "partitions end with their topic");
  assert(
    gone.length === removedPartitions.length &&
      gone.every((partition, at) => partition === removedPartitions[at]),
    "what is gone is reported",
  );
  const changed: string[] = [];
  for (const [key, later] of state.partitions) {
    const earlier = before.partitions.get(key);
    if (earlier === later) continue;
    changed.push(key);
    if (earlier === undefined) {
      assert(command.kind === "assignPartition", "only that makes a partition");
    } else expectPartitionDue(command, before, earlier, later);
  }
  assert(changed.join() === changedPartitions.join(), "what changed is reported");
}

function expectPartitionDue(
  command: MetadataCommand,
  before: ClusterMetadata,
  earlier: PartitionMetadata,
  later: PartitionMetadata,
): void {
  const isLive = (id: NodeId) => {
    const node = before.nodes.get(id);
    return node?.state === "member" && !node.isFenced;
  };
  const gained = later.leaderEpoch - earlier.leaderEpoch;
  const entered = minus(later.isr, earlier.isr);
  const left = minus(earlier.isr, later.isr);
  const isMoved = later.leader !== earlier.leader;
  assert(later.partitionEpoch === earlier.partitionEpoch + 1, "one partition epoch a change");
  assert(later.group === earlier.group, "a partition keeps its group");
  const { kind } = command;
  if (kind === "reassignPartition" || kind === "completeReassignment") {
    const dropped = minus(earlier.replicas, later.replicas);
    assert(gained === (dropped.length > 0 ? 1 : 0), "a leader epoch when a replica goes (KIP-455)");
    assert(entered.length === 0, "a move lets nobody in");
    assert(minus(left, dropped).length === 0, "who stays a replica stays in sync");
    assert(!isMoved || dropped.includes(earlier.leader), "a leader that stays leads on");
    assert(!isMoved || isLive(later.leader), "who is moved to is alive");
    const target = minus(later.replicas, later.removingReplicas);
    if (kind === "reassignPartition") {
      assert(target.join() === command.replicas.join(), "a move goes where it was asked to");
      assert(minus(dropped, earlier.addingReplicas).length === 0, "none goes before completion");
    } else {
      assert(dropped.join() === earlier.removingReplicas.join(), "completion drops who must go");
      assert(minus(target, earlier.isr).length === 0, "completion waits for all to be in sync");
    }
    return;
  }
  assert(later.replicas === earlier.replicas, "replicas stay where they are");
  switch (kind) {
    case "removeNode":
      assert(gained === 0 && !isMoved && entered.length === 0, "a removal only takes out");
      assert(minus(left, [command.node]).length === 0, "one node leaves");
      return;
    case "updateIsr":
      assert(gained === 0 && !isMoved, "no ISR change moves the leader");
      assert(entered.every(isLive), "only who is alive comes in (KIP-841)");
      return;
    case "setPartitionLeader":
      assert(gained === 1, "a leader epoch for each election");
      assert(later.leader === command.leader, "who is named leads");
      if (later.leader === 0) assert(!earlier.isr.some(isLive), "offline when nobody can lead");
      else assert(isLive(later.leader), "a leader is alive");
      if (left.length === 0 && entered.length === 0) return;
      assert(command.unclean && !earlier.isr.some(isLive), "unclean when nobody else can lead");
      assert(later.isr.join() === `${command.leader}`, "who is elected so is alone in sync");
      assert(before.topics.get(later.topic)?.config.uncleanLeaderElection === true, "if allowed");
      return;
    case "reportPartitionLeader":
      assert(later.leader === command.leader && gained > 0, "a later leader is reported");
      return;
    default:
      assert(false, `${kind} changes no partition`);
  }
}

function minus<Item>(items: readonly Item[], others: readonly Item[]): Item[] {
  return items.filter((item) => !others.includes(item));
}

function areDistinct(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}
