/** CPU time that the host of a virtual machine gave to others while something was measured. */
import { readFileSync } from "node:fs";

/** The fields of a "cpu" line, in ticks: user, nice, system, idle, iowait, irq, softirq, steal. */
const STEAL_AT = 7;
const FIELDS = 8;

/**
 * The share of all CPU time from now until the returned function is called, 0 to 1; 0 where the
 * system does not say.
 */
export function watchTaken(read: () => string = readStat): () => number {
  const before = ticksOf(read());
  return () => {
    const after = ticksOf(read());
    const all = after.all - before.all;
    return all > 0 ? (after.taken - before.taken) / all : 0;
  };
}

function ticksOf(stat: string): { readonly all: number; readonly taken: number } {
  const line = /^cpu +([\d ]+)/m.exec(stat)?.[1];
  const ticks = (line ?? "").split(" ").map(Number).slice(0, FIELDS);
  return { all: ticks.reduce((sum, one) => sum + one, 0), taken: ticks[STEAL_AT] ?? 0 };
}

function readStat(): string {
  try {
    return readFileSync("/proc/stat", "utf8");
  } catch {
    return "";
  }
}
