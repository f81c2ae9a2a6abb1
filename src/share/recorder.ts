import type { Run } from "@chronik/core/sim";
import type { ClientParts } from "../session/worldline.ts";
import { perfettoTrace } from "./perfetto.ts";
import { record } from "./recording.ts";
import type { Progress } from "./recording.ts";
import { shivizLog } from "./shiviz.ts";

type RecordingKind = "perfetto" | "shiviz";

/** What those programs show well, and a browser can hold: the last so much before the playhead. */
const RECORDED_US = { perfetto: 60_000_000, shiviz: 20_000_000 } as const;

/** A run up to a moment as a file for another program. */
export function* recordRun(
  run: Run,
  toUs: number,
  what: RecordingKind,
  clients: ClientParts,
): Generator<Progress, string> {
  const recording = yield* record(run, Math.max(0, toUs - RECORDED_US[what]), toUs, clients);
  return what === "perfetto" ? perfettoTrace(recording) : shivizLog(recording);
}

export const fileNameOf = (what: RecordingKind, seed: number): string =>
  what === "perfetto" ? `chronik-${seed}.perfetto.json` : `chronik-${seed}.shiviz.log`;
