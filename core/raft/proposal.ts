import { NO_NODE } from "../base/ids.ts";
import { checkProposedChanges, leaveJointEntry } from "./membership.ts";
import type { Entry, Message } from "./message.ts";
import type { Raft } from "./raft.ts";
import { broadcastAppend, forwardToLeader } from "./sending.ts";
import type { StepResult } from "./stepResult.ts";
import { describeGroupConfig } from "./tracker.ts";

/* How a command gets into the leader's log, or why it does not (Raft paper, section 5.3). */

/** Leader. */
export function proposeEntries(r: Raft, proposed: readonly Entry[]): StepResult {
  // A leader that was taken out of the group leads on until another is elected, but it has no say
  // in what comes after.
  if (r.tracker.find(r.id) === undefined) return "proposalDropped";
  const transferee = r.leadTransferee;
  if (transferee !== NO_NODE) {
    r.trace?.event({ kind: "proposalDuringTransfer", node: r.id, term: r.term, transferee });
    return "proposalDropped";
  }
  const pendingConfIndex = r.pendingConfIndex;
  const entries = checkProposedChanges(r, proposed);
  if (entries === "malformed" || !r.appendEntries(entries)) {
    // A change that did not get into the log is not on its way.
    r.pendingConfIndex = pendingConfIndex;
    return "proposalDropped";
  }
  broadcastAppend(r);
  return "ok";
}

/** Follower. */
export function forwardProposal(r: Raft, m: Message): StepResult {
  if (r.lead === NO_NODE) return dropProposal(r);
  if (r.disableProposalForwarding) {
    r.trace?.event({ kind: "proposalNotForwarded", node: r.id, term: r.term, lead: r.lead });
    return "proposalDropped";
  }
  forwardToLeader(r, m);
  return "ok";
}

/** Candidate, or a follower that knows no leader. */
export function dropProposal(r: Raft): StepResult {
  r.trace?.event({ kind: "proposalWithoutLeader", node: r.id, term: r.term });
  return "proposalDropped";
}

/**
 * Leader: once a joint configuration that asks for it is in force, the proposal to leave it is made
 * here. It may be dropped, while the office is handed over; so this is looked at whenever something
 * was applied.
 */
export function maybeAutoLeave(r: Raft): void {
  const { config } = r.tracker;
  if (!config.autoLeave || r.role !== "leader" || r.log.applied < r.pendingConfIndex) return;
  // The configuration stays what it is until that proposal is applied.
  const isProposed = proposeEntries(r, [leaveJointEntry()]) === "ok";
  const kind = isProposed ? "autoLeaveProposed" : "autoLeaveDropped";
  r.trace?.event({ kind, node: r.id, config: describeGroupConfig(config) });
}
