import { assert } from "../../base/assert.ts";
import { nodeId, offset } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import {
  API_VERSIONS,
  decodeResponse,
  encodeRecordBatch,
  encodeRequest,
  NO_TOPIC_ID,
} from "../../wire/index.ts";
import type {
  AdminCommand,
  AdminResponse,
  ClientApi,
  ClientRequest,
  CreateTopicsRequest,
  CreateTopicsResponse,
  FetchRequest,
  FetchResponse,
  MetadataResponse,
  ProduceResponse,
  Response,
} from "../../wire/index.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { Broker, DEFAULT_BROKER_CONFIG } from "../index.ts";
import type {
  BrokerConfig,
  BrokerEvent,
  BrokerInput,
  BrokerOutput,
  PeerMessage,
} from "../index.ts";
import type { DiskOperation } from "../../wal/disk.ts";
import { serve } from "../serving.ts";
import { TestDisk } from "./testDisk.ts";

/** An answer that will arrive, or not. Each question has a connection of its own. */
export interface Asked {
  response: Response | null;
  atUs: number;
  /** Why the broker has closed the connection instead. */
  dropped: string | null;
  readonly api: ClientApi | "admin";
  readonly apiVersion: number;
}

interface Due {
  readonly atUs: number;
  readonly to: NodeId;
  /** Which life of the broker it is meant for; null for whichever is there. */
  readonly life: number | null;
  readonly act: () => BrokerInput | null;
}

interface Member {
  broker: Broker;
  readonly disk: TestDisk;
  life: number;
  isAlive: boolean;
  /** Of its disk. */
  generation: number;
}

/** What becomes of a message between brokers; one that is held arrives when it is let go. */
type Fate = "arrives" | "lost" | "held";

/** A few brokers, a bag of messages and a clock: the smallest world that a broker can live in. */
export class TestCluster {
  nowUs = 0;
  latencyUs = 1_000;
  readonly diskUs = new Map<number, number>();
  readonly events: { readonly node: number; readonly atUs: number; readonly event: BrokerEvent }[] =
    [];
  /** Called with every output before it has any effect. */
  onOutput: (node: number, output: BrokerOutput) => void = () => {};
  /** Asked about every message when it is sent. */
  fateOf: (from: number, to: number, message: PeerMessage) => Fate = () => "arrives";
  readonly #members = new Map<number, Member>();
  readonly #config: Partial<BrokerConfig>;
  /** In the order in which they come; of those at the same time, in that in which they were made. */
  readonly #due: Due[] = [];
  #held: Due[] = [];
  readonly #cut = new Set<number>();
  readonly #asked: Asked[] = [];
  /** By a correlation id that no broker gives. */
  readonly #peersAsked = new Map<number, Asked>();
  #doom: (() => void) | null = null;
  #seed = 12345;

  constructor(nodeCount: number, config: Partial<BrokerConfig> = {}) {
    const ids = Array.from({ length: nodeCount }, (_, at) => nodeId(at + 1));
    // Leadership stays where a test has put it.
    this.#config = { peers: ids, events: true, preferredLeaderCheckUs: 0, ...config };
    for (const id of ids) this.start(id);
  }

  /** A node that was not there before, with an empty disk. Its peers are the nodes of the beginning. */
  start(id: NodeId): void {
    const disk = new TestDisk();
    const broker = this.#make(id, disk, 0);
    this.#members.set(id, { broker, disk, life: 1, isAlive: true, generation: 0 });
    this.#collect(id);
    this.#scheduleTick(id, 1, 7_000 * id);
  }

  broker(id: number): Broker {
    return this.#member(id).broker;
  }

  get alive(): Broker[] {
    return [...this.#members.values()].filter((one) => one.isAlive).map((one) => one.broker);
  }

  /** The broker that leads the metadata log, in the highest term. */
  get controller(): Broker {
    const leaders = this.alive.filter(({ raft }) => raft?.role === "leader");
    const leader = leaders.sort((a, b) => b.raft!.term - a.raft!.term)[0];
    assert(leader !== undefined, "there is a controller");
    return leader;
  }

  kill(id: number, survivingBytes = 0, keepsNames = false): void {
    const member = this.#member(id);
    member.isAlive = false;
    member.life++;
    member.disk.crash(survivingBytes, keepsNames);
  }

  /** For `onOutput`: it loses power in the middle of this operation, and comes back at once. */
  loseOperation(
    id: number,
    operation: DiskOperation,
    survivingBytes: number,
    keepsNames: boolean,
  ): void {
    this.#doom = () => {
      const { disk } = this.#member(id);
      if (operation.kind !== "append") {
        if (keepsNames) disk.complete(operation);
      } else if (survivingBytes > 0) {
        disk.complete({ ...operation, sync: false });
      }
      this.kill(id, survivingBytes, keepsNames);
      this.restart(id);
    };
  }

  restart(id: number): Broker {
    const member = this.#member(id);
    if (member.isAlive) this.kill(id);
    member.broker = this.#make(nodeId(id), member.disk, member.generation);
    member.isAlive = true;
    this.#collect(id);
    this.#scheduleTick(nodeId(id), member.life, 5_000);
    return member.broker;
  }

  disk(id: number): TestDisk {
    return this.#member(id).disk;
  }

  /** A bit of something that its log has promised changes, so that it no longer starts. */
  damage(id: number): void {
    this.kill(id);
    const disk = this.disk(id);
    const [file] = [...disk.image().keys()].filter((name) => name.startsWith("wal")).sort();
    assert(file !== undefined, "there is a log");
    disk.flipBit(file, 60);
  }

  /** A new disk, which the cluster has given a number. */
  wipe(id: number, generation: number): void {
    const member = this.#member(id);
    if (member.isAlive) this.kill(id);
    member.disk.wipe();
    member.generation = generation;
  }

  /** The messages that were held arrive now. */
  letGo(): void {
    for (const due of this.#held.splice(0)) this.#schedule({ ...due, atUs: this.nowUs });
  }

  /** Cuts a broker off from the others, not from clients. */
  cut(id: number): void {
    this.#cut.add(id);
  }

  heal(): void {
    this.#cut.clear();
  }

  step(id: number, input: BrokerInput): void {
    const member = this.#member(id);
    if (!member.isAlive) return;
    member.broker.step(input, this.nowUs);
    this.#collect(id);
    while (this.#doom !== null) {
      const doom = this.#doom;
      this.#doom = null;
      doom();
    }
  }

  /** As a client does, by a frame of the given version, or of the latest. */
  ask(id: number, request: ClientRequest, apiVersion = maxVersionOf(request.api)): Asked {
    const asked = this.#asking(request.api, apiVersion);
    const connection = this.#asked.push(asked) - 1;
    const frame = encodeRequest(request, { apiVersion, correlationId: 1, clientId: "test" });
    this.step(id, { kind: "clientFrame", connection, frame });
    return asked;
  }

  /** As broker `from` does, by a value. */
  askAsPeer(from: number, id: number, request: FetchRequest): Asked {
    const asked = this.#asking(request.api, 0);
    const correlationId = -1 - this.#peersAsked.size;
    this.#peersAsked.set(correlationId, asked);
    const generation = this.#members.get(from)?.generation ?? 0;
    const message = { kind: "request", correlationId, request, generation } as const;
    this.step(id, { kind: "peerMessage", from: nodeId(from), message });
    return asked;
  }

  administer(id: number, command: AdminCommand, timeoutMs = 4_000): Asked {
    const asked = this.#asking("admin", 0);
    const connection = this.#asked.push(asked) - 1;
    const request = { api: "admin", command, timeoutMs } as const;
    this.step(id, { kind: "adminRequest", connection, correlationId: 1, request });
    return asked;
  }

  #asking(api: ClientApi | "admin", apiVersion: number): Asked {
    return { response: null, atUs: -1, dropped: null, api, apiVersion };
  }

  run(us: number): void {
    const end = this.nowUs + us;
    for (;;) {
      const next = this.#due[0];
      if (next === undefined || next.atUs > end) break;
      this.#due.shift();
      this.nowUs = next.atUs;
      const member = this.#member(next.to);
      if (next.life !== null && next.life !== member.life) continue;
      const input = next.act();
      if (input !== null) this.step(next.to, input);
    }
    this.nowUs = end;
  }

  runUntil(isTrue: () => boolean, limitUs = 20_000_000): void {
    const end = this.nowUs + limitUs;
    while (!isTrue()) {
      assert(this.nowUs < end, `not true after ${limitUs} us: ${isTrue}`);
      this.run(1_000);
    }
  }

  /** Until there is a controller that knows all members, and all brokers are registered. */
  boot(): void {
    this.runUntil(() =>
      this.alive.every(({ metadata: { nodes } }) => {
        if (nodes.size < this.#members.size) return false;
        return [...nodes.values()].every(({ brokerEpoch }) => brokerEpoch > 0);
      }),
    );
  }

  createTopic(
    topic: string,
    partitionCount = 1,
    replicationFactor = 3,
    minInsyncReplicas = 2,
    configs: Readonly<Record<string, string>> = {},
  ): Asked {
    const all = { "min.insync.replicas": String(minInsyncReplicas), ...configs };
    const request = topicRequest(topic, partitionCount, replicationFactor, all);
    const asked = this.ask(this.controller.id, { ...request, timeoutMs: 5_000 });
    this.runUntil(() => asked.response !== null);
    this.runUntil(() => this.alive.every(({ metadata }) => metadata.topics.has(topic)));
    this.run(100_000);
    return asked;
  }

  produce(id: number, topic: string, partition: number, value: string, acks: 0 | 1 | -1): Asked {
    return this.produceBatch(id, topic, partition, batchOf([value]), acks);
  }

  produceBatch(
    id: number,
    topic: string,
    partition: number,
    records: Uint8Array,
    acks: number,
    timeoutMs = 3_000,
  ): Asked {
    const partitions = [{ topic, partition, records }];
    return this.ask(id, { api: "produce", transactionalId: null, acks, timeoutMs, partitions });
  }

  consume(id: number, topic: string, partition: number, fetchOffset = 0, maxWaitMs = 0): Asked {
    const asked = {
      topic,
      topicId: NO_TOPIC_ID,
      partition,
      fetchOffset: offset(fetchOffset),
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      maxBytes: 1_000_000,
    } as const;
    // The last version that names topics.
    return this.ask(
      id,
      {
        api: "fetch",
        replicaId: -1,
        replicaEpoch: -1,
        maxWaitMs,
        minBytes: 1,
        maxBytes: 10_000_000,
        partitions: [asked],
      },
      12,
    );
  }

  removeNode(id: number, by: number = this.controller.id, timeoutMs = 4_000): Asked {
    return this.administer(by, { kind: "removeNode", node: nodeId(id) }, timeoutMs);
  }

  #member(id: number): Member {
    const member = this.#members.get(id);
    assert(member !== undefined, `broker ${id} exists`);
    return member;
  }

  #make(id: NodeId, disk: TestDisk, generation: number): Broker {
    const random = (n: number): number => {
      this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (this.#seed >>> 8) % n;
    };
    const disks = generation === 0 ? {} : { joinGeneration: generation };
    const config = {
      ...DEFAULT_BROKER_CONFIG,
      serve,
      peers: [],
      id,
      random,
      ...disks,
      ...this.#config,
    };
    return new Broker(config, disk.crash(), this.nowUs);
  }

  #schedule(due: Due): void {
    let at = this.#due.length;
    while (at > 0 && this.#due[at - 1]!.atUs > due.atUs) at--;
    this.#due.splice(at, 0, due);
  }

  #scheduleTick(to: NodeId, life: number, inUs: number): void {
    this.#schedule({
      atUs: this.nowUs + inUs,
      to,
      life,
      act: () => {
        this.#scheduleTick(to, life, 100_000);
        return { kind: "tick" };
      },
    });
  }

  #collect(id: number): void {
    const { broker, disk, life } = this.#member(id);
    for (const output of broker.takeOutputs()) {
      this.onOutput(id, output);
      if (output.kind === "send") {
        this.#send(nodeId(id), output);
      } else if (output.kind === "disk") {
        const atUs = this.nowUs + (this.diskUs.get(id) ?? 500);
        const { operation } = output;
        const act = (): BrokerInput => {
          return { kind: "diskCompletion", completion: disk.complete(operation) };
        };
        this.#schedule({ atUs, to: nodeId(id), life, act });
      } else if (output.kind === "reply") {
        this.#answered(this.#asked[output.connection]!, output.frame);
      } else if (output.kind === "adminReply") {
        const asked = this.#asked[output.connection]!;
        asked.response = output.response;
        asked.atUs = this.nowUs;
      } else if (output.kind === "disconnect") {
        this.#asked[output.connection]!.dropped = output.reason;
      } else {
        this.events.push({ node: id, atUs: this.nowUs, event: output.event });
      }
    }
  }

  #answered(asked: Asked, frame: Uint8Array): void {
    assert(asked.api !== "admin", "administrators get no frames");
    const decoded = decodeResponse(frame, asked.api, asked.apiVersion);
    if (!decoded.ok) assert(false, `${decoded.path} at ${decoded.offset}: ${decoded.message}`);
    asked.response = decoded.response;
    asked.atUs = this.nowUs;
  }

  #send(from: NodeId, { to, message }: Extract<BrokerOutput, { kind: "send" }>): void {
    if (message.kind === "response" && message.correlationId < 0) {
      const asked = this.#peersAsked.get(message.correlationId)!;
      asked.response = message.response;
      asked.atUs = this.nowUs;
      return;
    }
    const act = (): BrokerInput | null => {
      if (this.#cut.has(from) || this.#cut.has(to)) return null;
      return { kind: "peerMessage", from, message };
    };
    const due = { atUs: this.nowUs + this.latencyUs, to, life: null, act };
    const fate = this.fateOf(from, to, message);
    if (fate === "held") this.#held.push(due);
    else if (fate === "arrives") this.#schedule(due);
  }
}

export function topicRequest(
  topic: string,
  partitionCount: number,
  replicationFactor: number,
  configs: Readonly<Record<string, string>> = {},
): CreateTopicsRequest {
  return {
    api: "createTopics",
    topics: [
      {
        topic,
        partitionCount,
        replicationFactor,
        assignments: [],
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs: 1_000,
    validateOnly: false,
  };
}

export function topicAnswer(asked: Asked): CreateTopicsResponse["topics"][number] {
  assert(asked.response?.api === "createTopics", "a topic request was answered");
  return asked.response.topics[0]!;
}

export function batchOf(values: readonly string[]): Uint8Array {
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 1_000,
    records: values.map((value) => ({ key: null, value: utf8Encode(value) })),
  });
}

export function produceAnswer(asked: Asked): ProduceResponse["partitions"][number] {
  assert(asked.response?.api === "produce", "a produce was answered");
  return asked.response.partitions[0]!;
}

export function adminAnswer(asked: Asked): AdminResponse {
  assert(asked.response?.api === "admin", "an administrator was answered");
  return asked.response;
}

export function metadataAnswer(asked: Asked): MetadataResponse {
  assert(asked.response?.api === "metadata", "a metadata request was answered");
  return asked.response;
}

export function fetchAnswer(asked: Asked): FetchResponse["partitions"][number] {
  assert(asked.response?.api === "fetch", "a fetch was answered");
  return asked.response.partitions[0]!;
}

function maxVersionOf(api: ClientApi): number {
  const range = API_VERSIONS.find((one) => one.api === api);
  assert(range !== undefined, `${api} is served`);
  return range.maxVersion;
}
