/**
 * Measures one workload, in a process that does nothing else:
 * `node --expose-gc measure.js SUITE WORKLOAD [CPUPROFILE]`. Prints a Sample as JSON.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { differingCounter } from "./suite.ts";
import type { Workload } from "./suite.ts";
import { suites } from "./suites.ts";

/**
 * Runs between the first and the one that counts. Compiled languages are at full speed at once; the
 * optimizing compiler needs this long, in which a node that stays up is only once in its life.
 */
const WARM_UP_RUNS = 3;

const SAMPLING_INTERVAL_US = 200;

export interface Timing {
  /** User and system time of the whole process: garbage collector and compiler threads included. */
  readonly cpuUs: number;
  readonly wallUs: number;
}

export interface Sample {
  readonly first: Timing;
  readonly warm: Timing;
  /** The most memory that the process held up to the end of its first run. */
  readonly peakRssBytes: number;
}

/** One run, profiled if there is a path for that. */
function time(workload: Workload, profilePath?: string): Timing {
  const run = workload.prepare();
  gc!();
  const stopProfiler = profilePath === undefined ? null : startProfiler(profilePath);
  const startNs = process.hrtime.bigint();
  const start = process.cpuUsage();
  const counters = run();
  const { user, system } = process.cpuUsage(start);
  const wallUs = Number(process.hrtime.bigint() - startNs) / 1_000;
  stopProfiler?.();
  const difference = differingCounter(workload.expected, counters);
  if (difference !== null) throw new Error(difference);
  return { cpuUs: user + system, wallUs };
}

/** Returns what stops it and writes the profile. Answers within one process come at once. */
function startProfiler(path: string): () => void {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
  session.post("Profiler.start");
  return () => {
    session.post("Profiler.stop", (error, { profile }) => {
      if (error !== null) throw error;
      writeFileSync(path, JSON.stringify(profile));
    });
  };
}

/**
 * The most memory that this process has held. Linux lets maxRSS begin with what the parent held when
 * it started the process, so its own mark is read there.
 */
function peakRss(): number {
  const status = "/proc/self/status";
  const mark = existsSync(status) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"));
  return (mark ? Number(mark[1]) : process.resourceUsage().maxRSS) * 1_024;
}

function measure(suiteName: string, name: string, profilePath?: string): Sample {
  const suite = suites.find((suite) => suite.name === suiteName);
  const workload = suite?.workloads.find((workload) => workload.name === name);
  if (workload === undefined) throw new Error(`there is no workload ${suiteName} ${name}`);
  const first = time(workload);
  const peakRssBytes = peakRss();
  for (let i = 0; i < WARM_UP_RUNS; i++) time(workload);
  return { first, warm: time(workload, profilePath), peakRssBytes };
}

const [suiteName = "", name = "", profilePath] = process.argv.slice(2);
try {
  console.log(JSON.stringify(measure(suiteName, name, profilePath)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
