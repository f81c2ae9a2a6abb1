import { unreachable } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import type { DiskCompletion } from "../wal/disk.ts";
import { WalWriter } from "../wal/index.ts";
import type { CurrentLeader, Request } from "../wire/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { BrokerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import { CreateTopics } from "./createTopics.ts";
import { Fetch } from "./fetch.ts";
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
import { entriesOf } from "./recover.ts";
import type { Recovered } from "./recover.ts";
import { ReplicaFetcher } from "./replicaFetcher.ts";

/** No topic has partitions with a Raft group of their own yet. */
const NO_RAFT_GROUPS: ReadonlyMap<PartitionKey, CurrentLeader> = new Map();

/** The parts of a broker, put together, and which of them an input concerns. */
export class BrokerNode {
  readonly context: BrokerContext;
  /** Null on a standalone node. */
  readonly readyLoop: ReadyLoop | null;
  readonly produce: Produce;
  readonly fetch: Fetch;
  readonly #isr: IsrKeeper;
  readonly #fetcher: ReplicaFetcher;
  readonly #controller: Controller;
  readonly #createTopics: CreateTopics;
  readonly #membership: Membership;

  constructor(config: BrokerConfig, recovered: Recovered, clock: Clock, out: Outbox) {
    const { storage, logs, walStart } = recovered;
    const wal = new WalWriter(walStart);
    const partitions = new Partitions(config.id, logs, storage.lastIndex(), clock, out);
    const state = new MetadataState(partitions, out);
    const isStandalone = config.peers.length === 0;
    this.readyLoop = isStandalone ? null : new ReadyLoop(config, storage, clock, wal, state, out);
    const metadataLog =
      this.readyLoop ?? new LocalMetadataLog(config.id, wal, state, entriesOf(storage));
    this.context = { config, clock, out, wal, partitions, state, metadataLog };
    const sources = (): LeadershipSources => this.#leadershipSources();
    this.produce = new Produce(this.context, sources);
    this.#isr = new IsrKeeper(this.context);
    this.fetch = new Fetch(this.context, this.#isr, sources);
    this.#fetcher = new ReplicaFetcher(this.context);
    this.#controller = new Controller(this.context);
    this.#createTopics = new CreateTopics(this.context, this.#controller);
    this.#membership = new Membership(this.context);
    this.settle();
  }

  /** All that follows from an input: until nothing is left to do but to wait. */
  settle(): void {
    const { metadataLog } = this.context;
    metadataLog.run();
    this.#membership.run();
    this.#controller.run();
    this.#createTopics.settle();
    if (this.#membership.hasReported) this.#fetcher.run();
    this.#settleWaiting();
    // What was proposed on the way shall leave now.
    metadataLog.run();
    this.#flush();
  }

  tick(): void {
    this.readyLoop?.tick();
    this.#isr.tick();
    this.#controller.tick();
    this.#membership.tick();
    if (this.produce.isAnyOverdue() || this.fetch.isAnyOverdue()) {
      this.context.partitions.hasNews = true;
    }
  }

  peerMessage(from: NodeId, message: PeerMessage): void {
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
      default:
        unreachable(request);
    }
  }

  /** The disk has answered. Returns what it failed of: after that it cannot be relied on. */
  diskCompletion(completion: DiskCompletion): string | null {
    const { wal, partitions, out } = this.context;
    const progress = wal.complete(completion);
    if (progress.outcome === "failed") return `The disk failed: ${progress.reason}`;
    out.event({ kind: "writeCompleted", operation: progress.operation });
    this.readyLoop?.writeCompleted();
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
    if (operation === null) return;
    out.disk(operation);
    const { id, bytes, lastSequence, sync } = wal.inFlight!;
    this.readyLoop?.writeStarted(id, lastSequence, bytes);
    if (out.wantsEvents) out.event({ kind: "writeStarted", operation: id, bytes, sync });
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
