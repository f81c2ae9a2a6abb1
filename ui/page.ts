import type {
  ActionBody,
  AdminCommand,
  DiskFault,
  Inspected,
  LookedAt,
  RunOptions,
  SentenceView,
  WorldView,
} from "@chronik/core/view";

/**
 * Everything the page shows. `src` fulfils this; `ui` reads it through `useView` and answers with
 * intents. Nothing else passes between the two.
 */
export interface PageState {
  /** Null until the first frame of the worker. */
  readonly world: WorldView | null;
  /** What the page says now. While time runs it stays for as long as reading it takes. */
  readonly sentence: SentenceView | null;
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
  /** The nodes of a cut that is being drawn, by name; null while none is. */
  readonly cutDraft: readonly string[] | null;
  /** Another branch beside this one; null while there is nothing to compare. */
  readonly comparison: ComparisonState | null;
  /** What a page inside another page shows; null: everything. */
  readonly embed: readonly PanelName[] | null;
  readonly toast: ToastState | null;
  readonly problem: ProblemState | null;
  readonly theme: "light" | "dark" | "system";
  readonly boot: "loading" | "ready" | "failed";
}

/** What a page can be reduced to. The sentence and the safety chip are always there. */
export type PanelName = "cluster" | "log" | "ready" | "partitions" | "time" | "events";

/** Another branch at the same moment, or at its end if it does not reach that far. */
export interface ComparisonState {
  readonly name: string;
  /** When the two stopped being the same. */
  readonly forkedAtUs: number;
  readonly other: Pick<
    WorldView,
    | "nowUs"
    | "summary"
    | "sentence"
    | "nodeNames"
    | "nodes"
    | "log"
    | "logs"
    | "partitionNames"
    | "partitions"
    | "events"
  >;
}

/** What the cluster can start as, for a list of it. */
export interface ScenarioTitle {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
}

interface ScenarioState {
  /** Of `scenarios.ts`; "" for a run that somebody made. */
  readonly name: string;
  readonly title: string;
  /** As the run was opened with; those that are not named are as by default. */
  readonly options: Partial<RunOptions>;
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
  /** What one step is: of time, of the selected node's Ready loop, of its clock. */
  readonly stepBy: StepUnit;
  /** Whether time slows down by itself when something is worth it. */
  readonly autoSlow: boolean;
  /** Why it is slow now: "an election"; null while it is not. */
  readonly slowedBy: string | null;
}

export type StepUnit = "event" | "ready" | "tick";

/** What a run can be turned into. "link" is copied, or becomes a file when it is too long. */
export type ShareKind = "link" | "run" | "perfetto" | "shiviz" | "playwright" | "story" | "embed";

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
  /** The view follows: what is much to tell is there while a panel shows it. */
  | { readonly kind: "lookAt"; readonly what: Partial<LookedAt> }
  /** Anything that can be done to the cluster; nodes are numbers here. */
  | { readonly kind: "act"; readonly action: ActionBody }
  | { readonly kind: "cutDraft"; readonly nodes: readonly string[] | null }
  | { readonly kind: "play" | "pause" | "goLive" }
  /** By the unit that is chosen, or by this one. */
  | { readonly kind: "nextEvent" | "previousEvent"; readonly by?: StepUnit }
  | { readonly kind: "setStepBy"; readonly unit: StepUnit }
  | { readonly kind: "setAutoSlow"; readonly on: boolean }
  /** Stops a replay that takes long; the page stays where it is. */
  | { readonly kind: "cancelSeek" }
  | { readonly kind: "compare"; readonly branch: string | null }
  /** A scenario by name, or a run of its own: the same cluster with other options. */
  | { readonly kind: "openScenario"; readonly name: string }
  | { readonly kind: "openRun"; readonly seed: number; readonly options: Partial<RunOptions> }
  | { readonly kind: "openFile"; readonly name: string; readonly text: string }
  | { readonly kind: "share"; readonly what: ShareKind }
  | { readonly kind: "setSpeed"; readonly speed: number }
  | { readonly kind: "scrubStart" | "scrubEnd" }
  | { readonly kind: "seek"; readonly atUs: number }
  | { readonly kind: "selectNode"; readonly node: string }
  | { readonly kind: "selectPartition"; readonly partition: string }
  | { readonly kind: "brush"; readonly id: string | null }
  | { readonly kind: "setTheme"; readonly theme: PageState["theme"] }
  | { readonly kind: "openSeed"; readonly text: string }
  | { readonly kind: "switchBranch"; readonly name: string }
  /** In the past: what was done after the playhead stays with the old branch, nothing is done here. */
  | { readonly kind: "fork" }
  | { readonly kind: "undo" }
  | { readonly kind: "dismissToast" | "dismissProblem" };
