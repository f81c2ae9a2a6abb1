/**
 * Groups of Raft nodes in one process, without disk or network: what the core itself costs. The
 * workloads are those that etcd's and raft-rs's cores were measured with, step by step, so that the
 * counters must be equal and the rates may be compared.
 */
import { index, nodeId, term } from "@chronik/core/base";
import type { Index } from "@chronik/core/base";
import { confStateOf, MemoryStorage, RawNode } from "@chronik/core/raft";
import type { Entry, Message, RaftConfig, Ready } from "@chronik/core/raft";
import type { Counters, Suite, Workload } from "./suite.ts";

/** Every group starts behind a snapshot here, of term 1. */
const START = index(2);
/** One array for all proposals: the harness copies nothing. */
const PAYLOAD = new Uint8Array(100).fill(0x78);
/** Far more than any drain needs: a group that answers itself for ever is to be noticed. */
const DRAIN_PASSES_MAX = 1_000;
const NO_DATA = new Uint8Array(0);

type StorageWrites = NonNullable<RaftConfig["storageWrites"]>;

class Member {
  readonly node: RawNode;
  readonly storage: MemoryStorage;
  applied: Index = START;

  constructor(id: number, voters: number, storageWrites: StorageWrites, random: Random) {
    const ids = Array.from({ length: voters }, (_, i) => nodeId(i + 1));
    this.storage = new MemoryStorage();
    this.storage.applySnapshot({
      metadata: { confState: confStateOf(ids), index: START, term: term(1) },
      data: NO_DATA,
    });
    this.node = new RawNode({
      id: nodeId(id),
      electionTicks: 10,
      heartbeatTicks: 1,
      storage: this.storage,
      applied: START,
      maxSizePerMsgBytes: 1 << 20,
      maxInflightMessages: 256,
      preVote: true,
      checkQuorum: true,
      storageWrites,
      random,
    });
  }
}

/** Some nodes and the one queue through which all their messages go. */
class Group {
  readonly #members: readonly Member[];
  readonly #isAsync: boolean;
  /** Of it only the first `#queued` places count: the array stays, so that it costs nothing. */
  readonly #queue: Message[] = [];
  #queued = 0;
  #readys = 0;
  #messages = 0;
  #applied = 0;

  constructor(voters: number, storageWrites: StorageWrites, random: Random) {
    this.#isAsync = storageWrites === "async";
    this.#members = Array.from(
      { length: voters },
      (_, i) => new Member(i + 1, voters, storageWrites, random),
    );
  }

  get leader(): RawNode {
    return this.#member(1).node;
  }

  get counters(): RaftCounters {
    return { readys: this.#readys, messages: this.#messages, applied: this.#applied };
  }

  /** Node 1 is elected, and everybody has applied the empty entry of its term. */
  elect(): void {
    this.leader.campaign();
    this.drain();
    this.assertLed();
    this.assertApplied(1);
    this.#readys = 0;
    this.#messages = 0;
    this.#applied = 0;
  }

  tick(): void {
    for (const { node } of this.#members) node.tick();
  }

  /** Passes over nodes and messages until one pass finds neither. */
  drain(): void {
    for (let pass = 0; pass < DRAIN_PASSES_MAX; pass++) {
      let isIdle = true;
      for (const member of this.#members) {
        if (!member.node.hasReady()) continue;
        isIdle = false;
        this.#readys++;
        const ready = member.node.ready();
        if (this.#isAsync) this.#carryOutAsync(member, ready);
        else this.#carryOut(member, ready);
      }
      if (isIdle && this.#queued === 0) return;
      this.#deliver();
    }
    throw new Error(`the group did not come to rest in ${DRAIN_PASSES_MAX} passes`);
  }

  #deliver(): void {
    this.#messages += this.#queued;
    let left = this.#queued;
    for (const m of this.#queue) {
      if (left-- === 0) break;
      this.#member(m.to).node.step(m);
    }
    this.#queued = 0;
  }

  assertLed(): void {
    const { role, term } = this.leader;
    if (role !== "leader" || term !== 1) throw new Error(`node 1 is ${role} at term ${term}`);
  }

  assertApplied(count: number): void {
    for (const { node, applied } of this.#members) {
      if (applied !== START + count) {
        throw new Error(`node ${node.id} has applied ${applied - START} entries of ${count}`);
      }
    }
  }

  #carryOut(member: Member, ready: Ready): void {
    if (ready.hardState !== null) member.storage.setHardState(ready.hardState);
    if (ready.entries.length > 0) member.storage.append(ready.entries);
    for (const m of ready.messages) this.#send(m);
    for (const m of ready.persistedMessages) this.#send(m);
    this.#apply(member, ready.committedEntries);
    member.node.advance(ready);
  }

  /** Writes are carried out where they are met; what they are answered with joins the queue. */
  #carryOutAsync(member: Member, ready: Ready): void {
    for (const m of ready.messages) {
      if (m.type === "MsgStorageAppend") {
        if (m.term !== 0) {
          member.storage.setHardState({ term: m.term, vote: m.vote, commit: m.commit });
        }
        if (m.entries.length > 0) member.storage.append(m.entries);
        for (const response of m.responses) this.#send(response);
      } else if (m.type === "MsgStorageApply") {
        this.#apply(member, m.entries);
        for (const response of m.responses) this.#send(response);
      } else {
        this.#send(m);
      }
    }
  }

  #send(m: Message): void {
    this.#queue[this.#queued++] = m;
  }

  #member(id: number): Member {
    const member = this.#members[id - 1];
    if (member === undefined) throw new Error(`there is no node ${id}`);
    return member;
  }

  #apply(member: Member, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index !== member.applied + 1) {
        throw new Error(`node ${member.node.id} was handed ${entry.index} after ${member.applied}`);
      }
      member.applied = entry.index;
    }
    this.#applied += entries.length;
  }
}

interface RaftCounters {
  readonly readys: number;
  readonly messages: number;
  readonly applied: number;
}

interface Proposing {
  readonly name: string;
  readonly what: string;
  readonly voters: number;
  readonly rounds: number;
  /** Entries that are proposed before each drain. */
  readonly batch: number;
  /** All of a round in one proposal, rather than one by one. */
  readonly together?: boolean;
  readonly storageWrites?: StorageWrites;
  readonly readysPerRound: number;
  readonly messagesPerRound: number;
}

/** `rounds` times: the leader is proposed `batch` entries, and the group drains. */
function proposing(p: Proposing): Workload {
  const entries = p.rounds * p.batch;
  return {
    name: p.name,
    what: p.what,
    unit: "commits",
    units: entries,
    expected: {
      readys: p.rounds * p.readysPerRound,
      messages: p.rounds * p.messagesPerRound,
      applied: entries * p.voters,
    },
    prepare: () => {
      const group = new Group(p.voters, p.storageWrites ?? "sync", seeded(1));
      group.elect();
      const batch = Array.from({ length: p.batch }, () => PAYLOAD);
      return () => {
        for (let round = 0; round < p.rounds; round++) {
          if (p.together) group.leader.proposeBatch(batch);
          else for (const payload of batch) group.leader.propose(payload);
          group.drain();
        }
        group.assertLed();
        group.assertApplied(1 + entries);
        return { ...group.counters };
      };
    },
  };
}

interface Ticking {
  readonly name: string;
  readonly what: string;
  readonly groups: number;
  readonly voters: number;
  readonly rounds: number;
}

/** `rounds` times, for each of many groups: all nodes tick once, and the group drains. */
function ticking(t: Ticking): Workload {
  const groupRounds = t.groups * t.rounds;
  const followers = t.voters - 1;
  return {
    name: t.name,
    what: t.what,
    unit: "node-ticks",
    units: groupRounds * t.voters,
    // A heartbeat to each follower and its answer; every node has a Ready to say so.
    expected: {
      readys: groupRounds * t.voters,
      messages: groupRounds * 2 * followers,
      applied: 0,
    },
    prepare: () => {
      const random = seeded(1);
      const groups = Array.from({ length: t.groups }, () => new Group(t.voters, "sync", random));
      for (const group of groups) group.elect();
      return (): Counters => {
        for (let round = 0; round < t.rounds; round++) {
          for (const group of groups) {
            group.tick();
            group.drain();
          }
        }
        for (const group of groups) group.assertLed();
        return sum(groups.map((group) => group.counters));
      };
    },
  };
}

function sum(all: readonly RaftCounters[]): Counters {
  const total = { readys: 0, messages: 0, applied: 0 };
  for (const { readys, messages, applied } of all) {
    total.readys += readys;
    total.messages += messages;
    total.applied += applied;
  }
  return total;
}

type Random = (n: number) => number;

/** mulberry32: enough chance for election timeouts, and the same in every run. */
function seeded(seed: number): Random {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/**
 * The workloads, or a `share` of each, for tests.
 *
 * Messages of a round: to each follower a MsgApp an entry (one, if they were proposed together) and
 * as many that tell of the commit, each answered. Asynchronously also the leader's acknowledgements
 * to itself, and every node's answers to one append and one apply.
 */
export function raftWorkloads(share = 1): readonly Workload[] {
  const singles = Math.ceil(100_000 * share);
  const batches = Math.ceil(1_563 * share);
  return [
    proposing({
      name: "a",
      what: "3 nodes, one proposal at a time",
      voters: 3,
      rounds: singles,
      batch: 1,
      readysPerRound: 6,
      messagesPerRound: 8,
    }),
    proposing({
      name: "b",
      what: "3 nodes, 64 proposals at a time",
      voters: 3,
      rounds: batches,
      batch: 64,
      readysPerRound: 6,
      messagesPerRound: 512,
    }),
    proposing({
      name: "b1",
      what: "3 nodes, 64 commands in one proposal",
      voters: 3,
      rounds: batches,
      batch: 64,
      together: true,
      readysPerRound: 6,
      messagesPerRound: 8,
    }),
    proposing({
      name: "c",
      what: "5 nodes, 64 proposals at a time",
      voters: 5,
      rounds: batches,
      batch: 64,
      readysPerRound: 10,
      messagesPerRound: 1_024,
    }),
    ticking({
      name: "d",
      what: "1,000 groups of 3 nodes, ticks and heartbeats only",
      groups: Math.ceil(1_000 * share),
      voters: 3,
      rounds: 200,
    }),
    proposing({
      name: "ea",
      what: "as a, with asynchronous storage writes",
      voters: 3,
      rounds: singles,
      batch: 1,
      storageWrites: "async",
      readysPerRound: 6,
      messagesPerRound: 15,
    }),
    proposing({
      name: "eb",
      what: "as b, with asynchronous storage writes",
      voters: 3,
      rounds: batches,
      batch: 64,
      storageWrites: "async",
      readysPerRound: 6,
      messagesPerRound: 582,
    }),
  ];
}

export const raftSuite: Suite = {
  name: "raft",
  what: "the Raft core alone: groups of nodes in memory, no disk, no network",
  workloads: raftWorkloads(),
  referenceMachine: "two cores of an AMD EPYC, Debian 12, Go 1.26, Rust 1.95",
  references: [
    {
      name: "etcd 3.6.0",
      perCpuSecond: {
        a: 191_200,
        b: 243_000,
        b1: 1_243_400,
        c: 134_700,
        d: 1_249_000,
        ea: 135_800,
        eb: 272_600,
      },
    },
    {
      name: "raft-rs 0.7.0",
      perCpuSecond: { a: 353_400, b: 567_700, b1: 1_589_100, c: 314_500, d: 2_611_000 },
    },
  ],
};
