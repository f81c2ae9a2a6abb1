import { unreachable } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import type { DiskCompletion } from "../wal/disk.ts";
import { SnapshotStore, WalWriter } from "../wal/index.ts";
import type { CurrentLeader, Request } from "../wire/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { BrokerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import { CreateTopics } from "./createTopics.ts";
import { Fetch } from "./fetch.ts";
import { Generations } from "./generations.ts";
import { raiseHighWatermark } from "./highWatermark.ts";
import type { PeerMessage } from "./io.ts";
import { IsrKeeper } from "./isr.ts";
import type { LeadershipSources } from "./leadership.ts";
import { LocalMetadataLog } from "./localMetadataLog.ts";
import { Membership } from "./membership.ts";
import { answerMetadata } from "./metadataRequest.ts";
import { MetadataState } from "./metadataState.ts";
import type { Origin, Outbox } from "./outbox.ts";
import { Partitions } from "./partitions.ts";
import { Produce } from "./produce.ts";
import { ReadyLoop } from "./readyLoop.ts";
import { Members, refuseMembership } from "./members.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { Recovered } from "./recover.ts";
import { ReplicaFetcher } from "./replicaFetcher.ts";
import { Snapshots } from "./snapshots.ts";
import { WalStorage } from "./walStorage.ts";

/** No topic has partitions with a Raft group of their own yet. */
const NO_RAFT_GROUPS: ReadonlyMap<PartitionKey, CurrentLeader> = new Map();

/** The parts of a broker, put together, and which of them an input concerns. */
export class BrokerNode {
  readonly context: BrokerContext;
  /** Null on a standalone node. */
  readonly readyLoop: ReadyLoop | null;
  readonly snapshots: Snapshots;
  readonly storage: WalStorage;
  readonly produce: Produce;
  readonly fetch: Fetch;
  readonly #isr: IsrKeeper;
  readonly #fetcher: ReplicaFetcher;
  readonly #controller: Controller;
  readonly #createTopics: CreateTopics;
  /** Null on a standalone node, which has no peers. */
  readonly #members: Members | null;
  readonly #generations: Generations;
  readonly #membership: Membership;
  /** The first segment of the log that is still there, and the one that is written to. */
  #firstSegment: number;
  #lastSegment: number;
  #isDiskFull = false;

  constructor(config: BrokerConfig, recovered: Recovered, clock: Clock, out: Outbox) {
    const { generation, logs, walStart, unmarked } = recovered;
    let lastOperationId = 0;
    const nextOperationId = (): number => ++lastOperationId;
    out.generation = generation;
    const wal: WalWriter = new WalWriter(walStart, {
      segmentBytesMax: config.segmentBytesMax,
      nextOperationId,
      carryOver: () => storage.carryOver(),
    });
    this.#firstSegment = walStart.segments[0]?.segment ?? walStart.segment;
    this.#lastSegment = walStart.segment;
    const storage = new WalStorage(METADATA_GROUP, recovered.storage, unmarked, wal);
    this.storage = storage;
    if (unmarked !== null) storage.writeMarker(unmarked, true);
    const store = new SnapshotStore(recovered.snapshots, nextOperationId);
    const partitions = new Partitions(
      config.id,
      logs,
      storage.lastIndex(),
      () => this.#generations.hasSay,
      clock,
      out,
    );
    const state = new MetadataState(partitions, out);
    this.#generations = new Generations(config.id, generation, state);
    this.snapshots = new Snapshots({ config, wal, store, storage, state, out });
    const snapshot = storage.snapshot();
    if (snapshot.metadata.index > NO_INDEX) state.restore(snapshot);
    const isStandalone = config.peers.length === 0;
    const { snapshots } = this;
    const generations = this.#generations;
    this.readyLoop = isStandalone
      ? null
      : new ReadyLoop({ config, storage, clock, wal, state, snapshots, generations, out });
    const metadataLog =
      this.readyLoop ?? new LocalMetadataLog(config.id, wal, storage, state, snapshots);
    this.context = { config, clock, out, wal, partitions, state, metadataLog };
    const sources = (): LeadershipSources => this.#leadershipSources();
    this.produce = new Produce(this.context, sources);
    this.#isr = new IsrKeeper(this.context);
    this.fetch = new Fetch(this.context, this.#isr, sources);
    this.#fetcher = new ReplicaFetcher(this.context);
    this.#controller = new Controller(this.context);
    this.#createTopics = new CreateTopics(this.context, this.#controller);
    this.#members =
      this.readyLoop === null ? null : new Members(this.context, this.readyLoop, this.#controller);
    this.#membership = new Membership(this.context);
    this.settle();
  }

  /** All that follows from an input: until nothing is left to do but to wait. */
  settle(): void {
    const { metadataLog } = this.context;
    metadataLog.run();
    this.#membership.run();
    this.#controller.run();
    this.#members?.run();
    this.#createTopics.settle();
    if (this.#membership.hasReported) this.#fetcher.run();
    this.#settleWaiting();
    // What was proposed on the way shall leave now.
    metadataLog.run();
    this.#flush();
  }

  tick(): void {
    this.context.wal.retry();
    if (this.isDiskFull) this.readyLoop?.handOver();
    this.snapshots.tick(this.context.metadataLog.confState);
    this.readyLoop?.tick();
    this.#isr.tick();
    this.#controller.tick();
    this.#membership.tick();
    if (this.produce.isAnyOverdue() || this.fetch.isAnyOverdue()) {
      this.context.partitions.hasNews = true;
    }
  }

  takeSnapshot(): void {
    this.snapshots.take(this.context.metadataLog.confState);
  }

  peerMessage(from: NodeId, message: PeerMessage): void {
    if (this.#generations.isOfLostDisk(from, message)) return;
    switch (message.kind) {
      case "raft":
        this.readyLoop?.step(message.message);
        return;
      case "request": {
        const { correlationId, request } = message;
        this.request({ kind: "peer", from, correlationId }, request);
        return;
      }
      case "response":
        // Heartbeats are answered too, but there is nothing to learn from that.
        if (message.response.api !== "fetch") return;
        this.#fetcher.answered(from, message.correlationId, message.response);
        return;
      default:
        unreachable(message);
    }
  }

  request(origin: Origin, request: Request): void {
    switch (request.api) {
      case "produce":
        this.produce.handle(origin, request);
        return;
      case "fetch":
        this.fetch.handle(origin, request);
        return;
      case "metadata": {
        const { out, state, metadataLog } = this.context;
        out.answer(origin, answerMetadata(request, state.metadata, metadataLog.leader));
        return;
      }
      case "createTopics":
        this.#createTopics.handle(origin, request);
        return;
      case "brokerHeartbeat":
        this.#controller.heard(origin, request);
        return;
      case "removeNode":
      case "join":
        if (this.#members === null) refuseMembership(this.context, origin, request);
        else this.#members.handle(origin, request);
        return;
      default:
        unreachable(request);
    }
  }

  /** The disk has answered. Returns what it failed of: after that it cannot be relied on. */
  diskCompletion(completion: DiskCompletion): string | null {
    const failure = this.snapshots.owns(completion.id)
      ? this.snapshots.complete(completion)
      : this.#logWritten(completion);
    this.#tellOfSpace();
    return failure === null ? null : `The disk failed: ${failure}`;
  }

  get isDiskFull(): boolean {
    return this.context.wal.isFull || this.snapshots.isFull;
  }

  #logWritten(completion: DiskCompletion): string | null {
    const { wal, partitions, out } = this.context;
    const progress = wal.complete(completion);
    if (progress.outcome === "failed") return progress.reason;
    if (progress.outcome === "full") return null;
    out.event({ kind: "writeCompleted", operation: progress.operation });
    this.storage.writeCompleted();
    this.snapshots.writeCompleted();
    this.#tellOfSegments();
    for (const log of partitions.logs.values()) {
      if (log.durableEndOffset === log.logEndOffset) continue;
      if (log.makeDurable(progress.durableSequence)) partitions.hasNews = true;
    }
    return null;
  }

  /** Answers whoever waited for what has happened. */
  #settleWaiting(): void {
    const { partitions } = this.context;
    if (!partitions.hasNews) return;
    for (const led of partitions.led.values()) raiseHighWatermark(this.context, led);
    this.produce.settle();
    this.fetch.settle();
    partitions.hasNews = false;
  }

  /** Everything that gathered for the log while the disk was busy goes out as one write. */
  #flush(): void {
    const { wal, out } = this.context;
    const operation = wal.nextOperation();
    if (operation !== null) {
      out.disk(operation);
      const { id, bytes, lastSequence, sync } = wal.inFlight!;
      this.readyLoop?.writeStarted(id, lastSequence, bytes);
      if (out.wantsEvents) out.event({ kind: "writeStarted", operation: id, bytes, sync });
    }
    const ofSnapshot = this.snapshots.nextOperation();
    if (ofSnapshot !== null) out.disk(ofSnapshot);
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

  #leadershipSources(): LeadershipSources {
    const { config, state } = this.context;
    const isStandalone = this.readyLoop === null;
    return {
      self: config.id,
      raftGroups: NO_RAFT_GROUPS,
      replicated: isStandalone ? null : state.metadata,
      local: isStandalone ? state.metadata : null,
    };
  }
}
