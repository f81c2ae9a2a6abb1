import { assert } from "../../base/assert.ts";
import { NO_BYTES } from "../../base/bytes.ts";
import type { Offset } from "../../base/ids.ts";
import { ErrorCode } from "../../wire/errorCode.ts";
import type { JoinGroupRequest, JoinGroupResponse } from "../../wire/request.ts";
import type { Origin } from "../outbox.ts";
import type { MemberView } from "./groupView.ts";
import type { GroupValueMember } from "./offsetsRecord.ts";

export interface Member extends MemberView {
  memberId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  sessionDeadlineUs: number;
  protocols: JoinGroupRequest["protocols"];
  assignment: Uint8Array;
  joining: Origin | null;
  syncing: Origin | null;
  /** Has asked for its assignment in this generation. */
  hasSynced: boolean;
  /** Does not know its id yet, so that it cannot give a sign of life. */
  isNew: boolean;
  /** A static member that came back, and is answered once the record that says so is replicated. */
  comeback: Comeback | null;
}

export interface Comeback {
  /** Null if the record could not be written. */
  readonly writtenAt: Offset | null;
  /** Whom the answer names as leader. */
  readonly leader: string | null;
  readonly skipAssignment: boolean;
}

/** The members of one group, in the order in which they came, and what they have in common. */
export class GroupMembers {
  readonly #byId = new Map<string, Member>();

  get byId(): ReadonlyMap<string, Member> {
    return this.#byId;
  }

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): MapIterator<Member> {
    return this.#byId.values();
  }

  add(member: Member): void {
    this.#byId.set(member.memberId, member);
  }

  remove({ memberId }: Member): void {
    this.#byId.delete(memberId);
  }

  rename(member: Member, memberId: string): void {
    this.remove(member);
    member.memberId = memberId;
    this.add(member);
  }

  every(holds: (member: Member) => boolean): boolean {
    for (const member of this) if (!holds(member)) return false;
    return true;
  }

  firstWho(holds: (member: Member) => boolean): Member | undefined {
    for (const member of this) if (holds(member)) return member;
    return undefined;
  }

  /** A static member is known by its instance: whoever took its place has fenced it (KIP-345). */
  find(memberId: string, groupInstanceId: string | null): Member | ErrorCode {
    if (groupInstanceId === null) return this.#byId.get(memberId) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    const known = this.ofInstance(groupInstanceId);
    if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    return known.memberId === memberId ? known : ErrorCode.FENCED_INSTANCE_ID;
  }

  ofInstance(groupInstanceId: string | null): Member | undefined {
    if (groupInstanceId === null) return undefined;
    return this.firstWho((member) => member.groupInstanceId === groupInstanceId);
  }

  /** The longest that any of them wants to wait for the others. */
  get rebalanceTimeoutUs(): number {
    let timeoutMs = 0;
    for (const member of this) timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs);
    return timeoutMs * 1000;
  }

  /** Whether each of them knows one of these protocols. */
  shareOneOf(protocols: JoinGroupRequest["protocols"]): boolean {
    return protocols.some(({ name }) => this.#allKnow(name));
  }

  /** Of the protocols that all members know, the one that most would have first. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    for (const { protocols } of this) {
      const vote = protocols.find(({ name }) => this.#allKnow(name));
      assert(vote !== undefined, "who joins knows a protocol that all members know");
      votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
    }
    let selected = "";
    for (const [name, count] of votes) if (count > (votes.get(selected) ?? 0)) selected = name;
    return selected;
  }

  #allKnow(name: string): boolean {
    return this.every(({ protocols }) => protocols.some((protocol) => protocol.name === name));
  }

  /** For the leader, who assigns. */
  metadataFor(protocolName: string): JoinGroupResponse["members"] {
    return Array.from(this, (member) => {
      const { memberId, groupInstanceId } = member;
      return { memberId, groupInstanceId, metadata: metadataOf(member, protocolName) };
    });
  }

  /** For the group's record. */
  values(protocolName: string, assignments: Assignments | null): GroupValueMember[] {
    return Array.from(this, (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: metadataOf(member, protocolName),
      assignment: assignments === null ? member.assignment : assignedTo(member, assignments),
    }));
  }
}

/** By member id. */
export type Assignments = ReadonlyMap<string, Uint8Array>;

export function assignedTo({ memberId }: Member, assignments: Assignments): Uint8Array {
  return assignments.get(memberId) ?? NO_BYTES;
}

export function hasProtocols(
  { protocols }: Member,
  others: JoinGroupRequest["protocols"],
): boolean {
  return (
    protocols.length === others.length &&
    protocols.every(({ name, metadata }, at) => {
      const other = others[at];
      return other?.name === name && isEqual(metadata, other.metadata);
    })
  );
}

/** The request's bytes are windows on its frame, which need not live as long as a member. */
export function copyOf(protocols: JoinGroupRequest["protocols"]): JoinGroupRequest["protocols"] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }));
}

function metadataOf({ protocols }: Member, name: string): Uint8Array {
  return protocols.find((protocol) => protocol.name === name)?.metadata ?? NO_BYTES;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
