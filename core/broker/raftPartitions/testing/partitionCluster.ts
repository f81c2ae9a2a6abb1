import { assert } from "../../../base/assert.ts";
import { nodeId } from "../../../base/ids.ts";
import type { NodeId } from "../../../base/ids.ts";
import { applyCommand, EMPTY_METADATA, partitionKey } from "../../../metadata/index.ts";
import type { ClusterMetadata, MetadataCommand } from "../../../metadata/index.ts";
import type { DiskCompletion, DiskOperation } from "../../../wal/disk.ts";
import { WalWriter } from "../../../wal/index.ts";
import type { Clock } from "../../clock.ts";
import { DEFAULT_BROKER_CONFIG } from "../../config.ts";
import type { BrokerConfig } from "../../config.ts";
import type { PeerMessage } from "../../io.ts";
import { Outbox } from "../../outbox.ts";
import { RaftStore } from "../../raftStore.ts";
import { recover } from "../../recover.ts";
import { ReplicaLog } from "../../replicaLog.ts";
import { SegmentFlusher } from "../../segments/segmentFlusher.ts";
import { TestDisk } from "../../testing/testDisk.ts";
import { RaftPartitions } from "../raftPartitions.ts";

type RaftMessage = Extract<PeerMessage, { kind: "raft" }>;

/** What a node with raft partitions, and nothing else, is made of. */
interface Life {
  readonly wal: WalWriter;
  readonly store: RaftStore;
  readonly out: Outbox;
  readonly partitions: RaftPartitions;
  readonly flusher: SegmentFlusher;
  readonly logs: Map<string, ReplicaLog>;
  readonly dropped: ReplicaLog[];
  /** What the disk works on. */
  readonly underWay: Set<DiskOperation>;
}

interface Member {
  readonly id: NodeId;
  disk: TestDisk;
  generation: number;
  /** Null while it is down. */
  life: Life | null;
}

interface Due {
  readonly atUs: number;
  readonly act: () => void;
}

const TICK_US = 100_000;

/**
 * A few nodes that run the Raft groups of partitions over their logs and disks. The metadata is not
 * replicated here: all nodes that are up see each change of it at once, the others when they start.
 */
export class PartitionCluster {
  readonly clock: Clock = { nowUs: 0 };
  metadata: ClusterMetadata = EMPTY_METADATA;
  /** Asked about every message; false loses it. */
  arrives: (from: number, to: number, message: RaftMessage) => boolean = () => true;
  /** What recovery has refused, by node. */
  readonly refused = new Map<number, string>();
  /** Asked before every disk operation; one for which there is no power is never completed. */
  hasPower: (id: number, operation: DiskOperation) => boolean = () => true;
  /** Disk operations take so long. */
  diskUs = 500;
  sentCount = 0;
  readonly #config: Partial<BrokerConfig>;
  readonly #members = new Map<number, Member>();
  #due: Due[] = [];
  #seed: number;

  constructor(nodeCount: number, config: Partial<BrokerConfig> = {}, seed = 1) {
    this.#config = { contract: "on", ...config };
    this.#seed = seed;
    for (let at = 1; at <= nodeCount; at++) {
      const id = nodeId(at);
      this.#members.set(at, { id, disk: new TestDisk(), generation: 0, life: null });
      this.apply({ kind: "addNode", node: id, address: `n${at}:9092`, generation: 0 });
    }
    for (let at = 1; at <= nodeCount; at++) this.start(at);
  }

  /** A random integer in [0, n). */
  random(n: number): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#seed >>> 8) % n;
  }

  partitions(id: number): RaftPartitions {
    return this.#up(id).partitions;
  }

  wal(id: number): WalWriter {
    return this.#up(id).wal;
  }

  store(id: number): RaftStore {
    return this.#up(id).store;
  }

  log(id: number, topic: string, partition = 0): ReplicaLog {
    const log = this.#up(id).logs.get(partitionKey(topic, partition));
    assert(log !== undefined, `node ${id} keeps ${topic}-${partition}`);
    return log;
  }

  disk(id: number): TestDisk {
    return this.#member(id).disk;
  }

  isUp(id: number): boolean {
    return this.#member(id).life !== null;
  }

  get alive(): number[] {
    return [...this.#members.values()].filter(({ life }) => life !== null).map(({ id }) => id);
  }

  /** The node that leads a partition and can be read from; null when none does. */
  leaderOf(topic: string, partition = 0): number | null {
    const key = partitionKey(topic, partition);
    let best: { readonly id: number; readonly term: number } | null = null;
    for (const id of this.alive) {
      const group = this.partitions(id).groups.get(key);
      if (group === undefined || !group.isReadable) continue;
      if (best === null || group.raft.term > best.term) best = { id, term: group.raft.term };
    }
    return best === null ? null : best.id;
  }

  /** All nodes hear of a change of the metadata. */
  apply(command: MetadataCommand): void {
    const { state, noOpReason, changedPartitions, removedPartitions } = applyCommand(
      this.metadata,
      command,
    );
    if (noOpReason !== null) return;
    this.metadata = state;
    for (const { id, life } of this.#members.values()) {
      if (life === null) continue;
      for (const { topic, partition } of removedPartitions) {
        this.#removed(life, partitionKey(topic, partition));
      }
      for (const key of changedPartitions) this.#changed(id, life, key);
      this.#settle(id, life);
    }
  }

  createTopic(topic: string, replicas: readonly (readonly number[])[]): void {
    this.apply({
      kind: "createTopic",
      topic,
      topicId: String(this.metadata.nextGroup).padStart(32, "0"),
      partitionCount: replicas.length,
      replicationFactor: replicas[0]!.length,
      assignment: null,
      config: { minInsyncReplicas: 1, replicationMode: "raft", uncleanLeaderElection: false },
    });
    for (const [partition, nodes] of replicas.entries()) {
      this.apply({ kind: "assignPartition", topic, partition, replicas: nodes.map(nodeId) });
    }
  }

  start(id: number): void {
    const member = this.#member(id);
    assert(member.life === null, `node ${id} is down`);
    const random = (n: number): number => this.random(n);
    const own = { id: member.id, peers: [...this.#members.values()].map((one) => one.id), random };
    const joins = member.generation === 0 ? {} : { joinGeneration: member.generation };
    const config = { ...DEFAULT_BROKER_CONFIG, ...own, ...joins, ...this.#config };
    const out = new Outbox(false, this.clock.nowUs);
    const recovery = recover(config, member.disk.crash(), out);
    if (!recovery.ok) {
      this.refused.set(id, recovery.reason);
      return;
    }
    const { recovered } = recovery;
    const { generation, logs } = recovered;
    out.generation = generation;
    let lastOperationId = 0;
    const nextOperationId = (): number => ++lastOperationId;
    const wal: WalWriter = new WalWriter(recovered.walStart, {
      segmentBytesMax: config.segmentBytesMax,
      nextOperationId,
      carryOver: () => [...store.carryOver(), ...flusher.carryOver()],
    });
    const neededElsewhere = (): number =>
      Math.min(flusher.neededSequence, ...[...logs.values()].map((log) => log.neededSequence));
    const store = new RaftStore({ recovered, wal, nextOperationId, neededElsewhere });
    store.begin();
    const partitions = new RaftPartitions({
      config,
      clock: this.clock,
      out,
      wal,
      store,
      generation,
      metadata: () => this.metadata,
      propose: (command) => {
        this.#schedule(2_000, () => this.apply(command));
        return true;
      },
      news: () => {},
    });
    const dropped: ReplicaLog[] = [];
    const flusher: SegmentFlusher = new SegmentFlusher({
      config,
      wal,
      partitions: { logs, dropped },
      out,
      leftovers: recovered.leftovers,
      owner: { node: member.id, generation },
      nextOperationId,
      release: () => store.release(),
    });
    const underWay = new Set<DiskOperation>();
    const life: Life = { wal, store, out, partitions, flusher, logs, dropped, underWay };
    member.life = life;
    for (const key of logs.keys()) {
      if (!this.metadata.partitions.has(key)) this.#removed(life, key);
    }
    for (const key of this.metadata.partitions.keys()) this.#changed(member.id, life, key);
    this.#settle(member.id, life);
    this.#scheduleTick(member, life, this.random(TICK_US));
  }

  /**
   * It loses power; so many bytes that were not synced survive in each file, also of what is being
   * written, and so do names if the disk keeps them.
   */
  kill(id: number, survivingBytes = 0, keepsNames = false): void {
    const { disk, life } = this.#member(id);
    for (const operation of life?.underWay ?? []) {
      if (operation.kind === "append") disk.complete({ ...operation, sync: false });
      else if (operation.kind !== "syncDirectory" && keepsNames) disk.complete(operation);
    }
    this.#member(id).life = null;
    disk.crash(survivingBytes, keepsNames);
  }

  /** Its disk is lost: the cluster removes it, and lets it in again with an empty one. */
  replaceDisk(id: number): boolean {
    const member = this.#member(id);
    const generation = member.generation + 1;
    this.apply({ kind: "removeNode", node: member.id, generation });
    if (this.metadata.nodes.get(member.id)!.generation !== generation) return false;
    member.life = null;
    member.disk = new TestDisk();
    member.generation = generation;
    const address = `n${id}:9092`;
    this.apply({ kind: "admitNode", node: member.id, address, generation });
    this.apply({ kind: "addNode", node: member.id, address, generation });
    this.start(id);
    return true;
  }

  /** Something is done to a node from outside. */
  act<T>(id: number, what: (partitions: RaftPartitions) => T): T {
    const life = this.#up(id);
    const result = what(life.partitions);
    this.#settle(nodeId(id), life);
    return result;
  }

  run(us: number): void {
    const end = this.clock.nowUs + us;
    for (;;) {
      const next = this.#due[0];
      if (next === undefined || next.atUs > end) break;
      this.#due.shift();
      this.clock.nowUs = next.atUs;
      next.act();
    }
    this.clock.nowUs = end;
  }

  runUntil(isTrue: () => boolean, limitUs = 30_000_000): void {
    const end = this.clock.nowUs + limitUs;
    while (!isTrue()) {
      assert(this.clock.nowUs < end, `not true after ${limitUs} us: ${isTrue}`);
      this.run(5_000);
    }
  }

  #removed({ logs, dropped, partitions }: Life, key: string): void {
    partitions.removed(key);
    const log = logs.get(key);
    if (log === undefined) return;
    logs.delete(key);
    dropped.push(log);
  }

  #changed(id: NodeId, life: Life, key: string): void {
    const { logs, partitions } = life;
    const metadata = this.metadata.partitions.get(key)!;
    const own = this.metadata.nodes.get(id)!;
    // As `Partitions` does: a node hears of nothing until the log has told of its disk.
    if (!metadata.replicas.includes(id) || own.generation !== this.#member(id).generation) return;
    const { topicId } = this.metadata.topics.get(metadata.topic)!;
    let log = logs.get(key);
    if (log !== undefined && log.topicId !== topicId) {
      this.#removed(life, key);
      log = undefined;
    }
    if (log === undefined) {
      log = new ReplicaLog(metadata.topic, metadata.partition, topicId);
      logs.set(key, log);
    }
    partitions.changed(metadata, log);
  }

  /** All that follows, and what it sends to the network and the disk. */
  #settle(id: NodeId, life: Life): void {
    const { partitions, wal, store, flusher, out } = life;
    flusher.noteChanges();
    partitions.run();
    const operation = wal.nextOperation();
    if (operation !== null) {
      const { id: writeId, bytes, lastSequence } = wal.inFlight!;
      partitions.writeStarted(writeId, lastSequence, bytes);
      this.#write(id, life, operation);
    }
    const ofSnapshot = store.nextOperation();
    if (ofSnapshot !== null) this.#write(id, life, ofSnapshot);
    const ofSegment = flusher.nextOperation();
    if (ofSegment !== null) this.#write(id, life, ofSegment);
    for (const output of out.take()) {
      assert(output.kind === "send" && output.message.kind === "raft", "only Raft speaks here");
      this.#send(id, output.to, output.message);
    }
  }

  #write(id: NodeId, life: Life, operation: DiskOperation): void {
    const { disk } = this.#member(id);
    life.underWay.add(operation);
    if (!this.hasPower(id, operation)) return;
    this.#schedule(this.diskUs, () => {
      if (this.#member(id).life !== life) return;
      life.underWay.delete(operation);
      this.#completed(id, life, disk.complete(operation));
    });
  }

  #completed(id: NodeId, life: Life, completion: DiskCompletion): void {
    const { wal, store, flusher, partitions } = life;
    if (store.owns(completion.id) || flusher.owns(completion.id)) {
      const owner = store.owns(completion.id) ? store : flusher;
      const failure = owner.complete(completion);
      assert(failure === null, `the disk failed: ${failure}`);
    } else {
      assert(wal.complete(completion).outcome === "completed", "there is room");
      store.writeCompleted();
    }
    partitions.diskAnswered();
    this.#settle(id, life);
  }

  #send(from: NodeId, to: NodeId, message: RaftMessage): void {
    this.sentCount++;
    if (!this.arrives(from, to, message)) return;
    this.#schedule(500 + this.random(1_000), () => {
      const life = this.#member(to).life;
      if (life === null) return;
      // As `Generations` does.
      const agreed = this.metadata.nodes.get(from)!.generation;
      if (message.generation < agreed || message.toGeneration < this.#member(to).generation) return;
      life.partitions.step(from, message);
      this.#settle(to, life);
    });
  }

  #scheduleTick(member: Member, life: Life, inUs: number): void {
    this.#schedule(inUs, () => {
      if (member.life !== life) return;
      life.flusher.tick();
      life.partitions.tick();
      this.#settle(member.id, life);
      this.#scheduleTick(member, life, TICK_US);
    });
  }

  #schedule(inUs: number, act: () => void): void {
    const atUs = this.clock.nowUs + inUs;
    let at = this.#due.length;
    while (at > 0 && this.#due[at - 1]!.atUs > atUs) at--;
    this.#due.splice(at, 0, { atUs, act });
  }

  #member(id: number): Member {
    const member = this.#members.get(id);
    assert(member !== undefined, `node ${id} exists`);
    return member;
  }

  #up(id: number): Life {
    const { life } = this.#member(id);
    assert(life !== null, `node ${id} is up`);
    return life;
  }
}
