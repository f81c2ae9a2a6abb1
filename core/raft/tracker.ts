import type { Index, NodeId } from "../base/ids.ts";
import type { InflightLimits } from "./inflights.ts";
import type { ConfState } from "./message.ts";
import type { Progress } from "./progress.ts";
import { JointConfig, MajorityConfig } from "./quorum.ts";
import type { GroupCommit, VoteResult } from "./quorum.ts";

/** Who belongs to a group, and in what part (Raft thesis, sections 4.2 and 4.3). */
export interface GroupConfig {
  readonly voters: JointConfig;
  /** They get the log and have no vote. Ascending. */
  readonly learners: readonly NodeId[];
  /** Voters of the outgoing half that become learners when the joint configuration is left. */
  readonly learnersNext: readonly NodeId[];
  /** The joint configuration is left of its own accord, as soon as it is in force. */
  readonly autoLeave: boolean;
}

/** A group that nobody belongs to yet. */
export const NO_GROUP: GroupConfig = {
  voters: new JointConfig([], []),
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

/** What is known of each member, in ascending id: the order in which peers are visited. */
export type ProgressMap = ReadonlyMap<NodeId, Progress>;

export interface VoteTally {
  readonly granted: number;
  readonly rejected: number;
  readonly result: VoteResult;
}

/** The members of a group, what a leader knows of each, and who voted how. */
export class ProgressTracker {
  #config = NO_GROUP;
  #progress: ProgressMap = new Map();
  #members: readonly Progress[] = [];
  readonly limits: InflightLimits;
  /** Entries are committed only when members of two commit groups have them (raft-rs). */
  groupCommit = false;
  readonly votes = new Map<NodeId, boolean>();

  constructor(limits: InflightLimits) {
    this.limits = limits;
  }

  get config(): GroupConfig {
    return this.#config;
  }

  get progress(): ProgressMap {
    return this.#progress;
  }

  /** Everybody who has a Progress, in ascending id. */
  get members(): readonly Progress[] {
    return this.#members;
  }

  get voters(): JointConfig {
    return this.#config.voters;
  }

  /** What is known of a member. Groups are small: to look along the row is faster than a map. */
  find(id: NodeId): Progress | undefined {
    for (const member of this.#members) if (member.id === id) return member;
    return undefined;
  }

  /** A membership change has been applied. Votes that were counted stay. */
  switchTo(config: GroupConfig, progress: ProgressMap): void {
    this.#config = config;
    this.#progress = progress;
    this.#members = [...progress.values()];
    for (const member of this.#members) member.isLearner = config.learners.includes(member.id);
  }

  isVoter(id: NodeId): boolean {
    return this.voters.voters.includes(id);
  }

  /** True if `id` decides alone: it is the only voter there is. */
  isLoneVoter(id: NodeId): boolean {
    const { incoming, outgoing } = this.voters;
    const { length, 0: first } = incoming.voters;
    return length === 1 && outgoing.voters.length === 0 && first === id;
  }

  /** The largest index that a quorum has stored. */
  committed(): Index {
    return this.groupCommit
      ? this.groupCommitted().index
      : this.voters.committedIndex(this.#ackedIndex);
  }

  groupCommitted(): GroupCommit {
    const groupOf = (id: NodeId): number => this.find(id)?.commitGroup ?? 0;
    return this.voters.groupCommittedIndex(this.#ackedIndex, groupOf);
  }

  /** True if a quorum, the leader included, was heard from since the last CheckQuorum. */
  isQuorumActive(): boolean {
    return this.voters.voteResult((id) => this.find(id)?.recentActive) === "won";
  }

  /** A node's first word in an election counts; repeats change nothing. */
  recordVote(id: NodeId, granted: boolean): void {
    if (!this.votes.has(id)) this.votes.set(id, granted);
  }

  tallyVotes(): VoteTally {
    let granted = 0;
    let rejected = 0;
    for (const { id, isLearner } of this.members) {
      const vote = this.votes.get(id);
      if (vote === undefined || isLearner) continue;
      if (vote) granted++;
      else rejected++;
    }
    return { granted, rejected, result: this.voters.voteResult((id) => this.votes.get(id)) };
  }

  /** Made once: the commit rule runs for every acknowledgement a leader gets. */
  readonly #ackedIndex = (id: NodeId): Index | undefined => this.find(id)?.match;
}

export function confStateOfGroup(config: GroupConfig): ConfState {
  return {
    voters: config.voters.incoming.voters,
    learners: config.learners,
    votersOutgoing: config.voters.outgoing.voters,
    learnersNext: config.learnersNext,
    autoLeave: config.autoLeave,
  };
}

/** etcd's printed form of a configuration. */
export function describeGroupConfig(config: GroupConfig): string {
  const set = (ids: readonly NodeId[]): string => new MajorityConfig(ids).toString();
  let text = `voters=${config.voters}`;
  if (config.learners.length > 0) text += ` learners=${set(config.learners)}`;
  if (config.learnersNext.length > 0) text += ` learners_next=${set(config.learnersNext)}`;
  if (config.autoLeave) text += " autoleave";
  return text;
}

/** etcd's printed form: one member a line. */
export function describeProgressMap(progress: ProgressMap): string {
  return [...progress].map(([id, each]) => `${id}: ${each}\n`).join("");
}
