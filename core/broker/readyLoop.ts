import { assert, unreachable } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { CheckedRawNode, decodeConfChange, NO_LIMIT_BYTES, RawNode } from "../raft/index.ts";
import type {
  ConfChange,
  ConfState,
  Entry,
  Message,
  ProgressStatus,
  RaftConfig,
  Ready,
} from "../raft/index.ts";
import type { WalWriter } from "../wal/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { ReadyStage } from "./io.ts";
import type { FinishedReady, OpenReady } from "./openReady.ts";
import type { Outbox } from "./outbox.ts";
import { RaftObserver } from "./raftObserver.ts";
import { SnapshotSends } from "./snapshotSends.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StateMachine } from "./stateMachine.ts";
import type { WalStorage } from "./walStorage.ts";

const MAX_INFLIGHT_MESSAGES = 64;
/** Beyond any sequence: the records of this Ready are not in the log yet. */
const NOT_WRITTEN = Number.POSITIVE_INFINITY;
const NONE_HELD: ReadonlySet<ReadyStage> = new Set();

/** The other members of a group, as far as this one reaches them. */
export interface GroupPeers {
  /** False while this node has forgotten what it had promised: it neither votes nor leads then. */
  readonly hasSay: () => boolean;
  /** False for one that is not there any more, whatever Raft still takes it for. */
  readonly maySpeakTo: (member: NodeId) => boolean;
  readonly send: (message: Message) => void;
}

/** The parts of a node that the Ready loop of one of its groups brings together. */
interface ReadyLoopParts {
  readonly config: BrokerConfig;
  /** Who this node is in the group. */
  readonly id: NodeId;
  readonly storage: WalStorage;
  readonly clock: Clock;
  readonly wal: WalWriter;
  readonly state: StateMachine;
  readonly snapshots: Snapshots;
  readonly peers: GroupPeers;
  /** Entries that one message carries at most, in bytes. Default: as many as there are. */
  readonly maxMessageBytes?: number;
  /** Who hears of all that happens in this group; null: nobody. */
  readonly events: Outbox | null;
}

/**
 * The Ready loop: the contract between Raft and its disk, network and state machine. Exactly one
 * Ready is open at a time. While the disk works on it, ticks, messages and proposals go on; what
 * they cause belongs to the next Ready.
 */
export class ReadyLoop {
  readonly raft: RawNode;
  /** The same node, if it watches this loop; then it is told what the loop does. */
  readonly #checked: CheckedRawNode | null;
  /** Exactly what is durable. */
  readonly storage: WalStorage;
  #open: OpenReady | null = null;
  /** Stages that somebody has stopped. */
  #held: ReadonlySet<ReadyStage> = NONE_HELD;
  #last: FinishedReady | null = null;
  #lastSynced: FinishedReady | null = null;
  #confState: ConfState;
  readonly #clock: Clock;
  readonly #wal: WalWriter;
  readonly #state: StateMachine;
  readonly #snapshots: Snapshots;
  readonly #peers: GroupPeers;
  readonly #snapshotSends: SnapshotSends;
  readonly #events: Outbox | null;
  readonly #observer: RaftObserver | null;

  constructor(parts: ReadyLoopParts) {
    const { config, storage, clock, state, snapshots, peers } = parts;
    const { electionTicks, heartbeatTicks, preVote, checkQuorum, random, raftTrace } = config;
    const events = parts.events?.wantsEvents === true ? parts.events : null;
    const raftConfig: RaftConfig = {
      id: parts.id,
      electionTicks,
      heartbeatTicks,
      preVote,
      checkQuorum,
      random,
      storage,
      maxSizePerMsgBytes: parts.maxMessageBytes ?? NO_LIMIT_BYTES,
      maxInflightMessages: MAX_INFLIGHT_MESSAGES,
      ...(raftTrace === undefined || parts.events === null ? {} : { trace: raftTrace }),
    };
    const contract = config.contract ?? "off";
    this.#checked =
      contract === "off" ? null : new CheckedRawNode(raftConfig, { strict: contract === "strict" });
    this.raft = this.#checked ?? new RawNode(raftConfig);
    this.storage = storage;
    this.#confState = storage.initialState().confState;
    this.#clock = clock;
    this.#wal = parts.wal;
    this.#state = state;
    this.#snapshots = snapshots;
    this.#peers = peers;
    this.#snapshotSends = new SnapshotSends(this.raft, clock, config.snapshotSendTimeoutUs, events);
    this.#events = events;
    this.#observer =
      events === null ? null : new RaftObserver(this.raft, events, electionTicks, checkQuorum);
  }

  /** Works through Readys, one after the other, as far as it goes without waiting. */
  run(): void {
    while (this.#open !== null || this.raft.hasReady()) {
      this.#open ??= this.#take(this.raft.ready());
      if (!this.#goOn(this.#open)) return;
    }
  }

  #take(ready: Ready): OpenReady {
    const takenAtUs = this.#clock.nowUs;
    if (ready.snapshot !== null) this.#snapshots.install(ready.snapshot);
    this.#observer?.readyTaken(ready);
    const stage = "send";
    return { ready, takenAtUs, stage, sequence: NOT_WRITTEN, write: null, isDurable: false };
  }

  /** Does the next stage; false if that has to wait, for the disk or because somebody holds it. */
  #goOn(open: OpenReady): boolean {
    const { ready, stage } = open;
    if (stage === "sendAfter" && !open.isDurable) return this.#noteDurable(open);
    if (this.#held.has(stage)) return false;
    switch (stage) {
      case "send":
        this.#sendMessages(ready);
        this.#open = { ...open, stage: "persist" };
        return true;
      case "persist":
        return this.#write(open);
      case "sendAfter":
        this.#sendPersistedMessages(ready);
        this.#open = { ...open, stage: "apply" };
        return true;
      case "apply":
        this.#applySnapshot(ready);
        this.#applyCommittedEntries(ready);
        this.#open = { ...open, stage: "advance" };
        return true;
      case "advance":
        this.#advance(open);
        return true;
      default:
        return unreachable(stage);
    }
  }

  /** A leader's: it may speak before its own disk has what it speaks of (Raft thesis, 10.2.1). */
  #sendMessages(ready: Ready): void {
    for (const message of ready.messages) this.#send(message);
  }

  /**
   * Entries and hard state go to the log as one group, with one sync if anything rests on them; but
   * a snapshot that the log is to speak of must be durable before. False while it is not.
   */
  #write(open: OpenReady): boolean {
    if (this.#snapshots.isInstalling) return false;
    const { ready } = open;
    this.storage.write(ready);
    // Without mustSync there is at most a new commit index, and no message rests on that: it can
    // always be learned again, so there is nothing to wait for.
    const sequence = ready.mustSync ? this.#wal.lastSequence : 0;
    this.#open = { ...open, sequence, stage: "sendAfter" };
    return true;
  }

  /** False while the disk works on it. */
  #noteDurable(open: OpenReady): boolean {
    const { ready, sequence } = open;
    if (sequence > this.#wal.durableSequence) return false;
    this.#checked?.noteDurable(ready.number);
    this.storage.stored(ready.entries, ready.snapshot);
    this.#open = { ...open, isDurable: true };
    return true;
  }

  /** Votes and acknowledgements: a promise may leave only once a crash cannot break it. */
  #sendPersistedMessages(ready: Ready): void {
    for (const message of ready.persistedMessages) this.#send(message);
  }

  #send(message: Message): void {
    const { to, snapshot } = message;
    if (!this.#peers.maySpeakTo(to)) return;
    this.#checked?.noteSent(message);
    if (snapshot !== null) this.#snapshotSends.sent(to, snapshot);
    this.#peers.send(message);
  }

  /** A leader's snapshot takes the place of the state, as it has taken that of the log. */
  #applySnapshot({ snapshot }: Ready): void {
    if (snapshot === null) return;
    this.#snapshots.installed(snapshot);
    this.#state.restore(snapshot);
    const { index, term, confState } = snapshot.metadata;
    this.#events?.event({ kind: "snapshotInstalled", index, term, from: this.raft.lead });
    this.#setConfState(confState);
  }

  #applyCommittedEntries(ready: Ready): void {
    for (const entry of ready.committedEntries) {
      this.#checked?.noteApplied(entry);
      if (entry.type === "EntryNormal") this.#state.apply(entry);
      else this.#applyConfChange(entry);
      this.#snapshots.applied(this.#confState);
    }
  }

  #applyConfChange(entry: Entry): void {
    const change = decodeConfChange(entry);
    if ("error" in change) assert(false, `membership change ${entry.index}: ${change.error}`);
    this.#state.passOver(entry);
    this.storage.membershipChanged(entry.index);
    this.#setConfState(this.raft.applyConfChange(change));
  }

  #setConfState(confState: ConfState): void {
    this.#confState = confState;
    const { voters, learners } = confState;
    this.#events?.event({ kind: "membershipChanged", voters, learners });
  }

  #advance(open: OpenReady): void {
    const { ready, takenAtUs, write } = open;
    this.#observer?.before();
    this.raft.advance(ready);
    this.#observer?.after({ kind: "advance" });
    this.#open = null;
    this.#last = { ready, takenAtUs, write, advancedAtUs: this.#clock.nowUs };
    if (ready.mustSync) this.#lastSynced = this.#last;
    this.#events?.event({ kind: "readyAdvanced", number: ready.number });
  }

  // What happens to Raft from outside. Each only changes memory; `run` does what follows from it.

  tick(): void {
    this.#snapshotSends.tick();
    if (!this.#peers.hasSay()) return;
    this.#observer?.before();
    this.raft.tick();
    this.#observer?.after({ kind: "tick" });
  }

  /** A leader that can make nothing durable is of no use: somebody else shall lead. */
  handOver(): void {
    if (this.raft.role !== "leader") return;
    const { progress } = this.raft.status();
    let to: ProgressStatus | null = null;
    for (const one of progress) {
      if (one.id === this.raft.id || one.learner || !one.recentActive) continue;
      if (to === null || one.match > to.match) to = one;
    }
    if (to === null) return;
    this.#observer?.before();
    this.raft.transferLeader(to.id);
    this.#observer?.after({ kind: "tick" });
  }

  timeOut(): void {
    if (!this.#peers.hasSay()) return;
    this.#observer?.before();
    this.raft.campaign();
    this.#observer?.after({ kind: "timeOut" });
  }

  /** Stops before that stage from now on, or no longer; time goes on for everything else. */
  hold(stage: ReadyStage, on: boolean): void {
    const held = new Set(this.#held);
    if (on) held.add(stage);
    else held.delete(stage);
    this.#held = held;
  }

  step(message: Message): void {
    if (!this.#peers.hasSay() && asksForSay(message)) return;
    this.#observer?.before(message);
    // A message from a stranger, or one that should never travel, changes nothing; a proposal
    // that is dropped is made again by whoever wants it.
    this.raft.step(message);
    this.#observer?.after({ kind: "message", message });
  }

  /** True says only that it is on its way. */
  propose(data: Uint8Array): boolean {
    this.#observer?.before();
    const result = this.raft.propose(data);
    this.#observer?.after({ kind: "propose" });
    return result === "ok";
  }

  /** The disk has begun to write everything up to `lastSequence`. */
  writeStarted(operation: number, lastSequence: number, sizeBytes: number): void {
    const open = this.#open;
    if (open === null || open.write !== null || open.sequence > lastSequence) return;
    this.#open = { ...open, write: { operation, startedAtUs: this.#clock.nowUs, sizeBytes } };
  }

  proposeConfChange(change: ConfChange): boolean {
    this.#observer?.before();
    const result = this.raft.proposeConfChange(change);
    this.#observer?.after({ kind: "propose" });
    return result === "ok";
  }

  /** The members, as of what was applied. */
  get confState(): ConfState {
    return this.#confState;
  }

  /** This node leads, and has applied all that was committed before it began to. */
  get isActiveLeader(): boolean {
    return this.raft.role === "leader" && this.#state.appliedTerm === this.raft.term;
  }

  get openReady(): OpenReady | null {
    return this.#open;
  }

  /** The stages before which somebody holds it. */
  get held(): ReadonlySet<ReadyStage> {
    return this.#held;
  }

  /** The Ready that was finished last. */
  get lastReady(): FinishedReady | null {
    return this.#last;
  }

  /** The last finished Ready that had to wait for its write. */
  get lastSyncedReady(): FinishedReady | null {
    return this.#lastSynced;
  }
}

/** What only a node answers that remembers what it has promised. */
function asksForSay({ type }: Message): boolean {
  return type === "MsgVote" || type === "MsgPreVote" || type === "MsgTimeoutNow";
}
