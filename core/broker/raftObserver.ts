import { NO_NODE } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { decodeCommand } from "../metadata/index.ts";
import type { Message, RawNode, Ready, Role } from "../raft/index.ts";
import type { RoleCause, VoteRefusal } from "./event.ts";
import type { Outbox } from "./outbox.ts";

/** What was done to Raft between a look before and a look after. */
export type RaftStimulus =
  | { readonly kind: "tick" | "timeOut" | "propose" | "advance" }
  | { readonly kind: "message"; readonly message: Message };

interface Refusal {
  readonly term: Term;
  readonly reason: VoteRefusal;
}

/**
 * Tells what happens inside Raft by comparing it before and after every touch: Raft itself knows
 * nothing of events. Exists only while somebody wants them.
 */
export class RaftObserver {
  readonly #raft: RawNode;
  readonly #out: Outbox;
  readonly #electionTicks: number;
  readonly #checkQuorum: boolean;
  #role: Role;
  #term: Term;
  #vote: NodeId;
  #lead: NodeId;
  #commit: Index;
  /** End of the log as of the last Ready. */
  #lastIndex: Index;
  /** True while a candidate would be ignored because a leader was heard from lately. */
  #hasLease = false;
  /** Why each candidate is about to be refused; the answer itself leaves with a later Ready. */
  readonly #refusals = new Map<NodeId, Refusal>();

  constructor(raft: RawNode, out: Outbox, electionTicks: number, checkQuorum: boolean) {
    this.#raft = raft;
    this.#out = out;
    this.#electionTicks = electionTicks;
    this.#checkQuorum = checkQuorum;
    this.#role = raft.role;
    this.#term = raft.term;
    this.#vote = raft.vote;
    this.#lead = raft.lead;
    this.#commit = raft.commit;
    this.#lastIndex = raft.lastIndex;
  }

  before(message: Message | null = null): void {
    const raft = this.#raft;
    this.#role = raft.role;
    this.#term = raft.term;
    this.#vote = raft.vote;
    this.#lead = raft.lead;
    this.#commit = raft.commit;
    if (message !== null && isVoteRequest(message)) {
      const { electionElapsedTicks } = raft.status();
      const isFresh = electionElapsedTicks < this.#electionTicks;
      this.#hasLease = this.#checkQuorum && raft.lead !== NO_NODE && isFresh;
    }
  }

  after(stimulus: RaftStimulus): void {
    const { term, role, lead, commit, id } = this.#raft;
    if (stimulus.kind === "message" && isVoteRequest(stimulus.message)) {
      this.#voteRequested(stimulus.message);
    }
    if (term > this.#term) this.#out.event({ kind: "termRaised", from: this.#term, to: term });
    if (role !== this.#role) {
      const cause = this.#causeOf(role, stimulus);
      this.#out.event({ kind: "roleChanged", from: this.#role, to: role, term, cause });
    }
    if (lead !== this.#lead && lead !== NO_NODE && lead !== id) {
      this.#out.event({ kind: "leaderLearned", leader: lead, term });
    }
    if (commit > this.#commit) {
      this.#out.event({ kind: "committed", from: this.#commit, to: commit });
    }
  }

  /** A Ready shows what was proposed, overwritten, and answered to candidates. */
  readyTaken(ready: Ready): void {
    const { number, entries, snapshot, mustSync } = ready;
    const { role, term } = this.#raft;
    if (snapshot !== null) this.#lastIndex = snapshot.metadata.index;
    const first = entries[0];
    if (first !== undefined) {
      if (first.index <= this.#lastIndex) {
        const fromIndex = first.index;
        this.#out.event({ kind: "logTruncated", fromIndex, toIndex: this.#lastIndex });
      }
      this.#lastIndex = entries.at(-1)!.index;
    }
    for (const entry of entries) {
      if (role !== "leader" || entry.term !== term) continue;
      const { index, type: entryType, data } = entry;
      const isCommand = entryType === "EntryNormal" && data.length > 0;
      const decoded = isCommand ? decodeCommand(data) : null;
      const command = decoded?.ok === true ? decoded.command : null;
      this.#out.event({ kind: "entryProposed", index, term, entryType, command });
    }
    for (const message of ready.messages) this.#voteAnswered(message);
    for (const message of ready.persistedMessages) this.#voteAnswered(message);
    this.#out.event({ kind: "readyTaken", number, entryCount: entries.length, mustSync });
  }

  #causeOf(role: Role, stimulus: RaftStimulus): RoleCause {
    if (role === "leader") return "electionWon";
    if (role === "candidate" && this.#role === "preCandidate") return "preVoteWon";
    if (stimulus.kind === "timeOut") return "askedToTimeOut";
    if (stimulus.kind === "tick") return role === "follower" ? "quorumLost" : "electionTimeout";
    if (stimulus.kind !== "message") return "electionLost";
    const { type } = stimulus.message;
    const fromLeader = type === "MsgApp" || type === "MsgHeartbeat" || type === "MsgSnap";
    if (fromLeader && this.#role !== "leader") return "leaderFound";
    return this.#raft.term > this.#term ? "higherTerm" : "electionLost";
  }

  #voteRequested(message: Message): void {
    const { from: candidate, term } = message;
    const reason = this.#reasonToRefuse(message);
    this.#refusals.set(candidate, { term, reason });
    const preVote = message.type === "MsgPreVote";
    // These two get no answer at all, but for a pre-vote, whose asker may be behind for good.
    const isIgnored = reason === "leaderStillHeard" && this.#hasLease && term > this.#term;
    if (isIgnored || (reason === "staleTerm" && !preVote)) {
      this.#out.event({ kind: "voteRefused", candidate, term, preVote, reason });
    }
  }

  /** Raft's own rules, in its order; of use only if the vote is in fact refused. */
  #reasonToRefuse({ from, term }: Message): VoteRefusal {
    if (term < this.#term) return "staleTerm";
    if (term > this.#term) return this.#hasLease ? "leaderStillHeard" : "logNotUpToDate";
    if (this.#vote === from) return "logNotUpToDate";
    if (this.#vote !== NO_NODE) return "alreadyVoted";
    if (this.#lead !== NO_NODE) return "leaderStillHeard";
    return "logNotUpToDate";
  }

  #voteAnswered(message: Message): void {
    if (message.type !== "MsgVoteResp" && message.type !== "MsgPreVoteResp") return;
    const preVote = message.type === "MsgPreVoteResp";
    const candidate = message.to;
    if (!message.reject) {
      this.#out.event({ kind: "voteGranted", candidate, term: message.term, preVote });
      return;
    }
    const refusal = this.#refusals.get(candidate);
    if (refusal === undefined) return;
    const { term, reason } = refusal;
    this.#out.event({ kind: "voteRefused", candidate, term, preVote, reason });
  }
}

function isVoteRequest(message: Message): boolean {
  return message.type === "MsgVote" || message.type === "MsgPreVote";
}
