import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { describeMessage } from "./describe.ts";
import type { RaftEvent, RaftTrace } from "./trace.ts";
import { describeTrace, traceLevel } from "./traceText.ts";
import type { RaftLogLevel } from "./traceText.ts";
import { bytes, Cluster } from "./testing/cluster.ts";

type Kind = RaftEvent["kind"];
type EventOf<K extends Kind> = Extract<RaftEvent, { readonly kind: K }>;
type Example<K extends Kind> = [Omit<EventOf<K>, "kind" | "node">, RaftLogLevel, string];

const AT = nodeId(26);
const PEER = nodeId(17);

const ballot = {
  type: "MsgVote",
  from: PEER,
  candidateTerm: term(3),
  candidateIndex: index(41),
  lastTerm: term(2),
  lastIndex: index(40),
  vote: nodeId(10),
  term: term(15),
} as const;
const peerProgress = { peer: PEER, progress: "StateProbe match=10 next=11" };
const snapshot = { snapshotIndex: index(30), snapshotTerm: term(4) };
const logEnd = { commit: index(11), lastIndex: index(12), lastTerm: term(3) };
const config = "voters=(1 2)&&(1) autoleave";
const message = { term: term(14), type: "MsgApp", from: PEER, messageTerm: term(15) } as const;
const transfer = { term: term(14), transferee: PEER };

/** Every kind, by node 0x1a, mostly about node 0x11. The lines are those of etcd's raft.go. */
const EXAMPLES: { readonly [K in Kind]: Example<K> } = {
  started: [
    {
      voters: [nodeId(2), AT],
      term: term(14),
      commit: index(11),
      applied: index(10),
      lastIndex: index(12),
      lastTerm: term(3),
    },
    "info",
    "newRaft 1a [peers: [2,1a], term: 14, commit: 11, applied: 10, lastindex: 12, lastterm: 3]",
  ],
  becameFollower: [{ term: term(14) }, "info", "1a became follower at term 14"],
  becamePreCandidate: [{ term: term(14) }, "info", "1a became pre-candidate at term 14"],
  becameCandidate: [{ term: term(14) }, "info", "1a became candidate at term 14"],
  becameLeader: [{ term: term(14) }, "info", "1a became leader at term 14"],
  lostQuorum: [{}, "warning", "1a stepped down to follower since quorum is not active"],
  leaderForgotten: [{ term: term(14), lead: PEER }, "info", "1a forgetting leader 11 at term 14"],
  forgetLeaderIgnored: [{}, "error", "ignoring MsgForgetLeader due to ReadOnlyLeaseBased"],

  higherTermReceived: [
    message,
    "info",
    "1a [term: 14] received a MsgApp message with higher term from 11 [term: 15]",
  ],
  lowerTermIgnored: [
    { ...message, messageTerm: term(13) },
    "info",
    "1a [term: 14] ignored a MsgApp message with lower term from 11 [term: 13]",
  ],
  lowerTermAppendIgnored: [
    { term: term(14), messageTerm: term(13) },
    "info",
    "1a [term: 14] ignored entry appends from a MsgStorageAppendResp message with lower term " +
      "[term: 13]",
  ],

  electionStarted: [{ term: term(14) }, "info", "1a is starting a new election at term 14"],
  hupIgnored: [{}, "debug", "1a ignoring MsgHup because already leader"],
  campaignUnpromotable: [{}, "warning", "1a is unpromotable and can not campaign"],
  campaignPendingConfChange: [
    { term: term(14) },
    "warning",
    "1a cannot campaign at term 14 since there are still pending configuration changes to apply",
  ],
  campaignedUnpromotable: [{}, "warning", "1a is unpromotable; campaign() should have been called"],
  voteRequested: [
    { type: "MsgPreVote", to: PEER, term: term(14), lastTerm: term(3), lastIndex: index(12) },
    "info",
    "1a [logterm: 3, index: 12] sent MsgPreVote request to 11 at term 14",
  ],
  voteCast: [
    ballot,
    "info",
    "1a [logterm: 2, index: 40, vote: a] cast MsgVote for 11 [logterm: 3, index: 41] at term 15",
  ],
  voteRejected: [
    ballot,
    "info",
    "1a [logterm: 2, index: 40, vote: a] rejected MsgVote from 11 " +
      "[logterm: 3, index: 41] at term 15",
  ],
  voteIgnored: [
    { ...ballot, leaseTicks: 12 },
    "info",
    "1a [logterm: 2, index: 40, vote: a] ignored MsgVote from 11 " +
      "[logterm: 3, index: 41] at term 15: lease is not expired (remaining ticks: 12)",
  ],
  voteReceived: [
    { type: "MsgVoteResp", from: PEER, rejected: true, term: term(14) },
    "info",
    "1a received MsgVoteResp rejection from 11 at term 14",
  ],
  commitLearned: [
    { commit: index(9), commitTerm: term(3) },
    "info",
    "1a fast-forwarded commit to vote request [index: 9, term: 3]",
  ],
  votesCounted: [
    { type: "MsgVoteResp", granted: 11, rejected: 10 },
    "info",
    "1a has received 11 MsgVoteResp votes and 10 vote rejections",
  ],

  proposalWithoutLeader: [{ term: term(14) }, "info", "1a no leader at term 14; dropping proposal"],
  proposalNotForwarded: [
    { term: term(14), lead: PEER },
    "info",
    "1a not forwarding to leader 11 at term 14; dropping proposal",
  ],
  proposalOverLimit: [
    {},
    "warning",
    "1a appending new entries to log would exceed uncommitted entry size limit; dropping proposal",
  ],
  proposalDuringTransfer: [
    transfer,
    "debug",
    "1a [term 14] transfer leadership to 11 is in progress; dropping proposal",
  ],

  progressDecreased: [
    peerProgress,
    "debug",
    "1a decreased progress of 11 to [StateProbe match=10 next=11]",
  ],
  replicationPaused: [
    peerProgress,
    "debug",
    "1a paused sending replication messages to 11 [StateProbe match=10 next=11]",
  ],
  replicationResumed: [
    peerProgress,
    "debug",
    "1a recovered from needing snapshot, resumed sending replication messages to 11 " +
      "[StateProbe match=10 next=11]",
  ],
  peerUnreachable: [
    peerProgress,
    "debug",
    "1a failed to send message to 11 because it is unreachable [StateProbe match=10 next=11]",
  ],
  snapshotSucceeded: [
    peerProgress,
    "debug",
    "1a snapshot succeeded, resumed sending replication messages to 11 " +
      "[StateProbe match=10 next=11]",
  ],
  snapshotFailed: [
    peerProgress,
    "debug",
    "1a snapshot failed, resumed sending replication messages to 11 " +
      "[StateProbe match=10 next=11]",
  ],
  progressMissing: [{ peer: PEER }, "debug", "1a no progress available for 11"],
  appendRejected: [
    { from: PEER, index: index(12), logTerm: term(3), ownTerm: term(2) },
    "debug",
    "1a [logterm: 2, index: 12] rejected MsgApp [logterm: 3, index: 12] from 11",
  ],
  rejectionReceived: [
    { from: PEER, index: index(12), hintIndex: index(10), hintTerm: term(2) },
    "debug",
    "1a received MsgAppResp(rejected, hint: (index 10, term 2)) from 11 for index 12",
  ],

  snapshotRequested: [{ index: index(30) }, "info", "1a requests a snapshot up to index 30"],
  snapshotPeerInactive: [
    { peer: PEER },
    "debug",
    "ignore sending snapshot to 11 since it is not recently active",
  ],
  snapshotUnavailable: [
    { peer: PEER },
    "debug",
    "1a failed to send snapshot to 11 because snapshot is temporarily unavailable",
  ],
  snapshotSent: [
    { ...peerProgress, ...snapshot, firstIndex: index(31), commit: index(35) },
    "debug",
    "1a [firstindex: 31, commit: 35] sent snapshot[index: 30, term: 4] to 11 " +
      "[StateProbe match=10 next=11]",
  ],
  logRestoreStarted: [
    {
      ...snapshot,
      committed: index(10),
      applied: index(11),
      applying: index(12),
      unstableOffset: index(13),
      unstableOffsetInProgress: index(14),
      unstableCount: 15,
    },
    "info",
    "log [committed=10, applied=11, applying=12, unstable.offset=13, " +
      "unstable.offsetInProgress=14, len(unstable.Entries)=15] " +
      "starts to restore snapshot [index: 30, term: 4]",
  ],
  logRestored: [
    { ...snapshot, ...logEnd },
    "info",
    "1a [commit: 11, lastindex: 12, lastterm: 3] restored snapshot [index: 30, term: 4]",
  ],
  commitFastForwarded: [
    { ...snapshot, ...logEnd },
    "info",
    "1a [commit: 11, lastindex: 12, lastterm: 3] fast-forwarded commit to snapshot " +
      "[index: 30, term: 4]",
  ],
  snapshotRestored: [
    { ...snapshot, commit: index(30) },
    "info",
    "1a [commit: 30] restored snapshot [index: 30, term: 4]",
  ],
  snapshotIgnored: [
    { ...snapshot, commit: index(31) },
    "info",
    "1a [commit: 31] ignored snapshot [index: 30, term: 4]",
  ],
  snapshotLacksNode: [
    {
      confState: {
        voters: [nodeId(1), PEER],
        learners: [],
        votersOutgoing: [],
        learnersNext: [],
        autoLeave: false,
      },
    },
    "warning",
    "1a attempted to restore snapshot but it is not in the ConfState Voters:[1 17] " +
      "VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false; should never happen",
  ],

  conflictFound: [
    { index: index(12), existingTerm: term(2), conflictingTerm: term(3) },
    "info",
    "found conflict at index 12 [existing term: 2, conflicting term: 3]",
  ],
  unstableReplaced: [{ index: index(12) }, "info", "replace the unstable entries from index 12"],
  unstableTruncated: [
    { index: index(12) },
    "info",
    "truncate the unstable entries before index 12",
  ],
  stableEntryMissing: [
    { index: index(12) },
    "info",
    "entry at index 12 missing from unstable log; ignoring",
  ],
  stableEntryInSnapshot: [
    { index: index(12) },
    "info",
    "entry at index 12 matched unstable snapshot; ignoring",
  ],
  stableEntryMismatched: [
    { index: index(12), term: term(2), ownTerm: term(3) },
    "info",
    "entry at (index,term)=(12,2) mismatched with entry at (12,3) in unstable log; ignoring",
  ],

  transferStarted: [transfer, "info", "1a [term 14] starts to transfer leadership to 11"],
  transferAborted: [transfer, "info", "1a [term 14] abort previous transferring leadership to 11"],
  transferRepeated: [
    transfer,
    "info",
    "1a [term 14] transfer leadership to 11 is in progress, ignores request to same node 11",
  ],
  transferToSelf: [{}, "debug", "1a is already leader. Ignored transferring leadership to self"],
  transferToLearner: [{}, "debug", "1a is learner. Ignored transferring leadership"],
  transferWithoutLeader: [
    { term: term(14) },
    "info",
    "1a no leader at term 14; dropping leader transfer msg",
  ],
  transferUpToDate: [
    { transferee: PEER },
    "info",
    "1a sends MsgTimeoutNow to 11 immediately as 11 already has up-to-date log",
  ],
  transferCaughtUp: [
    { transferee: PEER },
    "info",
    "1a sent MsgTimeoutNow to 11 after received MsgAppResp",
  ],
  timeoutNowReceived: [
    { term: term(14), from: PEER },
    "info",
    "1a [term 14] received MsgTimeoutNow from 11 and starts an election to get leadership.",
  ],
  timeoutNowIgnored: [
    { term: term(14), role: "candidate", from: PEER },
    "debug",
    "1a [term 14 state StateCandidate] ignored MsgTimeoutNow from 11",
  ],

  configSwitched: [{ config }, "info", "1a switched to configuration voters=(1 2)&&(1) autoleave"],
  confChangeIgnored: [
    {
      transition: "auto",
      changes: [
        { type: "ConfChangeAddNode", nodeId: PEER },
        { type: "ConfChangeRemoveNode", nodeId: nodeId(2) },
      ],
      context: bytes("why"),
      config,
      refusal: { kind: "unapplied", pendingIndex: index(12), applied: index(11) },
    },
    "info",
    "1a ignoring conf change transition:ConfChangeTransitionAuto " +
      "changes:{type:ConfChangeAddNode node_id:17} changes:{type:ConfChangeRemoveNode node_id:2} " +
      'context:"why" at config voters=(1 2)&&(1) autoleave: ' +
      "possible unapplied conf change at index 12 (applied to 11)",
  ],
  autoLeaveProposed: [
    { config },
    "info",
    "initiating automatic transition out of joint configuration voters=(1 2)&&(1) autoleave",
  ],
  autoLeaveDropped: [
    { config },
    "debug",
    "not initiating automatic transition out of joint configuration " +
      "voters=(1 2)&&(1) autoleave: raft proposal dropped",
  ],

  readIndexWithoutLeader: [
    { term: term(14) },
    "info",
    "1a no leader at term 14; dropping index reading msg",
  ],
  readIndexMalformed: [
    { from: PEER, entryCount: 10 },
    "error",
    "1a invalid format of MsgReadIndexResp from 11, entries count: 10",
  ],
};

const line = (event: RaftEvent): string => `${traceLevel(event)} ${describeTrace(event)}`;

describe("the printed form of an event is etcd's log line", () => {
  test.each(Object.entries(EXAMPLES))("%s", (kind, [fields, level, text]) => {
    expect(line({ ...fields, kind, node: AT } as RaftEvent)).toBe(`${level} ${text}`);
  });

  test("an answer that grants a vote is not called a rejection", () => {
    const answer = { type: "MsgPreVoteResp", from: PEER, rejected: false, term: term(14) } as const;
    expect(describeTrace({ kind: "voteReceived", node: AT, ...answer })).toBe(
      "1a received MsgPreVoteResp from 11 at term 14",
    );
  });

  test("why a membership change is ignored", () => {
    const none = { changes: [], context: bytes(""), config: "voters=(1)" };
    const ignored = { ...none, kind: "confChangeIgnored", node: AT } as const;
    expect(
      describeTrace({ ...ignored, transition: "jointImplicit", refusal: { kind: "joint" } }),
    ).toBe(
      "1a ignoring conf change transition:ConfChangeTransitionJointImplicit " +
        "at config voters=(1): must transition out of joint config first",
    );
    expect(
      describeTrace({ ...ignored, transition: "jointExplicit", refusal: { kind: "notJoint" } }),
    ).toBe(
      "1a ignoring conf change transition:ConfChangeTransitionJointExplicit " +
        "at config voters=(1): not in joint state; refusing empty conf change",
    );
    const refusal = { kind: "illegal", error: "removed all voters" } as const;
    expect(describeTrace({ ...ignored, transition: "auto", refusal })).toBe(
      "1a ignoring conf change transition:ConfChangeTransitionAuto " +
        "at config voters=(1): removed all voters",
    );
  });
});

describe("a trace only watches", () => {
  /** A leader is cut off; another is elected; the first one comes back and needs a snapshot. */
  function play(trace: RaftTrace | undefined): string[] {
    const options = { preVote: true, checkQuorum: true };
    const cluster = new Cluster(3, trace === undefined ? options : { ...options, trace }, 7);
    const said: string[] = [];
    const settle = (cutOff: number): void =>
      cluster.settle((m) => {
        said.push(describeMessage(m));
        return m.from !== cutOff && m.to !== cutOff;
      });
    cluster.elect(1);
    cluster.node(1).propose(bytes("lost"));
    settle(1);
    for (let i = 0; i < 25; i++) {
      for (const id of [2, 3]) cluster.node(id).tick();
      settle(1);
    }
    const leader = cluster.members.find(({ id, node }) => id !== 1 && node?.role === "leader")!;
    leader.running.propose(bytes("kept"));
    settle(1);
    const at = leader.running.status().applied;
    leader.storage.createSnapshot(at, bytes("state"));
    leader.storage.compact(at);
    for (let i = 0; i < 25; i++) {
      for (const id of cluster.ids) cluster.node(id).tick();
      settle(0);
    }
    for (const id of cluster.ids) said.push(JSON.stringify(cluster.node(id).status()));
    return said;
  }

  test("with it, a group says and becomes the same as without", () => {
    const events: RaftEvent[] = [];
    const traced = play({ event: (event) => events.push(event) });
    expect(traced).toEqual(play(undefined));
    const kinds = new Set(events.map((event) => event.kind));
    for (const kind of ["becameLeader", "voteCast", "snapshotSent"] as const) {
      expect(kinds).toContain(kind);
    }
  });

  test("events are plain records that stay as they are", () => {
    const events: RaftEvent[] = [];
    const lines: string[] = [];
    const copies: RaftEvent[] = [];
    play({
      event: (event) => {
        events.push(event);
        lines.push(line(event));
        copies.push(structuredClone(event));
      },
    });
    expect(events.map(line)).toEqual(lines);
    expect(copies).toEqual(events);
  });
});
