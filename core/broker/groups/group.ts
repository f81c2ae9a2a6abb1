import { assert } from "../../base/assert.ts";
import { NO_BYTES } from "../../base/bytes.ts";
import type { Offset } from "../../base/ids.ts";
import type { PartitionKey } from "../../metadata/clusterMetadata.ts";
import { ErrorCode } from "../../wire/errorCode.ts";
import type {
  HeartbeatRequest,
  JoinGroupRequest,
  LeaveGroupRequest,
  OffsetCommitRequest,
  Response,
  SyncGroupRequest,
} from "../../wire/request.ts";
import type { Clock } from "../clock.ts";
import type { Origin } from "../outbox.ts";
import type { GroupEvent, RebalanceReason } from "./groupEvent.ts";
import { assignedTo, copyOf, GroupMembers, hasProtocols } from "./groupMembers.ts";
import type { Assignments, Comeback, Member } from "./groupMembers.ts";
import type { CommittedOffset, GroupState, GroupView, MemberView } from "./groupView.ts";
import type { GroupValue } from "./offsetsRecord.ts";
import { joinRefused, syncRefused } from "./refusal.ts";

/** What the header of a request says of who sent it. */
export interface GroupClient {
  readonly clientId: string;
  readonly apiVersion: number;
}

/** What a group needs of the coordinator it belongs to. */
export interface GroupSeat {
  readonly clock: Clock;
  readonly initialRebalanceDelayUs: number;
  /** Null when events are not wanted. */
  readonly tell: ((event: GroupEvent) => void) | null;
  answer(origin: Origin, response: Response): void;
  nextMemberId(name: string): string;
  /** Writes the group's record; `Group.written` is called with its offset once it is decided. */
  store(group: Group, value: GroupValue): Stored;
}
export type Stored =
  | { readonly ok: true; readonly lastOffset: Offset }
  | { readonly ok: false; readonly errorCode: ErrorCode };

/** From this version on a new member must come back with the id it was given (KIP-394). */
const MEMBER_ID_REQUIRED_VERSION = 4;
/** From this version on a leader can be told to leave the assignment as it is (KIP-814). */
const SKIP_ASSIGNMENT_VERSION = 9;
/** The join of a member without an id is given up after that (group.new.member.join.timeout). */
const NEW_MEMBER_JOIN_TIMEOUT_US = 300_000_000;
const NEVER_US = Number.POSITIVE_INFINITY;
const NOTHING_ASSIGNED: Assignments = new Map();

/**
 * A consumer group in Kafka's classic protocol: who its members are, and what each was assigned in
 * which generation. A join is answered when all members have joined, or the time for it is over; a
 * sync when the leader's assignment is replicated. So no two members have a partition in the same
 * generation, whichever broker coordinates.
 */
export class Group implements GroupView {
  readonly groupId: string;
  /** The coordinator puts in what was committed. */
  readonly offsets = new Map<PartitionKey, CommittedOffset>();
  /** Since when nothing has happened, if it is empty. */
  idleSinceUs: number;
  readonly #seat: GroupSeat;
  readonly #members = new GroupMembers();
  /** Ids of members that have yet to come back with them, and until when they may. */
  readonly #awaitedIds = new Map<string, number>();
  #state: GroupState = "empty";
  #generation = 0;
  #protocolType: string | null = null;
  #protocolName: string | null = null;
  #leader: string | null = null;
  #phaseDeadlineUs = NEVER_US;
  /** Of the first join phase, which waits for members that start together. */
  #initialDelay: { hasNewcomer: boolean; readonly untilUs: number } | null = null;
  /** What the leader has assigned in this generation, until it is replicated. */
  #assigning: { readonly writtenAt: Offset; readonly assignments: Assignments } | null = null;

  /** A new group, or as the log has it: its members have a whole session to be heard of again. */
  constructor(groupId: string, seat: GroupSeat, value: GroupValue | null = null) {
    this.groupId = groupId;
    this.#seat = seat;
    this.idleSinceUs = seat.clock.nowUs;
    if (value === null) return;
    this.#generation = value.generation;
    this.#protocolType = value.protocolType;
    this.#protocolName = value.protocolName;
    this.#leader = value.leader;
    if (value.members.length > 0) this.#state = "stable";
    for (const { subscription, ...member } of value.members) {
      this.#members.add({
        ...member,
        protocols: [{ name: value.protocolName ?? "", metadata: subscription }],
        sessionDeadlineUs: seat.clock.nowUs + member.sessionTimeoutMs * 1000,
        joining: null,
        syncing: null,
        hasSynced: true,
        isNew: false,
        comeback: null,
      });
    }
  }

  get state(): GroupState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get protocolType(): string | null {
    return this.#protocolType;
  }

  get protocolName(): string | null {
    return this.#protocolName;
  }

  get leader(): string | null {
    return this.#leader;
  }

  get phaseDeadlineUs(): number {
    return this.#phaseDeadlineUs;
  }

  get members(): ReadonlyMap<string, MemberView> {
    return this.#members.byId;
  }

  /** Nobody is in it or about to be. */
  get isDeserted(): boolean {
    return this.#state === "empty" && this.#awaitedIds.size === 0;
  }

  // Requests.

  join(origin: Origin, request: JoinGroupRequest, client: GroupClient): void {
    const { memberId, groupInstanceId, protocols } = request;
    const refuse = (errorCode: ErrorCode): void => this.#refuseJoin(origin, memberId, errorCode);
    if (!this.#supports(request)) return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    if (memberId === "") return this.#joinWithoutId(origin, request, client);
    if (groupInstanceId === null && this.#awaitedIds.delete(memberId)) {
      return this.#add(origin, memberId, request, client);
    }
    const member = this.#members.find(memberId, groupInstanceId);
    if (typeof member === "number") return refuse(member);
    // A leader joins again when the topics have changed, and then all must.
    const isLeaderAgain = this.#state === "stable" && memberId === this.#leader;
    const isNoNews = !isLeaderAgain && hasProtocols(member, protocols);
    if (this.#state !== "preparingRebalance" && isNoNews) {
      // Perhaps the answer to its first join was lost.
      this.#touch(member);
      return this.#answerJoin(origin, memberId, this.#leader, false);
    }
    this.#update(member, origin, request);
    this.#rebalance("memberRejoined", memberId);
  }

  sync(origin: Origin, request: SyncGroupRequest): void {
    const refuse = (errorCode: ErrorCode): void =>
      this.#seat.answer(origin, syncRefused(errorCode));
    const member = this.#findOfGeneration(request);
    if (typeof member === "number") return refuse(member);
    if (
      (request.protocolType ?? this.#protocolType) !== this.#protocolType ||
      (request.protocolName ?? this.#protocolName) !== this.#protocolName
    ) {
      return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    if (this.#state === "preparingRebalance") return refuse(ErrorCode.REBALANCE_IN_PROGRESS);
    member.hasSynced = true;
    if (this.#members.every(({ hasSynced }) => hasSynced)) this.#phaseDeadlineUs = NEVER_US;
    this.#touch(member);
    if (this.#state === "stable") return this.#answerSync(origin, member);
    // It has asked before, perhaps on a connection that it has given up: nobody is left unanswered.
    this.#refuseSync(member, ErrorCode.REBALANCE_IN_PROGRESS);
    member.syncing = origin;
    if (member.memberId !== this.#leader || this.#assigning !== null) return;
    const assignments = new Map<string, Uint8Array>();
    for (const one of request.assignments) assignments.set(one.memberId, one.assignment.slice());
    const stored = this.#store(assignments);
    if (stored.ok) this.#assigning = { writtenAt: stored.lastOffset, assignments };
    else this.#assignmentFailed(stored.errorCode);
  }

  heartbeat(request: HeartbeatRequest): ErrorCode {
    const member = this.#findOfGeneration(request);
    if (typeof member === "number") return member;
    this.#touch(member);
    const isPreparing = this.#state === "preparingRebalance";
    return isPreparing ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave({ memberId, groupInstanceId }: LeaveGroupRequest["members"][number]): ErrorCode {
    if (groupInstanceId === null && this.#awaitedIds.delete(memberId)) {
      this.#completeJoinIfAllHaveJoined();
      return ErrorCode.NONE;
    }
    // An administrator names a static member by its instance id alone.
    const known = memberId === "" ? this.#members.ofInstance(groupInstanceId) : undefined;
    const member = known ?? this.#members.find(memberId, groupInstanceId);
    if (typeof member === "number") return member;
    this.#remove(member);
    this.#rebalance("memberLeft", member.memberId);
    return ErrorCode.NONE;
  }

  /** Whether offsets may be committed; by a member it is a sign of life. */
  checkCommit(request: OffsetCommitRequest): ErrorCode {
    const { generationId, memberId, groupInstanceId } = request;
    // A consumer that assigns partitions to itself: not in a group that has members.
    if (generationId < 0 && this.#state === "empty") return ErrorCode.NONE;
    if (generationId < 0 && memberId === "" && groupInstanceId === null) {
      return ErrorCode.UNKNOWN_MEMBER_ID;
    }
    const member = this.#findOfGeneration(request);
    if (typeof member === "number") return member;
    if (this.#state === "completingRebalance") return ErrorCode.REBALANCE_IN_PROGRESS;
    this.#touch(member);
    return ErrorCode.NONE;
  }

  // What happens without a request.

  tick(): void {
    const { nowUs } = this.#seat.clock;
    for (const [memberId, deadlineUs] of this.#awaitedIds) {
      if (nowUs < deadlineUs) continue;
      this.#awaitedIds.delete(memberId);
      this.#completeJoinIfAllHaveJoined();
    }
    for (const member of this.#members) {
      const isWaiting = member.joining !== null || member.syncing !== null;
      if (nowUs < member.sessionDeadlineUs || (isWaiting && !member.isNew)) continue;
      this.#remove(member);
      this.#rebalance("sessionEnded", member.memberId);
    }
    if (nowUs >= this.#phaseDeadlineUs) this.#endPhase();
  }

  /** The group's record with this offset is replicated, or is not to be waited for any longer. */
  written(offset: Offset, errorCode: ErrorCode): void {
    if (this.#assigning?.writtenAt === offset) {
      if (errorCode === ErrorCode.NONE) this.#assigned(this.#assigning.assignments);
      else this.#assignmentFailed(errorCode);
    }
    const member = this.#members.firstWho(({ comeback }) => comeback?.writtenAt === offset);
    if (member?.comeback) this.#cameBack(member, member.comeback, errorCode);
  }

  /** Another broker coordinates from now on: who waits is to look for it. */
  unload(): void {
    for (const member of this.#members) this.#refuseAll(member, ErrorCode.NOT_COORDINATOR);
  }

  // Joining.

  #supports({ protocolType, protocols }: JoinGroupRequest): boolean {
    if (protocolType === "" || protocols.length === 0) return false;
    if (this.#members.size === 0) return true;
    return protocolType === this.#protocolType && this.#members.shareOneOf(protocols);
  }

  #joinWithoutId(origin: Origin, request: JoinGroupRequest, client: GroupClient): void {
    const { groupInstanceId, sessionTimeoutMs } = request;
    const memberId = this.#seat.nextMemberId(groupInstanceId ?? client.clientId);
    const known = this.#members.ofInstance(groupInstanceId);
    if (known !== undefined) return this.#comeBack(known, memberId, origin, request, client);
    if (groupInstanceId !== null || client.apiVersion < MEMBER_ID_REQUIRED_VERSION) {
      return this.#add(origin, memberId, request, client);
    }
    // A client whose answer is lost joins once more: were it a member at once, it would be two.
    this.#awaitedIds.set(memberId, this.#seat.clock.nowUs + sessionTimeoutMs * 1000);
    this.#refuseJoin(origin, memberId, ErrorCode.MEMBER_ID_REQUIRED);
  }

  #add(
    origin: Origin,
    memberId: string,
    { groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, ...request }: JoinGroupRequest,
    { clientId }: GroupClient,
  ): void {
    if (this.#members.size === 0) this.#protocolType = request.protocolType;
    if (this.#initialDelay !== null) this.#initialDelay.hasNewcomer = true;
    this.#members.add({
      memberId,
      groupInstanceId,
      clientId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      sessionDeadlineUs: this.#seat.clock.nowUs + NEW_MEMBER_JOIN_TIMEOUT_US,
      protocols: copyOf(request.protocols),
      assignment: NO_BYTES,
      joining: origin,
      syncing: null,
      hasSynced: false,
      isNew: true,
      comeback: null,
    });
    this.#leader ??= memberId;
    this.#rebalance("memberJoined", memberId);
  }

  #update(member: Member, origin: Origin, request: JoinGroupRequest): void {
    const { joining } = member;
    if (joining !== null) {
      this.#refuseJoin(joining, member.memberId, ErrorCode.REBALANCE_IN_PROGRESS);
    }
    member.joining = origin;
    member.protocols = copyOf(request.protocols);
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  }

  /**
   * A static member has restarted (KIP-345): it takes the place of its former self, which is fenced.
   * If that changes nothing else it also gets back what was assigned to it, without a rebalance.
   */
  #comeBack(
    member: Member,
    memberId: string,
    origin: Origin,
    request: JoinGroupRequest,
    { apiVersion }: GroupClient,
  ): void {
    const formerLeader = this.#leader;
    if (member.memberId === formerLeader) this.#leader = memberId;
    this.#refuseAll(member, ErrorCode.FENCED_INSTANCE_ID);
    this.#members.rename(member, memberId);
    this.#update(member, origin, request);
    const isSelected =
      this.#state === "stable" && this.#members.selectProtocol() === this.#protocolName;
    if (!isSelected) return this.#rebalance("memberRejoined", memberId);
    const stored = this.#store(null);
    // An older client must not take itself for the leader, or it would assign anew.
    const canSkip = apiVersion >= SKIP_ASSIGNMENT_VERSION;
    const comeback = {
      writtenAt: stored.ok ? stored.lastOffset : null,
      leader: canSkip ? this.#leader : formerLeader,
      skipAssignment: canSkip && memberId === this.#leader,
    };
    member.comeback = comeback;
    if (!stored.ok) this.#cameBack(member, comeback, stored.errorCode);
  }

  #cameBack(member: Member, { leader, skipAssignment }: Comeback, errorCode: ErrorCode): void {
    const { joining, memberId } = member;
    assert(joining !== null, "who comes back waits for an answer");
    member.comeback = null;
    member.joining = null;
    this.#touch(member);
    if (errorCode === ErrorCode.NONE) {
      return this.#answerJoin(joining, memberId, leader, skipAssignment);
    }
    // The answer does not tell the new id: who comes back again begins anew.
    this.#refuseJoin(joining, "", errorCode);
    this.#rebalance("memberRejoined", memberId);
  }

  // The course of a rebalance.

  /** All are to join again; who has joined waits for the others. */
  #rebalance(reason: RebalanceReason, memberId: string): void {
    if (this.#state !== "preparingRebalance") this.#beginRebalance(reason, memberId);
    this.#completeJoinIfAllHaveJoined();
  }

  #beginRebalance(reason: RebalanceReason, memberId: string): void {
    const { clock, initialRebalanceDelayUs, tell } = this.#seat;
    const { groupId, generation } = this;
    tell?.({ kind: "groupRebalanceBegan", groupId, generation, reason, memberId });
    for (const member of this.#members) {
      this.#refuseSync(member, ErrorCode.REBALANCE_IN_PROGRESS);
      member.comeback = null;
    }
    this.#assigning = null;
    const untilUs = clock.nowUs + this.#members.rebalanceTimeoutUs;
    this.#phaseDeadlineUs = untilUs;
    if (this.#state === "empty") {
      this.#initialDelay = { hasNewcomer: false, untilUs };
      this.#phaseDeadlineUs = clock.nowUs + initialRebalanceDelayUs;
    }
    this.#state = "preparingRebalance";
  }

  #completeJoinIfAllHaveJoined(): void {
    if (this.#state !== "preparingRebalance" || this.#initialDelay !== null) return;
    if (this.#awaitedIds.size > 0) return;
    if (this.#members.every(({ joining }) => joining !== null)) this.#completeJoin();
  }

  #endPhase(): void {
    if (this.#state !== "preparingRebalance") {
      const late = [...this.#members].filter(({ hasSynced }) => !hasSynced);
      for (const member of late) this.#remove(member);
      return this.#rebalance("assignmentNotFetched", late[0]?.memberId ?? "");
    }
    const delay = this.#initialDelay;
    const { nowUs } = this.#seat.clock;
    if (delay?.hasNewcomer !== true || nowUs >= delay.untilUs) return this.#completeJoin();
    // Members are still arriving: one delay more, but no longer than a rebalance may take.
    delay.hasNewcomer = false;
    this.#phaseDeadlineUs = Math.min(nowUs + this.#seat.initialRebalanceDelayUs, delay.untilUs);
  }

  /** Who has not joined is out, but for static members. The others are the next generation. */
  #completeJoin(): void {
    this.#initialDelay = null;
    for (const member of this.#members) {
      if (member.joining === null && member.groupInstanceId === null) this.#remove(member);
    }
    this.#phaseDeadlineUs = this.#seat.clock.nowUs + this.#members.rebalanceTimeoutUs;
    const joined = this.#members.firstWho(({ joining }) => joining !== null);
    // Of static members only, none has joined: until their sessions end, they may.
    if (joined === undefined && this.#members.size > 0) return;
    this.#generation++;
    if (joined === undefined) return this.#becomeEmpty();
    const leader = this.#members.byId.get(this.#leader ?? "");
    this.#leader = leader?.joining ? leader.memberId : joined.memberId;
    this.#protocolName = this.#members.selectProtocol();
    this.#state = "completingRebalance";
    for (const member of this.#members) {
      const { joining, memberId } = member;
      member.joining = null;
      member.isNew = false;
      member.hasSynced = false;
      this.#touch(member);
      if (joining !== null) this.#answerJoin(joining, memberId, this.#leader, false);
    }
    const { groupId, generation } = this;
    const memberIds = [...this.#members.byId.keys()];
    const formed = { groupId, generation, leader: this.#leader, memberIds };
    this.#seat.tell?.({ kind: "groupGenerationFormed", ...formed });
  }

  #becomeEmpty(): void {
    this.#state = "empty";
    this.#phaseDeadlineUs = NEVER_US;
    this.#protocolName = null;
    this.idleSinceUs = this.#seat.clock.nowUs;
    // Nobody waits for it: if it is lost, the next coordinator finds that the sessions have ended.
    this.#store(NOTHING_ASSIGNED);
    const { groupId, generation } = this;
    this.#seat.tell?.({ kind: "groupEmptied", groupId, generation });
  }

  #assigned(assignments: Assignments): void {
    this.#assigning = null;
    this.#state = "stable";
    for (const member of this.#members) {
      member.assignment = assignedTo(member, assignments);
      const { syncing } = member;
      if (syncing === null) continue;
      member.syncing = null;
      this.#touch(member);
      this.#answerSync(syncing, member);
    }
    const { groupId, generation } = this;
    this.#seat.tell?.({ kind: "groupAssigned", groupId, generation });
  }

  #assignmentFailed(errorCode: ErrorCode): void {
    for (const member of this.#members) this.#refuseSync(member, errorCode);
    this.#rebalance("assignmentNotStored", this.#leader ?? "");
  }

  /** With new assignments, or (null) with those that the members have. */
  #store(assignments: Assignments | null): Stored {
    return this.#seat.store(this, {
      protocolType: this.#protocolType ?? "",
      generation: this.#generation,
      protocolName: this.#protocolName,
      leader: this.#leader,
      stateTimestampMs: Math.floor(this.#seat.clock.nowUs / 1000),
      members: this.#members.values(this.#protocolName ?? "", assignments),
    });
  }

  // Members and their answers.

  #findOfGeneration(
    request: HeartbeatRequest | SyncGroupRequest | OffsetCommitRequest,
  ): Member | ErrorCode {
    const member = this.#members.find(request.memberId, request.groupInstanceId);
    if (typeof member === "number" || request.generationId === this.#generation) return member;
    return ErrorCode.ILLEGAL_GENERATION;
  }

  #touch(member: Member): void {
    member.sessionDeadlineUs = this.#seat.clock.nowUs + member.sessionTimeoutMs * 1000;
  }

  #remove(member: Member): void {
    this.#refuseAll(member, ErrorCode.UNKNOWN_MEMBER_ID);
    this.#members.remove(member);
    if (member.memberId !== this.#leader) return;
    this.#leader = this.#members.firstWho(() => true)?.memberId ?? null;
  }

  #answerJoin(
    origin: Origin,
    memberId: string,
    leader: string | null,
    skipAssignment: boolean,
  ): void {
    const { generation: generationId, protocolType, protocolName } = this;
    this.#seat.answer(origin, {
      api: "joinGroup",
      errorCode: ErrorCode.NONE,
      generationId,
      protocolType,
      protocolName,
      leader: leader ?? "",
      skipAssignment,
      memberId,
      members: memberId === leader ? this.#members.metadataFor(protocolName ?? "") : [],
    });
  }

  #answerSync(origin: Origin, { assignment }: Member): void {
    const { protocolType, protocolName } = this;
    const assigned = { protocolType, protocolName, assignment };
    this.#seat.answer(origin, { api: "syncGroup", errorCode: ErrorCode.NONE, ...assigned });
  }

  #refuseJoin(origin: Origin, memberId: string, errorCode: ErrorCode): void {
    this.#seat.answer(origin, joinRefused(memberId, errorCode));
  }

  #refuseSync(member: Member, errorCode: ErrorCode): void {
    if (member.syncing !== null) this.#seat.answer(member.syncing, syncRefused(errorCode));
    member.syncing = null;
  }

  #refuseAll(member: Member, errorCode: ErrorCode): void {
    if (member.joining !== null) this.#refuseJoin(member.joining, member.memberId, errorCode);
    member.joining = null;
    member.comeback = null;
    this.#refuseSync(member, errorCode);
  }
}
