import { unreachable } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskCompletion } from "../wal/disk.ts";
import { WalWriter } from "../wal/index.ts";
import type { AdminRequest, Request } from "../wire/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { BrokerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import { Generations } from "./generations.ts";
import type { PeerMessage } from "./io.ts";
import { LocalMetadataLog } from "./localMetadataLog.ts";
import { Membership } from "./membership.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import { MetadataState } from "./metadataState.ts";
import type { Origin, Outbox } from "./outbox.ts";
import { Partitions } from "./partitions.ts";
import { metadataPeers, RaftMetadataLog } from "./raftMetadataLog.ts";
import { RaftStore } from "./raftStore.ts";
import { ReadyLoop } from "./readyLoop.ts";
import type { Recovered } from "./recover.ts";
import type { Serving } from "./serving.ts";
import { Snapshots } from "./snapshots.ts";

/** The parts of a broker, put together, and which of them an input concerns. */
export class BrokerNode {
  readonly context: BrokerContext;
  /** Null on a standalone node. */
  readonly readyLoop: ReadyLoop | null;
  /** Everything of the Raft groups on the disk: logs, promises, snapshots. */
  readonly store: RaftStore;
  readonly snapshots: Snapshots;
  /** Null on a node that only keeps the metadata. */
  readonly serving: Serving | null;
  readonly #controller: Controller;
  readonly #generations: Generations;
  readonly #membership: Membership;
  /** The first segment of the log that is still there, and the one that is written to. */
  #firstSegment: number;
  #lastSegment: number;
  #isDiskFull = false;

  constructor(config: BrokerConfig, recovered: Recovered, clock: Clock, out: Outbox) {
    const { id } = config;
    const { generation, logs, walStart, leftovers } = recovered;
    let lastOperationId = 0;
    const nextOperationId = (): number => ++lastOperationId;
    out.generation = generation;
    const wal: WalWriter = new WalWriter(walStart, {
      segmentBytesMax: config.segmentBytesMax,
      nextOperationId,
      carryOver: () => [...store.carryOver(), ...(this.serving?.carryOver() ?? [])],
    });
    this.#firstSegment = walStart.segments[0]?.segment ?? walStart.segment;
    this.#lastSegment = walStart.segment;
    const neededElsewhere = (): number =>
      Math.min(partitions.neededSequence, this.serving?.neededSequence ?? Number.POSITIVE_INFINITY);
    const store = new RaftStore({ recovered, wal, nextOperationId, neededElsewhere });
    this.store = store;
    const storage = store.storageOf(METADATA_GROUP);
    const hasSay = (): boolean => this.#generations.hasSay;
    const partitions = new Partitions(id, logs, storage.lastIndex(), hasSay, clock, out);
    const state = new MetadataState(partitions, out);
    this.#generations = new Generations(id, generation, state);
    store.begin();
    this.snapshots = new Snapshots({
      store,
      storage,
      state,
      intervalAfter: () => config.snapshotEntries,
      trailingEntries: config.snapshotTrailingEntries,
      events: out,
    });
    const { snapshots } = this;
    const peers = metadataPeers(this.#generations, out);
    this.readyLoop =
      config.peers.length === 0
        ? null
        : new ReadyLoop({ config, id, storage, clock, wal, state, snapshots, peers, events: out });
    const local = new LocalMetadataLog(id, wal, storage, state, snapshots);
    const metadataLog = this.readyLoop === null ? local : new RaftMetadataLog(this.readyLoop);
    const context = { config, clock, out, wal, partitions, state, metadataLog };
    this.context = context;
    this.#controller = new Controller(context);
    const controller = this.#controller;
    const { readyLoop } = this;
    this.serving =
      config.serve?.({
        context,
        store,
        controller,
        readyLoop,
        generation,
        leftovers,
        nextOperationId,
      }) ?? null;
    this.#membership = new Membership(context, controller);
    const snapshot = storage.snapshot();
    if (snapshot.metadata.index > NO_INDEX) state.restore(snapshot);
    if (this.readyLoop === null) local.begin();
    this.settle();
  }

  /** All that follows from an input: until nothing is left to do but to wait. */
  settle(): void {
    do this.#settleOnce();
    while (this.serving?.goOn() === true);
    // What was proposed on the way shall leave now.
    this.#runGroups();
    this.#flush();
  }

  #settleOnce(): void {
    this.#runGroups();
    this.#membership.run();
    this.#controller.run();
    this.serving?.settle(this.#membership.brokerEpoch);
  }

  #runGroups(): void {
    this.context.metadataLog.run();
    this.serving?.metadataChanged();
  }

  tick(): void {
    this.context.wal.retry();
    if (this.isDiskFull) this.readyLoop?.handOver();
    this.snapshots.tick();
    this.readyLoop?.tick();
    this.#controller.tick();
    this.#membership.tick();
    this.serving?.tick(this.isDiskFull);
  }

  takeSnapshot(): void {
    this.snapshots.take();
  }

  peerMessage(from: NodeId, message: PeerMessage): void {
    if (this.#generations.isOfLostDisk(from, message)) return;
    switch (message.kind) {
      case "raft":
        if (message.group === METADATA_GROUP) this.readyLoop?.step(message.message);
        else this.serving?.raftMessage(from, message);
        return;
      case "request": {
        const { correlationId, request } = message;
        return this.#peerRequest({ kind: "peer", from, correlationId }, request);
      }
      case "response":
        return this.serving?.peerAnswered(from, message.correlationId, message.response);
      default:
        unreachable(message);
    }
  }

  /** Brokers ask each other these; what else comes is not answered. */
  #peerRequest(origin: Origin, request: Request): void {
    switch (request.api) {
      case "brokerHeartbeat":
        return this.#controller.heartbeat(origin, request);
      case "join":
      case "fetch":
      case "produce":
        return this.serving?.peerRequest(origin, request);
      default:
        return;
    }
  }

  clientFrame(connection: number, frame: Uint8Array): void {
    this.serving?.clientFrame(connection, frame);
  }

  clientDisconnected(connection: number): void {
    this.serving?.clientDisconnected(connection);
  }

  adminRequest(connection: number, correlationId: number, request: AdminRequest): void {
    this.serving?.adminRequest({ kind: "admin", connection, correlationId }, request);
  }

  /** The disk has answered. Returns why it cannot be relied on any more, or null. */
  diskCompletion(completion: DiskCompletion): string | null {
    const reason = this.#completed(completion);
    this.serving?.diskAnswered();
    this.#tellOfSpace();
    return reason;
  }

  #completed(completion: DiskCompletion): string | null {
    const { serving, store } = this;
    if (serving?.owns(completion.id) === true) return serving.complete(completion);
    const failure = store.owns(completion.id)
      ? store.complete(completion)
      : this.#logWritten(completion);
    return failure === null ? null : `The disk failed: ${failure}`;
  }

  get isDiskFull(): boolean {
    return this.context.wal.isFull || this.store.isFull || (this.serving?.isFull ?? false);
  }

  #logWritten(completion: DiskCompletion): string | null {
    const { wal, partitions, out } = this.context;
    const progress = wal.complete(completion);
    if (progress.outcome === "failed") return progress.reason;
    if (progress.outcome === "full") return null;
    out.event({ kind: "writeCompleted", operation: progress.operation });
    this.store.writeCompleted();
    this.#tellOfSegments();
    for (const log of partitions.logs.values()) {
      if (log.durableEndOffset === log.logEndOffset) continue;
      if (log.makeDurable(progress.durableSequence)) partitions.hasNews = true;
    }
    return null;
  }

  /** Everything that gathered for the log while the disk was busy goes out as one write. */
  #flush(): void {
    const { wal, out } = this.context;
    const operation = wal.nextOperation();
    if (operation !== null) {
      out.disk(operation);
      const { id, bytes, lastSequence, sync } = wal.inFlight!;
      this.readyLoop?.writeStarted(id, lastSequence, bytes);
      this.serving?.writeStarted(id, lastSequence, bytes);
      if (out.wantsEvents) out.event({ kind: "writeStarted", operation: id, bytes, sync });
    }
    const ofSnapshot = this.store.nextOperation();
    if (ofSnapshot !== null) out.disk(ofSnapshot);
    this.serving?.flush();
  }

  #tellOfSpace(): void {
    if (this.isDiskFull === this.#isDiskFull) return;
    this.#isDiskFull = this.isDiskFull;
    this.context.out.event({ kind: this.#isDiskFull ? "diskFull" : "diskSpaceReturned" });
  }

  #tellOfSegments(): void {
    const { wal, out } = this.context;
    if (!out.wantsEvents) return;
    const { segments } = wal;
    const first = segments[0]?.segment ?? this.#firstSegment;
    const last = segments.at(-1)?.segment ?? this.#lastSegment;
    if (last > this.#lastSegment) out.event({ kind: "segmentStarted", segment: last });
    if (first > this.#firstSegment) {
      out.event({ kind: "segmentsRemoved", from: this.#firstSegment, to: first - 1 });
    }
    this.#firstSegment = first;
    this.#lastSegment = last;
  }
}
