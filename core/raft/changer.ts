import type { Index, NodeId } from "../base/ids.ts";
import type { ConfChangeSingle } from "./confChange.ts";
import type { InflightLimits } from "./inflights.ts";
import type { ConfState } from "./message.ts";
import { Progress } from "./progress.ts";
import { JointConfig, MajorityConfig } from "./quorum.ts";
import { NO_GROUP } from "./tracker.ts";
import type { GroupConfig, ProgressMap } from "./tracker.ts";

/** The membership after a change, or why there is none; the reasons are etcd's, word for word. */
export type ChangeResult =
  | { readonly config: GroupConfig; readonly progress: ProgressMap }
  | { readonly error: string };

/**
 * Works out memberships (Raft thesis, section 4.3). Two majorities that could decide without each
 * other must never be in force one after the other, so a change of more than one voter goes through
 * a joint configuration, in which both the old majority (outgoing) and the new one (incoming) must
 * agree to everything.
 *
 * Nothing is changed here. The Progress of whoever stays is the same object before and after; that
 * of a newcomer is new.
 */
export class Changer {
  readonly #config: GroupConfig;
  readonly #progress: ProgressMap;
  readonly #lastIndex: Index;
  readonly #limits: InflightLimits;

  constructor(
    config: GroupConfig,
    progress: ProgressMap,
    lastIndex: Index,
    limits: InflightLimits,
  ) {
    this.#config = config;
    this.#progress = progress;
    this.#lastIndex = lastIndex;
    this.#limits = limits;
  }

  /** Steps that change at most one voter between them: no joint configuration is needed. */
  simple(changes: readonly ConfChangeSingle[]): ChangeResult {
    if (isJoint(this.#config)) return { error: "can't apply simple config change in joint config" };
    const plan = new Plan(this.#config, this.#progress);
    const error = plan.apply(changes);
    if (error !== null) return { error };
    if (plan.changedVoters(this.#config.voters.incoming.voters) > 1) {
      return { error: "more than one voter changed without entering joint config" };
    }
    return this.#result(plan, false);
  }

  /** From C_old to C_old,new: the voters of now become the outgoing half. */
  enterJoint(autoLeave: boolean, changes: readonly ConfChangeSingle[]): ChangeResult {
    if (isJoint(this.#config)) return { error: "config is already joint" };
    const voters = this.#config.voters.incoming.voters;
    if (voters.length === 0) return { error: "can't make a zero-voter config joint" };
    const plan = new Plan(this.#config, this.#progress);
    for (const id of voters) plan.outgoing.add(id);
    const error = plan.apply(changes);
    if (error !== null) return { error };
    return this.#result(plan, autoLeave);
  }

  /** From C_old,new to C_new: who is in neither half any more, nor a learner, goes. */
  leaveJoint(): ChangeResult {
    if (!isJoint(this.#config)) return { error: "can't leave a non-joint config" };
    const plan = new Plan(this.#config, this.#progress);
    plan.leave();
    return this.#result(plan, false);
  }

  #result(plan: Plan, autoLeave: boolean): ChangeResult {
    const config: GroupConfig = {
      voters: new JointConfig(plan.incoming, plan.outgoing),
      learners: ascending(plan.learners),
      learnersNext: ascending(plan.learnersNext),
      autoLeave,
    };
    const progress = new Map<NodeId, Progress>();
    for (const id of ascending([...config.voters.voters, ...config.learners])) {
      progress.set(id, plan.tracked.get(id) ?? this.#newcomer(id));
    }
    return { config, progress };
  }

  #newcomer(id: NodeId): Progress {
    const member = new Progress(id, Math.max(this.#lastIndex, 1) as Index, this.#limits);
    // Without this, CheckQuorum could depose a leader before the newcomer had time to speak.
    member.recentActive = true;
    return member;
  }
}

/**
 * The membership that `confState` describes, everybody to be probed from the end of a log that ends
 * at `lastIndex`.
 */
export function restoreGroup(
  confState: ConfState,
  lastIndex: Index,
  limits: InflightLimits,
): ChangeResult {
  const add = (nodeId: NodeId): ConfChangeSingle => ({ type: "ConfChangeAddNode", nodeId });
  const learn = (nodeId: NodeId): ConfChangeSingle => ({
    type: "ConfChangeAddLearnerNode",
    nodeId,
  });
  const remove = (nodeId: NodeId): ConfChangeSingle => ({ type: "ConfChangeRemoveNode", nodeId });
  // The order in which it could have come about: first the outgoing voters, then, in one joint
  // step, away with them and in with everybody who belongs to the group now.
  const arrivals = [
    ...confState.voters.map(add),
    ...confState.learners.map(learn),
    ...confState.learnersNext.map(learn),
  ];
  const isJointState = confState.votersOutgoing.length > 0;
  let result: ChangeResult = { config: NO_GROUP, progress: new Map() };
  for (const change of isJointState ? confState.votersOutgoing.map(add) : arrivals) {
    result = new Changer(result.config, result.progress, lastIndex, limits).simple([change]);
    if ("error" in result) return result;
  }
  if (!isJointState) return result;
  return new Changer(result.config, result.progress, lastIndex, limits).enterJoint(
    confState.autoLeave,
    [...confState.votersOutgoing.map(remove), ...arrivals],
  );
}

/** A membership while steps are applied to it. */
class Plan {
  readonly incoming: Set<NodeId>;
  readonly outgoing: Set<NodeId>;
  readonly learners: Set<NodeId>;
  readonly learnersNext: Set<NodeId>;
  /** Whose Progress is kept. Who leaves and comes back starts anew. */
  readonly tracked: Map<NodeId, Progress | null>;

  constructor(config: GroupConfig, progress: ProgressMap) {
    this.incoming = new Set(config.voters.incoming.voters);
    this.outgoing = new Set(config.voters.outgoing.voters);
    this.learners = new Set(config.learners);
    this.learnersNext = new Set(config.learnersNext);
    this.tracked = new Map(progress);
  }

  /** Voters are only ever changed in the incoming half. Returns why that cannot be, or null. */
  apply(changes: readonly ConfChangeSingle[]): string | null {
    for (const { type, nodeId } of changes) {
      // How a host takes back a change that it decides not to make after all.
      if (nodeId === 0) continue;
      switch (type) {
        case "ConfChangeAddNode":
          this.#makeVoter(nodeId);
          break;
        case "ConfChangeAddLearnerNode":
          this.#makeLearner(nodeId);
          break;
        case "ConfChangeRemoveNode":
          this.#remove(nodeId);
          break;
        case "ConfChangeUpdateNode":
          break;
      }
    }
    return this.incoming.size === 0 ? "removed all voters" : null;
  }

  leave(): void {
    for (const id of this.learnersNext) this.learners.add(id);
    this.learnersNext.clear();
    this.outgoing.clear();
  }

  /** How many voters came or went. */
  changedVoters(before: readonly NodeId[]): number {
    const gone = before.filter((id) => !this.incoming.has(id)).length;
    return gone + this.incoming.size - (before.length - gone);
  }

  #makeVoter(id: NodeId): void {
    this.#track(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    this.incoming.add(id);
  }

  #makeLearner(id: NodeId): void {
    if (this.learners.has(id)) return;
    this.#track(id);
    this.incoming.delete(id);
    // Nobody is voter and learner at once: who still votes in the outgoing half becomes a learner
    // only when that half goes.
    if (this.outgoing.has(id)) this.learnersNext.add(id);
    else this.learners.add(id);
  }

  #remove(id: NodeId): void {
    this.incoming.delete(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    if (!this.outgoing.has(id)) this.tracked.delete(id);
  }

  #track(id: NodeId): void {
    if (!this.tracked.has(id)) this.tracked.set(id, null);
  }
}

const isJoint = (config: GroupConfig): boolean => config.voters.outgoing.voters.length > 0;

const ascending = (ids: Iterable<NodeId>): readonly NodeId[] => new MajorityConfig(ids).voters;
