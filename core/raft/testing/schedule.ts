import * as fc from "fast-check";
import { nodeId } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import type { ConfChange, ConfChangeSingle, ConfChangeType } from "../confChange.ts";
import { describeConfState } from "../describe.ts";
import { bytes, Cluster, text } from "./cluster.ts";
import type { Member, Options } from "./cluster.ts";
import type { RawNode } from "../rawNode.ts";
import { MembershipWatch } from "./membershipWatch.ts";
import { SafetyWatch } from "./safety.ts";

/** What may happen in any group, and how often. */
const WEIGHTS = {
  /** One step of one host; all that a host has to do; all of it everywhere, and every message. */
  work: 16,
  workAll: 8,
  round: 12,
  deliver: 24,
  drop: 2,
  duplicate: 2,
  tick: 2,
  /** An election timeout, for one node. */
  wait: 2,
  propose: 10,
  crash: 1,
  restart: 3,
  compact: 1,
  save: 2,
  unreachable: 1,
};

/** What may happen besides, where a test asks for it. */
export interface Extras {
  readonly transfer?: number;
  readonly read?: number;
  readonly requestSnapshot?: number;
  /** A change of members, among nodes 1 to 6. */
  readonly change?: number;
}

type Kind = keyof typeof WEIGHTS | keyof Extras;

/** One thing that happens. The numbers are taken modulo what there is to choose from. */
export interface Event {
  readonly kind: Kind;
  readonly a: number;
  readonly b: number;
  readonly change: ConfChange | null;
}

const single: fc.Arbitrary<ConfChangeSingle> = fc.record({
  type: fc.constantFrom<ConfChangeType>(
    "ConfChangeAddNode",
    "ConfChangeRemoveNode",
    "ConfChangeAddLearnerNode",
    "ConfChangeUpdateNode",
  ),
  nodeId: fc.integer({ min: 1, max: 6 }).map(nodeId),
});

const change: fc.Arbitrary<ConfChange> = fc.oneof(
  single.map((each) => ({ ...each, id: 0, context: bytes("") })),
  fc.record({
    transition: fc.constantFrom(
      "auto" as const,
      "jointImplicit" as const,
      "jointExplicit" as const,
    ),
    changes: fc.array(single, { maxLength: 4 }),
    context: fc.constant(bytes("")),
  }),
);

export function schedules(extras: Extras = {}): fc.Arbitrary<readonly Event[]> {
  const weights = Object.entries({ ...WEIGHTS, ...extras }) as [Kind, number][];
  const event = fc.oneof(
    ...weights.map(([kind, weight]) => ({
      weight,
      arbitrary: fc.record({
        kind: fc.constant(kind),
        a: fc.nat(1000),
        b: fc.nat(1000),
        change: kind === "change" ? change : fc.constant(null),
      }),
    })),
  );
  // Several lists rather than one: they are seldom all short, and yet shrink to nothing.
  const part = fc.array(event, { maxLength: 80, size: "max" });
  return fc.tuple(part, part, part, part).map((parts) => parts.flat());
}

/** A group to which the events of a schedule happen, and which is looked at after each. */
export class Story {
  readonly cluster: Cluster;
  readonly #watch = new SafetyWatch();
  readonly #membership = new MembershipWatch();
  readonly #options: Options;
  #count = 0;
  /** Per read that is under way: what was committed somewhere when it was asked for. */
  readonly #asked = new Map<string, Index>();
  /** How many reads were answered. */
  readsServed = 0;

  constructor(size: number, options: Options, seed: number, spare = 0) {
    this.#options = options;
    this.cluster = new Cluster(size, options, seed, spare);
    this.cluster.elect(1);
  }

  happen(event: Event): void {
    this.#count++;
    this.#act(event);
    this.#checkReads();
    this.#look();
  }

  #look(): void {
    this.#watch.look(this.cluster);
    this.#membership.look(this.cluster, this.#watch.committed);
  }

  #act({ kind, a, b, change }: Event): void {
    const { members, bag } = this.cluster;
    const member = members[a % members.length]!;
    const other = members[b % members.length]!.id;
    switch (kind) {
      case "deliver":
      case "drop":
      case "duplicate":
        return this.#actOnMessage(kind, a);
      case "work":
        member.work(b);
        return;
      case "workAll":
        return member.workAll();
      case "round":
        for (const m of bag.splice(0)) this.cluster.deliver(m);
        // Every other time the hosts get only some of their work done.
        for (const each of members) {
          if (b % 2 === 0) each.workAll();
          else for (let step = 0; step < 4; step++) each.work(b >> (step * 2));
        }
        return;
      case "tick":
        return member.node?.tick();
      case "wait":
        for (let i = 0; i < 10; i++) member.node?.tick();
        return;
      case "propose":
        member.node?.propose(bytes(`c${this.#count}`));
        return;
      case "change":
        member.node?.proposeConfChange(change!);
        return;
      case "transfer":
        return member.node?.transferLeader(other);
      case "unreachable":
        return member.node?.reportUnreachable(other);
      case "requestSnapshot":
        // Of one node only: while it waits it acknowledges nothing, so that a quorum of such nodes
        // would keep the leader from ever having what they wait for.
        members.at(-1)!.node?.requestSnapshot();
        return;
      case "read":
        return this.#read(member);
      case "crash":
        return member.crash(b);
      case "restart":
        return member.restart();
      case "compact":
        return member.compact();
      case "save":
        return member.save();
    }
  }

  #actOnMessage(kind: "deliver" | "drop" | "duplicate", pick: number): void {
    const { bag } = this.cluster;
    if (bag.length === 0) return;
    const at = pick % bag.length;
    const m = bag[at]!;
    if (kind !== "duplicate") bag.splice(at, 1);
    if (kind === "drop") this.cluster.lose(m);
    else this.cluster.deliver(m);
  }

  #read(member: Member): void {
    const name = `r${this.#count}`;
    if (member.node?.readIndex(bytes(name)) !== "ok") return;
    this.#asked.set(name, this.#watch.committed);
  }

  /** A read sees whatever had been committed anywhere when it was asked for. */
  #checkReads(): void {
    for (const member of this.cluster.members) {
      for (const { index, requestContext } of member.reads.splice(0)) {
        const name = text(requestContext);
        const least = this.#asked.get(name);
        if (least === undefined) throw new Error(`nobody asked for ${name}`);
        if (index < least) {
          throw new Error(`linearizable reads: ${name} may be served at ${index}, not ${least}`);
        }
        this.readsServed++;
      }
    }
  }

  /** All nodes run, no message is lost: a leader emerges and a command reaches every member. */
  heal(): void {
    const { cluster } = this;
    for (const member of cluster.members) member.restart();
    // Who was removed may not know, or lead on, and keep the others from getting on with it: its
    // host stops it. More than once, and with a command in between, for a joint configuration may
    // yet be left: whoever was in the way of that is thought of when something is applied.
    let newest = this.#newest();
    for (let i = 0; i < 3; i++) {
      this.#calm();
      this.#leader()?.propose(bytes("first"));
      this.#round();
      newest = this.#newest();
      const { voters, votersOutgoing, learners } = newest.confState;
      const staying = new Set([...voters, ...votersOutgoing, ...learners]);
      for (const member of cluster.members) if (!staying.has(member.id)) member.crash();
    }
    this.#calm();
    const leader = this.#leader();
    if (leader === null) {
      // A change takes effect where it is applied. A voter that has not heard that it is committed
      // may need the votes of nodes that have, which have longer logs and are no voters any more
      // (etcd#12359): then nobody can win, unless votes tell of commits as raft-rs's do.
      const members = describeConfState(newest.confState);
      const isKnown = (id: NodeId): boolean =>
        describeConfState(cluster.member(id).confState) === members;
      const { voters } = newest.confState;
      if (this.#options.commitInVotes !== true && !voters.every(isKnown)) return;
      throw new Error("liveness: no leader after healing");
    }
    // Several, since a snapshot that was asked for has to reach the end of the asker's log, and has
    // to be a new one, which is for the leader's host to make.
    for (let i = 0; i < 10; i++) {
      const result = leader.propose(bytes("last"));
      if (result !== "ok") throw new Error(`liveness: ${result} after healing`);
      this.#round();
      if (i === 5) for (const member of cluster.members) member.compact();
    }
    for (let i = 0; i < 5; i++) this.#round();
    for (const member of cluster.members) {
      const isMember = leader.status().progress.some(({ id }) => id === member.id);
      if (isMember && member.appliedIndex !== leader.lastIndex) {
        throw new Error(`liveness: the last command did not reach ${member.id}`);
      }
    }
  }

  #leader(): RawNode | null {
    const leader = this.cluster.members.find((member) => member.node?.role === "leader");
    return leader?.node ?? null;
  }

  /** Who has applied the most. */
  #newest(): Member {
    return this.cluster.members.reduce((a, b) => (b.appliedIndex > a.appliedIndex ? b : a));
  }

  /** Time passes until one node has led for a while; or for long, if there is none. */
  #calm(): void {
    let ledRounds = 0;
    for (let round = 0; round < 600 && ledRounds < 40; round++) {
      this.#round();
      const leaders = this.cluster.members.filter((member) => member.node?.role === "leader");
      ledRounds = leaders.length === 1 ? ledRounds + 1 : 0;
    }
  }

  #round(): void {
    for (const member of this.cluster.members) member.node?.tick();
    this.cluster.settle();
    this.#checkReads();
    this.#look();
  }
}
