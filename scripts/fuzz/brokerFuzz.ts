import { hex } from "../../core/wire/testing/hex.ts";
import { encodeSamples } from "../../core/wire/testing/goldenFrames.ts";
import type { Broker } from "../../core/broker/index.ts";
import { splitChance } from "../../core/sim/chance.ts";
import type { Chance } from "../../core/sim/chance.ts";
import { FuzzedBrokers } from "./brokers.ts";
import { Clients } from "./clients.ts";
import { mutatedFrame, pick } from "../../core/wire/testing/mutation.ts";
import { anyQuestion } from "./questions.ts";
import { expectService, prepare } from "./service.ts";

interface BrokerFuzzCounts {
  frames: number;
  answers: number;
  /** By the brokers, because of what came on them. */
  "connections closed": number;
  "rounds of new brokers": number;
}

interface BrokerFuzzReport {
  readonly counts: BrokerFuzzCounts;
  /** The longest that a broker was busy with one input of a client. */
  readonly slowestMs: number;
}

interface BrokerFuzzOptions {
  readonly seed: number;
  /** Which frames, `to` not included; `from` is where a round begins. */
  readonly from: number;
  readonly to: number;
}

/** So many frames are for the same brokers. What happens in a round depends on nothing before it. */
export const FRAMES_PER_ROUND = 2_000;
const HEAP_BYTES_MAX = 1_000_000_000;
const SAMPLES = encodeSamples()
  .filter(({ direction }) => direction === "request")
  .map(({ frame }) => frame);

/**
 * Throws frames at brokers, alone and three together: mutated ones, and well-formed ones that say
 * what is not so. Whatever comes, a broker answers or closes the connection, and goes on serving.
 *
 * @throws Error that names seed and round, and the frame, when one did not.
 */
export function fuzzBrokers({ seed, from, to }: BrokerFuzzOptions): BrokerFuzzReport {
  const counts = { frames: 0, answers: 0, "connections closed": 0, "rounds of new brokers": 0 };
  let slowestMs = 0;
  for (let start = from; start < to; start += FRAMES_PER_ROUND) {
    const round = new Round(seed, start / FRAMES_PER_ROUND);
    round.run(Math.min(FRAMES_PER_ROUND, to - start));
    const { clients } = round;
    counts.frames += clients.sentCount;
    counts.answers += clients.answeredCount;
    counts["connections closed"] += clients.closedCount;
    counts["rounds of new brokers"]++;
    slowestMs = Math.max(slowestMs, round.brokers.slowestMs);
    const { heapUsed } = process.memoryUsage();
    if (heapUsed > HEAP_BYTES_MAX) throw new Error(`${heapUsed} bytes of heap are in use`);
  }
  return { counts, slowestMs };
}

class Round {
  readonly brokers: FuzzedBrokers;
  readonly clients: Clients;
  readonly #chance: Chance;
  readonly #seed: number;
  readonly #number: number;

  constructor(seed: number, number: number) {
    this.#seed = seed;
    this.#number = number;
    this.#chance = splitChance(seed, "fuzz", number, 0);
    this.clients = new Clients(this.#chance);
    const count = number % 2 === 0 ? 3 : 1;
    this.brokers = new FuzzedBrokers(count, splitChance(seed, "brokers", number, 0), this.clients);
  }

  run(frameCount: number): void {
    const { brokers, clients } = this;
    prepare(brokers, clients);
    for (let at = 0; at < frameCount; at++) {
      const frame = this.#anyFrame();
      try {
        this.#act(frame);
      } catch (error) {
        throw this.#failure(`frame ${at} (${hex(frame.subarray(0, 200))})`, error);
      }
    }
    try {
      for (const { broker, id } of clients.open) {
        brokers.step(broker, { kind: "clientDisconnected", connection: id });
      }
      clients.closeAll();
      for (let ticks = 0; ticks < 100; ticks++) brokers.tick();
      for (const broker of brokers.brokers) expectNothingWaits(broker);
      expectService(brokers, clients);
    } catch (error) {
      throw this.#failure("after all frames", error);
    }
  }

  #anyFrame(): Uint8Array {
    const chance = this.#chance;
    const kind = chance.below(8);
    if (kind < 3) return mutatedFrame(chance, pick(chance, SAMPLES), pick(chance, SAMPLES));
    const question = anyQuestion(chance, this.clients.known);
    return kind < 6 ? question : mutatedFrame(chance, question, pick(chance, SAMPLES));
  }

  #act(frame: Uint8Array): void {
    const { brokers, clients } = this;
    const chance = this.#chance;
    if (chance.below(20) === 0) {
      for (let left = chance.below(8) === 0 ? 40 : 2; left > 0; left--) brokers.tick();
    }
    const broker = pick(chance, brokers.brokers);
    const id = clients.connect(broker);
    brokers.step(broker, {
      kind: "clientFrame",
      connection: id,
      frame: clients.sending(id, frame),
    });
    if (!clients.isTired(id)) return;
    clients.close(id);
    brokers.step(broker, { kind: "clientDisconnected", connection: id });
  }

  #failure(where: string, error: unknown): Error {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const what = `round ${this.#number + 1} of seed ${this.#seed}, ${where}: ${reason}`;
    return new Error(what, { cause: error });
  }
}

/** What nobody waits for any more must not be kept. */
function expectNothingWaits({ id, pendingProduces, pendingFetches }: Broker): void {
  const waiting = [...pendingProduces, ...pendingFetches];
  const { length } = waiting.filter(({ origin }) => origin.kind === "client");
  if (length > 0)
    throw new Error(`broker ${id} keeps ${length} requests of connections long closed`);
}
