import type { ReadyStage } from "../broker/io.ts";
import type { ActionBody } from "../sim/run.ts";
import type { DiskFault, DiskFaults } from "../sim/diskFaults.ts";
import type { WalRecordKind } from "../wal/index.ts";
import type { BrokerPartView } from "./brokerPart.ts";

/**
 * What the page shows of a world, as plain data that survives `structuredClone`. The projection
 * (`project.ts`) derives it from the world and its events alone and reuses every object that did
 * not change, so that identity means "unchanged".
 *
 * Nodes are named "n1", "n2", ..., clients "c1", ...; all times are integer microseconds of
 * virtual time. Brush ids name what a word or a glyph is about: "node:n1", "entry:20",
 * "message:812", "partition:orders-1", "request:57", "term:3".
 */
export interface WorldView extends BrokerPartView {
  readonly nowUs: number;
  readonly summary: SummaryView;
  readonly sentence: SentenceView;
  readonly suggestion: SuggestionView;
  readonly safety: SafetyView;
  readonly nodeNames: readonly string[];
  readonly nodes: Readonly<Record<string, NodeView>>;
  readonly cuts: readonly CutView[];
  /** The links between brokers that do something to messages, one for each direction. */
  readonly links: readonly LinkView[];
  readonly network: NetworkView;
  /** Every message under way now or delivered or lost within the last `LANES_WINDOW_US`. */
  readonly flights: readonly FlightView[];
  /** Every disk write under way now or ended within the last `LANES_WINDOW_US`. */
  readonly writes: readonly WriteView[];
  readonly log: LogHeadView;
  readonly logs: Readonly<Record<string, LogRowView>>;
  readonly readies: Readonly<Record<string, ReadyView>>;
  readonly quorum: QuorumView | null;
  /** How each node's disk misbehaves now. */
  readonly diskFaults: Readonly<Record<string, DiskFaults>>;
  /** Of the nodes whose disk is looked at; empty until the projection was told to show them. */
  readonly disks: Readonly<Record<string, DiskView>>;
  /** The bytes of everything that `disks` lists, by its id. */
  readonly diskBytes: Readonly<Record<string, DiskBytesView>>;
  readonly partitionNames: readonly string[];
  readonly partitions: Readonly<Record<string, PartitionView>>;
  readonly requests: readonly RequestView[];
  /** Newest last, at most `EVENTS_MAX`. */
  readonly events: readonly EventView[];
  readonly run: RunView;
}

export const LANES_WINDOW_US = 2_000_000;
export const EVENTS_MAX = 200;

export interface SummaryView {
  /** The highest term of any live node. */
  readonly term: number;
  /** The leader of the highest term that has one, if it is alive. */
  readonly leader: string | null;
  readonly commit: number;
  readonly lastIndex: number;
}

/** A text whose parts may name an object. */
export type RichText = readonly { readonly text: string; readonly ref: string | null }[];

export interface SentenceView {
  /** Id of the event it speaks of; 0 when it describes a state. */
  readonly eventId: number;
  readonly what: RichText;
  readonly why: RichText;
}

/** One thing to try now, with its action. */
export interface SuggestionView {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** What to look for after it was done. */
  readonly watchFor: string;
  readonly action: SuggestedAction;
}
export type SuggestedAction =
  | {
      readonly kind:
        | "kill"
        | "restart"
        | "timeOut"
        | "cut"
        | "heal"
        | "tear"
        | "snapshot"
        | "repair";
      readonly node: string;
      readonly label: string;
    }
  | { readonly kind: "powerCut" | "powerOn"; readonly label: string }
  | { readonly kind: "seek"; readonly atUs: number; readonly label: string }
  | { readonly kind: "act"; readonly action: ActionBody; readonly label: string }
  | {
      readonly kind: "diskFault";
      readonly node: string;
      readonly fault: DiskFault;
      readonly on: boolean;
      readonly label: string;
    }
  | {
      readonly kind: "flipBit";
      readonly node: string;
      readonly file: string;
      readonly byte: number;
      readonly bit: number;
      readonly label: string;
    }
  | {
      readonly kind: "produce";
      readonly node: string;
      readonly topic: string;
      readonly partition: number;
      readonly label: string;
    };

export interface SafetyView {
  readonly rules: readonly SafetyRuleView[];
  readonly violation: {
    readonly rule: string;
    readonly atUs: number;
    readonly text: string;
  } | null;
}
export interface SafetyRuleView {
  readonly name: string;
  readonly meaning: string;
}

export type RoleView = "follower" | "preCandidate" | "candidate" | "leader";

export interface NodeView {
  readonly name: string;
  readonly id: number;
  readonly process: "running" | "crashed" | "stopped";
  /** When it crashed or was started last. */
  readonly processSinceUs: number;
  readonly role: RoleView;
  readonly term: number;
  readonly votedFor: string | null;
  readonly leader: string | null;
  readonly commit: number;
  readonly applied: number;
  /** While campaigning: answers so far, by voter; itself included once its vote is on disk. */
  readonly votes: Readonly<Record<string, "granted" | "refused">>;
  readonly votesNeeded: number;
  /** Cut off from every other node. */
  readonly isolated: boolean;
  /** The election timer; null on a leader and on a node that does not run. */
  readonly timer: TimerView | null;
  /** The election timer of a node that is paused: it stands, with so much left of the longest. */
  readonly pausedTimer: PausedTimerView | null;
  /** The write that its disk works on. */
  readonly write: WriteView | null;
  /** Crc32c over the metadata state, in hex: equal at the same applied index on all nodes. */
  readonly metadataHash: string;
  /** "outside": the cluster does not count it among its members now. */
  readonly membership: "voter" | "learner" | "outside";
  /** Of its broker's registration; 0 before the first. */
  readonly brokerEpoch: number;
  /** The controller hears nothing of it: it leads nothing and joins no ISR. */
  readonly isFenced: boolean;
  /** It found its log damaged and neither serves nor votes until it is repaired. */
  readonly isDamaged: boolean;
  /** It found no room on its disk and takes no writes until there is some. */
  readonly isDiskFull: boolean;
  /** Its process stands still; what comes for it waits. */
  readonly isPaused: boolean;
  /** The rate of its clock: 100 is right. */
  readonly clockPercent: number;
}
export interface PausedTimerView {
  readonly leftUs: number;
  /** The longest timeout possible, as in `TimerView`. */
  readonly longestUs: number;
}
export interface TimerView {
  readonly startedAtUs: number;
  readonly expiresAtUs: number;
  /** The longest timeout possible, 2T - 1 ticks: the length of a full ring. */
  readonly longestUs: number;
}

export interface WriteView {
  readonly id: string;
  readonly node: string;
  readonly startedAtUs: number;
  readonly endsAtUs: number;
  readonly bytes: number;
  readonly sync: boolean;
  /** "entry 20", "term and vote", "3 records of orders-1". */
  readonly label: string;
  /** The term whose hue it wears. */
  readonly term: number;
  /** Cut short by a crash. */
  readonly lost: boolean;
}

/** One side of a cut of the network. */
export interface CutView {
  readonly nodes: readonly string[];
  readonly sinceUs: number;
}

/** What one direction of a link does to messages. */
export interface LinkView {
  /** "link:n1>n2". */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly isCut: boolean;
  readonly lossPercent: number;
  readonly extraLatencyUs: number;
}

/** All links between brokers, where nothing else was set for one. */
export interface NetworkView {
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  readonly lossPercent: number;
}

export type FlightKind =
  | "vote"
  | "preVote"
  | "append"
  | "heartbeat"
  | "snapshot"
  | "produce"
  | "fetch"
  | "client";

export interface FlightView {
  readonly id: number;
  readonly kind: FlightKind;
  readonly answer: boolean;
  readonly refused: boolean;
  readonly from: string;
  readonly to: string;
  readonly sentAtUs: number;
  /** When it arrives, or would have. */
  readonly arrivesAtUs: number;
  /** When it was lost, at a cut or at a dead node; null when it was not. */
  readonly lostAtUs: number | null;
  /** Since when a person holds it where it is; null when nobody does. */
  readonly heldAtUs: number | null;
  /** It is where it was going, and held because an earlier one of its connection is. */
  readonly isWaiting: boolean;
  /** Since when it moves as it moves now, and which part of its way, 0 to 1, was behind it then. */
  readonly movesFromUs: number;
  readonly movesFromFraction: number;
  /** It repeats an earlier message, because a person wanted that. */
  readonly isDuplicate: boolean;
  readonly term: number;
  /** What it is, without who sends it to whom: "ack of entry 20"; `flightLabel` says all of it. */
  readonly title: string;
  /** Short, for beside the glyph: "ack 20". Empty when it adds nothing. */
  readonly caption: string;
}

/** The columns of the log panel. The window follows the end of the log. */
export interface LogHeadView {
  /** Index of the first column; everything before is counted in the stub. */
  readonly firstIndex: number;
  readonly columns: readonly LogColumnView[];
}
export interface LogColumnView {
  readonly index: number;
  /** "no-op", "assign", "topic", "leader", "isr", "node". */
  readonly word: string;
}
export interface LogRowView {
  readonly node: string;
  readonly cells: readonly LogCellView[];
  readonly commit: number;
  readonly applied: number;
  /** Null when the node does not run: a dead node has no applied state. */
  readonly appliedKnown: boolean;
  readonly lastIndex: number;
  /** Last index on disk. */
  readonly persistedIndex: number;
  /** Entries up to here are in a snapshot and no longer in the log; 0 for none. */
  readonly snapshotIndex: number;
  /** "on disk", "writing 20", "stranded 17, 18", "19 is torn", "nothing yet". */
  readonly note: string;
  readonly noteTone: Tone;
  /** The entry in whose write a node that is down lost its power, so that a restart cuts it off. */
  readonly tornIndex: number | null;
  /** In which the node was when it wrote that; 0 if nothing is torn. */
  readonly tornTerm: number;
  /** Entries that the leader does not have: never committed, and to be cut. */
  readonly stranded: readonly number[];
  /** What the leader believes of this node; null when there is no leader or it is down. */
  readonly progress: ProgressView | null;
}
export interface LogCellView {
  readonly index: number;
  readonly term: number;
  readonly state: "memory" | "disk" | "committed";
  readonly command: string;
  /** Bytes of the entry's data. */
  readonly bytes: number;
}
export interface ProgressView {
  readonly match: number;
  readonly next: number;
  readonly state: "Probe" | "Replicate" | "Snapshot" | "itself";
  readonly inflight: number;
  readonly active: boolean;
  /** It gets every entry but does not count for a majority. */
  readonly isLearner: boolean;
}

/** How many disks hold the newest uncommitted entry of the leader. */
export interface QuorumView {
  readonly index: number;
  readonly needed: number;
  readonly holders: readonly {
    readonly node: string;
    readonly state: "disk" | "memory" | "none";
  }[];
}

/**
 * One node's disk: what is on it for good, what only its cache holds, and how it misbehaves. The
 * page sees the bytes themselves; the node reads its log when it starts, and at no other time.
 */
export interface DiskView {
  readonly node: string;
  /** The files of the log, oldest first; the last is written to. */
  readonly segments: readonly SegmentView[];
  /** A segment of that size is closed, and the next one begun. */
  readonly segmentBytesMax: number;
  /** How many were removed before the first of them, because a snapshot holds what they held. */
  readonly removedSegmentCount: number;
  /** Snapshots and unfinished ones. */
  readonly otherFiles: readonly DiskFileView[];
  /** The end of the log, oldest first, at most `DISK_ITEMS_MAX`. */
  readonly items: readonly DiskItemView[];
  /** Records that can be read and stand before those. */
  readonly earlierCount: number;
  /** The first place of the log that cannot be read, wherever it stands; null when all can. */
  readonly unreadable: DiskItemView | null;
  /** The one thing to say of this disk now. */
  readonly note: { readonly text: string; readonly tone: Tone };
  readonly faults: DiskFaults;
  /** Its node has found no room and waits for some. */
  readonly isFull: boolean;
  readonly sizeBytes: number;
  /** Of those, what a loss of power cannot take. */
  readonly durableBytes: number;
}

export const DISK_ITEMS_MAX = 40;

/** A file. Its bytes are durable, then lied about, then in the cache. */
export interface DiskFileView {
  readonly id: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly durableBytes: number;
  /** Behind the durable ones: the node believes that they are, but its disk has lied. */
  readonly liedBytes: number;
  /** Whether a loss of power leaves it in its directory. */
  readonly isNameDurable: boolean;
  /** "snapshot up to 120". */
  readonly text: string;
}
export interface SegmentView extends DiskFileView {
  readonly segment: number;
  /** Those that can be read. */
  readonly recordCount: number;
}

/** A record of the log, the header of a segment, or bytes that are neither. */
export interface DiskItemView {
  readonly id: string;
  readonly kind: WalRecordKind | "segmentHeader" | "torn" | "damaged";
  /** Of a record, also of the one that should stand here; 0 for a segment's header. */
  readonly sequence: number;
  readonly segment: number;
  readonly file: string;
  /** Where it starts in its file. */
  readonly position: number;
  readonly sizeBytes: number;
  /** Of an entry; 0 for the others. */
  readonly index: number;
  /** The one that it speaks of; 0 for what speaks of none. */
  readonly term: number;
  /** "entry 12 of term 3: n1 leads orders-1". */
  readonly text: string;
  /** Brush id. */
  readonly ref: string | null;
  /** "lied": the node believes it durable, and it is not. */
  readonly state: "durable" | "lied" | "cache";
  /** From its start on. */
  readonly durableBytes: number;
}

export interface DiskBytesView {
  /** Two digits a byte, of the first `DISK_BYTES_MAX`. */
  readonly hex: string;
  readonly hiddenBytes: number;
  /** In order, without gaps; none for what cannot be read. */
  readonly fields: readonly DiskFieldView[];
}

export const DISK_BYTES_MAX = 256;

export interface DiskFieldView {
  readonly name: string;
  /** Relative to the start of the item. */
  readonly position: number;
  readonly sizeBytes: number;
  readonly value: string;
  /** Whose matter it is: the log's own frame, or what it carries. */
  readonly role: "frame" | "checksum" | "term" | "vote" | "raft" | "client" | "snapshot";
}

export type StageState = "idle" | "done" | "here" | "next" | "todo";

/** The Ready that a node works on, or the last one that had to wait for the disk. */
export interface ReadyView {
  readonly node: string;
  readonly number: number;
  readonly open: boolean;
  readonly takenAtUs: number;
  readonly mustSync: boolean;
  /** How many were finished since, none of which needed a sync. */
  readonly laterCount: number;
  /** In the order of the contract: send, persist, sendAfter, apply, advance. */
  readonly stages: readonly ReadyStageView[];
  readonly gate: GateView | null;
  /** The last 24 finished syncs of this node, oldest first, in microseconds. */
  readonly syncHistoryUs: readonly number[];
  /** What waits in memory for the next Ready. */
  readonly waitingEntries: number;
}
export interface ReadyStageView {
  readonly name: ReadyStage;
  readonly state: StageState;
  /** A person has set a breakpoint before it; the Ready waits there once it has come to it. */
  readonly isHeld: boolean;
  readonly items: readonly ReadyItemView[];
  /** Said when there are no items: "nothing; only a leader may speak this early". */
  readonly emptyReason: string;
}
export interface ReadyItemView {
  readonly id: string;
  readonly kind: "entry" | "hardState" | "message" | "command";
  /** Of a message, so that it wears the stage's glyph and stands on its way there. */
  readonly flight: {
    readonly kind: FlightKind;
    readonly answer: boolean;
    readonly refused: boolean;
    /** "n2". */
    readonly to: string;
    /** As the flight will have it: "ack 20". */
    readonly caption: string;
  } | null;
  readonly index: number;
  readonly term: number;
  readonly text: string;
  readonly detail: string;
  readonly durable: boolean;
  /** True while it may not leave. */
  readonly held: boolean;
}
/** The write between Persist and Send after. */
export interface GateView {
  readonly state: "writing" | "durable" | "none";
  readonly startedAtUs: number;
  readonly endsAtUs: number;
  readonly bytes: number;
}

/** What is much to tell is told of these alone; null: of none. */
export interface LookedAt {
  /** The node whose disk is looked at. */
  readonly disk: string | null;
  /** The partition whose records are. */
  readonly partition: string | null;
}

export interface PartitionView {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** How it is replicated: followers fetch, or a Raft group of its own agrees. */
  readonly mode: "isr" | "raft";
  /** Null while nobody can lead. */
  readonly leader: string | null;
  readonly leaderAlive: boolean;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** The first is the preferred leader. */
  readonly replicas: readonly string[];
  /** Of those, what a reassignment adds and what it will take away. */
  readonly addingReplicas: readonly string[];
  readonly removingReplicas: readonly string[];
  readonly isr: readonly string[];
  /** What its leader has proposed instead, while that is not committed. */
  readonly proposedIsr: readonly string[] | null;
  /** The entry of the metadata log that says so; null until the controller has appended it. */
  readonly proposedInEntry: number | null;
  readonly minInsyncReplicas: number;
  /** Whether a replica from outside the ISR may lead when there is no other. */
  readonly uncleanElection: boolean;
  readonly underReplicated: boolean;
  /** acks=all is refused. A Raft group counts its majority instead. */
  readonly belowMinIsr: boolean;
  /** Nobody leads, and no in-sync replica runs. */
  readonly offline: boolean;
  readonly highWatermark: number;
  /** Records that were committed or acknowledged, and that unclean elections have lost. */
  readonly uncleanLossCount: number;
  /** In order of node name. */
  readonly replicaLogs: readonly ReplicaLogView[];
}
export interface ReplicaLogView {
  readonly node: string;
  readonly role: "leader" | "inIsr" | "outOfIsr";
  readonly alive: boolean;
  /** Next offset; of a dead node, what its disk holds. */
  readonly logEndOffset: number;
  readonly durableOffset: number;
  readonly highWatermark: number;
  /** The last ones, at most 12; none of a partition that is not looked at. */
  readonly records: readonly RecordView[];
}
export interface RecordView {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly key: string;
  readonly value: string;
  readonly durable: boolean;
}

/** A client's request and what became of it. */
export interface RequestView {
  readonly id: number;
  readonly kind: RequestKind;
  readonly client: string;
  readonly to: string;
  readonly target: string;
  readonly acks: "0" | "1" | "all" | null;
  readonly sentAtUs: number;
  readonly answeredAtUs: number | null;
  readonly state: "waiting" | "ok" | "error" | "unanswered";
  /** Kafka's name of the error: "NOT_LEADER_OR_FOLLOWER". */
  readonly errorName: string | null;
  readonly errorCode: number;
  /** "offset 41", or for an error what to do: "n2 leads orders-1". */
  readonly text: string;
  /** The leader that the answer named. */
  readonly leaderHint: string | null;
  /** For a fetch: what was read. */
  readonly records: readonly RecordView[];
}

type RequestKind =
  | "produce"
  | "fetch"
  | "createTopics"
  | "admin"
  | "metadata"
  | "listOffsets"
  | "initProducerId"
  | "group";

export type Tone = "plain" | "ok" | "warn" | "bad";

export interface EventView {
  /** Counts the events of a run from 1. */
  readonly id: number;
  readonly atUs: number;
  readonly what: RichText;
  readonly why: RichText;
  readonly tone: Tone;
  /** What time slows down for; null for everything else. */
  readonly drama: "election" | "loss" | "truncation" | "violation" | null;
  /** 0 routine, 1 worth a line, 2 worth the sentence. Routine ones are not in the list. */
  readonly importance: 1 | 2;
}

/** The whole run up to now, for the time bar. */
export interface RunView {
  readonly bands: readonly TermBandView[];
  readonly marks: readonly RunMarkView[];
}
export interface TermBandView {
  readonly fromUs: number;
  /** Null while it lasts. */
  readonly toUs: number | null;
  readonly term: number;
  /** Null when no leader with a quorum is there. */
  readonly leader: string | null;
}
export interface RunMarkView {
  readonly atUs: number;
  readonly label: string;
  readonly tone: Tone;
}
