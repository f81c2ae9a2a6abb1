import { NO_BYTES } from "../../base/bytes.ts";
import { leaderEpoch, NO_NODE } from "../../base/ids.ts";
import type { NodeId, Term } from "../../base/ids.ts";
import type { ClusterMetadata, PartitionKey, PartitionMetadata } from "../../metadata/index.ts";
import type { ConfChangeSingle, RawNode } from "../../raft/index.ts";
import type { CurrentLeader } from "../../wire/index.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { OpenReady } from "../openReady.ts";
import type { ReadyLoop } from "../readyLoop.ts";
import type { Snapshots } from "../snapshots.ts";
import { memberId, nodeOfMember } from "./memberId.ts";
import type { PartitionState, RaftProposal } from "./partitionState.ts";

/**
 * One partition's Raft group on this node.
 *
 * It is read and written on its leader only. As in Kafka, a leader does not ask a quorum before each
 * read: it serves what it has applied, once that includes an entry of its own term, for before that
 * it may not know all that earlier leaders have shown. One that was cut off may go on serving old
 * records until CheckQuorum makes it step down, which is at most an election timeout.
 */
export class PartitionGroup {
  readonly key: PartitionKey;
  readonly group: number;
  readonly loop: ReadyLoop;
  readonly snapshots: Snapshots;
  readonly state: PartitionState;
  metadata: PartitionMetadata;
  /** It waits to be run, and is on the list of those. */
  isQueued = false;
  /** It has an open Ready, and is on the list of those. */
  isWaiting = false;
  /** So many more ticks it stands for election whenever there is no leader. */
  eagerTicks = 0;
  /** False while its members are not, or may not be, those that the metadata wants. */
  areMembersRight = false;
  /** When the metadata was last told that this node leads. */
  reportedAtUs = Number.NEGATIVE_INFINITY;
  /** When a change of members was proposed last. */
  #changedAtUs = Number.NEGATIVE_INFINITY;
  #leader: NodeId = NO_NODE;
  #term: Term;

  constructor(
    metadata: PartitionMetadata,
    key: PartitionKey,
    loop: ReadyLoop,
    snapshots: Snapshots,
    state: PartitionState,
  ) {
    this.key = key;
    this.group = metadata.group;
    this.metadata = metadata;
    this.loop = loop;
    this.snapshots = snapshots;
    this.state = state;
    this.#term = loop.raft.term;
  }

  get raft(): RawNode {
    return this.loop.raft;
  }

  get openReady(): OpenReady | null {
    return this.loop.openReady;
  }

  get isReadable(): boolean {
    return this.loop.isActiveLeader;
  }

  /** A new leader, or null if nothing has changed since it was last asked. */
  leaderNews(): CurrentLeader | null {
    const { lead, term, role } = this.raft;
    if (lead === this.#leader && term === this.#term) return null;
    this.#leader = lead;
    this.#term = term;
    this.state.isLeading = role === "leader";
    // What a leader had proposed was proposed in another term, or is not for it to tell any more.
    this.state.leadershipLost(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    this.areMembersRight = false;
    this.reportedAtUs = Number.NEGATIVE_INFINITY;
    return { leaderId: nodeOfMember(lead), leaderEpoch: leaderEpoch(term) };
  }

  propose(records: Uint8Array): RaftProposal | ErrorCode {
    const { raft, state } = this;
    // It is a leader's to propose; while it hands over its office it drops proposals.
    if (raft.role !== "leader" || !this.loop.propose(records)) {
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    return state.proposed(raft.lastIndex, raft.term);
  }

  /** The metadata does not know yet that this node leads. */
  isReportDue({ partitions }: ClusterMetadata): boolean {
    const known = partitions.get(this.key);
    return known !== undefined && known.leaderEpoch < this.raft.term;
  }

  /**
   * Takes the next step towards the members that the metadata wants: each replica's present disk, and
   * no other. Each follows from what is committed, so that the next leader simply goes on.
   */
  followMembers(metadata: ClusterMetadata, nowUs: number, retryUs: number): void {
    const step = this.#nextStep(metadata);
    this.areMembersRight = step === "none";
    if (typeof step === "string" || nowUs - this.#changedAtUs < retryUs) return;
    const { applied, pendingConfIndex } = this.raft.status();
    if (pendingConfIndex > applied) return;
    this.loop.proposeConfChange({ transition: "auto", changes: [step], context: NO_BYTES });
    this.#changedAtUs = nowUs;
  }

  /**
   * Members that are gone leave first, for they only make majorities harder to reach; new ones learn
   * before they vote.
   */
  #nextStep({ nodes }: ClusterMetadata): ConfChangeSingle | "wait" | "none" {
    const { voters, learners } = this.loop.confState;
    const wanted: NodeId[] = [];
    for (const replica of this.metadata.replicas) {
      wanted.push(memberId(replica, nodes.get(replica)?.generation ?? 0));
    }
    const isGone = (id: NodeId): boolean => !wanted.includes(id) && id !== this.raft.id;
    const gone = voters.find(isGone) ?? learners.find(isGone);
    if (gone !== undefined) return { type: "ConfChangeRemoveNode", nodeId: gone };
    const missing = wanted.filter((id) => !voters.includes(id));
    for (const nodeId of missing) {
      // Nobody is there until it has its new disk.
      if (nodes.get(nodeOfMember(nodeId))?.state === "removed") continue;
      if (!learners.includes(nodeId)) return { type: "ConfChangeAddLearnerNode", nodeId };
      if (this.#hasCaughtUp(nodeId)) return { type: "ConfChangeAddNode", nodeId };
    }
    return missing.length === 0 ? "none" : "wait";
  }

  /** It has all that is committed: as a voter it holds nobody up. */
  #hasCaughtUp(member: NodeId): boolean {
    const { progress, commit } = this.raft.status();
    return progress.some(
      ({ id, match, state }) => id === member && state === "replicate" && match >= commit,
    );
  }
}
