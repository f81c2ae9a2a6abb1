import type { NodeId } from "../../base/ids.ts";
import { ErrorCode } from "../../wire/index.ts";
import type {
  ClientRequest,
  ClientResponse,
  JoinGroupResponse,
  RequestOf,
} from "../../wire/index.ts";
import type { GroupApi, RequestFacts } from "../history.ts";
import type { RunOptions } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { Reply } from "./connection.ts";
import {
  assignRanges,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "./consumerProtocol.ts";
import type { MetadataCache } from "./metadataCache.ts";
import type { Requests } from "./requests.ts";
import { UNTOLD } from "./requests.ts";

/** What a member tells the consumer that it belongs to. */
export interface MemberListener {
  /** These partitions of the topic are its own, in this generation, until `revoked`. */
  assigned(partitions: readonly number[]): void;
  /** The group forms anew: commit, and read no further; `then` goes on with it. */
  revoked(then: () => void): void;
}

/** A join waits for the slowest member; a client that gave up sooner would never be in. */
const JOIN_MARGIN_US = 5_000_000;
const PROTOCOL_TYPE = "consumer";
const PROTOCOL = "range";
/** Each session is heard of so often (Kafka's advice for heartbeat.interval.ms). */
const HEARTBEATS_PER_SESSION = 3;

/**
 * A consumer's membership in a group, by the classic protocol: find the coordinator, join, as the
 * leader say who reads what, sync, and then send heartbeats until the group forms anew. Everything is
 * given up before that and assigned again after it (the "eager" way).
 */
export class GroupMember {
  readonly #group: string;
  readonly #topic: string;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #requests: Requests;
  readonly #metadata: MetadataCache;
  readonly #listener: MemberListener;
  #state: "finding" | "joining" | "stable" | "over" = "finding";
  #coordinator: NodeId | null = null;
  #memberId = "";
  #generation = -1;
  /** Grows with every join: what was begun before has no say any more. */
  #round = 0;

  constructor(
    group: string,
    topic: string,
    options: RunOptions,
    host: ClientHost,
    requests: Requests,
    metadata: MetadataCache,
    listener: MemberListener,
  ) {
    this.#group = group;
    this.#topic = topic;
    this.#options = options;
    this.#host = host;
    this.#requests = requests;
    this.#metadata = metadata;
    this.#listener = listener;
    this.#find();
  }

  get state(): "finding" | "joining" | "stable" | "over" {
    return this.#state;
  }

  get memberId(): string {
    return this.#memberId;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Null while it is looked for. */
  get coordinator(): NodeId | null {
    return this.#coordinator;
  }

  /** Leaves, if there is a coordinator to say so to; `then` is called in any case. */
  leave(then: () => void): void {
    const isMember = this.#memberId !== "" && this.#coordinator !== null;
    this.#state = "over";
    this.#round++;
    if (!isMember) return then();
    const { groupId, memberId } = this.#identity();
    const members = [{ memberId, groupInstanceId: null, reason: null }];
    this.#ask({ api: "leaveGroup", groupId, members }, () => then(), this.#told("leaveGroup"));
  }

  end(): void {
    this.#state = "over";
    this.#round++;
  }

  /** What an answer from the coordinator to somebody else's question means for the membership. */
  learn(errorCode: ErrorCode): void {
    if (this.#state === "stable") this.#troubled(errorCode);
  }

  /** The coordinator did not answer: it may be another by now. */
  lostCoordinator(): void {
    if (this.#state !== "stable") return;
    this.#coordinator = null;
    this.#find();
  }

  #find(): void {
    const round = ++this.#round;
    const request: ClientRequest = { api: "findCoordinator", keyType: 0, keys: [this.#group] };
    const facts = this.#told("findCoordinator");
    const onReply = (reply: Reply<ClientResponse>): void => {
      if (round !== this.#round) return;
      const found =
        reply.kind === "answered" && reply.response.api === "findCoordinator"
          ? reply.response.coordinators[0]
          : undefined;
      if (found === undefined || found.errorCode !== ErrorCode.NONE || found.nodeId <= 0) {
        return this.#later(() => this.#find());
      }
      this.#coordinator = found.nodeId === -1 ? null : found.nodeId;
      if (this.#state === "stable") this.#beat();
      else this.#join();
    };
    this.#requests.ask(this.#metadata.nextNode(), request, facts, onReply);
  }

  #join(): void {
    this.#state = "joining";
    const round = ++this.#round;
    const { groupSessionTimeoutMs: sessionTimeoutMs } = this.#options;
    const metadata = encodeSubscription({ topics: [this.#topic] });
    const request: ClientRequest = {
      api: "joinGroup",
      groupId: this.#group,
      sessionTimeoutMs,
      rebalanceTimeoutMs: sessionTimeoutMs,
      memberId: this.#memberId,
      groupInstanceId: null,
      protocolType: PROTOCOL_TYPE,
      protocols: [{ name: PROTOCOL, metadata }],
      reason: null,
    };
    const onReply = (reply: Reply<ClientResponse>): void => {
      if (round !== this.#round) return;
      if (reply.kind !== "answered" || reply.response.api !== "joinGroup") return this.#seek();
      this.#joined(reply.response);
    };
    const timeoutUs = sessionTimeoutMs * 1_000 + JOIN_MARGIN_US;
    this.#ask(request, onReply, this.#told("joinGroup"), timeoutUs);
  }

  #joined(response: JoinGroupResponse): void {
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      // KIP-394: a member that was given an id and does not come back leaves no trace.
      this.#memberId = response.memberId;
      return this.#join();
    }
    if (response.errorCode !== ErrorCode.NONE) return this.#troubled(response.errorCode);
    this.#memberId = response.memberId;
    this.#generation = response.generationId;
    const isLeader = response.leader === response.memberId && !response.skipAssignment;
    if (!isLeader) return this.#sync([]);
    this.#assign(response.members);
  }

  #assign(members: JoinGroupResponse["members"]): void {
    const round = this.#round;
    const subscribed = members.map(({ memberId, metadata }) => ({
      memberId,
      topics: decodeSubscription(metadata)?.topics ?? [],
    }));
    this.#metadata.want(subscribed.flatMap(({ topics }) => topics));
    // As many partitions as there are by now, or those that were added would have no reader.
    this.#metadata.refresh(this.#topic, () => {
      if (round !== this.#round) return;
      const ranges = assignRanges(subscribed, (topic) => this.#metadata.partitionCount(topic));
      const assignments = [...ranges].map(([memberId, assignment]) => ({
        memberId,
        assignment: encodeAssignment(assignment),
      }));
      this.#sync(assignments);
    });
  }

  #sync(assignments: RequestOf<"syncGroup">["assignments"]): void {
    const round = this.#round;
    const protocol = { protocolType: PROTOCOL_TYPE, protocolName: PROTOCOL };
    const request = { api: "syncGroup", ...this.#identity(), ...protocol, assignments } as const;
    const onReply = (reply: Reply<ClientResponse>): void => {
      if (round !== this.#round) return;
      if (reply.kind !== "answered" || reply.response.api !== "syncGroup") return this.#seek();
      const { errorCode, assignment } = reply.response;
      if (errorCode !== ErrorCode.NONE) return this.#troubled(errorCode);
      this.#state = "stable";
      this.#listener.assigned(decodeAssignment(assignment)?.get(this.#topic) ?? []);
      this.#beat();
    };
    const timeoutUs = this.#options.groupSessionTimeoutMs * 1_000 + JOIN_MARGIN_US;
    this.#ask(request, onReply, this.#told("syncGroup"), timeoutUs);
  }

  /** The next heartbeat, after a third of a session. */
  #beat(): void {
    const round = this.#round;
    const afterUs = Math.floor(
      (this.#options.groupSessionTimeoutMs * 1_000) / HEARTBEATS_PER_SESSION,
    );
    this.#host.startTimer(afterUs, () => {
      if (round !== this.#round) return false;
      const request: ClientRequest = { api: "heartbeat", ...this.#identity() };
      this.#ask(request, (reply) => {
        if (round !== this.#round) return;
        if (reply.kind !== "answered" || reply.response.api !== "heartbeat") {
          return this.lostCoordinator();
        }
        const { errorCode } = reply.response;
        if (errorCode === ErrorCode.NONE) this.#beat();
        else this.#troubled(errorCode);
      });
      return true;
    });
  }

  #troubled(errorCode: ErrorCode): void {
    switch (errorCode) {
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
        return this.#seek();
      case ErrorCode.REBALANCE_IN_PROGRESS:
        return this.#rejoin();
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.#memberId = "";
        this.#generation = -1;
        return this.#rejoin();
      case ErrorCode.ILLEGAL_GENERATION:
        this.#generation = -1;
        return this.#rejoin();
      default:
        // The coordinator loads what the group has committed, or cannot write now.
        return this.#state === "stable" ? this.#goOn() : this.#later(() => this.#join());
    }
  }

  #goOn(): void {
    this.#round++;
    this.#beat();
  }

  #seek(): void {
    this.#coordinator = null;
    this.#later(() => this.#find());
  }

  /** What was its own is no more. */
  #rejoin(): void {
    const wasStable = this.#state === "stable";
    this.#state = "joining";
    const round = ++this.#round;
    if (!wasStable) return this.#later(() => this.#join());
    this.#listener.revoked(() => {
      if (round === this.#round) this.#join();
    });
  }

  #later(then: () => void): void {
    const round = ++this.#round;
    this.#host.startTimer(this.#options.clientRetryBackoffUs, () => {
      if (round !== this.#round) return false;
      then();
      return true;
    });
  }

  #identity() {
    const { memberId, generation: generationId } = this;
    return { groupId: this.#group, generationId, memberId, groupInstanceId: null };
  }

  #told(api: GroupApi): RequestFacts {
    return { kind: "group", api, group: this.#group };
  }

  #ask(
    request: ClientRequest,
    onReply: (reply: Reply<ClientResponse>) => void,
    facts: RequestFacts | typeof UNTOLD = UNTOLD,
    timeoutUs?: number,
  ): void {
    if (this.#coordinator === null) return this.#later(() => this.#find());
    this.#requests.ask(this.#coordinator, request, facts, onReply, undefined, timeoutUs);
  }
}
