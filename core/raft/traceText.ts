import type { NodeId } from "../base/ids.ts";
import type { ConfChangeTransition, ConfChangeV2 } from "./confChange.ts";
import { describeConfState, describeRole, quoteBytes } from "./describe.ts";
import { hex } from "./raft.ts";
import type { Ballot, ConfChangeRefusal, RaftEvent, SnapshotPosition } from "./trace.ts";

/*
 * The log lines of etcd-io/raft, word for word. Nothing of the protocol needs them: who prints no
 * trace does not load them.
 */

export type RaftLogLevel = "debug" | "info" | "warning" | "error";

type EventOf<Kind extends RaftEvent["kind"]> = Extract<RaftEvent, { readonly kind: Kind }>;

type Line<Kind extends RaftEvent["kind"]> = readonly [
  level: RaftLogLevel,
  text: (e: EventOf<Kind>) => string,
];

/** The form of the three lines about a vote that is asked for. */
const ballot = (e: Ballot & { readonly node: NodeId }, verb: string): string =>
  `${hex(e.node)} [logterm: ${e.lastTerm}, index: ${e.lastIndex}, vote: ${hex(e.vote)}] ` +
  `${verb} ${hex(e.from)} ` +
  `[logterm: ${e.candidateTerm}, index: ${e.candidateIndex}] at term ${e.term}`;

const snapshotAt = (e: SnapshotPosition): string =>
  `[index: ${e.snapshotIndex}, term: ${e.snapshotTerm}]`;

const logEnd = (e: EventOf<"logRestored" | "commitFastForwarded">): string =>
  `${hex(e.node)} [commit: ${e.commit}, lastindex: ${e.lastIndex}, lastterm: ${e.lastTerm}]`;

const TRANSITION_TEXT: Readonly<Record<ConfChangeTransition, string>> = {
  auto: "ConfChangeTransitionAuto",
  jointImplicit: "ConfChangeTransitionJointImplicit",
  jointExplicit: "ConfChangeTransitionJointExplicit",
};

function describeConfChange(change: ConfChangeV2): string {
  let text = `transition:${TRANSITION_TEXT[change.transition]}`;
  for (const { type, nodeId } of change.changes) {
    text += ` changes:{type:${type} node_id:${nodeId}}`;
  }
  if (change.context.length > 0) text += ` context:${quoteBytes(change.context)}`;
  return text;
}

function describeRefusal(refusal: ConfChangeRefusal): string {
  switch (refusal.kind) {
    case "unapplied": {
      const { pendingIndex, applied } = refusal;
      return `possible unapplied conf change at index ${pendingIndex} (applied to ${applied})`;
    }
    case "joint":
      return "must transition out of joint config first";
    case "notJoint":
      return "not in joint state; refusing empty conf change";
    case "illegal":
      return refusal.error;
  }
}

/** In the order of trace.ts. */
const LINES: { readonly [Kind in RaftEvent["kind"]]: Line<Kind> } = {
  started: [
    "info",
    (e) =>
      `newRaft ${hex(e.node)} [peers: [${e.voters.map(hex).join(",")}], term: ${e.term}, ` +
      `commit: ${e.commit}, applied: ${e.applied}, ` +
      `lastindex: ${e.lastIndex}, lastterm: ${e.lastTerm}]`,
  ],
  becameFollower: ["info", (e) => `${hex(e.node)} became follower at term ${e.term}`],
  becamePreCandidate: ["info", (e) => `${hex(e.node)} became pre-candidate at term ${e.term}`],
  becameCandidate: ["info", (e) => `${hex(e.node)} became candidate at term ${e.term}`],
  becameLeader: ["info", (e) => `${hex(e.node)} became leader at term ${e.term}`],
  lostQuorum: [
    "warning",
    (e) => `${hex(e.node)} stepped down to follower since quorum is not active`,
  ],
  leaderForgotten: [
    "info",
    (e) => `${hex(e.node)} forgetting leader ${hex(e.lead)} at term ${e.term}`,
  ],
  forgetLeaderIgnored: ["error", () => "ignoring MsgForgetLeader due to ReadOnlyLeaseBased"],

  higherTermReceived: [
    "info",
    (e) =>
      `${hex(e.node)} [term: ${e.term}] received a ${e.type} message with higher term ` +
      `from ${hex(e.from)} [term: ${e.messageTerm}]`,
  ],
  lowerTermIgnored: [
    "info",
    (e) =>
      `${hex(e.node)} [term: ${e.term}] ignored a ${e.type} message with lower term ` +
      `from ${hex(e.from)} [term: ${e.messageTerm}]`,
  ],
  lowerTermAppendIgnored: [
    "info",
    (e) =>
      `${hex(e.node)} [term: ${e.term}] ignored entry appends from a MsgStorageAppendResp ` +
      `message with lower term [term: ${e.messageTerm}]`,
  ],

  electionStarted: ["info", (e) => `${hex(e.node)} is starting a new election at term ${e.term}`],
  hupIgnored: ["debug", (e) => `${hex(e.node)} ignoring MsgHup because already leader`],
  campaignUnpromotable: ["warning", (e) => `${hex(e.node)} is unpromotable and can not campaign`],
  campaignPendingConfChange: [
    "warning",
    (e) =>
      `${hex(e.node)} cannot campaign at term ${e.term} ` +
      `since there are still pending configuration changes to apply`,
  ],
  campaignedUnpromotable: [
    "warning",
    (e) => `${hex(e.node)} is unpromotable; campaign() should have been called`,
  ],
  voteRequested: [
    "info",
    (e) =>
      `${hex(e.node)} [logterm: ${e.lastTerm}, index: ${e.lastIndex}] sent ${e.type} request ` +
      `to ${hex(e.to)} at term ${e.term}`,
  ],
  voteCast: ["info", (e) => ballot(e, `cast ${e.type} for`)],
  voteRejected: ["info", (e) => ballot(e, `rejected ${e.type} from`)],
  voteIgnored: [
    "info",
    (e) =>
      `${ballot(e, `ignored ${e.type} from`)}: ` +
      `lease is not expired (remaining ticks: ${e.leaseTicks})`,
  ],
  voteReceived: [
    "info",
    (e) =>
      `${hex(e.node)} received ${e.type}${e.rejected ? " rejection" : ""} ` +
      `from ${hex(e.from)} at term ${e.term}`,
  ],
  commitLearned: [
    "info",
    (e) =>
      `${hex(e.node)} fast-forwarded commit to vote request ` +
      `[index: ${e.commit}, term: ${e.commitTerm}]`,
  ],
  votesCounted: [
    "info",
    (e) =>
      `${hex(e.node)} has received ${e.granted} ${e.type} votes ` +
      `and ${e.rejected} vote rejections`,
  ],

  proposalWithoutLeader: [
    "info",
    (e) => `${hex(e.node)} no leader at term ${e.term}; dropping proposal`,
  ],
  proposalNotForwarded: [
    "info",
    (e) =>
      `${hex(e.node)} not forwarding to leader ${hex(e.lead)} at term ${e.term}; ` +
      `dropping proposal`,
  ],
  proposalOverLimit: [
    "warning",
    (e) =>
      `${hex(e.node)} appending new entries to log would exceed uncommitted entry size limit; ` +
      `dropping proposal`,
  ],
  proposalDuringTransfer: [
    "debug",
    (e) =>
      `${hex(e.node)} [term ${e.term}] transfer leadership to ${hex(e.transferee)} ` +
      `is in progress; dropping proposal`,
  ],

  progressMissing: ["debug", (e) => `${hex(e.node)} no progress available for ${hex(e.peer)}`],
  appendRejected: [
    "debug",
    (e) =>
      `${hex(e.node)} [logterm: ${e.ownTerm}, index: ${e.index}] rejected MsgApp ` +
      `[logterm: ${e.logTerm}, index: ${e.index}] from ${hex(e.from)}`,
  ],
  rejectionReceived: [
    "debug",
    (e) =>
      `${hex(e.node)} received MsgAppResp(rejected, hint: (index ${e.hintIndex}, ` +
      `term ${e.hintTerm})) from ${hex(e.from)} for index ${e.index}`,
  ],
  progressDecreased: [
    "debug",
    (e) => `${hex(e.node)} decreased progress of ${hex(e.peer)} to [${e.progress}]`,
  ],
  replicationPaused: [
    "debug",
    (e) => `${hex(e.node)} paused sending replication messages to ${hex(e.peer)} [${e.progress}]`,
  ],
  replicationResumed: [
    "debug",
    (e) =>
      `${hex(e.node)} recovered from needing snapshot, ` +
      `resumed sending replication messages to ${hex(e.peer)} [${e.progress}]`,
  ],
  peerUnreachable: [
    "debug",
    (e) =>
      `${hex(e.node)} failed to send message to ${hex(e.peer)} ` +
      `because it is unreachable [${e.progress}]`,
  ],

  snapshotRequested: ["info", (e) => `${hex(e.node)} requests a snapshot up to index ${e.index}`],
  snapshotPeerInactive: [
    "debug",
    (e) => `ignore sending snapshot to ${hex(e.peer)} since it is not recently active`,
  ],
  snapshotUnavailable: [
    "debug",
    (e) =>
      `${hex(e.node)} failed to send snapshot to ${hex(e.peer)} ` +
      `because snapshot is temporarily unavailable`,
  ],
  snapshotSent: [
    "debug",
    (e) =>
      `${hex(e.node)} [firstindex: ${e.firstIndex}, commit: ${e.commit}] ` +
      `sent snapshot${snapshotAt(e)} ` +
      `to ${hex(e.peer)} [${e.progress}]`,
  ],
  snapshotSucceeded: [
    "debug",
    (e) =>
      `${hex(e.node)} snapshot succeeded, ` +
      `resumed sending replication messages to ${hex(e.peer)} [${e.progress}]`,
  ],
  snapshotFailed: [
    "debug",
    (e) =>
      `${hex(e.node)} snapshot failed, ` +
      `resumed sending replication messages to ${hex(e.peer)} [${e.progress}]`,
  ],
  logRestoreStarted: [
    "info",
    (e) =>
      `log [committed=${e.committed}, applied=${e.applied}, applying=${e.applying}, ` +
      `unstable.offset=${e.unstableOffset}, ` +
      `unstable.offsetInProgress=${e.unstableOffsetInProgress}, ` +
      `len(unstable.Entries)=${e.unstableCount}] ` +
      `starts to restore snapshot ${snapshotAt(e)}`,
  ],
  logRestored: ["info", (e) => `${logEnd(e)} restored snapshot ${snapshotAt(e)}`],
  commitFastForwarded: [
    "info",
    (e) => `${logEnd(e)} fast-forwarded commit to snapshot ${snapshotAt(e)}`,
  ],
  snapshotRestored: [
    "info",
    (e) => `${hex(e.node)} [commit: ${e.commit}] restored snapshot ${snapshotAt(e)}`,
  ],
  snapshotIgnored: [
    "info",
    (e) => `${hex(e.node)} [commit: ${e.commit}] ignored snapshot ${snapshotAt(e)}`,
  ],
  // etcd's form of a ConfState in here is not stable; this is the one it prints elsewhere.
  snapshotLacksNode: [
    "warning",
    (e) =>
      `${hex(e.node)} attempted to restore snapshot but it is not in the ConfState ` +
      `${describeConfState(e.confState)}; should never happen`,
  ],

  conflictFound: [
    "info",
    (e) =>
      `found conflict at index ${e.index} ` +
      `[existing term: ${e.existingTerm}, conflicting term: ${e.conflictingTerm}]`,
  ],
  unstableReplaced: ["info", (e) => `replace the unstable entries from index ${e.index}`],
  unstableTruncated: ["info", (e) => `truncate the unstable entries before index ${e.index}`],
  stableEntryMissing: [
    "info",
    (e) => `entry at index ${e.index} missing from unstable log; ignoring`,
  ],
  stableEntryInSnapshot: [
    "info",
    (e) => `entry at index ${e.index} matched unstable snapshot; ignoring`,
  ],
  stableEntryMismatched: [
    "info",
    (e) =>
      `entry at (index,term)=(${e.index},${e.term}) mismatched with ` +
      `entry at (${e.index},${e.ownTerm}) in unstable log; ignoring`,
  ],

  transferStarted: [
    "info",
    (e) => `${hex(e.node)} [term ${e.term}] starts to transfer leadership to ${hex(e.transferee)}`,
  ],
  transferAborted: [
    "info",
    (e) =>
      `${hex(e.node)} [term ${e.term}] abort previous transferring leadership ` +
      `to ${hex(e.transferee)}`,
  ],
  transferRepeated: [
    "info",
    (e) =>
      `${hex(e.node)} [term ${e.term}] transfer leadership to ${hex(e.transferee)} ` +
      `is in progress, ignores request to same node ${hex(e.transferee)}`,
  ],
  transferToSelf: [
    "debug",
    (e) => `${hex(e.node)} is already leader. Ignored transferring leadership to self`,
  ],
  transferToLearner: ["debug", (e) => `${hex(e.node)} is learner. Ignored transferring leadership`],
  transferWithoutLeader: [
    "info",
    (e) => `${hex(e.node)} no leader at term ${e.term}; dropping leader transfer msg`,
  ],
  transferUpToDate: [
    "info",
    (e) =>
      `${hex(e.node)} sends MsgTimeoutNow to ${hex(e.transferee)} immediately ` +
      `as ${hex(e.transferee)} already has up-to-date log`,
  ],
  transferCaughtUp: [
    "info",
    (e) => `${hex(e.node)} sent MsgTimeoutNow to ${hex(e.transferee)} after received MsgAppResp`,
  ],
  timeoutNowReceived: [
    "info",
    (e) =>
      `${hex(e.node)} [term ${e.term}] received MsgTimeoutNow from ${hex(e.from)} ` +
      `and starts an election to get leadership.`,
  ],
  timeoutNowIgnored: [
    "debug",
    (e) =>
      `${hex(e.node)} [term ${e.term} state ${describeRole(e.role)}] ` +
      `ignored MsgTimeoutNow from ${hex(e.from)}`,
  ],

  configSwitched: ["info", (e) => `${hex(e.node)} switched to configuration ${e.config}`],
  confChangeIgnored: [
    "info",
    (e) =>
      `${hex(e.node)} ignoring conf change ${describeConfChange(e)} ` +
      `at config ${e.config}: ${describeRefusal(e.refusal)}`,
  ],
  autoLeaveProposed: [
    "info",
    (e) => `initiating automatic transition out of joint configuration ${e.config}`,
  ],
  autoLeaveDropped: [
    "debug",
    (e) =>
      `not initiating automatic transition out of joint configuration ${e.config}: ` +
      `raft proposal dropped`,
  ],

  readIndexWithoutLeader: [
    "info",
    (e) => `${hex(e.node)} no leader at term ${e.term}; dropping index reading msg`,
  ],
  readIndexMalformed: [
    "error",
    (e) =>
      `${hex(e.node)} invalid format of MsgReadIndexResp from ${hex(e.from)}, ` +
      `entries count: ${e.entryCount}`,
  ],
};

/** How much an event matters, as etcd sees it. */
export const traceLevel = (event: RaftEvent): RaftLogLevel => LINES[event.kind][0];

/** etcd's log line for the event. */
export function describeTrace(event: RaftEvent): string {
  const text = LINES[event.kind][1] as (e: RaftEvent) => string;
  return text(event);
}
