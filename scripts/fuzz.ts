/**
 * `npm run fuzz`: throws mutated frames at everything in `core/wire` that reads foreign bytes, or at
 * whole brokers. Every one must come back as a value, or be answered. Prints what became of them.
 */
import { parseArgs } from "node:util";
import { fuzzWire } from "../core/wire/testing/fuzz.ts";
import { FRAMES_PER_ROUND, fuzzBrokers } from "./fuzz/brokerFuzz.ts";

const USAGE = `Use: npm run fuzz -- [wire|broker] [--count N] [--seed S] [--shard I/N]
Mutates N frames (1000000 unless told otherwise), starting from seed S (1), and reads them (wire), or
sends them to brokers (broker), new ones for each round of ${FRAMES_PER_ROUND}. With --shard only the I-th of N
equal parts, counted from 1: all parts together are the whole, and round 7 of 500 is part 7/500.
Exit code 1 when a reader threw, or a broker failed; where that was is printed.
`;

interface Part {
  readonly seed: number;
  /** Which frames, `to` not included. */
  readonly from: number;
  readonly to: number;
}

const options = readOptions();
const startMs = performance.now();
let counts: object;
try {
  counts = options.target === "wire" ? fuzzWire(options) : brokerCounts(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const seconds = (performance.now() - startMs) / 1_000;
for (const [what, count] of Object.entries(counts)) {
  console.log(`${count.toLocaleString("en").padStart(12)}  ${what}`);
}
const heapMegabytes = process.memoryUsage().heapUsed / 1e6;
console.log(`${seconds.toFixed(1)} s, ${heapMegabytes.toFixed(0)} MB of heap in use at the end`);

function brokerCounts(part: Part): object {
  const { counts, slowestMs } = fuzzBrokers(part);
  return { ...counts, "ms that one took at most": Math.ceil(slowestMs) };
}

function readOptions(): Part & { readonly target: "wire" | "broker" } {
  const { values, positionals } = parsed();
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const count = wholeNumber("--count", values.count, 1);
  const seed = wholeNumber("--seed", values.seed, 0);
  const [shard = 0, shards = 0] = /^(\d+)\/(\d+)$/.exec(values.shard)?.slice(1).map(Number) ?? [];
  if (shard < 1 || shard > shards) fail(`--shard takes I/N, I from 1 to N, not "${values.shard}".`);
  const [target = "wire"] = positionals;
  if (positionals.length > 1 || (target !== "wire" && target !== "broker")) {
    fail(`It is wire or broker that is to be fuzzed, not "${positionals.join(" ")}".`);
  }
  // Brokers are made anew for each round, so a part begins with one.
  const unit = target === "wire" ? 1 : FRAMES_PER_ROUND;
  const unitCount = Math.ceil(count / unit);
  const end = (part: number): number =>
    Math.min(count, Math.floor((unitCount * part) / shards) * unit);
  return { target, seed, from: end(shard - 1), to: end(shard) };
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        count: { type: "string", default: "1000000" },
        seed: { type: "string", default: "1" },
        shard: { type: "string", default: "1/1" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    const [sentence = ""] = (error instanceof Error ? error.message : "").split(". ");
    fail(`${sentence.replace(/\.$/, "")}.\n${USAGE.trimEnd()}`);
  }
}

function wholeNumber(option: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min || text.trim() === "") {
    fail(`${option} takes a whole number from ${min}, not "${text}".`);
  }
  return value;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
