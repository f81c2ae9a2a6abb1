import { leaderEpoch, NO_NODE, nodeId, offset } from "../../../base/ids.ts";
import type { LeaderEpoch, NodeId, Offset } from "../../../base/ids.ts";
import { utf8Encode } from "../../../base/utf8.ts";
import { ErrorCode, readBatchHeader } from "../../../wire/index.ts";
import type { JoinGroupRequest, Response, SyncGroupRequest } from "../../../wire/request.ts";
import { connectionOf } from "../../outbox.ts";
import { GroupCoordinator } from "../groupCoordinator.ts";
import type { GroupEvent } from "../groupEvent.ts";
import type { Appended, LedLog, OffsetsTopic } from "../offsetsTopic.ts";
import type { GroupRequest } from "../refusal.ts";

export interface Asked<Answer = Response> {
  readonly node: number;
  readonly request: GroupRequest;
  response: Answer | null;
}
export type AnswerOf<Request extends GroupRequest> = Extract<Response, { api: Request["api"] }>;

interface Written {
  readonly lastOffset: Offset;
  readonly batch: Uint8Array;
}

/** A broker with its copy of the one partition of the offsets topic. */
class TestBroker {
  readonly id: NodeId;
  coordinator!: GroupCoordinator;
  log: Written[] = [];
  highWatermark = 0;
  /** The epoch in which it takes itself for the leader. */
  ledEpoch: LeaderEpoch | null = null;
  isComplete = true;
  /** What an append is refused with, and how a record that is replicated is answered. */
  appendError: ErrorCode = ErrorCode.NONE;
  outcomeError: ErrorCode = ErrorCode.NONE;

  constructor(id: number) {
    this.id = nodeId(id);
  }

  get endOffset(): number {
    return (this.log.at(-1)?.lastOffset ?? -1) + 1;
  }
}

/**
 * Group coordinators on an offsets topic that is replicated when the test says so. Leadership moves
 * with everything that is replicated, and without what is not, and who has lost it need not know.
 */
export class TestCoordinators {
  readonly clock = { nowUs: 1_000_000 };
  readonly events: GroupEvent[] = [];
  partitionCount: number | null = 1;
  /** The cluster has every partition but those of these topics. */
  readonly missingTopics = new Set<string>();
  creationsAsked = 0;
  leader = 1;
  isOffline = false;
  readonly #brokers: TestBroker[] = [];
  readonly #open = new Map<number, Asked>();
  #lastConnection = 0;

  constructor(count = 3, random: (n: number) => number = () => 7, initialRebalanceDelayMs = 3_000) {
    for (let id = 1; id <= count; id++) {
      const broker = new TestBroker(id);
      broker.coordinator = new GroupCoordinator({
        clock: this.clock,
        topic: this.#topicAt(broker),
        random,
        initialRebalanceDelayMs,
        answer: (origin, response) => this.#answered(connectionOf(origin), response),
        tell: (event) => this.events.push(event),
      });
      this.#brokers.push(broker);
    }
    this.broker(1).ledEpoch = leaderEpoch(0);
  }

  broker(id: number): TestBroker {
    return this.#brokers[id - 1]!;
  }

  get led(): TestBroker {
    return this.broker(this.leader);
  }

  get waiting(): number {
    return this.#open.size;
  }

  /** Sends a request on a connection of its own to a broker, the leader if none is given. */
  ask<Request extends GroupRequest>(
    request: Request,
    { node = this.leader, clientId = "c", apiVersion = 9 } = {},
  ): Asked<AnswerOf<Request>> {
    const connection = ++this.#lastConnection;
    const asked: Asked = { node, request, response: null };
    this.#open.set(connection, asked);
    const origin = { kind: "client", connection, clientId, apiVersion } as const;
    this.broker(node).coordinator.handle(origin, request, { clientId, apiVersion });
    this.broker(node).coordinator.settle();
    return asked as Asked<AnswerOf<Request>>;
  }

  /** Everything that the leader has is on all brokers now. */
  replicate(): void {
    const { log, highWatermark, endOffset } = this.led;
    if (highWatermark === endOffset) return;
    for (const broker of this.#brokers) {
      if (broker.ledEpoch !== null && broker !== this.led) continue;
      broker.log = [...log];
      broker.highWatermark = endOffset;
    }
    this.led.coordinator.settle();
  }

  /** Time passes, a tick of 100 ms at a time, while everything is replicated at once. */
  run(ms: number, isReplicated = true): void {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.nowUs += Math.min(left, 100) * 1000;
      for (const { coordinator } of this.#brokers) coordinator.tick();
      if (isReplicated) this.replicate();
    }
  }

  /** Another broker leads, with `extra` of what was not replicated yet. */
  move(to: number, extra = 0, isKnown = true): void {
    const from = this.led;
    const epoch = Math.max(...this.#brokers.map(({ ledEpoch }) => ledEpoch ?? 0)) + 1;
    const next = this.broker(to);
    next.log = from.log.filter(({ lastOffset }) => lastOffset < from.highWatermark + extra);
    next.highWatermark = next.endOffset;
    if (isKnown) from.ledEpoch = null;
    next.ledEpoch = leaderEpoch(epoch);
    this.leader = to;
  }

  /** Who leads no longer comes to know it. */
  demote(id: number): void {
    if (id !== this.leader) this.broker(id).ledEpoch = null;
  }

  #answered(connection: number | null, response: Response): void {
    const asked = this.#open.get(connection ?? 0);
    if (asked === undefined) throw new Error(`answered twice: ${JSON.stringify(response)}`);
    this.#open.delete(connection ?? 0);
    asked.response = response;
  }

  #topicAt(broker: TestBroker): OffsetsTopic {
    const count = (): number | null => this.partitionCount;
    return {
      self: broker.id,
      get partitionCount() {
        return count();
      },
      hasPartition: (topic) => !this.missingTopics.has(topic),
      requestCreation: () => this.creationsAsked++,
      leaderOf: () => {
        const { id, ledEpoch } = this.led;
        const leader = this.isOffline ? NO_NODE : id;
        return { leader, leaderEpoch: ledEpoch!, host: `n${id}`, port: 9092 };
      },
      read: (): LedLog | null => {
        const { ledEpoch, isComplete, log } = broker;
        if (ledEpoch === null) return null;
        return {
          leaderEpoch: ledEpoch,
          isComplete,
          get batches() {
            return log.map(({ batch }) => batch);
          },
        };
      },
      append: (_partition, batch): Appended => appendTo(broker, batch),
      outcome: (_partition, epoch, lastOffset) => {
        if (broker.ledEpoch !== epoch) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        return lastOffset < broker.highWatermark ? broker.outcomeError : null;
      },
    };
  }
}

function appendTo(broker: TestBroker, batch: Uint8Array): Appended {
  const { endOffset, ledEpoch, appendError: errorCode } = broker;
  if (errorCode !== ErrorCode.NONE) return { ok: false, errorCode };
  const lastOffset = offset(endOffset + readBatchHeader(batch)!.recordCount - 1);
  broker.log.push({ lastOffset, batch });
  return { ok: true, leaderEpoch: ledEpoch!, lastOffset };
}

// Requests of a consumer, as clients make them.

export function join(memberId = "", changed: Partial<JoinGroupRequest> = {}): JoinGroupRequest {
  return {
    api: "joinGroup",
    groupId: "g",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId,
    groupInstanceId: null,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: utf8Encode("orders") }],
    reason: null,
    ...changed,
  };
}

export function sync(
  generationId: number,
  memberId: string,
  assignments: Readonly<Record<string, string>> = {},
  groupInstanceId: string | null = null,
): SyncGroupRequest {
  return {
    api: "syncGroup",
    groupId: "g",
    generationId,
    memberId,
    groupInstanceId,
    protocolType: "consumer",
    protocolName: "range",
    assignments: Object.entries(assignments).map(([memberId, assigned]) => {
      return { memberId, assignment: utf8Encode(assigned) };
    }),
  };
}
