import { assert } from "../../base/assert.ts";
import { NO_NODE } from "../../base/ids.ts";
import type { LeaderEpoch, Offset } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { decodeRecordBatch, encodeRecordBatch, ErrorCode } from "../../wire/index.ts";
import type {
  FindCoordinatorResponse,
  JoinGroupRequest,
  LeaveGroupRequest,
  OffsetCommitPartition,
  OffsetCommitRequest,
  OffsetFetchGroup,
  OffsetFetchGroupResponse,
  Response,
} from "../../wire/request.ts";
import type { Clock } from "../clock.ts";
import type { Origin } from "../outbox.ts";
import { Group } from "./group.ts";
import type { GroupClient, GroupSeat, Stored } from "./group.ts";
import type { GroupEvent } from "./groupEvent.ts";
import type { CommittedOffset, GroupView } from "./groupView.ts";
import { decodeOffsetsRecord, encodeOffsetsRecord, NAME_CHARS_MAX } from "./offsetsRecord.ts";
import type { GroupValue, OffsetsRecord } from "./offsetsRecord.ts";
import { partitionOfGroup } from "./offsetsTopic.ts";
import type { Appended, LedLog, OffsetsTopic } from "./offsetsTopic.ts";
import { coordinatorError, fetchRefused, nothingCommitted, refused } from "./refusal.ts";
import type { GroupRequest, OneGroupRequest } from "./refusal.ts";

interface GroupCoordinatorParts {
  readonly clock: Clock;
  readonly topic: OffsetsTopic;
  /** A uniformly random integer in [0, n). */
  readonly random: (n: number) => number;
  /** A group's first members wait so long for others (group.initial.rebalance.delay.ms). */
  readonly initialRebalanceDelayMs: number;
  readonly answer: (origin: Origin, response: Response) => void;
  /** Null when events are not wanted. */
  readonly tell: ((event: GroupEvent) => void) | null;
}

/** What one partition of the offsets topic holds, while this broker leads it in one epoch. */
interface Shard {
  readonly partition: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly groups: Map<string, Group>;
  /** Records that are not known to be replicated yet, in the order of the log. */
  readonly writes: OpenWrite[];
}
interface OpenWrite {
  readonly lastOffset: Offset;
  readonly group: Group;
  /** Null for the group's own record. */
  readonly commit: OpenCommit | null;
  readonly deadlineUs: number;
  /** It took too long, and who asked was told so. It may be replicated all the same. */
  isOverdue: boolean;
}
interface OpenCommit {
  readonly origin: Origin;
  readonly request: OffsetCommitRequest;
  /** By partition, in the order of the request: NONE for those whose offsets are committed. */
  readonly refusals: readonly ErrorCode[];
  readonly offsets: readonly CommittedOffset[];
}

const SESSION_TIMEOUT_MIN_MS = 6_000;
const SESSION_TIMEOUT_MAX_MS = 1_800_000;
/** How long a write may take (offsets.commit.timeout.ms). */
const WRITE_TIMEOUT_US = 5_000_000;
/** What a client may say with an offset (offset.metadata.max.bytes). */
const OFFSET_METADATA_CHARS_MAX = 4_096;
/** What a group has committed is forgotten so long after it was deserted (7 days). */
const OFFSETS_RETENTION_US = 604_800_000_000;
/** A deserted group that has committed nothing is forgotten sooner (10 minutes). */
const GROUP_RETENTION_US = 600_000_000;
const CONSUMER_GROUP_KEY = 0;

/**
 * Coordinates the consumer groups whose partition of the offsets topic this broker leads. All that
 * must outlive it is in that partition: a new leader reads it before it serves. Nothing that is not
 * replicated is told to anybody: neither an assignment nor that offsets are committed.
 */
export class GroupCoordinator {
  readonly #parts: GroupCoordinatorParts;
  readonly #shards = new Map<number, Shard>();
  #memberCount = 0;

  constructor(parts: GroupCoordinatorParts) {
    this.#parts = parts;
  }

  /** The groups that this broker coordinates. */
  get groups(): readonly GroupView[] {
    return [...this.#shards.values()].flatMap(({ groups }) => [...groups.values()]);
  }

  handle(origin: Origin, request: GroupRequest, client: GroupClient): void {
    const { api } = request;
    if (api === "findCoordinator") {
      const coordinators = request.keys.map((key) => this.#find(request.keyType, key));
      return this.#parts.answer(origin, { api, coordinators });
    }
    if (api === "offsetFetch") {
      const groups = request.groups.map((group) => this.#fetch(group));
      return this.#parts.answer(origin, { api, groups });
    }
    const isNamed = request.groupId !== "" || api === "offsetCommit";
    const refusal = isNamed && areNamesShort(request, client) ? null : ErrorCode.INVALID_GROUP_ID;
    const shard = refusal ?? this.#shardOf(request.groupId);
    if (typeof shard === "number") return this.#parts.answer(origin, refused(request, shard));
    this.#dispatch(origin, request, client, shard);
  }

  /** Time has passed: sessions, rebalances and writes may have taken too long. */
  tick(): void {
    const { topic, clock } = this.#parts;
    for (let partition = 0; partition < (topic.partitionCount ?? 0); partition++) {
      const shard = this.#shard(partition);
      if (typeof shard === "number") continue;
      for (const write of shard.writes) {
        if (!write.isOverdue && clock.nowUs >= write.deadlineUs) this.#giveUp(write);
      }
      for (const group of shard.groups.values()) {
        group.tick();
        this.#forgetIfIdle(shard, group);
      }
    }
  }

  /** Something has happened: goes on with what waits for records to be replicated. */
  settle(): void {
    for (const shard of this.#shards.values()) {
      if (shard.writes.length > 0) this.#settle(shard);
    }
  }

  #dispatch(origin: Origin, request: OneGroupRequest, client: GroupClient, shard: Shard): void {
    const { answer } = this.#parts;
    if (request.api === "offsetCommit") return this.#commit(origin, request, shard);
    const group = shard.groups.get(request.groupId);
    if (request.api === "joinGroup") return this.#join(origin, request, client, shard);
    if (group === undefined) return answer(origin, refused(request, ErrorCode.UNKNOWN_MEMBER_ID));
    switch (request.api) {
      case "syncGroup":
        return group.sync(origin, request);
      case "heartbeat":
        return answer(origin, { api: "heartbeat", errorCode: group.heartbeat(request) });
      case "leaveGroup":
        return answer(origin, left(group, request, client));
    }
  }

  // Where a group is coordinated.

  #find(keyType: number, key: string): FindCoordinatorResponse["coordinators"][number] {
    const { topic } = this.#parts;
    const nobody = { key, nodeId: -1, host: "", port: -1 } as const;
    if (keyType !== CONSUMER_GROUP_KEY) {
      const errorMessage = "There are no transactions.";
      return { ...nobody, errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
    }
    const { partitionCount } = topic;
    if (partitionCount === null) topic.requestCreation();
    const known =
      partitionCount === null ? null : topic.leaderOf(partitionOfGroup(key, partitionCount));
    if (known === null || known.leader === NO_NODE) {
      return { ...nobody, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, errorMessage: null };
    }
    const { leader: nodeId, host, port } = known;
    return { key, nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage: null };
  }

  #shardOf(groupId: string): Shard | ErrorCode {
    const { partitionCount } = this.#parts.topic;
    if (partitionCount === null) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    return this.#shard(partitionOfGroup(groupId, partitionCount));
  }

  /** Reads what the partition holds when this broker has come to lead it, and drops it after. */
  #shard(partition: number): Shard | ErrorCode {
    const log = this.#parts.topic.read(partition);
    const known = this.#shards.get(partition);
    if (known !== undefined) {
      if (known.leaderEpoch === log?.leaderEpoch) return known;
      this.#unload(known);
    }
    if (log === null) return ErrorCode.NOT_COORDINATOR;
    if (!log.isComplete) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    return this.#load(partition, log);
  }

  #load(partition: number, { leaderEpoch, batches }: LedLog): Shard {
    const shard: Shard = { partition, leaderEpoch, groups: new Map(), writes: [] };
    const values = new Map<string, GroupValue>();
    const offsets = new Map<string, Map<string, CommittedOffset>>();
    for (const batch of batches) {
      const decoded = decodeRecordBatch(batch);
      for (const { key, value } of decoded.ok ? decoded.batch.records : []) {
        const record = decodeOffsetsRecord(key, value);
        if (record?.kind === "group") replace(values, record.groupId, record.value);
        if (record?.kind === "offset") replayOffset(offsets, record);
      }
    }
    const seat = this.#seatIn(shard);
    for (const [groupId, value] of values)
      shard.groups.set(groupId, new Group(groupId, seat, value));
    for (const [groupId, committed] of offsets) {
      const group = shard.groups.get(groupId) ?? new Group(groupId, seat);
      shard.groups.set(groupId, group);
      for (const [key, offset] of committed) group.offsets.set(key, offset);
    }
    this.#shards.set(partition, shard);
    const groupCount = shard.groups.size;
    this.#parts.tell?.({ kind: "groupsLoaded", partition, leaderEpoch, groupCount });
    return shard;
  }

  #unload(shard: Shard): void {
    const { partition, groups, writes } = shard;
    this.#shards.delete(partition);
    for (const { commit, isOverdue } of writes) {
      if (commit !== null && !isOverdue) this.#answerCommit(commit, ErrorCode.NOT_COORDINATOR);
    }
    for (const group of groups.values()) group.unload();
    this.#parts.tell?.({ kind: "groupsUnloaded", partition });
  }

  #seatIn(shard: Shard): GroupSeat {
    const { clock, initialRebalanceDelayMs, answer, tell } = this.#parts;
    return {
      clock,
      initialRebalanceDelayUs: initialRebalanceDelayMs * 1000,
      tell,
      answer,
      nextMemberId: (name) => this.#nextMemberId(name),
      store: (group, value) => this.#store(shard, group, value),
    };
  }

  /** Two coordinators, one after the other, must not give the same id to two members. */
  #nextMemberId(name: string): string {
    const words = [0, 1].map(() =>
      this.#parts
        .random(2 ** 30)
        .toString(16)
        .padStart(8, "0"),
    );
    return `${name}-${words.join("")}-${++this.#memberCount}`;
  }

  // Members.

  #join(origin: Origin, request: JoinGroupRequest, client: GroupClient, shard: Shard): void {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId } = request;
    const isKnown = shard.groups.has(groupId);
    const refuse = (errorCode: ErrorCode): void =>
      this.#parts.answer(origin, refused(request, errorCode));
    if (sessionTimeoutMs < SESSION_TIMEOUT_MIN_MS || sessionTimeoutMs > SESSION_TIMEOUT_MAX_MS) {
      return refuse(ErrorCode.INVALID_SESSION_TIMEOUT);
    }
    if (!isKnown && memberId !== "") return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
    // The first version of the request has only the one timeout.
    const asked =
      rebalanceTimeoutMs < 0 ? { ...request, rebalanceTimeoutMs: sessionTimeoutMs } : request;
    this.#groupIn(shard, groupId).join(origin, asked, client);
  }

  #groupIn(shard: Shard, groupId: string): Group {
    const known = shard.groups.get(groupId);
    if (known !== undefined) return known;
    const group = new Group(groupId, this.#seatIn(shard));
    shard.groups.set(groupId, group);
    return group;
  }

  #forgetIfIdle(shard: Shard, group: Group): void {
    if (!group.isDeserted || shard.writes.some((write) => write.group === group)) return;
    const { groupId, generation, offsets, idleSinceUs } = group;
    const hasOffsets = offsets.size > 0;
    const isStored = hasOffsets || generation > 0;
    if (isStored) {
      const retentionUs = hasOffsets ? OFFSETS_RETENTION_US : GROUP_RETENTION_US;
      if (this.#parts.clock.nowUs - idleSinceUs < retentionUs) return;
      const records: OffsetsRecord[] = [...offsets.values()].map(({ topic, partition }) => {
        return { kind: "offset", groupId, topic, partition, value: null };
      });
      if (!this.#append(shard, [...records, { kind: "group", groupId, value: null }]).ok) return;
    }
    shard.groups.delete(groupId);
  }

  // Offsets.

  #commit(origin: Origin, request: OffsetCommitRequest, shard: Shard): void {
    const { groupId, generationId } = request;
    const refusal = shard.groups.get(groupId)?.checkCommit(request);
    const isMember = refusal === undefined && generationId >= 0;
    const errorCode = isMember ? ErrorCode.ILLEGAL_GENERATION : (refusal ?? ErrorCode.NONE);
    const refusals = request.partitions.map((asked) => this.#refusalOf(asked));
    const offsets = errorCode === ErrorCode.NONE ? this.#offsetsOf(request, refusals) : [];
    const commit = { origin, request, refusals, offsets };
    if (offsets.length === 0) return this.#answerCommit(commit, errorCode);
    const appended = this.#append(
      shard,
      offsets.map((value) => {
        return { kind: "offset", groupId, topic: value.topic, partition: value.partition, value };
      }),
    );
    if (!appended.ok) return this.#answerCommit(commit, coordinatorError(appended.errorCode));
    this.#waitFor(shard, appended.lastOffset, this.#groupIn(shard, groupId), commit);
  }

  /** Why an offset is not committed, whatever the group says to it; NONE if nothing speaks against it. */
  #refusalOf(asked: OffsetCommitPartition): ErrorCode {
    const { topic, partition } = asked;
    if (!this.#parts.topic.hasPartition(topic, partition)) {
      return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    return isMetadataShort(asked) ? ErrorCode.NONE : ErrorCode.OFFSET_METADATA_TOO_LARGE;
  }

  #offsetsOf(
    { partitions }: OffsetCommitRequest,
    refusals: readonly ErrorCode[],
  ): CommittedOffset[] {
    const commitTimestampMs = this.#nowMs;
    const isTaken = (_: OffsetCommitPartition, at: number): boolean =>
      refusals[at] === ErrorCode.NONE;
    return partitions.filter(isTaken).map(({ metadata, ...committed }) => {
      return { ...committed, metadata: metadata ?? "", commitTimestampMs };
    });
  }

  /** A partition that does not exist is named before the group is asked (Kafka: KafkaApis). */
  #answerCommit({ origin, request, refusals, offsets }: OpenCommit, errorCode: ErrorCode): void {
    const partitions = request.partitions.map(({ topic, partition }, at) => {
      const refusal = refusals[at] ?? ErrorCode.NONE;
      const isFirst =
        errorCode === ErrorCode.NONE || refusal === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      return { topic, partition, errorCode: isFirst ? refusal : errorCode };
    });
    this.#parts.answer(origin, { api: "offsetCommit", partitions });
    this.#parts.tell?.({ kind: "offsetsCommitted", groupId: request.groupId, offsets, errorCode });
  }

  #fetch(asked: OffsetFetchGroup): OffsetFetchGroupResponse {
    const { groupId } = asked;
    const shard = this.#shardOf(groupId);
    if (typeof shard === "number") return fetchRefused(asked, shard);
    const errorCode = ErrorCode.NONE;
    const offsets = shard.groups.get(groupId)?.offsets ?? new Map<string, CommittedOffset>();
    const partitions = (asked.partitions ?? [...offsets.values()]).map(({ topic, partition }) => {
      const known = offsets.get(partitionKey(topic, partition));
      if (known === undefined) return nothingCommitted(topic, partition);
      const { committedOffset, committedLeaderEpoch, metadata } = known;
      return { topic, partition, committedOffset, committedLeaderEpoch, metadata, errorCode };
    });
    return { groupId, errorCode, partitions };
  }

  // Writing.

  get #nowMs(): number {
    return Math.floor(this.#parts.clock.nowUs / 1000);
  }

  #append(shard: Shard, records: readonly OffsetsRecord[]): Appended {
    const batch = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: shard.leaderEpoch,
      firstTimestampMs: this.#nowMs,
      records: records.map(encodeOffsetsRecord),
    });
    const appended = this.#parts.topic.append(shard.partition, batch);
    const isSameEpoch = !appended.ok || appended.leaderEpoch === shard.leaderEpoch;
    assert(isSameEpoch, "a partition's epoch is looked at before anything is written to it");
    return appended;
  }

  #store(shard: Shard, group: Group, value: GroupValue): Stored {
    const { groupId } = group;
    const appended = this.#append(shard, [{ kind: "group", groupId, value }]);
    if (!appended.ok) return { ok: false, errorCode: coordinatorError(appended.errorCode) };
    this.#waitFor(shard, appended.lastOffset, group, null);
    return appended;
  }

  #waitFor(shard: Shard, lastOffset: Offset, group: Group, commit: OpenCommit | null): void {
    const deadlineUs = this.#parts.clock.nowUs + WRITE_TIMEOUT_US;
    shard.writes.push({ lastOffset, group, commit, deadlineUs, isOverdue: false });
  }

  #settle(shard: Shard): void {
    const { topic } = this.#parts;
    const { partition, leaderEpoch, writes } = shard;
    if (topic.read(partition)?.leaderEpoch !== leaderEpoch) return this.#unload(shard);
    for (let [first] = writes; first !== undefined; [first] = writes) {
      const outcome = topic.outcome(partition, leaderEpoch, first.lastOffset);
      if (outcome === null) return;
      writes.shift();
      this.#decided(first, outcome);
    }
  }

  /** Replicated, though perhaps to too few (20): then the log has it, but that is not promised. */
  #decided({ group, lastOffset, commit, isOverdue }: OpenWrite, outcome: ErrorCode): void {
    const errorCode = coordinatorError(outcome);
    if (commit === null) return group.written(lastOffset, errorCode);
    const isInLog =
      outcome === ErrorCode.NONE || outcome === ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    for (const offset of isInLog ? commit.offsets : []) {
      group.offsets.set(partitionKey(offset.topic, offset.partition), offset);
    }
    group.idleSinceUs = this.#parts.clock.nowUs;
    if (!isOverdue) this.#answerCommit(commit, errorCode);
  }

  #giveUp(write: OpenWrite): void {
    write.isOverdue = true;
    const { group, commit, lastOffset } = write;
    if (commit !== null) this.#answerCommit(commit, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    else group.written(lastOffset, ErrorCode.REBALANCE_IN_PROGRESS);
  }
}

/** One member left before version 3, and its error is the whole answer's. */
function left(group: Group, { members }: LeaveGroupRequest, client: GroupClient): Response {
  const answers = members.map((member) => {
    const { memberId, groupInstanceId } = member;
    return { memberId, groupInstanceId, errorCode: group.leave(member) };
  });
  const errorCode = client.apiVersion < 3 ? answers[0]?.errorCode : ErrorCode.NONE;
  return { api: "leaveGroup", errorCode: errorCode ?? ErrorCode.NONE, members: answers };
}

function replace<Value>(map: Map<string, Value>, key: string, value: Value | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function replayOffset(
  offsets: Map<string, Map<string, CommittedOffset>>,
  { groupId, topic, partition, value }: Extract<OffsetsRecord, { kind: "offset" }>,
): void {
  const known = offsets.get(groupId) ?? new Map<string, CommittedOffset>();
  replace(known, partitionKey(topic, partition), value && { ...value, topic, partition });
  offsets.set(groupId, known);
}

function isMetadataShort({ metadata }: OffsetCommitPartition): boolean {
  return (metadata?.length ?? 0) <= OFFSET_METADATA_CHARS_MAX;
}

/** Whether every name in a request fits into the records that would tell of it. */
function areNamesShort(request: OneGroupRequest, { clientId }: GroupClient): boolean {
  const names = [request.groupId, clientId];
  if (request.api === "joinGroup") {
    names.push(request.protocolType, request.groupInstanceId ?? "");
    for (const { name } of request.protocols) names.push(name);
  }
  return names.every(({ length }) => length < NAME_CHARS_MAX);
}
