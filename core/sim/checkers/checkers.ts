import type { NodeId } from "../../base/ids.ts";
import { metadataHash } from "../../metadata/index.ts";
import type { ProduceRequest, ProduceResponse } from "../../wire/request.ts";
import { AcknowledgedKept } from "./acknowledgedKept.ts";
import type { BrokerProbe } from "./acknowledgedKept.ts";
import type { RaftChecker, Rule, Violation } from "./checker.ts";
import { ElectionSafety } from "./electionSafety.ts";
import { LeaderAppendOnly } from "./leaderAppendOnly.ts";
import { LeaderCompleteness } from "./leaderCompleteness.ts";
import { LogMatching } from "./logMatching.ts";
import { PromisesKept } from "./promisesKept.ts";
import { RaftWatch } from "./raftStep.ts";
import type { RaftProbe } from "./raftStep.ts";
import { SnapshotSafety } from "./snapshotSafety.ts";
import { StateMachineSafety } from "./stateMachineSafety.ts";
import type { StorageProbe } from "./storageProbe.ts";

/** A broker, as far as the rules speak of it. */
export interface CheckedBroker extends BrokerProbe {
  /** Null on a node without Raft. */
  readonly raft: RaftProbe | null;
  /** What is on its disk for sure; null where `raft` is. */
  readonly storage: StorageProbe | null;
  /** Counts how often its disk was wiped. */
  readonly generation: number;
}

/** All rules of one world. They look after every step of a node, and only at what it changed. */
export class Checkers {
  readonly #stateMachineSafety = new StateMachineSafety();
  readonly #acknowledgedKept = new AcknowledgedKept();
  readonly #raftCheckers: readonly RaftChecker[] = [
    new ElectionSafety(),
    new LeaderAppendOnly(),
    new LogMatching(),
    new LeaderCompleteness(),
    this.#stateMachineSafety,
  ];
  readonly #promisesKept = new PromisesKept();
  readonly #snapshotSafety = new SnapshotSafety((i) => this.#stateMachineSafety.termAppliedAt(i));
  readonly #watches = new Map<NodeId, RaftWatch>();
  readonly rules: readonly Rule[] = [
    ...this.#raftCheckers.map(({ rule }) => rule),
    this.#promisesKept.rule,
    this.#snapshotSafety.rule,
    this.#acknowledgedKept.rule,
  ];
  #violation: Violation | null = null;

  /** The first rule that was broken. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** A new incarnation of a node, as it is before its first step. */
  started(broker: CheckedBroker, nowUs: number): void {
    this.#watches.set(broker.id, new RaftWatch(broker.id));
    this.#found(this.#acknowledgedKept.rule, this.#acknowledgedKept.started(broker), nowUs);
    this.stepped(broker, nowUs);
  }

  /** The node lost power or stopped itself: it promises nothing until it starts again. */
  ended(node: NodeId): void {
    this.#watches.delete(node);
    this.#acknowledgedKept.ended(node);
  }

  stepped(broker: CheckedBroker, nowUs: number): void {
    const watch = this.#watches.get(broker.id);
    if (watch === undefined) return;
    if (broker.raft !== null && watch.look(broker.raft)) this.#checkRaft(watch, broker, nowUs);
    this.#checkStorage(broker, nowUs);
    this.#found(this.#acknowledgedKept.rule, this.#acknowledgedKept.check(broker.id), nowUs);
  }

  /** A broker answers a produce request of a client that asked for acks=all. */
  acknowledged(
    by: NodeId,
    request: ProduceRequest,
    response: ProduceResponse,
    nowUs: number,
  ): void {
    const text = this.#acknowledgedKept.acknowledge(by, request, response);
    this.#found(this.#acknowledgedKept.rule, text, nowUs);
  }

  #checkRaft(watch: RaftWatch, broker: CheckedBroker, nowUs: number): void {
    for (const checker of this.#raftCheckers) {
      this.#found(checker.rule, checker.check(watch), nowUs);
    }
    if (watch.applied === watch.previousApplied) return;
    const hash = metadataHash(broker.metadata);
    const text = this.#stateMachineSafety.checkState(broker.id, broker.appliedIndex, hash);
    this.#found(this.#stateMachineSafety.rule, text, nowUs);
  }

  /** After Raft's own rules: a snapshot may end in the entry that was applied in this very step. */
  #checkStorage({ id, generation, storage }: CheckedBroker, nowUs: number): void {
    if (storage === null) return;
    const stored = { id, generation, storage };
    this.#found(this.#promisesKept.rule, this.#promisesKept.check(stored), nowUs);
    this.#found(this.#snapshotSafety.rule, this.#snapshotSafety.check(stored), nowUs);
  }

  #found(rule: Rule, text: string | null, nowUs: number): void {
    if (text === null || this.#violation !== null) return;
    this.#violation = { rule: rule.name, atUs: nowUs, text };
  }
}
