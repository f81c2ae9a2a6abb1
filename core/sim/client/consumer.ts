import { leaderEpoch, offset } from "../../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { ClientRequest, ClientResponse, FetchPartitionResponse } from "../../wire/index.ts";
import type { RequestFacts, Seek } from "../history.ts";
import type { HistoryLog } from "../historyLog.ts";
import type { RunOptions, StartConsumerAction } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { ConsumerProbe, Program } from "./clientProbe.ts";
import type { Reply } from "./connection.ts";
import { GroupMember } from "./groupMember.ts";
import { isStaleMetadata, MetadataCache } from "./metadataCache.ts";
import { readRecords, valueName } from "./records.ts";
import { UNTOLD } from "./requests.ts";
import type { Requests } from "./requests.ts";

/** One partition that it reads. */
interface Position {
  readonly partition: number;
  /** Where it reads next; -1 until it knows. */
  offset: number;
  /** Of the last record that it has read (KIP-320). */
  lastEpoch: LeaderEpoch | -1;
  /** The last that the group was told; -1 for nothing. */
  committed: number;
  /** A request for it is on its way. */
  isBusy: boolean;
  notBeforeUs: number;
}

const FETCH_MAX_WAIT_MS = 500;
const FETCH_BYTES_MAX = 52_428_800;
const PARTITION_BYTES_MAX = 1_048_576;
const EARLIEST = -2;

/**
 * A program that reads a topic as Kafka's consumer does: one fetch at a time from each leader, which
 * holds it until there is something to read. By itself it reads all partitions from the beginning; in
 * a group it reads what it is assigned, from where the group has come to, and commits how far it is.
 */
export class Consumer implements Program {
  readonly #settings: StartConsumerAction;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #history: HistoryLog;
  readonly #requests: Requests;
  readonly #metadata: MetadataCache;
  readonly #member: GroupMember | null;
  /** A new one with every assignment: what was asked for before has no say any more. */
  #positions = new Map<number, Position>();
  readonly #fetching = new Set<NodeId>();
  #state: "running" | "stopping" | "over" = "running";
  /** What is still on its way is not read: the group is told how far it is, and that is final. */
  #isPaused = false;
  #isCommitting = false;
  /** What is to follow the commit that is on its way. */
  #afterCommit: (() => void) | null = null;
  #readCount = 0;

  constructor(
    settings: StartConsumerAction,
    options: RunOptions,
    host: ClientHost,
    history: HistoryLog,
    requests: Requests,
  ) {
    const { group, topic } = settings;
    this.#settings = settings;
    this.#options = options;
    this.#host = host;
    this.#history = history;
    this.#requests = requests;
    this.#metadata = new MetadataCache(options, host, requests);
    this.#metadata.want([topic]);
    const listener = {
      assigned: (partitions: readonly number[]): void => this.#assigned(partitions),
      revoked: (then: () => void): void => this.#revoked(then),
    };
    this.#member =
      group === null
        ? null
        : new GroupMember(group, topic, options, host, requests, this.#metadata, listener);
    if (group === null) this.#readAll();
    else this.#commitRegularly();
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  get probe(): ConsumerProbe {
    const { client, topic, group } = this.#settings;
    const state = this.#member?.state ?? "stable";
    return {
      kind: "consumer",
      client,
      topic,
      group,
      state: this.#state === "running" && state !== "over" ? state : "stopping",
      memberId: this.#member?.memberId ?? "",
      generation: this.#member?.generation ?? -1,
      assigned: [...this.#positions.values()].map(({ partition, offset: position }) => ({
        partition,
        position,
      })),
      readCount: this.#readCount,
    };
  }

  /** A crash says nothing to anybody: its group waits until the session is over. */
  stop(isCrash: boolean): void {
    const member = this.#member;
    if (isCrash || member === null) return this.#end();
    this.#state = "stopping";
    this.#isPaused = true;
    this.#commit(() => member.leave(() => this.#end()));
  }

  #end(): void {
    this.#state = "over";
    this.#member?.end();
    this.#positions = new Map();
    this.#requests.closeAll();
  }

  /** All partitions that there are, and those that come later. */
  #readAll(): void {
    this.#metadata.refresh(this.#settings.topic, () => {
      if (this.#state !== "running") return;
      const count = this.#metadata.partitionCount(this.#settings.topic);
      for (let partition = this.#positions.size; partition < count; partition++) {
        this.#positions.set(partition, newPosition(partition));
      }
      if (count === 0) return this.#later(() => this.#readAll());
      this.#goOn();
    });
  }

  #assigned(partitions: readonly number[]): void {
    this.#positions = new Map(partitions.map((each) => [each, newPosition(each)]));
    this.#isPaused = false;
    if (partitions.length > 0) this.#askCommitted();
  }

  #revoked(then: () => void): void {
    this.#isPaused = true;
    this.#commit(() => {
      this.#positions = new Map();
      then();
    });
  }

  /** Whatever is to be done for each partition: find where to begin, or read. */
  #goOn(): void {
    if (this.#state !== "running" || this.#isPaused) return;
    const toFind = new Map<NodeId, Position[]>();
    const toFetch = new Map<NodeId, Position[]>();
    let isLost = false;
    for (const position of this.#positions.values()) {
      if (position.isBusy || position.notBeforeUs > this.#host.nowUs) continue;
      const leader = this.#metadata.leaderOf(this.#settings.topic, position.partition);
      if (leader === undefined) {
        isLost = true;
        continue;
      }
      const isFound = position.offset >= 0;
      if (isFound && this.#fetching.has(leader.node)) continue;
      addTo(isFound ? toFetch : toFind, leader.node, position);
    }
    for (const [node, positions] of toFind) this.#findStart(node, positions);
    for (const [node, positions] of toFetch) this.#fetch(node, positions);
    if (isLost) this.#metadata.refresh(this.#settings.topic, () => this.#goOnLater(0));
  }

  #goOnLater(afterUs: number): void {
    this.#host.startTimer(Math.max(afterUs, this.#options.clientRetryBackoffUs), () => {
      if (this.#state !== "running") return false;
      this.#goOn();
      return true;
    });
  }

  #fetch(node: NodeId, positions: readonly Position[]): void {
    const { topic } = this.#settings;
    const topicId = this.#metadata.topicId(topic);
    const asked = positions.map((position) => {
      position.isBusy = true;
      const end = this.#history.acknowledgedEnd(partitionKey(topic, position.partition));
      return { position, offset: position.offset, acknowledgedEnd: end };
    });
    const request: ClientRequest = {
      api: "fetch",
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitMs: FETCH_MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      partitions: positions.map(({ partition, offset: next, lastEpoch }) => ({
        topic,
        topicId,
        partition,
        fetchOffset: offset(next),
        currentLeaderEpoch: this.#metadata.leaderOf(topic, partition)?.leaderEpoch ?? -1,
        // Kafka's consumer asks OffsetForLeaderEpoch for this; here the fetch itself tells.
        lastFetchedEpoch: lastEpoch,
        maxBytes: PARTITION_BYTES_MAX,
      })),
    };
    this.#fetching.add(node);
    this.#requests.ask(node, request, UNTOLD, (reply) => {
      this.#fetching.delete(node);
      const answers =
        reply.kind === "answered" && reply.response.api === "fetch" ? reply.response : null;
      if (answers === null) this.#metadata.forgetNode(node);
      for (const { position, acknowledgedEnd, ...at } of asked) {
        position.isBusy = false;
        if (this.#positions.get(position.partition) !== position || this.#isPaused) continue;
        if (answers === null || position.offset !== at.offset) continue;
        const of = (each: FetchPartitionResponse): boolean => each.partition === position.partition;
        const answer = answers.partitions.find(of);
        if (answer === undefined) this.#refused(position, answers.errorCode);
        else this.#fetched(position, answer, acknowledgedEnd);
      }
      this.#goOn();
    });
  }

  #fetched(position: Position, answer: FetchPartitionResponse, acknowledgedEnd: number): void {
    const { client, topic, group } = this.#settings;
    const { partition } = position;
    const { errorCode, divergingEpoch, highWatermark } = answer;
    if (errorCode !== ErrorCode.NONE) return this.#refused(position, errorCode, answer);
    const { nowUs: atUs } = this.#host;
    if (divergingEpoch !== null) {
      this.#seek(position, divergingEpoch.endOffset, "truncated", atUs);
      position.lastEpoch = divergingEpoch.epoch;
      return;
    }
    if (highWatermark < acknowledgedEnd) {
      const stale = { highWatermark, acknowledgedEnd, atUs };
      this.#history.staleReads.push({ client, topic, partition, ...stale });
    }
    const records = readRecords(answer.records, offset(position.offset));
    const last = records.at(-1);
    const [first] = records;
    if (first === undefined || last === undefined) return;
    const values = records.map(({ value }) => valueName(value));
    const run = { firstOffset: first.offset, values, atUs };
    this.#history.reads.push({ client, group, topic, partition, ...run });
    this.#readCount += records.length;
    position.offset = last.offset + 1;
    position.lastEpoch = leaderEpoch(last.leaderEpoch);
  }

  #refused(
    position: Position,
    errorCode: ErrorCode,
    answer: FetchPartitionResponse | null = null,
  ): void {
    const { topic } = this.#settings;
    const { partition } = position;
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      position.offset = -1;
      position.lastEpoch = -1;
      return;
    }
    if (errorCode === ErrorCode.UNKNOWN_TOPIC_ID) this.#metadata.forgetTopic(topic);
    const isHinted = this.#metadata.learnLeader(topic, partition, answer?.currentLeader ?? null);
    if (isHinted) return;
    if (isStaleMetadata(errorCode)) this.#metadata.forgetLeader(topic, partition);
    this.#backOff(position);
  }

  #backOff(position: Position): void {
    const { clientRetryBackoffUs } = this.#options;
    position.notBeforeUs = this.#host.nowUs + clientRetryBackoffUs;
    this.#goOnLater(clientRetryBackoffUs);
  }

  /** ListOffsets: where the log begins (auto.offset.reset=earliest). */
  #findStart(node: NodeId, positions: readonly Position[]): void {
    const { topic } = this.#settings;
    const { nowUs: askedAtUs } = this.#host;
    for (const position of positions) position.isBusy = true;
    const request: ClientRequest = {
      api: "listOffsets",
      replicaId: -1,
      partitions: positions.map(({ partition }) => ({
        topic,
        partition,
        currentLeaderEpoch: this.#metadata.leaderOf(topic, partition)?.leaderEpoch ?? -1,
        timestampMs: EARLIEST,
      })),
    };
    this.#requests.ask(node, request, { kind: "listOffsets" }, (reply) => {
      const answers =
        reply.kind === "answered" && reply.response.api === "listOffsets"
          ? reply.response.partitions
          : null;
      if (answers === null) this.#metadata.forgetNode(node);
      for (const position of positions) {
        position.isBusy = false;
        if (this.#positions.get(position.partition) !== position) continue;
        const answer = answers?.find(({ partition }) => partition === position.partition);
        if (answer === undefined) this.#backOff(position);
        else if (answer.errorCode !== ErrorCode.NONE) this.#refused(position, answer.errorCode);
        else {
          const isFirst = position.committed === -1 && position.notBeforeUs === 0;
          this.#seek(position, answer.offset, isFirst ? "start" : "outOfRange", askedAtUs);
        }
      }
      this.#goOn();
    });
  }

  #seek(position: Position, to: number, cause: Seek["cause"], askedAtUs: number): void {
    const { client, topic, group } = this.#settings;
    const { partition } = position;
    position.offset = to;
    const seek = { offset: to, cause, askedAtUs, atUs: this.#host.nowUs };
    this.#history.seeks.push({ client, group, topic, partition, ...seek });
  }

  /** OffsetFetch: how far the group has come. */
  #askCommitted(): void {
    const { topic, group: groupId } = this.#settings;
    const { nowUs: askedAtUs } = this.#host;
    const positions = this.#positions;
    if (groupId === null) return;
    // Nobody may look for a beginning meanwhile: the group may have come further.
    for (const position of positions.values()) position.isBusy = true;
    const partitions = [...positions.keys()].map((partition) => ({ topic, partition }));
    const request: ClientRequest = { api: "offsetFetch", groups: [{ groupId, partitions }] };
    const facts: RequestFacts = { kind: "group", api: "offsetFetch", group: groupId };
    this.#askCoordinator(request, facts, (reply) => {
      if (this.#state !== "running" || this.#positions !== positions) return;
      const group =
        reply?.kind === "answered" && reply.response.api === "offsetFetch"
          ? reply.response.groups[0]
          : undefined;
      const failed = group?.partitions.find(({ errorCode }) => errorCode !== ErrorCode.NONE);
      const errorCode = group?.errorCode || failed?.errorCode;
      if (group === undefined || errorCode !== undefined) {
        if (errorCode !== undefined) this.#member?.learn(errorCode);
        return this.#later(() => {
          if (this.#positions === positions) this.#askCommitted();
        });
      }
      for (const position of positions.values()) position.isBusy = false;
      for (const { partition, committedOffset, committedLeaderEpoch } of group.partitions) {
        const position = positions.get(partition);
        if (position === undefined || committedOffset < 0) continue;
        position.committed = committedOffset;
        position.lastEpoch = committedLeaderEpoch < 0 ? -1 : leaderEpoch(committedLeaderEpoch);
        this.#seek(position, committedOffset, "committed", askedAtUs);
      }
      this.#goOn();
    });
  }

  #commitRegularly(): void {
    this.#host.startTimer(this.#options.consumerCommitIntervalUs, () => {
      if (this.#state !== "running") return false;
      if (!this.#isCommitting) this.#commit(() => {});
      this.#commitRegularly();
      return true;
    });
  }

  /** Tells the group how far this member is; `then` is called whatever comes of it. */
  #commit(then: () => void): void {
    const { topic, group: groupId } = this.#settings;
    const member = this.#member;
    const news = [...this.#positions.values()]
      .filter(({ offset: next, committed }) => next >= 0 && next !== committed)
      .map((position) => ({ position, committedOffset: position.offset }));
    if (this.#isCommitting) {
      this.#afterCommit = () => this.#commit(then);
      return;
    }
    const isUseless = member === null || member.generation < 0 || groupId === null;
    if (isUseless || news.length === 0) return then();
    const request: ClientRequest = {
      api: "offsetCommit",
      groupId,
      generationId: member.generation,
      memberId: member.memberId,
      groupInstanceId: null,
      partitions: news.map(({ position, committedOffset }) => ({
        topic,
        partition: position.partition,
        committedOffset,
        committedLeaderEpoch: position.lastEpoch,
        metadata: "",
      })),
    };
    const facts: RequestFacts = { kind: "group", api: "offsetCommit", group: groupId };
    this.#isCommitting = true;
    this.#askCoordinator(request, facts, (reply) => {
      this.#isCommitting = false;
      const answers =
        reply?.kind === "answered" && reply.response.api === "offsetCommit"
          ? reply.response.partitions
          : [];
      let trouble: ErrorCode = ErrorCode.NONE;
      for (const { position, committedOffset } of news) {
        const answer = answers.find(({ partition }) => partition === position.partition);
        if (answer === undefined) continue;
        if (answer.errorCode !== ErrorCode.NONE) trouble = answer.errorCode;
        else this.#committed(position, committedOffset, groupId);
      }
      if (trouble !== ErrorCode.NONE) member.learn(trouble);
      const after = this.#afterCommit;
      this.#afterCommit = null;
      then();
      after?.();
    });
  }

  #committed(position: Position, committedOffset: number, group: string): void {
    const { client, topic } = this.#settings;
    const { partition } = position;
    position.committed = committedOffset;
    const commit = { offset: committedOffset, atUs: this.#host.nowUs };
    this.#history.commits.push({ client, group, topic, partition, ...commit });
  }

  /** The reply is null when there is nobody to ask. */
  #askCoordinator(
    request: ClientRequest,
    facts: RequestFacts,
    onReply: (reply: Reply<ClientResponse> | null) => void,
  ): void {
    const coordinator = this.#member?.coordinator ?? null;
    if (coordinator === null) return onReply(null);
    this.#requests.ask(coordinator, request, facts, (reply) => {
      if (reply.kind === "unanswered") this.#member?.lostCoordinator();
      onReply(reply);
    });
  }

  #later(then: () => void): void {
    this.#host.startTimer(this.#options.clientRetryBackoffUs, () => {
      if (this.#state !== "running") return false;
      then();
      return true;
    });
  }
}

function newPosition(partition: number): Position {
  return { partition, offset: -1, lastEpoch: -1, committed: -1, isBusy: false, notBeforeUs: 0 };
}

function addTo(groups: Map<NodeId, Position[]>, node: NodeId, position: Position): void {
  const group = groups.get(node);
  if (group === undefined) groups.set(node, [position]);
  else group.push(position);
}
