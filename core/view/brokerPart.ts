import type { RecordView } from "./view.ts";

/**
 * The part of the view that a page can do without at first: what brokers do for clients, in detail.
 * Its lists are empty until the projection was told to show it.
 */
export interface BrokerPartView {
  /** Produces whose answer waits for a condition, oldest first. */
  readonly pending: readonly PendingView[];
  /** `pending` may be its beginning only. */
  readonly pendingCount: number;
  /** How brokers came to know who leads, for the last produce requests; newest last. */
  readonly lookups: readonly LookupView[];
  /** Records that a client has sent and that no leader has any more; newest last. */
  readonly losses: readonly LossView[];
  readonly groups: readonly GroupView[];
  /** Producers and consumers that work by themselves. */
  readonly clients: readonly ClientView[];
  /** What administrators were answered, newest last. */
  readonly adminAnswers: readonly AdminAnswerView[];
  /** What a person looks at byte by byte. */
  readonly inspection: InspectionView | null;
}

export const NO_BROKER_PART: BrokerPartView = {
  pending: [],
  pendingCount: 0,
  lookups: [],
  losses: [],
  groups: [],
  clients: [],
  adminAnswers: [],
  inspection: null,
};

export interface PendingView {
  readonly id: string;
  readonly node: string;
  /** Who asked: "c1", or the node that passed it on. */
  readonly partition: string;
  readonly acks: "1" | "all";
  /** "offset 41", "offsets 41 to 43"; "the record" while it has no offset. */
  readonly what: string;
  /** When the answer will be REQUEST_TIMED_OUT. */
  readonly deadlineUs: number;
  /** "n3: log end 40, in the ISR"; one for each that is waited for. */
  readonly waitsFor: readonly string[];
}

export interface LookupView {
  /** Of its event. */
  readonly id: number;
  readonly atUs: number;
  readonly node: string;
  readonly partition: string;
  readonly errorName: string | null;
  readonly errorCode: number;
  readonly steps: readonly LookupStepView[];
  /** "n2 leads: the record is refused with the leader's name". */
  readonly outcome: string;
}
export interface LookupStepView {
  readonly source: "raftGroup" | "metadata" | "standalone";
  readonly state: "decided" | "knewNothing" | "notAsked";
  readonly text: string;
}

export interface LossView {
  readonly id: string;
  readonly partition: string;
  readonly value: string;
  readonly client: string;
  /** "0": nobody was told that it is kept. */
  readonly acks: "0" | "1" | "all";
  readonly atUs: number;
  /** "offset 41, acknowledged at 8.352 s; n3 leads without it". */
  readonly text: string;
}

export interface GroupView {
  readonly name: string;
  readonly coordinator: string;
  /** As Kafka names it: "Empty", "PreparingRebalance", "CompletingRebalance", "Stable". */
  readonly state: string;
  readonly generation: number;
  readonly members: readonly GroupMemberView[];
  readonly offsets: readonly GroupOffsetView[];
}
export interface GroupMemberView {
  readonly id: string;
  readonly isLeader: boolean;
  /** "orders-0"; null while it has no assignment, or one that cannot be read. */
  readonly assignment: readonly string[] | null;
}
export interface GroupOffsetView {
  readonly partition: string;
  readonly committed: number;
  /** Readable records behind it. */
  readonly lag: number;
}

export interface ClientView {
  readonly name: string;
  readonly id: number;
  readonly kind: "producer" | "consumer";
  readonly topic: string;
  /** "running", "failed", "joining". */
  readonly state: string;
  readonly isStopping: boolean;
  readonly facts: readonly ClientFactView[];
}

/** What a client has to say of itself: "acknowledged 41", "group g, generation 2", "orders-1 at 7". */
export interface ClientFactView {
  readonly what: string;
  readonly number: number;
}

export interface AdminAnswerView {
  /** Of its request. */
  readonly id: number;
  readonly command: string;
  readonly node: string;
  readonly state: "waiting" | "ok" | "error" | "unanswered";
  /** Why not. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly facts: readonly { readonly name: string; readonly value: string | number }[];
}

/** What a person wants to see byte by byte. */
export type Inspected =
  | { readonly kind: "request"; readonly id: number }
  | { readonly kind: "flight"; readonly id: number };

/** A request and its answer, as the bytes that went over the wire. */
export interface InspectionView {
  readonly title: string;
  readonly frames: readonly FrameView[];
}
export interface FrameView {
  /** "Produce request, version 9, 142 bytes". */
  readonly title: string;
  /** Two digits a byte, of the first `FRAME_BYTES_SHOWN_MAX`. */
  readonly hex: string;
  readonly hiddenBytes: number;
  /** In order; a group's head comes before its fields. */
  readonly fields: readonly FrameFieldView[];
  /** Of the batches in it, as far as they can be decoded. */
  readonly records: readonly RecordView[];
  /** Why the rest cannot be read; null when all can. */
  readonly problem: string | null;
}
export interface FrameFieldView {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly position: number;
  readonly sizeBytes: number;
  /** How many groups it stands in. */
  readonly depth: number;
}

export const FRAME_BYTES_SHOWN_MAX = 512;
