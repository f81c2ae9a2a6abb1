import { index, nodeId } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { JointConfig, MajorityConfig } from "../quorum.ts";
import type { AckedIndex, GroupOf, VoteOf, VoteResult } from "../quorum.ts";
import { assertNoInput, DirectiveError, valuesOf, wholeNumber } from "./arguments.ts";
import type { Directive } from "./dataFile.ts";

/*
 * The files that ask what a quorum decides:
 *
 *     committed cfg=(1,2) cfgj=(2,3,4) idx=(_,5,_,7)
 *     vote      cfg=(1,2) cfgj=(2,3,4) votes=(y,n,_,y)
 *     group_committed cfg=(1,2) cfgj=(2,3,4) idx=(_,5,_,7) gid=(1,1,2,_)
 *
 * `cfg` are the voters, `cfgj` those of a second half; `zero` makes that half empty but there. The
 * indexes and votes belong to the voters in the order in which these are first named; _ is a voter
 * of whom nothing is known. So do the commit groups in `gid`, of raft-rs's group commit; _ is a
 * voter without one. Where a second way to the same answer comes to another one, the transcript
 * says so.
 */

export const QUORUM_COMMANDS: ReadonlySet<string> = new Set([
  "committed",
  "vote",
  "group_committed",
]);

const VOTE_RESULT_TEXT: Readonly<Record<VoteResult, string>> = {
  won: "VoteWon",
  lost: "VoteLost",
  pending: "VotePending",
};

/** A vote, as etcd's harness writes it down: for, against, not there. */
const VOTES: Readonly<Record<string, number | undefined>> = { y: 2, n: 1, _: 0 };
const AGAINST = 1;

const KEYS: ReadonlySet<string> = new Set(["cfg", "cfgj", "idx", "votes", "gid"]);

interface Question {
  readonly voters: readonly NodeId[];
  /** The voters of the second half; null if there is none. */
  readonly outgoing: readonly NodeId[] | null;
  readonly indexes: readonly number[];
  readonly votes: readonly number[];
  /** The commit groups, 0 for none; empty if no voter has one. */
  readonly groups: readonly number[];
}

export function answerQuorumDirective(d: Directive): string {
  if (!QUORUM_COMMANDS.has(d.command)) throw new DirectiveError(`unknown command: ${d.command}`);
  assertNoInput(d);
  const q = parseQuestion(d);
  const given = d.command === "vote" ? q.votes : q.indexes;
  const everybody = new JointConfig(q.voters, q.outgoing ?? []).voters;
  if (everybody.length !== given.length) {
    const voters = everybody.map((id) => `${id}:{}`).join(" ");
    const input = given.join(" ");
    return `error: mismatched input (explicit or _) for voters map[${voters}]: [${input}]`;
  }
  const known = assign(q, given);
  if (d.command === "vote") {
    return answerVote(q, (id) => (known.has(id) ? known.get(id) !== AGAINST : undefined));
  }
  const acked: AckedIndex = (id) => {
    const at = known.get(id);
    return at === undefined ? undefined : index(at);
  };
  if (d.command === "group_committed") {
    if (q.groups.length > 0 && q.groups.length !== everybody.length) {
      return `error: mismatched input (explicit or _) for group ids ${everybody.length}: ${q.groups.length}`;
    }
    return answerGroupCommit(q, acked);
  }
  return q.outgoing === null
    ? answerMajorityCommit(new MajorityConfig(q.voters), acked)
    : answerJointCommit(q.voters, q.outgoing, acked);
}

function parseQuestion(d: Directive): Question {
  for (const { key } of d.args) {
    if (!KEYS.has(key)) throw new DirectiveError(`unknown arg ${key}`);
  }
  const ids = (key: string): NodeId[] =>
    valuesOf(d, key).map((text) => nodeId(wholeNumber(text, `a voter in ${key}`)));
  const half = valuesOf(d, "cfgj");
  if (half.includes("zero") && half.length > 1) {
    throw new DirectiveError("cannot mix 'zero' into configuration");
  }
  const isZero = half[0] === "zero";
  return {
    voters: ids("cfg"),
    outgoing: half.length === 0 ? null : isZero ? [] : ids("cfgj"),
    indexes: valuesOf(d, "idx").map((text) => numberOrNothing(text, "idx")),
    groups: valuesOf(d, "gid").map((text) => numberOrNothing(text, "gid")),
    votes: valuesOf(d, "votes").map((text) => {
      const vote = VOTES[text];
      if (vote === undefined) throw new DirectiveError(`unknown vote: ${text}`);
      return vote;
    }),
  };
}

/** From 1; 0 for what is written as _. */
function numberOrNothing(text: string, key: string): number {
  if (text === "_") return 0;
  const value = wholeNumber(text, `a number in ${key}`);
  if (value === 0) throw new DirectiveError(`cannot use 0 as ${key}: write _ for nothing known`);
  return value;
}

/** Who has which of the given values; who has none is not there. */
function assign(q: Question, given: readonly number[]): ReadonlyMap<NodeId, number> {
  const inOrder = new Set([...q.voters, ...(q.outgoing ?? [])]);
  const all = [...inOrder].map((id, i) => [id, given[i] ?? 0] as const);
  return new Map(all.filter(([, value]) => value !== 0));
}

function answerVote({ voters, outgoing }: Question, voteOf: VoteOf): string {
  if (outgoing === null)
    return `${VOTE_RESULT_TEXT[new MajorityConfig(voters).voteResult(voteOf)]}\n`;
  const result = new JointConfig(voters, outgoing).voteResult(voteOf);
  const swapped = new JointConfig(outgoing, voters).voteResult(voteOf);
  const note = swapped === result ? "" : `${VOTE_RESULT_TEXT[swapped]} <-- via symmetry\n`;
  return `${note}${VOTE_RESULT_TEXT[result]}\n`;
}

function answerJointCommit(
  voters: readonly NodeId[],
  outgoing: readonly NodeId[],
  acked: AckedIndex,
): string {
  const joint = new JointConfig(voters, outgoing);
  const committed = joint.committedIndex(acked);
  const swapped = new JointConfig(outgoing, voters).committedIndex(acked);
  const note = swapped === committed ? "" : `${indexText(swapped)} <-- via symmetry\n`;
  return `${joint.describe(acked)}${note}${indexText(committed)}\n`;
}

function answerGroupCommit(q: Question, acked: AckedIndex): string {
  const outgoing = q.outgoing ?? [];
  const groups = assign(q, q.groups);
  // Of whom nothing is known, the group is not known either.
  const groupOf: GroupOf = (id) => (acked(id) === undefined ? 0 : (groups.get(id) ?? 0));
  const { index: committed } = new JointConfig(q.voters, outgoing).groupCommittedIndex(
    acked,
    groupOf,
  );
  const swapped = new JointConfig(outgoing, q.voters).groupCommittedIndex(acked, groupOf).index;
  const note = swapped === committed ? "" : `${indexText(swapped)} <-- via symmetry\n`;
  return `${note}${indexText(committed)}\n`;
}

function answerMajorityCommit(config: MajorityConfig, acked: AckedIndex): string {
  const { voters } = config;
  const committed = config.committedIndex(acked);
  let text = config.describe(acked);
  const check = (other: number, how: string): void => {
    if (other !== committed) text += `${indexText(other)} <-- ${how}`;
  };
  check(countedCommit(voters, acked), "via alternative computation\n");
  check(new JointConfig(voters, []).committedIndex(acked), "via zero-joint quorum\n");
  check(new JointConfig(voters, voters).committedIndex(acked), "via self-joint quorum\n");
  // Whoever is known to be behind what is committed did not decide it, and may be further behind.
  for (const id of voters) {
    const own = acked(id) ?? 0;
    if (own === 0 || own >= committed) continue;
    for (const lower of [own - 1, 0]) {
      const lowered: AckedIndex = (each) => (each === id ? index(lower) : acked(each));
      check(config.committedIndex(lowered), `overlaying ${id}->${lower === 0 ? 0 : own}`);
    }
  }
  return `${text}${indexText(committed)}\n`;
}

/** The same by counting: the largest acknowledged index that a quorum has reached. */
function countedCommit(voters: readonly NodeId[], acked: AckedIndex): number {
  if (voters.length === 0) return Infinity;
  const known = voters.map(acked).filter((at) => at !== undefined);
  const quorum = Math.floor(voters.length / 2) + 1;
  const reached = known.filter((at) => known.filter((other) => other >= at).length >= quorum);
  return Math.max(0, ...reached);
}

const indexText = (at: number): string => (at === Infinity ? "∞" : String(at));
