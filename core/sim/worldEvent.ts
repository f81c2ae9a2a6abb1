import type { NodeId } from "../base/ids.ts";
import type { BrokerEvent } from "../broker/event.ts";
import type { Action } from "./run.ts";
import type { Violation } from "./checkers/checker.ts";
import type { Flight } from "./network.ts";

/** Something that happened, with its moment: in a broker, or in the world around it. */
export interface WorldEvent {
  /** Counts the events of a run, from 1. */
  readonly id: number;
  readonly atUs: number;
  /** Where it happened; `NO_NODE` when at no single broker. */
  readonly node: NodeId;
  readonly event: BrokerEvent | Happening;
}

/** What happens to brokers rather than in them. */
export type Happening =
  /** `message` is the one that an action on a message is about, as it was until then. */
  | { readonly kind: "actionTaken"; readonly action: Action; readonly message?: Flight }
  /** An action of a replayed run that makes no sense here; the run goes on without it. */
  | { readonly kind: "actionRefused"; readonly action: Action; readonly message: string }
  /** `incarnation` counts the starts of this node, from 1. */
  | { readonly kind: "processStarted"; readonly incarnation: number }
  /** `lostBytes` were written but not synced, and are gone; `keptBytes` were not synced, but stayed. */
  | {
      readonly kind: "powerLost";
      readonly lostBytes: number;
      readonly keptBytes: number;
      readonly writeInterrupted: boolean;
    }
  /** The power went in the middle of a write, of which a first part is on the disk. */
  | {
      readonly kind: "writeTorn";
      readonly file: string;
      readonly keptBytes: number;
      readonly lostBytes: number;
    }
  /** What the sync should have saved is gone. */
  | { readonly kind: "syncFailed" }
  /** A disk says that it has synced, and has not; told once each time that this is switched on. */
  | { readonly kind: "syncLied" }
  | {
      readonly kind: "bitFlipped";
      readonly file: string;
      readonly byte: number;
      readonly bit: number;
    }
  /** The cluster has removed the node, whose disk is empty now; it joins as `generation`. */
  | { readonly kind: "diskWiped"; readonly generation: number }
  /** "loss": its link loses some. "dropped": somebody wanted it, perhaps of another on its connection. */
  | {
      readonly kind: "messageLost";
      readonly flight: Flight;
      readonly reason: "cut" | "loss" | "nodeDown" | "dropped";
    }
  | { readonly kind: "requestSent"; readonly request: number }
  /** It was answered, refused, or given up. */
  | { readonly kind: "requestEnded"; readonly request: number }
  | { readonly kind: "operationEnded"; readonly operation: number }
  | { readonly kind: "ruleBroken"; readonly violation: Violation };
