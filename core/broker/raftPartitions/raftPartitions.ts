import { assert } from "../../base/assert.ts";
import { leaderEpoch, NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import type {
  ClusterMetadata,
  PartitionKey,
  PartitionMetadata,
} from "../../metadata/clusterMetadata.ts";
import type { MetadataCommand } from "../../metadata/command.ts";
import type { Message } from "../../raft/index.ts";
import type { WalWriter } from "../../wal/index.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { CurrentLeader } from "../../wire/index.ts";
import type { Clock } from "../clock.ts";
import type { BrokerConfig } from "../config.ts";
import type { PeerMessage } from "../io.ts";
import type { Outbox } from "../outbox.ts";
import type { RaftStore } from "../raftStore.ts";
import { ReadyLoop } from "../readyLoop.ts";
import type { GroupPeers } from "../readyLoop.ts";
import type { ReplicaLog } from "../replicaLog.ts";
import { Snapshots } from "../snapshots.ts";
import { generationOfMember, memberId, nodeOfMember } from "./memberId.ts";
import { PartitionGroup } from "./partitionGroup.ts";
import { PartitionState } from "./partitionState.ts";
import type { RaftProposal } from "./partitionState.ts";

export type { RaftProposal } from "./partitionState.ts";

/** Beyond so many segments, groups that hold up the removal of the first one take a snapshot. */
const SEGMENTS_KEPT = 4;

interface RaftPartitionsParts {
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly out: Outbox;
  readonly wal: WalWriter;
  readonly store: RaftStore;
  /** Of this node's disk. */
  readonly generation: number;
  /** The metadata as this node has applied it. */
  readonly metadata: () => ClusterMetadata;
  /** As `MetadataLog.propose`. */
  readonly propose: (command: MetadataCommand) => boolean;
  /** Called when something has happened that a waiting request may wait for. */
  readonly news: () => void;
}

/**
 * The partitions in mode "raft" of which this node keeps a replica: a Raft group each, all of them in
 * the node's one log. What they have to write at the same time goes out as one write.
 *
 * A group that nothing has happened to costs a tick and a look, and allocates nothing. A leader sends
 * each follower a heartbeat every `heartbeatTicks`, whatever else it leads.
 */
export class RaftPartitions {
  readonly #parts: RaftPartitionsParts;
  readonly #self: NodeId;
  readonly #maySpeakTo: GroupPeers["maySpeakTo"];
  readonly #groups = new Map<PartitionKey, PartitionGroup>();
  readonly #byNumber = new Map<number, PartitionGroup>();
  readonly #leaders = new Map<PartitionKey, CurrentLeader>();
  /** Groups to be run. */
  #queue: PartitionGroup[] = [];
  /** Groups with an open Ready. */
  #waiting: PartitionGroup[] = [];
  /** Groups that this node leads, and that the metadata may not know of. */
  readonly #unreported = new Set<PartitionGroup>();
  /** Groups that the disk holds, and whose partitions the metadata has not spoken of yet. */
  readonly #unclaimed: Set<number>;
  #nodes: ClusterMetadata["nodes"] | null = null;

  constructor(parts: RaftPartitionsParts) {
    const { config, generation, metadata, store } = parts;
    this.#parts = parts;
    this.#self = memberId(config.id, generation);
    this.#unclaimed = new Set([...store.groups].filter((group) => group > 0));
    this.#maySpeakTo = (to) => {
      const known = metadata().nodes.get(nodeOfMember(to));
      return known === undefined || known.generation <= generationOfMember(to);
    };
  }

  /** Who leads each of these partitions, as far as this node knows; 0 for nobody. */
  get leaders(): ReadonlyMap<PartitionKey, CurrentLeader> {
    return this.#leaders;
  }

  get groups(): ReadonlyMap<PartitionKey, PartitionGroup> {
    return this.#groups;
  }

  // What the metadata says.

  /** This node holds a replica of it, by this record. */
  changed(metadata: PartitionMetadata, log: ReplicaLog): void {
    const key = partitionKey(metadata.topic, metadata.partition);
    const known = this.#groups.get(key);
    if (known?.group === metadata.group) {
      known.metadata = metadata;
      known.areMembersRight = false;
      return;
    }
    if (known !== undefined) this.removed(key);
    const isNew = this.#bootstrap(metadata);
    const group = this.#open(key, metadata, log);
    this.#unclaimed.delete(group.group);
    this.#groups.set(key, group);
    this.#byNumber.set(group.group, group);
    this.#leaders.set(key, { leaderId: NO_NODE, leaderEpoch: leaderEpoch(group.raft.term) });
    // Others wait for their election timeouts: the preferred leader shall lead.
    if (isNew && metadata.replicas[0] === this.#parts.config.id) {
      group.eagerTicks = this.#parts.config.electionTicks;
      group.loop.run();
      group.loop.timeOut();
    }
    this.#touched(group);
  }

  /** It holds none any more. */
  removed(key: PartitionKey): void {
    const group = this.#groups.get(key);
    if (group === undefined) return this.#dropUnclaimed(this.#parts.store.foundOf(key));
    group.state.leadershipLost(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    this.#groups.delete(key);
    this.#byNumber.delete(group.group);
    this.#leaders.delete(key);
    this.#unreported.delete(group);
    this.#queue = this.#queue.filter((one) => one !== group);
    this.#waiting = this.#waiting.filter((one) => one !== group);
    this.#parts.store.drop(group.group, group.snapshots);
    this.#parts.news();
  }

  /**
   * True if the group is new. Its first members are the replicas' disks at the time at which they
   * were assigned. Those of now are the same if none was replaced since: with the removal of a
   * replica's node the partition epoch grows. Otherwise this node lets others tell it.
   */
  #bootstrap({ group, replicas, partitionEpoch }: PartitionMetadata): boolean {
    const { store, metadata } = this.#parts;
    if (store.has(group) && !store.storageOf(group).isHalfBegun) return false;
    const { nodes } = metadata();
    const generations = replicas.map((replica) => nodes.get(replica)?.generation ?? 0);
    if (partitionEpoch > 0 && generations.some((generation) => generation > 0)) return false;
    store.storageOf(group).bootstrap(replicas.map((node, at) => memberId(node, generations[at]!)));
    return true;
  }

  #open(key: PartitionKey, metadata: PartitionMetadata, log: ReplicaLog): PartitionGroup {
    const { config, clock, out, wal, store } = this.#parts;
    const { group } = metadata;
    const storage = store.storageOf(group);
    const state = new PartitionState(log, out, (index) => storage.sequenceOf(index) ?? 0);
    log.group = group;
    storage.whole = (snapshot) => state.whole(snapshot);
    const snapshot = storage.snapshot();
    if (snapshot.metadata.index > 0) state.restore(snapshot);
    else assert(log.logEndOffset === log.logStartOffset, `${key}: its group fills it`);
    const snapshots = new Snapshots({
      store,
      storage,
      state,
      // So all snapshots together write at most half of what the log holds.
      intervalAfter: () =>
        state.isSnapshotSmall ? config.snapshotEntries : Number.POSITIVE_INFINITY,
      trailingEntries: config.snapshotTrailingEntries,
      events: null,
    });
    const loop = new ReadyLoop({
      config,
      id: this.#self,
      storage,
      clock,
      wal,
      state,
      snapshots,
      peers: {
        hasSay: () => true,
        maySpeakTo: this.#maySpeakTo,
        send: (message) => this.#send(group, message),
      },
      maxMessageBytes: config.fetchMaxBytes,
      events: null,
    });
    return new PartitionGroup(metadata, key, loop, snapshots, state);
  }

  // What happens to the groups.

  tick(): void {
    this.#lookAtMetadata();
    const { metadata, clock, config } = this.#parts;
    for (const group of this.#groups.values()) {
      const { loop, raft } = group;
      group.snapshots.tick();
      loop.tick();
      if (group.eagerTicks > 0) this.#standAgain(group);
      if (!group.areMembersRight && group.isReadable) {
        group.followMembers(metadata(), clock.nowUs, config.proposalRetryUs);
      }
      if (raft.hasReady()) this.#touched(group);
    }
    for (const group of this.#unreported) this.#report(group);
    this.#relieveLog();
  }

  /**
   * A message of another node to this disk of this one (`Generations`), for one of its groups; dropped
   * if that is not known here, or not yet.
   */
  step(from: NodeId, peerMessage: Extract<PeerMessage, { kind: "raft" }>): void {
    const { group: number, message, generation } = peerMessage;
    const group = this.#byNumber.get(number);
    if (group === undefined) return;
    const sender = memberId(from, generation);
    const isSame = sender === from && message.to === this.#self;
    group.loop.step(isSame ? message : { ...message, from: sender, to: this.#self });
    this.#touched(group);
  }

  /** A disk that is full makes leaders useless: others shall lead. */
  handOver(): void {
    for (const group of this.#groups.values()) {
      if (group.raft.role !== "leader") continue;
      group.loop.handOver();
      this.#touched(group);
    }
  }

  /** The disk has completed an operation: open Readys may go on. */
  diskAnswered(): void {
    for (const group of this.#waiting) this.#touched(group);
  }

  /** As `ReadyLoop.writeStarted`. */
  writeStarted(operation: number, lastSequence: number, sizeBytes: number): void {
    for (const { loop } of this.#waiting) loop.writeStarted(operation, lastSequence, sizeBytes);
  }

  /** Does all that can be done without waiting for the disk. */
  run(): void {
    let isAnyDone = false;
    for (let at = 0; at < this.#queue.length; at++) {
      const group = this.#queue[at]!;
      group.isQueued = false;
      const { appliedIndex } = group.state;
      group.loop.run();
      if (group.state.appliedIndex > appliedIndex) this.#parts.news();
      const isWaiting = group.openReady !== null;
      if (isWaiting && !group.isWaiting) this.#waiting.push(group);
      if (!isWaiting && group.isWaiting) isAnyDone = true;
      group.isWaiting = isWaiting;
      this.#look(group);
      if (this.#unreported.has(group)) this.#report(group);
    }
    this.#queue = [];
    if (isAnyDone) this.#waiting = this.#waiting.filter(({ isWaiting }) => isWaiting);
  }

  // Reads and writes.

  /**
   * Proposes a batch, which was validated, to the group that this node leads. It is acknowledged once
   * the leader has applied it, whatever the acks: a quorum has it on disk then. Hence
   * min.insync.replicas has nothing to say here.
   */
  propose(key: PartitionKey, records: Uint8Array): RaftProposal | ErrorCode {
    const group = this.#groups.get(key);
    if (group === undefined) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const proposal = group.propose(records);
    this.#touched(group);
    return proposal;
  }

  /** This node leads the partition, and knows all that earlier leaders have shown. */
  isReadable(key: PartitionKey): boolean {
    return this.#groups.get(key)?.isReadable ?? false;
  }

  #touched(group: PartitionGroup): void {
    if (!group.isQueued) {
      group.isQueued = true;
      this.#queue.push(group);
    }
    this.#look(group);
  }

  /** Notes who leads. */
  #look(group: PartitionGroup): void {
    const leader = group.leaderNews();
    if (leader === null) return;
    this.#leaders.set(group.key, leader);
    if (group.raft.role === "leader") this.#unreported.add(group);
    else this.#unreported.delete(group);
    this.#parts.news();
  }

  /** Tells the metadata that this node leads, until it knows. */
  #report(group: PartitionGroup): void {
    const { metadata, propose, clock, config } = this.#parts;
    if (!group.isReadable) return;
    if (!group.isReportDue(metadata())) {
      this.#unreported.delete(group);
      return;
    }
    if (clock.nowUs - group.reportedAtUs < config.proposalRetryUs) return;
    const { topic, partition } = group.metadata;
    const epoch = leaderEpoch(group.raft.term);
    const place = { topic, partition, leader: config.id, leaderEpoch: epoch };
    if (propose({ kind: "reportPartitionLeader", ...place })) group.reportedAtUs = clock.nowUs;
  }

  #standAgain(group: PartitionGroup): void {
    const { lead, role } = group.raft;
    group.eagerTicks = lead === NO_NODE ? group.eagerTicks - 1 : 0;
    // Others may not have known of the group when they were asked.
    if (lead === NO_NODE && role !== "candidate") group.loop.timeOut();
  }

  #lookAtMetadata(): void {
    const { nodes, nextGroup, partitions } = this.#parts.metadata();
    if (nodes !== this.#nodes) {
      this.#nodes = nodes;
      for (const group of this.#groups.values()) group.areMembersRight = false;
    }
    if (this.#unclaimed.size === 0) return;
    const assigned = new Set([...partitions.values()].map(({ group }) => group));
    for (const group of this.#unclaimed) {
      // Its number was given, and nobody has it: the topic was deleted, which a snapshot may hide.
      if (group < nextGroup && !assigned.has(group)) this.#dropUnclaimed(group);
    }
  }

  #dropUnclaimed(group: number): void {
    if (this.#unclaimed.delete(group)) this.#parts.store.drop(group, null);
  }

  /**
   * A group that is seldom written to would keep the log from its first entry on for ever. It takes a
   * snapshot, once its old batches are in segments (`SegmentFlusher`).
   */
  #relieveLog(): void {
    const { wal, store } = this.#parts;
    const { segments } = wal;
    if (segments.length <= SEGMENTS_KEPT) return;
    const neededFrom = segments[1]!.firstSequence;
    for (const { group, state, snapshots } of this.#groups.values()) {
      const isInTheWay = store.storageOf(group).neededSequence < neededFrom;
      if (isInTheWay && state.neededSequence >= neededFrom) snapshots.take();
    }
  }

  /** Between nodes, messages name nodes and the generations of their disks. */
  #send(group: number, message: Message): void {
    const { out, config } = this.#parts;
    const to = nodeOfMember(message.to);
    const isSame = to === message.to && message.from === config.id;
    const named = isSame ? message : { ...message, from: config.id, to };
    out.sendRaft(group, named, generationOfMember(message.to));
  }
}
