import type { NodeId } from "../../base/ids.ts";
import { metadataHash } from "../../metadata/index.ts";
import type { ProduceRequest, ProduceResponse } from "../../wire/request.ts";
import type { BrokerProbe } from "./brokerProbe.ts";
import type { BrokerRules } from "./brokerRules.ts";
import type { Breach, Rule, Violation } from "./checker.ts";
import type { Loss } from "./partitionHistory.ts";
import { MemberWatch, RaftGroupRules } from "./raftGroupRules.ts";

const NO_LOSSES: readonly Loss[] = [];

/** All rules of one world. They look after every step of a node, and only at what it changed. */
export class Checkers {
  readonly #metadataRules = new RaftGroupRules("metadata");
  /** Null in a world whose brokers keep no partitions. */
  readonly #brokerRules: BrokerRules | null;
  /** The nodes that run, as members of the metadata's group; null for one without Raft. */
  readonly #members = new Map<NodeId, MemberWatch | null>();
  readonly rules: readonly Rule[];
  #violation: Violation | null = null;

  constructor(brokerRules: BrokerRules | null) {
    this.#brokerRules = brokerRules;
    this.rules = [...this.#metadataRules.rules, ...(brokerRules?.rules ?? [])];
  }

  /** The first rule that was broken. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** What unclean elections have cost so far, oldest first: no rule forbids it. */
  get losses(): readonly Loss[] {
    return this.#brokerRules?.losses ?? NO_LOSSES;
  }

  /** A new incarnation of a node, as it is before its first step. */
  started(broker: BrokerProbe, nowUs: number): void {
    const member = memberOf(broker);
    this.#members.set(broker.id, member);
    this.#checkMember(member, nowUs);
    this.#found(this.#brokerRules?.started(broker) ?? null, nowUs);
  }

  /** The node lost power or stopped itself: it promises nothing until it starts again. */
  ended(node: NodeId): void {
    this.#members.delete(node);
    this.#brokerRules?.ended(node);
  }

  stepped({ id }: Pick<BrokerProbe, "id">, nowUs: number): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#checkMember(member, nowUs);
    this.#found(this.#brokerRules?.stepped(id) ?? null, nowUs);
  }

  /** A broker answers a produce request of a client that asked for acks=all. */
  acknowledged(
    by: NodeId,
    request: ProduceRequest,
    response: ProduceResponse,
    nowUs: number,
  ): void {
    this.#found(this.#brokerRules?.acknowledged(by, request, response) ?? null, nowUs);
  }

  #checkMember(member: MemberWatch | null, nowUs: number): void {
    if (member !== null) this.#found(this.#metadataRules.check(member), nowUs);
  }

  #found(breach: Breach | null, atUs: number): void {
    if (breach === null || this.#violation !== null) return;
    this.#violation = { rule: breach.rule.name, atUs, text: breach.text };
  }
}

function memberOf(broker: BrokerProbe): MemberWatch | null {
  const { id, generation, storage } = broker;
  if (storage === null) return null;
  const hashState = (): number => metadataHash(broker.metadata);
  return new MemberWatch({ id, generation, source: broker, storage, state: broker, hashState });
}
