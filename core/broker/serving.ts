import { unreachable } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskCompletion } from "../wal/disk.ts";
import type { WalRecord } from "../wal/index.ts";
import { API_VERSIONS, ErrorCode } from "../wire/index.ts";
import type {
  AdminRequest,
  ApiVersionsResponse,
  ClientRequest,
  FetchRequest,
  JoinRequest,
  ProduceRequest,
  Response,
} from "../wire/index.ts";
import { Admin } from "./admin/admin.ts";
import type { BrokerConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import type { BrokerContext } from "./context.ts";
import type { Controller } from "./controller.ts";
import { Fetch } from "./fetch.ts";
import type { GroupClient } from "./groups/group.ts";
import { GroupCoordinator } from "./groups/groupCoordinator.ts";
import { raiseHighWatermark } from "./highWatermark.ts";
import { InitProducerId } from "./initProducerId.ts";
import type { PeerMessage } from "./io.ts";
import { IsrKeeper } from "./isr.ts";
import type { LeadershipSources } from "./leadership.ts";
import { answerListOffsets } from "./listOffsets.ts";
import { Members, refuseJoin } from "./members.ts";
import { answerMetadata, unknownTopics } from "./metadataRequest.ts";
import type { MetadataState } from "./metadataState.ts";
import { OffsetsLog } from "./offsetsLog.ts";
import type { Origin } from "./outbox.ts";
import { Produce } from "./produce.ts";
import { RaftPartitions } from "./raftPartitions/raftPartitions.ts";
import type { RaftStore } from "./raftStore.ts";
import type { ReadyLoop } from "./readyLoop.ts";
import { ReplicaFetcher } from "./replicaFetcher.ts";
import { SegmentFlusher } from "./segments/segmentFlusher.ts";
import { SegmentReader } from "./segments/segmentReader.ts";
import type { ServingContext } from "./servingContext.ts";
import { Topics } from "./topics.ts";

/** What it is built on: the parts of a node that keep the metadata of the cluster. */
export interface ServingParts {
  readonly context: BrokerContext;
  readonly store: RaftStore;
  readonly controller: Controller;
  /** Null on a standalone node, which has no peers. */
  readonly readyLoop: ReadyLoop | null;
  /** Of this node's disk. */
  readonly generation: number;
  /** Files that hold nothing that counts, as found when the node started. */
  readonly leftovers: readonly string[];
  /** One counter for all operations of a node. */
  readonly nextOperationId: () => number;
}

/**
 * Everything that a broker does with partitions and for clients (`BrokerConfig.serve`). A node
 * without it keeps the metadata and nothing else, like Kafka's `process.roles=controller`.
 */
export class Serving {
  readonly produce: Produce;
  readonly fetch: Fetch;
  readonly groups: GroupCoordinator;
  readonly raftPartitions: RaftPartitions;
  readonly #context: ServingContext;
  readonly #flusher: SegmentFlusher;
  readonly #reader: SegmentReader;
  readonly #connections: Connections;
  readonly #initProducerId: InitProducerId;
  readonly #isr: IsrKeeper;
  readonly #fetcher: ReplicaFetcher;
  readonly #topics: Topics;
  /** Null on a standalone node. */
  readonly #members: Members | null;
  readonly #admin: Admin;

  constructor(parts: ServingParts) {
    const { store, controller, readyLoop, generation, leftovers, nextOperationId } = parts;
    const { config, clock, out, wal, partitions, state, metadataLog } = parts.context;
    this.raftPartitions = new RaftPartitions({
      config,
      clock,
      out,
      wal,
      store,
      generation,
      metadata: () => state.metadata,
      propose: (command) => metadataLog.propose(command),
      news: () => {
        partitions.hasNews = true;
      },
    });
    partitions.raft = this.raftPartitions;
    const { raftPartitions } = this;
    const leadershipSources = liveSources(config, state, raftPartitions);
    const context = { ...parts.context, raftPartitions, leadershipSources };
    this.#context = context;
    this.#flusher = new SegmentFlusher({
      config,
      wal,
      partitions,
      out,
      leftovers,
      owner: { node: config.id, generation },
      nextOperationId,
      release: () => store.release(),
    });
    this.#reader = new SegmentReader(partitions, nextOperationId);
    this.#connections = new Connections(out, (origin, request) => this.#request(origin, request));
    out.clients = this.#connections;
    this.produce = new Produce(context);
    this.#isr = new IsrKeeper(context);
    this.fetch = new Fetch(context, this.#isr, this.#reader);
    this.#fetcher = new ReplicaFetcher(context);
    this.#initProducerId = new InitProducerId(context);
    this.#topics = new Topics(context, controller);
    this.groups = new GroupCoordinator({
      clock,
      topic: new OffsetsLog(context, this.#topics),
      random: config.random,
      initialRebalanceDelayMs: config.groupInitialRebalanceDelayMs,
      answer: (origin, response) => out.answer(origin, response),
      tell: out.wantsEvents ? (event) => out.event(event) : null,
    });
    this.#members = readyLoop === null ? null : new Members(context, readyLoop, controller);
    this.#admin = new Admin(context, controller, this.#members);
  }

  /** The first log record that something here still needs. */
  get neededSequence(): number {
    return this.#flusher.neededSequence;
  }

  /** What a new segment of the log must repeat. */
  carryOver(): WalRecord[] {
    return this.#flusher.carryOver();
  }

  get isFull(): boolean {
    return this.#flusher.isFull;
  }

  /** Commands of the metadata log may have been applied. */
  metadataChanged(): void {
    this.#flusher.noteChanges();
    this.raftPartitions.run();
  }

  /** What follows from an input; `brokerEpoch` is null while this life of the broker has none. */
  settle(brokerEpoch: number | null): void {
    this.#members?.run();
    this.#topics.settle();
    this.#admin.settle();
    this.#initProducerId.settle();
    if (brokerEpoch !== null) this.#fetcher.run(brokerEpoch);
    this.#settleWaiting();
  }

  /** Goes on with connections that have become free. False if there was nothing to do. */
  goOn(): boolean {
    return this.#connections.run();
  }

  tick(isDiskFull: boolean): void {
    if (isDiskFull) this.raftPartitions.handOver();
    this.#flusher.tick();
    this.raftPartitions.tick();
    this.#isr.tick();
    this.groups.tick();
    if (this.produce.isAnyOverdue() || this.fetch.isAnyOverdue()) {
      this.#context.partitions.hasNews = true;
    }
  }

  /** A Raft message of a partition's group. */
  raftMessage(from: NodeId, message: Extract<PeerMessage, { kind: "raft" }>): void {
    this.raftPartitions.step(from, message);
  }

  /** What another broker asks of this one. */
  peerRequest(origin: Origin, request: FetchRequest | ProduceRequest | JoinRequest): void {
    if (request.api !== "join") this.#request(origin, request);
    else if (this.#members === null) refuseJoin(this.#context, origin);
    else this.#members.join(origin, request);
  }

  /** Heartbeats are answered too, but there is nothing to learn from that. */
  peerAnswered(from: NodeId, correlationId: number, response: Response): void {
    if (response.api === "fetch") this.#fetcher.answered(from, correlationId, response);
    else if (response.api === "produce") this.produce.forwarded(from, correlationId, response);
  }

  clientFrame(connection: number, frame: Uint8Array): void {
    this.#connections.frame(connection, frame);
  }

  clientDisconnected(connection: number): void {
    this.#connections.disconnected(connection);
    this.fetch.disconnected(connection);
    this.produce.disconnected(connection);
  }

  adminRequest(origin: Origin, request: AdminRequest): void {
    this.#admin.handle(origin, request);
  }

  owns(operation: number): boolean {
    return this.#flusher.owns(operation) || this.#reader.owns(operation);
  }

  /** Returns why the node must stop, or null. */
  complete(completion: DiskCompletion): string | null {
    if (!this.#flusher.owns(completion.id)) return this.#reader.complete(completion);
    const failure = this.#flusher.complete(completion);
    return failure === null ? null : `The disk failed: ${failure}`;
  }

  diskAnswered(): void {
    this.raftPartitions.diskAnswered();
  }

  writeStarted(operation: number, lastSequence: number, sizeBytes: number): void {
    this.raftPartitions.writeStarted(operation, lastSequence, sizeBytes);
  }

  /** What segments want of the disk. */
  flush(): void {
    const { out } = this.#context;
    const write = this.#flusher.nextOperation();
    if (write !== null) out.disk(write);
    const read = this.#reader.nextOperation();
    if (read !== null) out.disk(read);
  }

  #request(origin: Origin, request: ClientRequest): void {
    const { out, config, state } = this.#context;
    switch (request.api) {
      case "produce":
        return this.produce.handle(origin, request);
      case "fetch":
        return this.fetch.handle(origin, request);
      case "listOffsets":
        return out.answer(origin, answerListOffsets(this.#context, request));
      case "metadata":
        if (config.autoCreateTopics && request.allowAutoTopicCreation) {
          for (const name of unknownTopics(request, state.metadata))
            this.#topics.requestTopic(name);
        }
        return out.answer(origin, answerMetadata(this.#context, request));
      case "apiVersions":
        return out.answer(origin, API_VERSIONS_RESPONSE);
      case "createTopics":
        return this.#topics.handle(origin, request);
      case "initProducerId":
        return this.#initProducerId.handle(origin, request);
      case "findCoordinator":
      case "joinGroup":
      case "syncGroup":
      case "heartbeat":
      case "leaveGroup":
      case "offsetCommit":
      case "offsetFetch":
        return this.groups.handle(origin, request, groupClientOf(origin));
      default:
        return unreachable(request);
    }
  }

  /** Answers whoever waited for what has happened. */
  #settleWaiting(): void {
    const { partitions } = this.#context;
    if (!partitions.hasNews) return;
    for (const led of partitions.led.values()) raiseHighWatermark(this.#context, led);
    this.produce.settle();
    this.groups.settle();
    this.fetch.settle();
    partitions.hasNews = false;
  }
}

/** For `BrokerConfig.serve`. */
export function serve(parts: ServingParts): Serving {
  return new Serving(parts);
}

/** Brokers and administrators are in no group. */
function groupClientOf(origin: Origin): GroupClient {
  return origin.kind === "client" ? origin : { clientId: "", apiVersion: 0 };
}

const API_VERSIONS_RESPONSE: ApiVersionsResponse = {
  api: "apiVersions",
  errorCode: ErrorCode.NONE,
  apiKeys: API_VERSIONS.map(({ apiKey, minVersion, maxVersion }) => {
    return { apiKey, minVersion, maxVersion };
  }),
};

/** Where leadership is looked up, as it is known at the moment of the question. */
function liveSources(
  { id: self, peers }: BrokerConfig,
  state: MetadataState,
  raftPartitions: RaftPartitions,
): LeadershipSources {
  const isStandalone = peers.length === 0;
  return {
    self,
    get raftGroups() {
      return raftPartitions.leaders;
    },
    get replicated() {
      return isStandalone ? null : state.metadata;
    },
    get local() {
      return isStandalone ? state.metadata : null;
    },
  };
}
