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
import { RaftWatch } from "./raftStep.ts";
import type { RaftProbe } from "./raftStep.ts";
import { StateMachineSafety } from "./stateMachineSafety.ts";

/** A broker, as far as the rules speak of it. */
export interface CheckedBroker extends BrokerProbe {
  /** Null on a node without Raft. */
  readonly raft: RaftProbe | null;
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
  readonly #watches = new Map<NodeId, RaftWatch>();
  readonly rules: readonly Rule[] = [
    ...this.#raftCheckers.map(({ rule }) => rule),
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

  #found(rule: Rule, text: string | null, nowUs: number): void {
    if (text === null || this.#violation !== null) return;
    this.#violation = { rule: rule.name, atUs: nowUs, text };
  }
}
