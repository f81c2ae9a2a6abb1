import type { ActionBody, Run } from "@chronik/core/sim";
import type { Inspected, LookedAt, RunView } from "@chronik/core/view";
import type { WorldPatch } from "./patch.ts";

/** What the page asks of the session, one message each; every one is answered by a frame. */
export type Command =
  /** `viewAtUs` null: fast-forward to where the cluster is up and quiet, and be live there. */
  | { readonly kind: "open"; readonly run: Run; readonly viewAtUs: number | null }
  /** Time runs: up to this moment, or as far as one slice of work gets. */
  | { readonly kind: "advance"; readonly toUs: number }
  /** A jump; a newer one that waits takes the place of an older one. */
  | { readonly kind: "seek"; readonly toUs: number }
  /** The same while a person drags: what is at hand of the time about it, at once. */
  | { readonly kind: "scrub"; readonly toUs: number }
  | { readonly kind: "seekEnd" }
  /** To the next or the last moment of that kind; `node` is the one whose loop or clock is meant. */
  | {
      readonly kind: "step";
      readonly direction: 1 | -1;
      readonly by: StepUnit;
      readonly node: number;
    }
  /** Ends what is under way, and what waits behind it; all stays as it was before. */
  | { readonly kind: "cancel" }
  /** Frames show this branch beside the one that is shown; null: none any more. */
  | { readonly kind: "compare"; readonly name: string | null }
  /** The run up to now as a file of that kind, which comes before the frame. */
  | { readonly kind: "export"; readonly what: RecordingKind }
  /** Acts at the playhead; in the past this forks the run. */
  | { readonly kind: "act"; readonly action: ActionBody | ProduceByKey }
  /** In the past: another branch begins here, and nothing was done yet. */
  | { readonly kind: "fork" }
  /** Takes the last action of the branch back. */
  | { readonly kind: "undo" }
  | { readonly kind: "switchBranch"; readonly name: string }
  /** From now on frames show the bytes of this, or of nothing. */
  | { readonly kind: "inspect"; readonly what: Inspected | null }
  /** From now on frames show in full what is named here, and as before what is not. */
  | { readonly kind: "lookAt"; readonly what: Partial<LookedAt> };

export type StepUnit = "event" | "ready" | "tick";
export type RecordingKind = "perfetto" | "shiviz";

/** A record for the partition into which its key falls. */
export type ProduceByKey = Omit<Extract<ActionBody, { kind: "produce" }>, "partition"> & {
  readonly partition: null;
};

export interface CommandMessage {
  /** Counts the commands, from 1. */
  readonly id: number;
  readonly command: Command;
}

/** What the session says. */
export type FrameMessage = Frame | Progress | ExportedFile | Failure;

/** The state after a command. */
export interface Frame {
  readonly kind: "frame";
  /** The command that it answers. */
  readonly answers: number;
  readonly nowUs: number;
  readonly endUs: number;
  readonly inPast: boolean;
  /** False: a picture of that moment, without disks and, in a busy cluster, without most of the lanes. */
  readonly exact: boolean;
  /** A rule was broken: this world goes no further. */
  readonly halted: boolean;
  readonly traceHash: string;
  /** Null when nothing that is seen changed. */
  readonly patch: WorldPatch | null;
  /** Null while the branch is as it was in the last frame. */
  readonly branch: BranchFrame | null;
  /** Null while it is as in the last frame. */
  readonly comparison: ComparisonFrame | null;
  readonly notice: Notice | null;
}

/** "off": nothing is compared any more. */
export type ComparisonFrame =
  | "off"
  | {
      readonly name: string;
      readonly forkedAtUs: number;
      /** The patch holds everything; else it is to the last one that was sent. */
      readonly isFirst: boolean;
      readonly patch: WorldPatch;
    };

export interface BranchFrame {
  readonly name: string;
  readonly run: Run;
  /** Its time bar up to its end; null at the end, where the view's own is the same. */
  readonly time: RunView | null;
  readonly others: readonly OtherBranch[];
}

export interface OtherBranch {
  readonly name: string;
  readonly forkedAtUs: number;
  readonly label: string;
}

/** What came of a command, where the view alone does not say it. */
export type Notice =
  | { readonly kind: "forked"; readonly atUs: number; readonly name: string; readonly from: string }
  | {
      readonly kind: "undone";
      readonly atUs: number;
      readonly name: string;
      readonly from: string;
      /** Whether the branch that was left still exists. */
      readonly kept: boolean;
    }
  | { readonly kind: "refused"; readonly message: string }
  /** By a person. `opening`: a run that is now open up to `atUs`. */
  | { readonly kind: "cancelled"; readonly atUs: number; readonly opening: boolean }
  /** An action of an opened run that makes no sense in it; the run goes on without it. */
  | {
      readonly kind: "actionRefused";
      readonly number: number;
      readonly atUs: number;
      readonly message: string;
      /** How many more were left out after this first one. */
      readonly furtherCount: number;
    };

/** Sent after each slice of a long replay; the frame follows when it is done. */
export interface Progress {
  readonly kind: "progress";
  readonly answers: number;
  readonly atUs: number;
  readonly toUs: number;
}

export interface ExportedFile {
  readonly kind: "file";
  readonly answers: number;
  readonly name: string;
  readonly text: string;
}

/** The worker threw: a broken invariant. It answers nothing any more. */
export interface Failure {
  readonly kind: "failure";
  readonly message: string;
  /** Of the run that broke, to repeat it; null before the first. */
  readonly run: Run | null;
  readonly atUs: number;
}
