import type { AdminCommand, DiskFault, Inspected, WorldView } from "@chronik/core/view";

/**
 * Everything the page shows. `src` fulfils this; `ui` reads it through `useView` and answers with
 * intents. Nothing else passes between the two.
 */
export interface PageState {
  /** Null until the first frame of the worker. */
  readonly world: WorldView | null;
  readonly playback: PlaybackState;
  readonly scenario: ScenarioState;
  readonly branch: BranchState;
  /** Node name; always one that exists. */
  readonly selectedNode: string;
  readonly selectedPartition: string | null;
  /** What is looked at byte by byte; the view's `inspection` follows. */
  readonly inspected: Inspected | null;
  /** Why the last line on the console was no command. */
  readonly commandRefusal: string | null;
  /** Brush id under the pointer or the focus: the same object lights up in every panel. */
  readonly brush: string | null;
  readonly toast: ToastState | null;
  readonly problem: ProblemState | null;
  readonly theme: "light" | "dark" | "system";
  readonly boot: "loading" | "ready" | "failed";
}

interface ScenarioState {
  readonly title: string;
  readonly seed: number;
  readonly link: string;
  /** The hash over the trace so far, in hex: the same run has the same one everywhere. */
  readonly traceHash?: string;
}

export interface PlaybackState {
  readonly mode: "live" | "paused" | "scrubbing" | "replaying";
  /** Simulated seconds per second. */
  readonly speed: number;
  /** End of this branch as far as it was simulated. */
  readonly endUs: number;
  /** True when the playhead is not at the end. */
  readonly inPast: boolean;
  /** How far a long replay has come, while it goes on; the view is still the one before it. */
  readonly seeking?: { readonly atUs: number; readonly toUs: number } | null;
}

/** Acting in the past forks the run; the old future stays as a branch. */
interface BranchState {
  readonly name: string;
  readonly others: readonly {
    readonly name: string;
    readonly forkedAtUs: number;
    readonly label: string;
  }[];
  /** The time bar of this branch up to its end, also while the playhead is in the past. */
  readonly bands: WorldView["run"]["bands"];
  readonly marks: WorldView["run"]["marks"];
}

export interface ToastState {
  readonly id: number;
  readonly text: string;
  readonly detail: string;
  readonly undo: boolean;
}

/** A link, a seed or a request that was refused: what, why, what to do. */
export interface ProblemState {
  readonly title: string;
  readonly detail: string;
}

/** What a person wants. Every button, key and gesture ends in one of these. */
export type Intent =
  | { readonly kind: "kill" | "restart" | "timeOut"; readonly node: string }
  | { readonly kind: "cut" | "heal"; readonly node: string }
  | { readonly kind: "powerCut" | "powerOn" }
  | {
      readonly kind: "diskFault";
      readonly node: string;
      readonly fault: DiskFault;
      readonly on: boolean;
    }
  | { readonly kind: "failSync" | "tear" | "snapshot" | "repair"; readonly node: string }
  | {
      readonly kind: "flipBit";
      readonly node: string;
      readonly file: string;
      readonly byte: number;
      readonly bit: number;
    }
  | {
      readonly kind: "produce";
      /** Null: wherever the leader is, with retries, as a client would. */
      readonly node: string | null;
      readonly topic: string;
      /** Null: the one that the key falls into. */
      readonly partition: number | null;
      readonly key: string;
      readonly value: string;
      readonly acks: "0" | "1" | "all";
    }
  | { readonly kind: "consume"; readonly topic: string; readonly partition: number }
  | {
      readonly kind: "createTopic";
      readonly topic: string;
      readonly partitionCount: number;
      readonly replicationFactor: number;
      readonly minInsyncReplicas: number;
      readonly replicationMode: "isr" | "raft";
      readonly uncleanLeaderElection: boolean;
    }
  | { readonly kind: "deleteTopic"; readonly topic: string }
  | { readonly kind: "addNode" }
  | { readonly kind: "removeNode"; readonly node: string }
  | { readonly kind: "admin"; readonly command: AdminCommand }
  /** A line as an administrator types it. */
  | { readonly kind: "command"; readonly line: string }
  | {
      readonly kind: "startProducer";
      readonly topic: string;
      readonly recordsPerSecond: number;
      readonly acks: "0" | "1" | "all";
      readonly idempotent: boolean;
    }
  | { readonly kind: "startConsumer"; readonly topic: string; readonly group: string | null }
  | { readonly kind: "stopClient"; readonly client: number; readonly crash: boolean }
  | { readonly kind: "inspect"; readonly what: Inspected | null }
  | { readonly kind: "play" | "pause" | "nextEvent" | "previousEvent" | "goLive" }
  | { readonly kind: "setSpeed"; readonly speed: number }
  | { readonly kind: "scrubStart" | "scrubEnd" }
  | { readonly kind: "seek"; readonly atUs: number }
  | { readonly kind: "selectNode"; readonly node: string }
  | { readonly kind: "selectPartition"; readonly partition: string }
  | { readonly kind: "brush"; readonly id: string | null }
  | { readonly kind: "setTheme"; readonly theme: PageState["theme"] }
  | { readonly kind: "openSeed"; readonly text: string }
  | { readonly kind: "switchBranch"; readonly name: string }
  | { readonly kind: "undo" }
  | { readonly kind: "copyLink" }
  | { readonly kind: "dismissToast" | "dismissProblem" };
