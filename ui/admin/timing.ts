import type { RunOptions } from "@chronik/core/view";

/** What decides whether elections can work. */
export type Timing = Pick<
  RunOptions,
  | "nodeCount"
  | "tickUs"
  | "electionTicks"
  | "heartbeatTicks"
  | "latencyMinUs"
  | "latencyMaxUs"
  | "syncMinUs"
  | "syncMaxUs"
>;

/** As a run has it that says nothing of them. */
export const TIMING_USUAL: Timing = {
  nodeCount: 3,
  tickUs: 100_000,
  electionTicks: 10,
  heartbeatTicks: 2,
  latencyMinUs: 25_000,
  latencyMaxUs: 60_000,
  syncMinUs: 8_000,
  syncMaxUs: 24_000,
};

export interface Verdict {
  readonly tone: "ok" | "warn" | "bad";
  readonly text: string;
}

/** "Much less" in the paper: an order of magnitude. */
const MUCH = 10;

/**
 * Whether the timeouts suit the network and the disks: broadcast time << election timeout (Raft
 * paper 5.6). The broadcast time is a round trip with a write in between, at its slowest; the
 * election timeout counts at its shortest.
 */
export function timingVerdict(timing: Timing): Verdict {
  const { latencyMaxUs, syncMaxUs, tickUs, electionTicks, heartbeatTicks } = timing;
  const broadcastUs = 2 * latencyMaxUs + syncMaxUs;
  const timeoutUs = electionTicks * tickUs;
  const heardOfUs = heartbeatTicks * tickUs + latencyMaxUs;
  const figures = `broadcast time ${ms(broadcastUs)}, election timeout ${ms(timeoutUs)} at the least`;
  if (broadcastUs >= timeoutUs) {
    return { tone: "bad", text: `No leader lasts: ${figures}.` };
  }
  if (heardOfUs >= timeoutUs) {
    return {
      tone: "bad",
      text: `No leader lasts: a heartbeat comes after up to ${ms(heardOfUs)}, the election timeout is ${ms(timeoutUs)} at the least.`,
    };
  }
  if (broadcastUs * MUCH > timeoutUs) {
    return {
      tone: "warn",
      text: `Works, but a few lost messages start an election: ${figures}, less than ${MUCH} times as long.`,
    };
  }
  return { tone: "ok", text: `Fits: ${figures}.` };
}

const ms = (us: number): string => `${Math.round(us / 1_000)} ms`;
