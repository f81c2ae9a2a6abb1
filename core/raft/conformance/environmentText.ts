import { describeRole } from "../describe.ts";
import type { RawNode } from "../rawNode.ts";
import type { ProgressStatus } from "../status.ts";
import type { StepResult } from "../stepResult.ts";
import type { EnvironmentNode } from "./environmentNode.ts";

/* The words of the commands that print a state or a result. */

export const STEP_ERROR: Readonly<Record<Exclude<StepResult, "ok">, string>> = {
  proposalDropped: "raft proposal dropped",
  readIndexDropped: "raft: read index dropped",
  requestSnapshotDropped: "raft: snapshot request dropped",
  stepLocalMessage: "raft: cannot step raft local message",
  stepMalformed: "raft: cannot step malformed message",
  stepPeerNotFound: "raft: cannot step as peer not found",
};

const PROGRESS_TEXT: Readonly<Record<ProgressStatus["state"], string>> = {
  probe: "StateProbe",
  replicate: "StateReplicate",
  snapshot: "StateSnapshot",
};

/** As raft-state prints it. */
export function stateLine(node: EnvironmentNode): string {
  if (node.isCrashed) return `${node.id}: crashed\n`;
  const { confState, id, role, term, lead } = node.raw.status();
  const isVoter = confState.voters.includes(id) || confState.votersOutgoing.includes(id);
  const kind = isVoter ? "(Voter)" : "(Non-Voter)";
  return `${id}: ${describeRole(role)} ${kind} Term:${term} Lead:${lead}\n`;
}

/** As status prints it. */
export function progressLine(p: ProgressStatus): string {
  let text = `${p.id}: ${PROGRESS_TEXT[p.state]} match=${p.match} next=${p.next}`;
  if (p.learner) text += " learner";
  if (p.paused) text += " paused";
  if (p.pendingSnapshot > 0) text += ` pendingSnap=${p.pendingSnapshot}`;
  if (!p.recentActive) text += " inactive";
  if (p.inflightMessages > 0) {
    text += ` inflight=${p.inflightMessages}${p.inflightFull ? "[full]" : ""}`;
  }
  return `${text}\n`;
}

/** As check-group-commit prints it. */
export function groupCommitLine(node: RawNode): string {
  const isConsistent = node.checkGroupCommitConsistent();
  if (isConsistent === null) return "unknown\n";
  return isConsistent ? "consistent\n" : "not consistent\n";
}
