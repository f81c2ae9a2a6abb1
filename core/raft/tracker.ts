import type { Index, NodeId } from "../base/ids.ts";
import type { ConfState } from "./message.ts";
import { Progress } from "./progress.ts";
import { JointConfig, MajorityConfig } from "./quorum.ts";
import type { VoteResult } from "./quorum.ts";

export interface VoteTally {
  readonly granted: number;
  readonly rejected: number;
  readonly result: VoteResult;
}

const ascending = (ids: Iterable<NodeId>): readonly NodeId[] => new MajorityConfig(ids).voters;

/** The members of a group, what a leader knows of each, and who voted how. */
export class ProgressTracker {
  readonly voters: JointConfig;
  readonly learners: readonly NodeId[];
  readonly learnersNext: readonly NodeId[];
  readonly autoLeave: boolean;
  /** Everybody who has a Progress, in ascending order: the order in which peers are visited. */
  readonly ids: readonly NodeId[];
  readonly progress: ReadonlyMap<NodeId, Progress>;
  readonly votes = new Map<NodeId, boolean>();

  /** Members as of `confState`, each to be probed from the end of a log that ends at `lastIndex`. */
  constructor(confState: ConfState, lastIndex: Index, maxInflightMessages: number) {
    this.voters = new JointConfig(confState.voters, confState.votersOutgoing);
    this.learners = ascending(confState.learners);
    this.learnersNext = ascending(confState.learnersNext);
    this.autoLeave = confState.autoLeave;
    this.ids = ascending([...this.voters.voters, ...this.learners]);
    const next = Math.max(lastIndex, 1) as Index;
    const learners = new Set(this.learners);
    const progress = new Map<NodeId, Progress>();
    for (const id of this.ids) {
      const member = new Progress(next, maxInflightMessages, learners.has(id));
      // Without this, CheckQuorum could depose a leader before a new member had time to speak.
      member.recentActive = true;
      progress.set(id, member);
    }
    this.progress = progress;
  }

  confState(): ConfState {
    return {
      voters: this.voters.incoming.voters,
      learners: this.learners,
      votersOutgoing: this.voters.outgoing.voters,
      learnersNext: this.learnersNext,
      autoLeave: this.autoLeave,
    };
  }

  /** The largest index that a quorum has stored. */
  committed(): Index {
    return this.voters.committedIndex(this.#ackedIndex);
  }

  /** True if a quorum, the leader included, was heard from since the last CheckQuorum. */
  isQuorumActive(): boolean {
    return this.voters.voteResult((id) => this.progress.get(id)?.recentActive) === "won";
  }

  /** A node's first word in an election counts; repeats change nothing. */
  recordVote(id: NodeId, granted: boolean): void {
    if (!this.votes.has(id)) this.votes.set(id, granted);
  }

  tallyVotes(): VoteTally {
    let granted = 0;
    let rejected = 0;
    for (const id of this.ids) {
      const vote = this.votes.get(id);
      if (vote === undefined || this.progress.get(id)!.isLearner) continue;
      if (vote) granted++;
      else rejected++;
    }
    return { granted, rejected, result: this.voters.voteResult((id) => this.votes.get(id)) };
  }

  /** etcd's printed form of a configuration. */
  toString(): string {
    const set = (ids: readonly NodeId[]): string => new MajorityConfig(ids).toString();
    let text = `voters=${this.voters}`;
    if (this.learners.length > 0) text += ` learners=${set(this.learners)}`;
    if (this.learnersNext.length > 0) text += ` learners_next=${set(this.learnersNext)}`;
    if (this.autoLeave) text += " autoleave";
    return text;
  }

  /** Made once: the commit rule runs for every acknowledgement a leader gets. */
  readonly #ackedIndex = (id: NodeId): Index | undefined => this.progress.get(id)?.match;
}
