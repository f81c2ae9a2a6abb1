import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { Changer } from "./changer.ts";
import type { ChangeResult } from "./changer.ts";
import {
  asV2,
  decodeConfChange,
  encodeConfChange,
  entersJoint,
  leavesJoint,
} from "./confChange.ts";
import type { ConfChange, ConfChangeV2 } from "./confChange.ts";
import { isConfChange } from "./message.ts";
import type { ConfState, Entry } from "./message.ts";
import type { Raft } from "./raft.ts";
import { broadcastAppend, maybeSendAppend } from "./sending.ts";
import type { ConfChangeRefusal } from "./trace.ts";
import { confStateOfGroup, describeGroupConfig } from "./tracker.ts";

/*
 * How a group changes its members (Raft thesis, section 4). A change is an entry like any other and
 * takes effect on each node when that node applies it, so at most one may be on its way at a time:
 * else nodes could act on memberships that are two changes apart, with majorities that do not meet.
 */

const NO_DATA = new Uint8Array(0);

/** What a refused change leaves in the log: its place, and nothing in it. */
const EMPTY_ENTRY: Entry = {
  term: NO_TERM,
  index: NO_INDEX,
  type: "EntryNormal",
  data: NO_DATA,
};

/**
 * Leader: looks at the membership changes among proposed entries. One that is not legal now gives
 * way to an empty entry, and nobody is told (etcd's rule: a proposer has to look at what commits).
 * "malformed" if one cannot be decoded.
 */
export function checkProposedChanges(
  r: Raft,
  proposed: readonly Entry[],
): readonly Entry[] | "malformed" {
  if (!proposed.some(isConfChange)) return proposed;
  const last = r.log.lastIndex();
  const entries: Entry[] = [];
  for (const [i, entry] of proposed.entries()) {
    const change = isConfChange(entry) ? decodeConfChange(entry) : null;
    if (change === null) {
      entries.push(entry);
      continue;
    }
    if ("error" in change) return "malformed";
    const refusal = r.disableConfChangeValidation ? null : refusalOf(r, asV2(change));
    if (refusal === null) {
      r.pendingConfIndex = (last + i + 1) as Index;
      entries.push(entry);
    } else {
      traceRefusal(r, asV2(change), refusal);
      entries.push(EMPTY_ENTRY);
    }
  }
  return entries;
}

function refusalOf(r: Raft, change: ConfChangeV2): ConfChangeRefusal | null {
  const { pendingConfIndex } = r;
  const { applied } = r.log;
  if (pendingConfIndex > applied) {
    return { kind: "unapplied", pendingIndex: pendingConfIndex, applied };
  }
  const isJoint = r.tracker.voters.outgoing.voters.length > 0;
  const wantsToLeave = change.changes.length === 0;
  if (isJoint && !wantsToLeave) return { kind: "joint" };
  if (!isJoint && wantsToLeave) return { kind: "notJoint" };
  // What no node can apply would stop every node that tries, and again whenever it starts. Nothing
  // can come between, so this is the membership that it would be applied to.
  const result = groupAfter(r, change);
  return "error" in result ? { kind: "illegal", error: result.error } : null;
}

function traceRefusal(r: Raft, change: ConfChangeV2, refusal: ConfChangeRefusal): void {
  r.trace?.event({
    kind: "confChangeIgnored",
    node: r.id,
    config: describeGroupConfig(r.tracker.config),
    ...change,
    refusal,
  });
}

/**
 * A committed change takes effect on this node.
 *
 * @throws InvariantError if it is not legal, with etcd's reason: the leader's check lets none
 * through, unless it was switched off.
 */
export function applyConfChange(r: Raft, change: ConfChange): ConfState {
  const result = groupAfter(r, asV2(change));
  if ("error" in result) assert(false, result.error);
  r.switchToGroup(result);
  followSwitch(r);
  return confStateOfGroup(r.tracker.config);
}

/** The group after `change`, or etcd's reason why there can be none. */
function groupAfter(r: Raft, change: ConfChangeV2): ChangeResult {
  const { config, progress, limits } = r.tracker;
  const changer = new Changer(config, progress, r.log.lastIndex(), limits);
  if (leavesJoint(change)) return changer.leaveJoint();
  if (!entersJoint(change)) return changer.simple(change.changes);
  return changer.enterJoint(change.transition !== "jointExplicit", change.changes);
}

/** What a node does because its group is now another. */
function followSwitch(r: Raft): void {
  if (r.role !== "leader") return;
  const own = r.tracker.find(r.id);
  if (own === undefined || own.isLearner) {
    // It has no vote any more. Until somebody else is elected it may go on serving (thesis 4.2.2).
    if (r.stepDownOnRemoval) r.becomeFollower(r.term, NO_NODE);
    return;
  }
  if (r.maybeCommit()) {
    // A smaller quorum may have what a larger one still lacked.
    broadcastAppend(r);
  } else {
    // A newcomer need not wait for the next proposal or heartbeat.
    for (const member of r.tracker.members) {
      if (member.id !== r.id) maybeSendAppend(r, member, false);
    }
  }
  if (!r.tracker.isVoter(r.leadTransferee)) r.leadTransferee = NO_NODE;
}

/** Proposes to leave a joint configuration. It has no payload, so that no limit can refuse it. */
export const leaveJointEntry = (): Entry => ({
  ...EMPTY_ENTRY,
  ...encodeConfChange({ transition: "auto", changes: [], context: NO_DATA }),
});
