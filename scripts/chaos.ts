/**
 * `npm run chaos`: clients of every kind on a cluster in which nodes, links and disks fail; then a
 * calm. Whatever they were told must hold. The tests play some hundred seeds; this plays any.
 */
import { parseArgs } from "node:util";
import { brokerSurvey } from "../core/sim/brokerSurvey.ts";
import type { BrokerSurvey } from "../core/sim/brokerSurvey.ts";

const USAGE = `Use: npm run chaos -- [--seeds A..B] [--modes isr,raft] [--shard I/N]
Plays each seed with all rules checked, and then what the clients saw. Prints every seed that fails
with its reason, and in the end what happened; exit code 1 if any failed.
  --seeds A..B   the first and the last seed (default 1..100)
  --modes M,N    how the topics are replicated: isr, raft, or both (default isr,raft)
  --shard I/N    only the seeds whose number, divided by N, leaves I (default 0/1)`;

const MODES = ["isr", "raft"] as const;
type Mode = (typeof MODES)[number];

const { first, last, modes, shard } = readOptions(process.argv.slice(2));
const counts: Record<string, number> = {};
const startedAt = process.cpuUsage();
let simulatedUs = 0;
let played = 0;
let failed = 0;
for (let seed = first; seed <= last; seed++) {
  if (seed % shard.of !== shard.index) continue;
  add(brokerSurvey(seed, 1, modes));
  if (played % 100 === 0) console.error(`seed ${seed}, ${failed} of ${played} failed`);
}
const { user, system } = process.cpuUsage(startedAt);
const rate = Math.round(simulatedUs / (user + system));
console.log(`${played} seeds, ${modes.join(" and ")}, ${rate} simulated seconds per CPU second:`);
for (const [name, count] of Object.entries(counts)) console.log(`  ${name}: ${count}`);
console.log(`${played - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function add(survey: BrokerSurvey): void {
  played++;
  simulatedUs += survey.simulatedUs;
  for (const [name, count] of Object.entries(survey.counts)) {
    counts[name] = (counts[name] ?? 0) + count;
  }
  for (const { seed, text } of survey.failures) {
    failed++;
    console.log(`seed ${seed}: ${text}`);
  }
}

function readOptions(args: readonly string[]) {
  const { values } = parse(args);
  if (values.help === true) {
    console.log(USAGE);
    process.exit(0);
  }
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(values.seeds) ?? fail("--seeds wants A..B.");
  const [, index, of] = /^(\d+)\/([1-9]\d*)$/.exec(values.shard) ?? fail("--shard wants I/N.");
  const named = values.modes.split(",");
  const stranger = named.find((name) => !MODES.some((mode) => mode === name));
  if (stranger !== undefined) fail(`There is no mode "${stranger}".`);
  const range = { first: Number(from), last: Number(to) };
  const part = { index: Number(index), of: Number(of) };
  if (part.index >= part.of) fail(`Shards of ${part.of} are 0 to ${part.of - 1}.`);
  return { ...range, modes: named as Mode[], shard: part };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "1..100" },
        modes: { type: "string", default: "isr,raft" },
        shard: { type: "string", default: "0/1" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(sentence: string): never {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(2);
}
