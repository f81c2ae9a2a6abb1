import { nodeId } from "../../core/base/ids.ts";
import type { NodeId } from "../../core/base/ids.ts";
import { Broker, DEFAULT_BROKER_CONFIG, serve } from "../../core/broker/index.ts";
import type { BrokerInput, BrokerOutput } from "../../core/broker/index.ts";
import { TestDisk } from "../../core/broker/testing/testDisk.ts";
import type { Chance } from "../../core/sim/chance.ts";

const TICK_US = DEFAULT_BROKER_CONFIG.tickUs;
const STEPS_MAX = 100_000;

interface Due {
  readonly to: Broker;
  readonly input: BrokerInput;
}

export interface BrokerListener {
  reply(connection: number, frame: Uint8Array): void;
  disconnect(connection: number, reason: string): void;
}

/**
 * One broker alone or a cluster, over a network and disks that answer at once. Segments are small and
 * little stays in memory, so that the disk is read as well.
 */
export class FuzzedBrokers {
  readonly brokers: readonly Broker[];
  /** The longest that a broker was busy with one input. */
  slowestMs = 0;
  readonly #listener: BrokerListener;
  readonly #disks = new Map<NodeId, TestDisk>();
  #queue: Due[] = [];
  #nowUs = 1_000_000;

  constructor(count: number, chance: Chance, listener: BrokerListener) {
    this.#listener = listener;
    const ids = Array.from({ length: count }, (_, at) => nodeId(at + 1));
    const config = {
      ...DEFAULT_BROKER_CONFIG,
      serve,
      peers: count === 1 ? [] : ids,
      random: (n: number): number => chance.below(n),
      events: chance.below(2) === 0,
      autoCreateTopics: chance.below(2) === 0,
      forwardProduce: chance.below(2) === 0,
      groupInitialRebalanceDelayMs: 200,
      segmentBytesMax: 65_536,
      partitionFlushBytes: 4_096,
      partitionMemoryBytes: 4_096,
      snapshotEntries: 100,
      snapshotTrailingEntries: 10,
    };
    this.brokers = ids.map((id) => {
      this.#disks.set(id, new TestDisk());
      return new Broker({ ...config, id }, new Map(), this.#nowUs);
    });
    for (const broker of this.brokers) this.#collect(broker);
    this.#drain();
  }

  /** Who decides on the metadata. */
  get controller(): Broker | undefined {
    return this.brokers.find(({ raft }) => raft === null || raft.role === "leader");
  }

  /** With everything that follows at once. */
  step(to: Broker, input: BrokerInput): void {
    const startMs = performance.now();
    to.step(input, this.#nowUs);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
    this.#collect(to);
    this.#drain();
  }

  tick(): void {
    this.#nowUs += TICK_US;
    for (const broker of this.brokers) this.step(broker, { kind: "tick" });
  }

  runUntil(isTrue: () => boolean): void {
    for (let ticks = 0; !isTrue(); ticks++) {
      if (ticks > 1_000) throw new Error(`it never came true: ${isTrue}`);
      this.tick();
    }
  }

  #drain(): void {
    let steps = 0;
    while (this.#queue.length > 0) {
      const queue = this.#queue;
      this.#queue = [];
      for (const { to, input } of queue) {
        if (++steps > STEPS_MAX) throw new Error("the brokers keep each other busy for ever");
        to.step(input, this.#nowUs);
        this.#collect(to);
      }
    }
  }

  #collect(broker: Broker): void {
    if (broker.stopped !== null) throw new Error(`broker ${broker.id} stopped: ${broker.stopped}`);
    for (const output of broker.takeOutputs()) this.#carryOut(broker, output);
  }

  #carryOut(broker: Broker, output: BrokerOutput): void {
    switch (output.kind) {
      case "send": {
        const to = this.brokers[output.to - 1];
        if (to === undefined) throw new Error(`there is no broker ${output.to} to send to`);
        const { message } = output;
        this.#queue.push({ to, input: { kind: "peerMessage", from: broker.id, message } });
        return;
      }
      case "disk": {
        const completion = this.#disks.get(broker.id)!.complete(output.operation);
        this.#queue.push({ to: broker, input: { kind: "diskCompletion", completion } });
        return;
      }
      case "reply":
        return this.#listener.reply(output.connection, output.frame);
      case "disconnect":
        return this.#listener.disconnect(output.connection, output.reason);
      default:
    }
  }
}
