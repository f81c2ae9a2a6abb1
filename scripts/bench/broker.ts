/**
 * Three brokers in one process, with a network and disks that answer at once: what the brokers' own
 * work costs. Clients are frames, encoded beforehand.
 */
import { nodeId } from "@chronik/core/base";
import type { NodeId } from "@chronik/core/base";
import { Broker, DEFAULT_BROKER_CONFIG, serve } from "@chronik/core/broker";
import type { BrokerInput, BrokerOutput } from "@chronik/core/broker";
import type { DiskCompletion, DiskImage, DiskOperation } from "@chronik/core/wal";
import { decodeResponse, encodeRecordBatch, encodeRequest } from "@chronik/core/wire";
import type { ClientRequest } from "@chronik/core/wire";
import type { Suite, Workload } from "./suite.ts";

const NODES = [1, 2, 3].map(nodeId);
const TICK_US = DEFAULT_BROKER_CONFIG.tickUs;
const RECORDS_PER_BATCH = 100;
const RECORD_BYTES = 100;
const PRODUCE_VERSION = 8;
const CREATE_TOPICS_VERSION = 4;
const TOPIC = "bench";

/** Keeps what is read again, and only that: the segments of partitions. */
class Files {
  readonly #files = new Map<string, Uint8Array[]>();

  carryOut(operation: DiskOperation): DiskCompletion {
    const { id, kind } = operation;
    const isLog = "file" in operation && operation.file.startsWith("wal");
    if (kind === "append" && !isLog) {
      const pieces = this.#files.get(operation.file) ?? [];
      pieces.push(operation.bytes);
      this.#files.set(operation.file, pieces);
    } else if (kind === "remove") {
      this.#files.delete(operation.file);
    }
    return { id, error: null, bytes: kind === "read" ? NO_BYTES : null };
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_IMAGE: DiskImage = new Map();

interface Due {
  readonly to: Broker;
  readonly input: BrokerInput;
}

/** What one of its connections waits for. */
class Cluster {
  readonly #brokers: readonly Broker[];
  readonly #files = new Map<NodeId, Files>();
  #queue: Due[] = [];
  #nowUs = 0;
  /** Of the answers, by connection. */
  onReply: (connection: number, frame: Uint8Array) => void = () => {};

  constructor() {
    this.#brokers = NODES.map((id) => {
      this.#files.set(id, new Files());
      // Any numbers will do, as long as the nodes' differ.
      const random = (n: number): number => (id * 7 + this.#nowUs / TICK_US) % n;
      const config = { ...DEFAULT_BROKER_CONFIG, serve, id, peers: NODES, random };
      return new Broker(config, NO_IMAGE, 0);
    });
    for (const broker of this.#brokers) this.#collect(broker);
  }

  broker(id: number): Broker {
    const broker = this.#brokers[id - 1];
    if (broker === undefined) throw new Error(`there is no broker ${id}`);
    return broker;
  }

  /** Everything that follows at once. */
  drain(): void {
    while (this.#queue.length > 0) {
      const queue = this.#queue;
      this.#queue = [];
      for (const { to, input } of queue) this.step(to, input);
    }
  }

  step(broker: Broker, input: BrokerInput): void {
    broker.step(input, this.#nowUs);
    this.#collect(broker);
  }

  tick(): void {
    this.#nowUs += TICK_US;
    for (const broker of this.#brokers) this.step(broker, { kind: "tick" });
    this.drain();
  }

  runUntil(isTrue: () => boolean): void {
    for (let ticks = 0; !isTrue(); ticks++) {
      if (ticks > 10_000) throw new Error(`it never came true: ${isTrue}`);
      this.tick();
    }
  }

  createTopic(partitionCount: number, mode: "isr" | "raft"): void {
    this.runUntil(() => this.#controller !== undefined);
    const assignments: [] = [];
    const configs = [{ name: "replication.mode", value: mode }];
    const topic = { topic: TOPIC, partitionCount, replicationFactor: 3, assignments, configs };
    const request: ClientRequest = {
      api: "createTopics",
      topics: [topic],
      timeoutMs: 60_000,
      validateOnly: false,
    };
    let answer: number | null = null;
    this.onReply = (_, frame) => {
      const decoded = decodeResponse(frame, "createTopics", CREATE_TOPICS_VERSION);
      answer = decoded.ok ? decoded.response.topics[0]!.errorCode : -1;
    };
    const options = { apiVersion: CREATE_TOPICS_VERSION, correlationId: 1, clientId: "bench" };
    const frame = encodeRequest(request, options);
    this.step(this.#controller!, { kind: "clientFrame", connection: 0, frame });
    this.runUntil(() => answer !== null);
    if (answer !== 0) throw new Error(`the topic was refused with error ${answer}`);
    this.runUntil(() => {
      for (let partition = 0; partition < partitionCount; partition++) {
        if (this.leaderOf(partition) === null) return false;
      }
      return true;
    });
    for (let ticks = 0; ticks < 20; ticks++) this.tick();
  }

  /** Who leads a partition by the word of the leader itself. */
  leaderOf(partition: number): Broker | null {
    const key = `${TOPIC}-${partition}`;
    for (const broker of this.#brokers) {
      if (broker.led.has(key) || broker.raftPartitions?.isReadable(key) === true) return broker;
    }
    return null;
  }

  get #controller(): Broker | undefined {
    return this.#brokers.find(
      ({ raft, metadata }) => raft?.role === "leader" && metadata.nodes.size === NODES.length,
    );
  }

  #collect(broker: Broker): void {
    if (broker.stopped !== null) throw new Error(broker.stopped);
    for (const output of broker.takeOutputs()) this.#carryOut(broker, output);
  }

  #carryOut(broker: Broker, output: BrokerOutput): void {
    if (output.kind === "send") {
      const { to, message } = output;
      const input = { kind: "peerMessage", from: broker.id, message } as const;
      this.#queue.push({ to: this.broker(to), input });
    } else if (output.kind === "disk") {
      const completion = this.#files.get(broker.id)!.carryOut(output.operation);
      this.#queue.push({ to: broker, input: { kind: "diskCompletion", completion } });
    } else if (output.kind === "reply") {
      this.onReply(output.connection, output.frame);
    } else if (output.kind === "disconnect") {
      throw new Error(output.reason);
    }
  }
}

/** Several producers, each with one batch under way, until all batches are acknowledged. */
function producing(name: string, mode: "isr" | "raft", batches: number): Workload {
  const partitionCount = 3;
  const producersPerPartition = 4;
  return {
    name,
    what: `batches of ${RECORDS_PER_BATCH} records of ${RECORD_BYTES} bytes, acks=all, mode ${mode}`,
    unit: "records",
    units: batches * RECORDS_PER_BATCH,
    expected: { records: batches * RECORDS_PER_BATCH, refused: 0 },
    prepare: () => {
      const cluster = new Cluster();
      cluster.createTopic(partitionCount, mode);
      const frames = Array.from({ length: partitionCount }, (_, at) => produceFrame(at));
      return () => {
        let sent = 0;
        const answered = { records: 0, refused: 0 };
        const send = (connection: number): void => {
          if (sent === batches) return;
          sent++;
          const partition = connection % partitionCount;
          const leader = cluster.leaderOf(partition)!;
          cluster.step(leader, { kind: "clientFrame", connection, frame: frames[partition]! });
        };
        const free: number[] = [];
        cluster.onReply = (connection, frame) => {
          const decoded = decodeResponse(frame, "produce", PRODUCE_VERSION);
          if (decoded.ok && decoded.response.partitions[0]!.errorCode === 0) {
            answered.records += RECORDS_PER_BATCH;
          } else {
            answered.refused++;
          }
          free.push(connection);
        };
        for (let at = 1; at <= partitionCount * producersPerPartition; at++) send(at);
        const isOver = (): boolean =>
          answered.records / RECORDS_PER_BATCH + answered.refused >= batches;
        while (!isOver()) {
          cluster.drain();
          if (free.length === 0) cluster.tick();
          for (const connection of free.splice(0)) send(connection);
        }
        return answered;
      };
    },
  };
}

function produceFrame(partition: number): Uint8Array {
  const value = new Uint8Array(RECORD_BYTES).fill(0x78);
  const records = encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 1_000,
    records: Array.from({ length: RECORDS_PER_BATCH }, () => ({ key: null, value })),
  });
  const request: ClientRequest = {
    api: "produce",
    transactionalId: null,
    acks: -1,
    timeoutMs: 60_000,
    partitions: [{ topic: TOPIC, partition, records }],
  };
  const options = { apiVersion: PRODUCE_VERSION, correlationId: 1, clientId: "bench" };
  return encodeRequest(request, options);
}

/** Nobody asks for anything: heartbeats, empty fetches, ticks. */
function idling(
  name: string,
  mode: "isr" | "raft",
  partitionCount: number,
  seconds: number,
): Workload {
  return {
    name,
    what: `${partitionCount} partitions x 3 replicas, mode ${mode}, and nothing to do`,
    unit: "simulated seconds",
    units: seconds,
    expected: { led: partitionCount },
    prepare: () => {
      const cluster = new Cluster();
      cluster.createTopic(partitionCount, mode);
      return () => {
        for (let ticks = 0; ticks < (seconds * 1_000_000) / TICK_US; ticks++) cluster.tick();
        let led = 0;
        for (let at = 0; at < partitionCount; at++) if (cluster.leaderOf(at) !== null) led++;
        return { led };
      };
    },
  };
}

/** The workloads, or a `share` of each, for tests. */
export function brokerWorkloads(share = 1): readonly Workload[] {
  const batches = Math.ceil(5_000 * share);
  const partitions = Math.ceil(1_000 * share);
  return [
    producing("isr", "isr", batches),
    producing("raft", "raft", batches),
    idling("idle", "isr", partitions, 10),
    idling("idleRaft", "raft", partitions, 10),
  ];
}

export const brokerSuite: Suite = {
  name: "broker",
  what: "three brokers in one process, over a network and disks that answer at once",
  workloads: brokerWorkloads(),
  references: [],
  referenceMachine: "",
};
