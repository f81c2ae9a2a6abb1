import { InvariantError, unreachable } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { EMPTY_METADATA } from "../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../metadata/clusterMetadata.ts";
import type { RawNode, SnapshotMetadata } from "../raft/index.ts";
import type { DiskImage } from "../wal/disk.ts";
import type { SnapshotFile, WalWriter } from "../wal/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { PendingFetch } from "./fetch.ts";
import type { BrokerInput, BrokerOutput, ReadyStage } from "./io.ts";
import type { LedPartition } from "./ledPartition.ts";
import { BrokerNode } from "./node.ts";
import type { FinishedReady, OpenReady } from "./openReady.ts";
import type { GroupView } from "./groups/groupView.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import { Outbox } from "./outbox.ts";
import type { PendingProduce } from "./produce.ts";
import type { RaftPartitions } from "./raftPartitions/raftPartitions.ts";
import { recover } from "./recover.ts";
import type { Damage } from "./recover.ts";
import type { ReplicaLog } from "./replicaLog.ts";
import type { WalStorage } from "./walStorage.ts";

const NO_REPLICAS: ReadonlyMap<PartitionKey, ReplicaLog> = new Map();
const NONE_HELD: ReadonlySet<ReadyStage> = new Set();
const NONE_LED: ReadonlyMap<PartitionKey, LedPartition> = new Map();

/**
 * A broker is a function: `step` changes it, `takeOutputs` says what it wants done, and nothing
 * else happens. It never waits, reads a clock or rolls a die. A crash is to drop it; a restart is
 * a new one, made from what the disk holds and from nothing else.
 *
 * What the protocol knows (not the leader, too few replicas, a lost message) is answered, never
 * thrown. When its disk fails, or it finds that a rule was broken, it stops for good: nothing
 * leaves it any more, and inputs are ignored.
 */
export class Broker {
  readonly config: BrokerConfig;
  readonly #clock: Clock;
  readonly #out: Outbox;
  /** Null if the disk could not be served from. */
  #node: BrokerNode | null = null;
  #stopped: string | null = null;
  #damage: Damage | null = null;

  /** A broker as of what its disk holds. It wants things done from the start: take its outputs. */
  constructor(config: BrokerConfig, image: DiskImage, nowUs: number) {
    this.config = config;
    this.#clock = { nowUs };
    this.#out = new Outbox(config.events, nowUs);
    this.#guard(() => {
      const recovery = recover(config, image, this.#out);
      if (!recovery.ok) return this.#refuse(recovery.reason, recovery.damage);
      this.#node = new BrokerNode(config, recovery.recovered, this.#clock, this.#out);
      return null;
    });
  }

  step(input: BrokerInput, nowUs: number): void {
    const node = this.#node;
    if (node === null || this.#stopped !== null) return;
    this.#clock.nowUs = nowUs;
    this.#guard(() => dispatch(node, input));
  }

  /** What came up since it was last asked, in order. To be done in that order. */
  takeOutputs(): readonly BrokerOutput[] {
    return this.#out.take();
  }

  #refuse(reason: string, damage: Damage | null): string {
    this.#damage = damage;
    if (damage !== null) this.#out.event({ kind: "damageFound", sentence: damage.sentence });
    return reason;
  }

  /** Stops the broker if `act` gives a reason to, or finds a rule broken. */
  #guard(act: () => string | null): void {
    const before = this.#out.length;
    let reason: string | null;
    try {
      reason = act();
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      // What it had come up with since then may follow from what is broken.
      this.#out.retract(before);
      reason = error.message;
    }
    if (reason === null) return;
    this.#stopped = reason;
    this.#out.event({ kind: "stopped", reason });
  }

  // For checkers and pictures: nothing below changes anything or copies anything.

  get id(): NodeId {
    return this.config.id;
  }

  /** Why it stopped for good; null while it runs. */
  get stopped(): string | null {
    return this.#stopped;
  }

  /** Null on a standalone node, and where the disk could not be served from. */
  get raft(): RawNode | null {
    return this.#node?.readyLoop?.raft ?? null;
  }

  /** Exactly what is durable of the metadata log and the hard state; null where `raft` is. */
  get storage(): WalStorage | null {
    return this.#node?.readyLoop?.storage ?? null;
  }

  /** What of its disk could not be read, so that it does not serve or vote; null if nothing. */
  get damage(): Damage | null {
    return this.#damage;
  }

  /** Of its disk: 0 for the first, one more for each that took its place. */
  get generation(): number {
    return this.#out.generation;
  }

  /** The disk takes no more bytes, so that nothing can be promised until it does. */
  get isDiskFull(): boolean {
    return this.#node?.isDiskFull ?? false;
  }

  /** The last snapshot that is durable. */
  get lastSnapshot(): SnapshotMetadata | null {
    const metadata = this.#node?.store.storageOf(METADATA_GROUP).snapshot().metadata ?? null;
    return metadata === null || metadata.index === NO_INDEX ? null : metadata;
  }

  /** The snapshot that is on its way to the disk. */
  get snapshotSaving(): SnapshotFile | null {
    return this.#node?.store.saving ?? null;
  }

  get openReady(): OpenReady | null {
    return this.#node?.readyLoop?.openReady ?? null;
  }

  /** The stages of the Ready loop before which a person holds it. */
  get heldStages(): ReadonlySet<ReadyStage> {
    return this.#node?.readyLoop?.held ?? NONE_HELD;
  }

  get lastReady(): FinishedReady | null {
    return this.#node?.readyLoop?.lastReady ?? null;
  }

  get lastSyncedReady(): FinishedReady | null {
    return this.#node?.readyLoop?.lastSyncedReady ?? null;
  }

  get metadata(): ClusterMetadata {
    return this.#node?.context.state.metadata ?? EMPTY_METADATA;
  }

  get appliedIndex(): Index {
    return this.#node?.context.state.appliedIndex ?? NO_INDEX;
  }

  /** Null where the disk could not be served from. */
  get wal(): WalWriter | null {
    return this.#node?.context.wal ?? null;
  }

  get replicas(): ReadonlyMap<PartitionKey, ReplicaLog> {
    return this.#node?.context.partitions.logs ?? NO_REPLICAS;
  }

  /** The partitions that this broker leads, with what it knows of their followers. */
  get led(): ReadonlyMap<PartitionKey, LedPartition> {
    return this.#node?.context.partitions.led ?? NONE_LED;
  }

  get pendingProduces(): readonly PendingProduce[] {
    return this.#node?.serving?.produce.pending ?? [];
  }

  get pendingFetches(): readonly PendingFetch[] {
    return this.#node?.serving?.fetch.pending ?? [];
  }

  /** The consumer groups that this broker coordinates. */
  get groups(): readonly GroupView[] {
    return this.#node?.serving?.groups.groups ?? [];
  }

  /** The partitions whose Raft groups have a replica here. */
  get raftPartitions(): RaftPartitions | null {
    return this.#node?.serving?.raftPartitions ?? null;
  }
}

/** Handles one input, then all that follows from it. Returns why the node must stop, or null. */
function dispatch(node: BrokerNode, input: BrokerInput): string | null {
  switch (input.kind) {
    case "tick":
      node.tick();
      break;
    case "peerMessage":
      node.peerMessage(input.from, input.message);
      break;
    case "clientFrame":
      node.clientFrame(input.connection, input.frame);
      break;
    case "clientDisconnected":
      node.clientDisconnected(input.connection);
      break;
    case "adminRequest":
      node.adminRequest(input.connection, input.correlationId, input.request);
      break;
    case "diskCompletion": {
      const failure = node.diskCompletion(input.completion);
      if (failure !== null) return failure;
      break;
    }
    case "timeOut":
      node.readyLoop?.timeOut();
      break;
    case "takeSnapshot":
      node.takeSnapshot();
      break;
    case "holdStage":
      node.readyLoop?.hold(input.stage, input.on);
      break;
    default:
      return unreachable(input);
  }
  node.settle();
  return null;
}
