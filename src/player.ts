import type { Actor } from "xstate";
import type { WorldView } from "@chronik/core/view";
import type { FrameBus } from "./frameBus.ts";
import type { playbackMachine } from "./machines/playback.ts";
import type { Command, Frame, Progress } from "./session/protocol.ts";
import type { SessionPort } from "./session/port.ts";
import type { PageStore } from "./store.ts";
import type { PageState, PlaybackState } from "../ui/page.ts";

/** A frame that took longer is a hidden or a busy page: the simulation pauses for the rest. */
const FRAME_MAX_MS = 50;
/** How far the shown time may be ahead of the world, in milliseconds of a person's time. */
const LEAD_MAX_MS = 50;

export interface Player {
  /** A command that may move the playhead somewhere else. */
  jump(command: Command): void;
  /** A command at the playhead. */
  stay(command: Command): void;
  frameArrived(frame: Frame, world: WorldView): void;
  readonly progressed: (progress: Progress) => void;
  /** Once an animation frame. */
  tick(wallMs: number): void;
  nowUs(): number;
}

/**
 * Simulated time, as the page shows it. It runs smoothly with the animation frames; the world
 * follows, one request at a time, and if it cannot keep up, time waits for it.
 */
export function createPlayer(parts: {
  readonly port: () => SessionPort;
  readonly store: PageStore;
  readonly frames: FrameBus;
  readonly playback: Actor<typeof playbackMachine>;
}): Player {
  const { port, store, frames, playback } = parts;
  let shownUs = 0;
  let worldUs = 0;
  let lastWallMs: number | null = null;
  let jumping = false;

  const mode = (): PlaybackState["mode"] => playback.getSnapshot().value as PlaybackState["mode"];
  const timeRuns = (): boolean => mode() === "live" || mode() === "replaying";

  playback.subscribe(() => publishPlayback(store, playback, mode()));

  return {
    nowUs: () => Math.floor(shownUs),
    jump(command) {
      jumping = true;
      port().send(command);
    },
    stay: (command) => port().send(command),

    frameArrived(frame, world) {
      worldUs = frame.nowUs;
      if (jumping || frame.halted) shownUs = worldUs;
      if (port().idle()) jumping = false;
      const { playback: shown } = store.pending();
      const same = shown.endUs === frame.endUs && shown.seeking === null;
      store.change({
        world,
        playback: same ? shown : { ...shown, endUs: frame.endUs, seeking: null },
      });
      if (frame.inPast !== playback.getSnapshot().context.inPast) {
        playback.send({ type: "positionChanged", inPast: frame.inPast });
      }
      if (frame.halted && timeRuns()) playback.send({ type: "halt" });
    },

    progressed({ atUs, toUs }) {
      store.change({ playback: { ...store.pending().playback, seeking: { atUs, toUs } } });
    },

    tick(wallMs) {
      const passedMs = Math.min(FRAME_MAX_MS, wallMs - (lastWallMs ?? wallMs));
      lastWallMs = wallMs;
      const { speed } = playback.getSnapshot().context;
      const { world, playback: shown } = store.pending();
      if (world !== null && timeRuns() && !jumping) {
        const leadUs = worldUs + LEAD_MAX_MS * 1_000 * speed;
        const limitUs = shown.inPast ? Math.min(leadUs, shown.endUs) : leadUs;
        shownUs = Math.max(shownUs, Math.min(shownUs + passedMs * 1_000 * speed, limitUs));
      }
      // Also after a pause: the world catches up with the last moment that was shown.
      if (!jumping && port().idle() && Math.floor(shownUs) > worldUs) {
        port().send({ kind: "advance", toUs: Math.floor(shownUs) });
      }
      frames.emit(shownUs);
      store.flush();
    },
  };
}

function publishPlayback(
  store: PageStore,
  playback: Actor<typeof playbackMachine>,
  mode: PageState["playback"]["mode"],
): void {
  const { speed, inPast } = playback.getSnapshot().context;
  const shown = store.pending().playback;
  if (shown.mode === mode && shown.speed === speed && shown.inPast === inPast) return;
  store.change({ playback: { ...shown, mode, speed, inPast } });
}
