import { assert } from "../../base/assert.ts";
import { index, NO_NODE, nodeId, term } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { encodeCommand, partitionKey } from "../../metadata/index.ts";
import type { ClusterMetadata, MetadataCommand } from "../../metadata/index.ts";
import { confStateOf } from "../../raft/index.ts";
import type { AdminCommand, CreateTopicsRequest, Response } from "../../wire/index.ts";
import { Admin } from "../admin/admin.ts";
import { DEFAULT_BROKER_CONFIG } from "../config.ts";
import type { BrokerConfig } from "../config.ts";
import { Controller } from "../controller.ts";
import { seenEpochs } from "../elector.ts";
import { Membership } from "../membership.ts";
import type { MetadataLog } from "../metadataLog.ts";
import { MetadataState } from "../metadataState.ts";
import { Outbox } from "../outbox.ts";
import { Partitions } from "../partitions.ts";
import { Topics } from "../topics.ts";

const TICK_US = 100_000;

/** What became of a question; null while nobody has answered. */
export interface Answer {
  response: Response | null;
}

/** One life of a broker, as far as it administers. */
interface Officer {
  readonly wal: { isFull: boolean };
  readonly out: Outbox;
  readonly state: MetadataState;
  readonly controller: Controller;
  readonly topics: Topics;
  readonly admin: Admin;
  readonly membership: Membership;
}

/**
 * The administrative parts of some brokers over a log that needs no Raft: whoever is `leader`
 * appends, `isCommitting` says whether what is appended reaches everybody. Messages take no time.
 */
export class TestOffice {
  readonly clock = { nowUs: 1 };
  leader: NodeId = NO_NODE;
  isCommitting = true;
  readonly log: MetadataCommand[] = [];
  /** All that was ever proposed, in order. */
  readonly proposed: MetadataCommand[] = [];
  readonly events: string[] = [];
  readonly #config: Partial<BrokerConfig>;
  readonly #peers: readonly NodeId[];
  readonly #officers = new Map<NodeId, Officer>();
  readonly #answers: Answer[] = [];
  /** How much of the log is. */
  #committed = 0;
  /** Brokers that hear and say nothing. */
  readonly silent = new Set<number>();

  constructor(nodeCount: number, config: Partial<BrokerConfig> = {}) {
    this.#config = config;
    this.#peers = Array.from({ length: nodeCount }, (_, at) => nodeId(at + 1));
    for (const id of this.#peers) this.#officers.set(id, this.#make(id));
  }

  get metadata(): ClusterMetadata {
    const live = [...this.#officers].find(([id]) => !this.silent.has(id));
    assert(live !== undefined, "somebody lives");
    return live[1].state.metadata;
  }

  officer(id: number): Officer {
    const officer = this.#officers.get(nodeId(id));
    assert(officer !== undefined, `broker ${id} exists`);
    return officer;
  }

  /** Another life of a broker, which has applied the log as far as it is. */
  restart(id: number): void {
    this.silent.delete(id);
    this.#officers.set(nodeId(id), this.#make(nodeId(id)));
    this.settle();
  }

  /** What was not committed is lost. */
  lose(): void {
    this.log.length = this.#committed;
  }

  elect(id: number): void {
    this.lose();
    this.leader = nodeId(id);
    this.settle();
  }

  /** So many entries of the log reach everybody, and nobody does anything about it yet. */
  commitOnly(count: number): void {
    this.#committed = count;
    this.#apply();
  }

  /** Every replica of a partition is in its ISR again, as its leader would propose it. */
  rejoin(topic: string, partition: number): void {
    const of = this.metadata.partitions.get(partitionKey(topic, partition))!;
    const isr = of.replicas;
    const brokerEpochs = isr.map((node) => this.metadata.nodes.get(node)!.brokerEpoch);
    this.propose({ kind: "updateIsr", ...seenEpochs(of), isr, brokerEpochs });
    this.settle();
  }

  run(us: number): void {
    for (let at = 0; at < us; at += TICK_US) {
      this.clock.nowUs += TICK_US;
      for (const [id, { controller, membership }] of this.#officers) {
        if (this.silent.has(id)) continue;
        controller.tick();
        membership.tick();
      }
      this.settle();
    }
  }

  settle(): void {
    do {
      this.#commit();
      for (const [id, { membership, controller, topics, admin }] of this.#officers) {
        if (this.silent.has(id)) continue;
        membership.run();
        controller.run();
        topics.settle();
        admin.settle();
      }
    } while (this.#deliver() || (this.isCommitting && this.#committed < this.log.length));
  }

  propose(command: MetadataCommand): boolean {
    if (this.leader === NO_NODE || this.silent.has(this.leader)) return false;
    this.log.push(command);
    this.proposed.push(command);
    return true;
  }

  createTopics(id: number, request: CreateTopicsRequest): Answer {
    const connection = this.#answers.push({ response: null }) - 1;
    const origin = { kind: "client", connection, clientId: "test", apiVersion: 7 } as const;
    this.officer(id).topics.handle(origin, request);
    this.settle();
    return this.#answers[connection]!;
  }

  administer(id: number, command: AdminCommand, timeoutMs = 1_000): Answer {
    const connection = this.#answers.push({ response: null }) - 1;
    const origin = { kind: "admin", connection, correlationId: 1 } as const;
    this.officer(id).admin.handle(origin, { api: "admin", command, timeoutMs });
    this.settle();
    return this.#answers[connection]!;
  }

  #make(id: NodeId): Officer {
    const out = new Outbox(true, this.clock.nowUs);
    out.clients = {
      answer: (connection, response) => {
        this.#answers[connection]!.response = response;
      },
    };
    let seed: number = id;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % n;
    };
    const config = { ...DEFAULT_BROKER_CONFIG, peers: this.#peers, id, random, ...this.#config };
    const recovered = index(this.#committed);
    const partitions = new Partitions(id, new Map(), recovered, () => true, this.clock, out);
    const state = new MetadataState(partitions, out);
    const hasApplied = (): boolean => state.appliedIndex === this.#committed;
    const leader = (): NodeId => this.leader;
    const metadataLog: MetadataLog = {
      get leader() {
        return leader();
      },
      get isActiveLeader() {
        return leader() === id && hasApplied();
      },
      confState: confStateOf(this.#peers),
      propose: (command) => this.propose(command),
      run: () => {},
    };
    const wal = { isFull: false };
    const context = { config, clock: this.clock, out, wal, partitions, state, metadataLog };
    const controller = new Controller(context);
    const topics = new Topics(context, controller);
    const admin = new Admin(context, controller, null);
    const membership = new Membership(context, controller);
    return { wal, out, state, controller, topics, admin, membership };
  }

  #commit(): void {
    if (this.isCommitting) this.#committed = this.log.length;
    this.#apply();
  }

  #apply(): void {
    for (const [id, { state }] of this.#officers) {
      if (this.silent.has(id)) continue;
      while (state.appliedIndex < this.#committed) {
        const at = index(state.appliedIndex + 1);
        const data = encodeCommand(this.log[at - 1]!);
        state.apply({ term: term(1), index: at, type: "EntryNormal", data });
      }
    }
  }

  /** True if a message reached somebody. */
  #deliver(): boolean {
    let isAny = false;
    for (const [id, { out }] of this.#officers) {
      for (const output of out.take()) {
        if (output.kind === "event") this.events.push(`${id} ${output.event.kind}`);
        else if (output.kind === "adminReply") {
          this.#answers[output.connection]!.response = output.response;
        } else if (output.kind === "send" && output.message.kind === "request") {
          if (this.silent.has(id) || this.silent.has(output.to)) continue;
          const { correlationId, request } = output.message;
          if (request.api !== "brokerHeartbeat") continue;
          const origin = { kind: "peer", from: id, correlationId } as const;
          this.officer(output.to).controller.heartbeat(origin, request);
          isAny = true;
        }
      }
    }
    return isAny;
  }
}
