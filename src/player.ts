import type { Actor } from "xstate";
import type { WorldView } from "@chronik/core/view";
import type { FrameBus } from "./frameBus.ts";
import type { playbackMachine } from "./machines/playback.ts";
import type { Command, Frame, Progress } from "./session/protocol.ts";
import type { SessionPort } from "./session/port.ts";
import { Slowdown } from "./slowdown.ts";
import { Speaker } from "./speaker.ts";
import type { PageStore } from "./store.ts";
import type { ComparisonState, PlaybackState } from "../ui/page.ts";

/** A frame that took longer is a hidden or a busy page: the simulation pauses for the rest. */
const FRAME_MAX_MS = 50;
/** What moves does so with every frame; what there is to move is asked for with every other one. */
const ADVANCE_MS = 25;
/** How far the shown time may be ahead of the world, in milliseconds of a person's time. */
const LEAD_MAX_MS = 50;
/** A pointer that stood still for so long rests: then the moment under it is shown exactly. */
const REST_MS = 120;
/** No frame counts for more of it: a busy page must not take its own delay for a pointer's rest. */
const REST_FRAME_MS = 20;
/** Another branch is brought up to date so often. */
const COMPARE_MS = 200;

interface PlayerParts {
  readonly port: () => SessionPort;
  readonly store: PageStore;
  readonly frames: FrameBus;
  readonly playback: Actor<typeof playbackMachine>;
}

/**
 * Simulated time, as the page shows it. It runs smoothly with the animation frames; the world
 * follows, one request at a time, and if it cannot keep up, time waits for it.
 */
export class Player {
  readonly #port: () => SessionPort;
  readonly #store: PageStore;
  readonly #frames: FrameBus;
  readonly #playback: Actor<typeof playbackMachine>;
  readonly #slowdown = new Slowdown();
  readonly #speaker = new Speaker();
  #shownUs = 0;
  #worldUs = 0;
  #wallMs = 0;
  #advancedAtMs = 0;
  #jumping = false;
  /** A person has asked for something and waits to see what comes of it. */
  #awaited = false;
  /** Where a drag is, and for how long already; null once the moment itself was asked for. */
  #drag: { readonly toUs: number; readonly restedMs: number } | null = null;
  /** The branch that is compared, and when it was brought up to date. */
  #compared: { readonly name: string; readonly atMs: number; readonly isFresh: boolean } | null =
    null;

  constructor({ port, store, frames, playback }: PlayerParts) {
    this.#port = port;
    this.#store = store;
    this.#frames = frames;
    this.#playback = playback;
    playback.subscribe(() => this.#publish());
  }

  nowUs(): number {
    return Math.floor(this.#shownUs);
  }

  /** A command that may move the playhead somewhere else. */
  jump(command: Command): void {
    this.#drag = null;
    this.#jumping = true;
    this.stay(command);
  }

  /** A command at the playhead. */
  stay(command: Command): void {
    this.#awaited = true;
    this.#port().send(command);
  }

  /** A drag has come to that moment. */
  scrub(toUs: number): void {
    this.jump({ kind: "scrub", toUs });
    this.#drag = { toUs, restedMs: 0 };
  }

  endScrub(): void {
    if (this.#drag !== null) this.jump({ kind: "seek", toUs: this.#drag.toUs });
  }

  compare(name: string | null): void {
    this.#compared = name === null ? null : { name, atMs: this.#wallMs, isFresh: true };
    this.#port().send({ kind: "compare", name });
  }

  /** Gives up what takes long. */
  cancel(): void {
    if (this.#store.pending().comparison === null) this.#compared = null;
    this.jump({ kind: "cancel" });
  }

  frameArrived(frame: Frame, world: WorldView, comparison: ComparisonState | null): void {
    this.#worldUs = frame.nowUs;
    if (this.#jumping || !this.#timeRuns()) this.#slowdown.jump(world.events);
    else this.#slowdown.watch(world.events, this.#wallMs);
    if (this.#jumping || frame.halted) this.#shownUs = this.#worldUs;
    if (this.#awaited) this.#speaker.interrupt();
    if (this.#port().idle()) {
      this.#jumping = false;
      this.#awaited = false;
      if (frame.exact) this.#drag = null;
    }
    this.#noteComparison(frame);
    const { playback: shown } = this.#store.pending();
    const same = shown.endUs === frame.endUs && shown.seeking === null;
    this.#store.change({
      world,
      comparison,
      playback: same ? shown : { ...shown, endUs: frame.endUs, seeking: null },
    });
    if (frame.inPast !== this.#playback.getSnapshot().context.inPast) {
      this.#playback.send({ type: "positionChanged", inPast: frame.inPast });
    }
    if (frame.halted && this.#timeRuns()) this.#playback.send({ type: "halt" });
  }

  progressed({ atUs, toUs }: Progress): void {
    this.#changePlayback({ seeking: { atUs, toUs } });
  }

  /** Once an animation frame. */
  tick(wallMs: number): void {
    const passedMs = Math.min(FRAME_MAX_MS, wallMs - (this.#wallMs || wallMs));
    this.#wallMs = wallMs;
    this.#runTime(passedMs);
    this.#ask();
    if (this.#drag !== null) {
      const restedMs = this.#drag.restedMs + Math.min(REST_FRAME_MS, passedMs);
      this.#drag = { ...this.#drag, restedMs };
    }
    this.#show();
  }

  /**
   * The picture of a drag does not wait for the next frame: by then the page has rendered it. A
   * browser tells once a frame where the pointer is, so there is one of them a frame at most.
   */
  hurry(): void {
    if (this.#drag !== null && this.#port().idle()) this.#show();
  }

  #show(): void {
    this.#speak();
    const frame = { runs: this.#timeRuns(), changes: this.#store.isChanged() };
    // While time stands a frame in which nothing happened costs nothing.
    if (frame.runs || frame.changes || this.#shownUs !== this.#frames.nowUs()) {
      this.#frames.emit(this.#shownUs, frame);
    }
    this.#store.flush();
  }

  #runTime(passedMs: number): void {
    const { world, playback: shown } = this.#store.pending();
    const runs = world !== null && this.#timeRuns();
    const mayBeSlow = runs && shown.autoSlow;
    const slowedBy = mayBeSlow ? this.#slowdown.cause(this.#shownUs, this.#wallMs) : null;
    if (slowedBy !== shown.slowedBy) this.#changePlayback({ slowedBy });
    if (!runs || this.#jumping) return;
    const speed = this.#playback.getSnapshot().context.speed * Slowdown.factor(slowedBy);
    const leadUs = this.#worldUs + LEAD_MAX_MS * 1_000 * speed;
    const limitUs = shown.inPast ? Math.min(leadUs, shown.endUs) : leadUs;
    const nextUs = Math.min(this.#shownUs + passedMs * 1_000 * speed, limitUs);
    this.#shownUs = Math.max(this.#shownUs, nextUs);
  }

  /** One thing at a time, and what a person waits for first. */
  #ask(): void {
    if (!this.#port().idle()) return;
    const drag = this.#drag;
    if (drag !== null && drag.restedMs >= REST_MS) {
      this.jump({ kind: "seek", toUs: drag.toUs });
      return;
    }
    const compared = this.#compared;
    if (compared !== null && !compared.isFresh && this.#wallMs >= compared.atMs + COMPARE_MS) {
      this.compare(compared.name);
      return;
    }
    if (this.#timeRuns() && this.#wallMs < this.#advancedAtMs + ADVANCE_MS) return;
    // Also after a pause: the world catches up with the last moment that was shown.
    if (!this.#jumping && Math.floor(this.#shownUs) > this.#worldUs) {
      this.#advancedAtMs = this.#wallMs;
      this.#port().send({ kind: "advance", toUs: Math.floor(this.#shownUs) });
    }
  }

  #speak(): void {
    const { world, sentence } = this.#store.pending();
    if (world === null) return;
    if (!this.#timeRuns()) this.#speaker.interrupt();
    const said = this.#speaker.say(world.sentence, this.#shownUs, this.#wallMs);
    if (said !== sentence) this.#store.change({ sentence: said });
  }

  /** What the page shows has changed, and the other branch may be at another moment now. */
  #noteComparison({ comparison, patch, branch }: Frame): void {
    if (comparison === "off") this.#compared = null;
    else if (this.#compared !== null && (patch !== null || branch !== null)) {
      this.#compared = { ...this.#compared, isFresh: false };
    }
  }

  #mode(): PlaybackState["mode"] {
    return this.#playback.getSnapshot().value as PlaybackState["mode"];
  }

  #timeRuns(): boolean {
    const mode = this.#mode();
    return mode === "live" || mode === "replaying";
  }

  #publish(): void {
    const mode = this.#mode();
    const { speed, inPast } = this.#playback.getSnapshot().context;
    const shown = this.#store.pending().playback;
    if (shown.mode === mode && shown.speed === speed && shown.inPast === inPast) return;
    this.#changePlayback({ mode, speed, inPast });
  }

  #changePlayback(part: Partial<PlaybackState>): void {
    this.#store.change({ playback: { ...this.#store.pending().playback, ...part } });
  }
}
