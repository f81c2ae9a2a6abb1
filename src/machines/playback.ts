import { assign, setup } from "xstate";

/** Simulated seconds per second: slow enough to see one message travel. */
export const SPEED_DEFAULT = 1 / 4;
export const SPEED_MIN = 1 / 1000;
export const SPEED_MAX = 10;

export type PlaybackEvent =
  | { readonly type: "play" | "pause" | "scrubStart" | "scrubEnd" }
  /** A jump to a moment, or one step: to look at it, so time stands still afterwards. */
  | { readonly type: "jump" }
  | { readonly type: "goLive" }
  /** A rule was broken and the world stands. */
  | { readonly type: "halt" }
  /** What the session said of the playhead. */
  | { readonly type: "positionChanged"; readonly inPast: boolean }
  | { readonly type: "setSpeed"; readonly speed: number };

export interface PlaybackContext {
  readonly speed: number;
  readonly inPast: boolean;
  /** Time ran before the drag began, and runs on after it. */
  readonly playsAfterScrub: boolean;
}

/**
 * What a person does with time. Live is the end of the branch while time runs; playing in the past
 * replays what happened there and becomes live at the end.
 */
export const playbackMachine = setup({
  types: {} as { context: PlaybackContext; events: PlaybackEvent },
  guards: {
    inPast: ({ context }) => context.inPast,
    playsAfterScrub: ({ context }) => context.playsAfterScrub,
  },
}).createMachine({
  id: "playback",
  initial: "paused",
  context: { speed: SPEED_DEFAULT, inPast: false, playsAfterScrub: false },
  on: {
    positionChanged: { actions: assign({ inPast: ({ event }) => event.inPast }) },
    setSpeed: { actions: assign({ speed: ({ event }) => clampSpeed(event.speed) }) },
    goLive: { target: ".live" },
    halt: { target: ".paused" },
    jump: { target: ".paused" },
    pause: { target: ".paused" },
  },
  states: {
    /** Decides between the two ways in which time runs. */
    playing: {
      always: [{ guard: "inPast", target: "replaying" }, { target: "live" }],
    },
    live: {
      on: {
        scrubStart: { target: "scrubbing", actions: assign({ playsAfterScrub: true }) },
        positionChanged: {
          target: "playing",
          actions: assign({ inPast: ({ event }) => event.inPast }),
        },
      },
    },
    replaying: {
      on: {
        scrubStart: { target: "scrubbing", actions: assign({ playsAfterScrub: true }) },
        positionChanged: {
          target: "playing",
          actions: assign({ inPast: ({ event }) => event.inPast }),
        },
      },
    },
    paused: {
      on: {
        play: "playing",
        scrubStart: { target: "scrubbing", actions: assign({ playsAfterScrub: false }) },
      },
    },
    scrubbing: {
      on: {
        // Every seek of a drag is a jump; only letting go ends it.
        jump: {},
        scrubEnd: [{ guard: "playsAfterScrub", target: "playing" }, { target: "paused" }],
      },
    },
  },
});

function clampSpeed(speed: number): number {
  if (!Number.isFinite(speed)) return SPEED_DEFAULT;
  return Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));
}
