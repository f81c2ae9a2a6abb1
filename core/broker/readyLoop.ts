import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { encodeCommand } from "../metadata/index.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import { CheckedRawNode, NO_LIMIT_BYTES, RawNode } from "../raft/index.ts";
import type { HardState, MemoryStorage, Message, RaftConfig, Ready } from "../raft/index.ts";
import type { WalWriter } from "../wal/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { MetadataLog } from "./metadataLog.ts";
import type { MetadataState } from "./metadataState.ts";
import type { FinishedReady, OpenReady } from "./openReady.ts";
import type { Outbox } from "./outbox.ts";
import { RaftObserver } from "./raftObserver.ts";

const MAX_INFLIGHT_MESSAGES = 64;

/**
 * The Ready loop: the contract between Raft and its disk, network and state machine. Exactly one
 * Ready is open at a time. While the disk works on it, ticks, messages and proposals go on; what
 * they cause belongs to the next Ready.
 */
export class ReadyLoop implements MetadataLog {
  readonly raft: RawNode;
  /** The same node, if it watches this loop; then it is told what the loop does. */
  readonly #checked: CheckedRawNode | null;
  /** Exactly what is durable: filled after the disk has answered, and not before. */
  readonly storage: MemoryStorage;
  #open: OpenReady | null = null;
  #last: FinishedReady | null = null;
  #lastSynced: FinishedReady | null = null;
  /** Hard states whose records are not durable yet, oldest first. */
  #hardStates: { readonly hardState: HardState; readonly sequence: number }[] = [];
  readonly #clock: Clock;
  readonly #wal: WalWriter;
  readonly #state: MetadataState;
  readonly #out: Outbox;
  readonly #observer: RaftObserver | null;

  constructor(
    config: BrokerConfig,
    storage: MemoryStorage,
    clock: Clock,
    wal: WalWriter,
    state: MetadataState,
    out: Outbox,
  ) {
    const { id, electionTicks, heartbeatTicks, preVote, checkQuorum, random, raftTrace } = config;
    const raftConfig: RaftConfig = {
      id,
      electionTicks,
      heartbeatTicks,
      preVote,
      checkQuorum,
      random,
      storage,
      maxSizePerMsgBytes: NO_LIMIT_BYTES,
      maxInflightMessages: MAX_INFLIGHT_MESSAGES,
      ...(raftTrace === undefined ? {} : { trace: raftTrace }),
    };
    const contract = config.contract ?? "off";
    this.#checked =
      contract === "off" ? null : new CheckedRawNode(raftConfig, { strict: contract === "strict" });
    this.raft = this.#checked ?? new RawNode(raftConfig);
    this.storage = storage;
    this.#clock = clock;
    this.#wal = wal;
    this.#state = state;
    this.#out = out;
    this.#observer = out.wantsEvents
      ? new RaftObserver(this.raft, out, electionTicks, checkQuorum)
      : null;
  }

  /** Works through Readys, one after the other, as far as it goes without waiting for the disk. */
  run(): void {
    while (this.#open !== null || this.raft.hasReady()) {
      if (this.#open === null) {
        const ready = this.raft.ready();
        this.#sendMessages(ready);
        this.#persist(ready);
      }
      const open = this.#open!;
      if (!this.#isDurable(open)) return;
      this.#checked?.noteDurable(open.ready.number);
      this.storage.append(open.ready.entries);
      this.#sendPersistedMessages(open.ready);
      this.#applyCommittedEntries(open.ready);
      this.#advance(open);
    }
  }

  /** A leader's: it may speak before its own disk has what it speaks of (Raft thesis, 10.2.1). */
  #sendMessages(ready: Ready): void {
    for (const message of ready.messages) this.#send(message);
  }

  /** Entries and hard state go to the log as one group, with one sync if anything rests on them. */
  #persist(ready: Ready): void {
    assert(ready.snapshot === null, "no leader compacts its log, so none sends a snapshot");
    const wal = this.#wal;
    for (const { term, index, type, data } of ready.entries) {
      wal.append({ kind: "entry", group: METADATA_GROUP, term, index, entryType: type, data });
    }
    const { hardState } = ready;
    if (hardState !== null) {
      const sequence = wal.append({ kind: "hardState", group: METADATA_GROUP, ...hardState });
      this.#hardStates.push({ hardState, sequence });
    }
    if (ready.mustSync) wal.requestSync();
    // Without mustSync there is at most a new commit index, and no message rests on that: it can
    // always be learned again, so there is nothing to wait for.
    const sequence = ready.mustSync ? wal.lastSequence : 0;
    const takenAtUs = this.#clock.nowUs;
    this.#open = { ready, takenAtUs, sequence, write: null };
    this.#observer?.readyTaken(ready);
  }

  #isDurable(open: OpenReady): boolean {
    return open.sequence <= this.#wal.durableSequence;
  }

  /** Votes and acknowledgements: a promise may leave only once a crash cannot break it. */
  #sendPersistedMessages(ready: Ready): void {
    for (const message of ready.persistedMessages) this.#send(message);
  }

  #send(message: Message): void {
    this.#checked?.noteSent(message);
    this.#out.sendRaft(message);
  }

  #applyCommittedEntries(ready: Ready): void {
    for (const entry of ready.committedEntries) {
      this.#checked?.noteApplied(entry);
      this.#state.apply(entry);
    }
  }

  #advance(open: OpenReady): void {
    const { ready, takenAtUs, write } = open;
    this.#observer?.before();
    this.raft.advance(ready);
    this.#observer?.after({ kind: "advance" });
    this.#open = null;
    this.#last = { ready, takenAtUs, write, advancedAtUs: this.#clock.nowUs };
    if (ready.mustSync) this.#lastSynced = this.#last;
    this.#out.event({ kind: "readyAdvanced", number: ready.number });
  }

  // What happens to Raft from outside. Each only changes memory; `run` does what follows from it.

  tick(): void {
    this.#observer?.before();
    this.raft.tick();
    this.#observer?.after({ kind: "tick" });
  }

  timeOut(): void {
    this.#observer?.before();
    this.raft.campaign();
    this.#observer?.after({ kind: "timeOut" });
  }

  step(message: Message): void {
    this.#observer?.before(message);
    // A message from a stranger, or one that should never travel, changes nothing; a proposal
    // that is dropped is made again by whoever wants it.
    this.raft.step(message);
    this.#observer?.after({ kind: "message", message });
  }

  propose(command: MetadataCommand): boolean {
    this.#observer?.before();
    const result = this.raft.propose(encodeCommand(command));
    this.#observer?.after({ kind: "propose" });
    return result === "ok";
  }

  /** The disk has begun to write everything up to `lastSequence`. */
  writeStarted(operation: number, lastSequence: number, sizeBytes: number): void {
    const open = this.#open;
    if (open === null || open.write !== null || open.sequence > lastSequence) return;
    this.#open = { ...open, write: { operation, startedAtUs: this.#clock.nowUs, sizeBytes } };
  }

  /** More of the log may be durable; a hard state may be so without an open Ready. */
  writeCompleted(): void {
    const durable = this.#wal.durableSequence;
    let count = 0;
    while (count < this.#hardStates.length && this.#hardStates[count]!.sequence <= durable) {
      this.storage.setHardState(this.#hardStates[count]!.hardState);
      count++;
    }
    if (count > 0) this.#hardStates.splice(0, count);
  }

  get leader(): NodeId {
    return this.raft.lead;
  }

  get isActiveLeader(): boolean {
    return this.raft.role === "leader" && this.#state.appliedTerm === this.raft.term;
  }

  get openReady(): OpenReady | null {
    return this.#open;
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
