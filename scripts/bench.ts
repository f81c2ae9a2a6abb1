/** `npm run bench`: measures what the core costs, beside what others have measured of theirs. */
import { mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Sample } from "./bench/measure.ts";
import type { Program } from "./bench/processes.ts";
import { selfTimes } from "./bench/profile.ts";
import type { CpuProfile } from "./bench/profile.ts";
import { resultOf, tableOf } from "./bench/report.ts";
import type { Suite, Workload } from "./bench/suite.ts";
import { suites } from "./bench/suites.ts";

const RUNS_DEFAULT = 9;
const HOTTEST_COUNT = 25;

const USAGE = `Use: npm run bench -- [SUITE [WORKLOAD...]] [options]
Measures the named workloads, or all, and asserts that each counted what it must.
  --runs N       runs of each workload, each in a process of its own (default ${RUNS_DEFAULT})
  --json         prints one object instead of tables
  --profile DIR  instead of measuring, writes DIR/SUITE-WORKLOAD.cpuprofile and prints the
                 functions that took the most time
  --help         prints this

${suites.map(describeSuite).join("\n")}
page: what the built page costs its visitors; see \`npm run bench -- page --help\`
`;

if (process.argv[2] === "page") {
  // A page is measured in a browser, not in processes of its own.
  const { measurePage } = await import("./bench/page.ts");
  await measurePage(process.argv.slice(3));
  process.exit();
}

interface Job {
  readonly suite: Suite;
  readonly workload: Workload;
}

interface Options {
  readonly jobs: readonly Job[];
  readonly runs: number;
  readonly json: boolean;
  readonly profileFolder: string | undefined;
}

const options = readOptions(process.argv.slice(2));
// Not before it is needed: the bundler takes longer to load than a bad argument to refuse.
const { buildProgram } = await import("./bench/processes.ts");
const program = await buildProgram();
process.on("exit", () => program.remove());
if (options.profileFolder === undefined) measureAll(program, options);
else profileAll(program, options.jobs, options.profileFolder);

function measureAll(program: Program, { jobs, runs, json }: Options): void {
  const samples = new Map<Job, Sample[]>(jobs.map((job) => [job, []]));
  // One run of each at a time, so that a busy minute of the machine falls on all of them alike.
  for (let run = 1; run <= runs; run++) {
    for (const job of jobs) {
      progress(`run ${run} of ${runs}: ${job.suite.name} ${job.workload.name}`);
      samples.get(job)!.push(runOne(program, job));
    }
  }
  progress("");
  const results = jobs.map((job) => resultOf(job.suite, job.workload, samples.get(job)!));
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", runs };
  if (json) {
    console.log(JSON.stringify({ ...machine, results }));
    return;
  }
  for (const suite of suites) {
    const own = results.filter((result) => result.suite === suite.name);
    if (own.length === 0) continue;
    console.log(`${suite.name}: ${suite.what}\n`);
    console.log(tableOf(suite, own));
    console.log();
    if (suite.references.length === 0) continue;
    const others = suite.references.map(({ name }) => name).join(" and ");
    console.log(`${others} were measured on another machine: ${suite.referenceMachine}.`);
  }
  console.log(
    `Node.js ${machine.node}, ${machine.cpu}. Median of ${runs} processes, each after its warm-up;` +
      `\n"first run": a CPU-second before it. Every run counted what it must.`,
  );
}

function profileAll(program: Program, jobs: readonly Job[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const job of jobs) {
    const path = join(folder, `${job.suite.name}-${job.workload.name}.cpuprofile`);
    runOne(program, job, path);
    const profile = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
    console.log(path);
    for (const { place, share } of selfTimes(profile).slice(0, HOTTEST_COUNT)) {
      console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${place}`);
    }
  }
}

function runOne(program: Program, { suite, workload }: Job, profilePath?: string): Sample {
  const measured = program.run(suite.name, workload.name, profilePath);
  if ("error" in measured) fail(`${suite.name} ${workload.name}: ${measured.error}`);
  return measured;
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const runs = Number(values.runs ?? RUNS_DEFAULT);
  if (!Number.isInteger(runs) || runs < 1) {
    fail(`--runs takes a whole number from 1, not "${values.runs}".`);
  }
  // Where the command was typed: npm runs a script in the root of the project.
  const folder = process.env["npm_lifecycle_event"] === "bench" ? process.env["INIT_CWD"] : ".";
  return {
    jobs: jobsOf(positionals),
    runs,
    json: values.json ?? false,
    profileFolder: values.profile && resolve(folder ?? ".", values.profile),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: "string" },
        json: { type: "boolean" },
        profile: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // The parser goes on with hints for its own callers; its first sentence says what is wrong.
    const [sentence] = (error as Error).message.split(/[.\n]/);
    return fail(`${sentence}. See npm run bench -- --help.`);
  }
}

function jobsOf([suiteName, ...workloadNames]: readonly string[]): readonly Job[] {
  const jobs = suites.flatMap((suite) => suite.workloads.map((workload) => ({ suite, workload })));
  if (suiteName === undefined) return jobs;
  const suite = suites.find(({ name }) => name === suiteName);
  if (suite === undefined) {
    fail(`There is no suite "${suiteName}": choose from ${suites.map(nameOf).join(", ")}.`);
  }
  for (const name of workloadNames) {
    if (suite.workloads.some((workload) => workload.name === name)) continue;
    const names = suite.workloads.map(nameOf).join(", ");
    fail(`There is no workload "${name}" in ${suite.name}: choose from ${names}.`);
  }
  return jobs.filter(({ suite, workload }) => {
    if (suite.name !== suiteName) return false;
    return workloadNames.length === 0 || workloadNames.includes(workload.name);
  });
}

function describeSuite(suite: Suite): string {
  const lines = suite.workloads.map(({ name, what }) => `  ${name.padEnd(4)} ${what}`);
  return [`${suite.name}: ${suite.what}`, ...lines].join("\n");
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** For a person who waits; a file or a program gets the result alone. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
