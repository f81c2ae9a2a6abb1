import type { NodeId } from "../base/ids.ts";
import type { BrokerEvent } from "../broker/event.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { Role } from "../raft/role.ts";
import type { Action } from "../sim/run.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import type { Lookup } from "./lookupView.ts";
import { majorityOf } from "./summaryView.ts";

/** What the events have told of one node so far. */
export interface StoryNode {
  running: boolean;
  /** How often it was started. */
  starts: number;
  role: Role;
  term: number;
  /** The term in which its role changed last. */
  roleTerm: number;
  /** Why it stood for election last. */
  campaignCause: "electionTimeout" | "askedToTimeOut" | null;
  /** Since it was started. */
  hasAskedToJoin: boolean;
  /** It told that its log is damaged when it was started. */
  isDamaged: boolean;
  /** As of the newest that any node has applied. */
  isFenced: boolean;
  /** Its process stands still. */
  isPaused: boolean;
}

/** What the events have told of one partition so far: the newest that any node has applied. */
export interface StoryPartition {
  /** 0 while nobody leads. */
  leader: number;
  leaderEpoch: number;
  isr: readonly number[];
  /** Why an ISR was asked for, by its members. */
  readonly isrReasons: Map<string, string>;
  /** Produces that waited for their condition, newest last; a few are enough. */
  waits: readonly { readonly lastOffset: number; readonly acks: 1 | -1 }[];
  /** Leadership goes back to it because it is the first of the replicas; 0: to nobody. */
  preferredLeader: number;
}

const WAITS_MAX = 64;
const LOOKUPS_MAX = 30;

/**
 * What the events of a run have told up to the one being spoken of. Sentences need it to say why:
 * an event tells what changed, the story what it changed from.
 */
export class Story {
  /** Who has ever voted in the metadata group. */
  readonly everVoted: Set<number>;
  readonly nodes = new Map<number, StoryNode>();
  readonly partitions = new Map<string, StoryPartition>();
  /** Groups that are cut off from the rest. */
  cuts: readonly (readonly number[])[] = [];
  /** Directions of single links that let nothing pass, as "1>2". */
  readonly #cutLinks = new Set<string>();
  /** Nodes that stood for election since there was a leader last, in order. */
  campaigners: number[] = [];
  /** What a person has done to the cluster so far, by kind. */
  readonly actionKinds = new Set<Action["kind"]>();
  /** Highest index whose command any node has applied: what is said of a command is said once. */
  appliedIndex = 0;
  /** Of the Raft group, as of the last change that a leader applied. */
  members: { readonly voters: readonly number[]; readonly learners: readonly number[] };
  /** Clients that send records by themselves: then it is no news any more that one was taken. */
  readonly producers = new Set<number>();
  /** Who was asked for the leader, for the last produce requests. */
  lookups: readonly Lookup[] = [];
  /** When the power of all nodes was cut or switched on: what then happens to each is no news. */
  #allAtUs = -1;
  readonly #snapshotsAskedFor = new Set<number>();
  /** Who voted for whom in which term; forgotten when a newer term elects. */
  #votes: { term: number; candidate: number; voter: number; granted: boolean }[] = [];
  /** When the votes that were last said to be lost had been asked for, by candidate. */
  readonly #lostVotesAtUs = new Map<number, number>();

  constructor(nodeCount: number) {
    for (let node = 1; node <= nodeCount; node++) {
      this.nodes.set(node, stoppedNode());
    }
    this.members = { voters: [...this.nodes.keys()], learners: [] };
    this.everVoted = new Set(this.members.voters);
  }

  /** Takes in what `eventView` has already spoken of. */
  observe(event: WorldEvent): void {
    const what = event.event;
    if (what.kind === "actionTaken") this.#observeAction(what.action);
    else if (what.kind === "processStarted") this.#startNode(event.node);
    else if (what.kind === "powerLost") this.#stopNode(event.node);
    else if (what.kind === "produceDecided" || what.kind === "fetchRefused") {
      const lookup = { id: event.id, atUs: event.atUs, node: event.node, event: what };
      this.lookups = [...this.lookups, lookup].slice(-LOOKUPS_MAX);
    } else this.#observeBroker(event.node, what as BrokerEvent);
  }

  node(node: number): StoryNode {
    return this.nodes.get(node) ?? stoppedNode();
  }

  get voterCount(): number {
    return this.members.voters.length;
  }

  get majority(): number {
    return majorityOf(this.voterCount);
  }

  runningNodes(): number[] {
    return [...this.nodes].filter(([, node]) => node.running).map(([id]) => id);
  }

  /** Whether messages pass in both directions. */
  canReach(from: number, to: number): boolean {
    if (this.#cutLinks.has(`${from}>${to}`) || this.#cutLinks.has(`${to}>${from}`)) return false;
    return this.cuts.every((group) => group.includes(from) === group.includes(to));
  }

  /** Nodes that run, do not stand still, and that `from` can talk to, itself included. */
  reachableFrom(from: number): number[] {
    return this.runningNodes().filter(
      (to) => !this.node(to).isPaused && (to === from || this.canReach(from, to)),
    );
  }

  /** Whether enough voters hear this node, itself included if it votes. */
  reachesMajority(from: number): boolean {
    const { voters } = this.members;
    return this.reachableFrom(from).filter((to) => voters.includes(to)).length >= this.majority;
  }

  /** The leader of the highest term that could commit something now; null if there is none. */
  effectiveLeader(): number | null {
    let best: number | null = null;
    for (const [id, node] of this.nodes) {
      if (!node.running || node.isPaused || node.role !== "leader") continue;
      if (!this.reachesMajority(id)) continue;
      if (best === null || node.term > this.node(best).term) best = id;
    }
    return best;
  }

  highestTerm(): number {
    let highest = 0;
    for (const node of this.nodes.values()) {
      if (node.running) highest = Math.max(highest, node.term);
    }
    return highest;
  }

  /** Other nodes that granted or refused `candidate` their vote in `term`, by id. */
  voters(candidate: number, term: number, granted: boolean): number[] {
    return this.#votes
      .filter((v) => v.candidate === candidate && v.term === term && v.granted === granted)
      .map((v) => v.voter)
      .filter((voter) => voter !== candidate)
      .sort((a, b) => a - b);
  }

  /** Who else was voted for in `term`. */
  rivals(candidate: number, term: number): number[] {
    const others = this.#votes
      .filter((v) => v.term === term && v.granted && v.candidate !== candidate)
      .map((v) => v.candidate);
    return [...new Set(others)].sort((a, b) => a - b);
  }

  /** Why this ISR was asked for; null when nobody said. */
  isrReason(topic: string, partition: number, isr: readonly number[]): string | null {
    return this.partitions.get(partitionName(topic, partition))?.isrReasons.get(isr.join()) ?? null;
  }

  /** What the produce that got `baseOffset` had asked for. */
  acksOf(topic: string, partition: number, baseOffset: number): 1 | -1 | null {
    const waits = this.partitions.get(partitionName(topic, partition))?.waits ?? [];
    let found: (typeof waits)[number] | null = null;
    for (const wait of waits) {
      // The nearest; of equals the newest, for offsets go back when a leader changes.
      if (wait.lastOffset < baseOffset) continue;
      if (found === null || wait.lastOffset <= found.lastOffset) found = wait;
    }
    return found?.acks ?? null;
  }

  /** Whether it is one of many that lose or get power at this moment. */
  isOneOfAll(atUs: number): boolean {
    return atUs === this.#allAtUs;
  }

  /** Whether a person waits for a snapshot of this node. */
  asksForSnapshot(node: number): boolean {
    return this.#snapshotsAskedFor.has(node);
  }

  /** True for the first of the vote requests that a candidate sent at one moment. */
  isFirstLostVote(candidate: number, sentAtUs: number): boolean {
    if (this.#lostVotesAtUs.get(candidate) === sentAtUs) return false;
    this.#lostVotesAtUs.set(candidate, sentAtUs);
    return true;
  }

  #observeAction(action: Action): void {
    this.actionKinds.add(action.kind);
    if (action.kind === "powerCut" || action.kind === "powerOn") this.#allAtUs = action.atUs;
    if (action.kind === "startProducer") this.producers.add(action.client);
    if (action.kind === "stopClient") this.producers.delete(action.client);
    if (action.kind === "snapshot") this.#snapshotsAskedFor.add(action.node);
    if (action.kind === "pause" || action.kind === "resume") {
      this.node(action.node).isPaused = action.kind === "pause";
    }
    if (action.kind === "setLink") this.#setLink(action);
    if (action.kind === "cut") {
      this.cuts = [...this.cuts, action.nodes];
    } else if (action.kind === "heal") {
      const healed = action.nodes;
      this.cuts =
        healed === undefined
          ? []
          : this.cuts
              .map((group) => group.filter((node) => !healed.includes(node)))
              .filter((group) => group.length > 0);
    }
  }

  #setLink({ from, to, bothWays, isCut }: Extract<Action, { kind: "setLink" }>): void {
    for (const way of [`${from}>${to}`, ...(bothWays ? [`${to}>${from}`] : [])]) {
      if (isCut) this.#cutLinks.add(way);
      else this.#cutLinks.delete(way);
    }
  }

  #startNode(node: NodeId): void {
    const starts = this.node(node).starts + 1;
    const { isFenced } = this.node(node);
    this.nodes.set(node, { ...stoppedNode(), running: true, starts, isFenced });
  }

  #stopNode(id: NodeId): void {
    const node = this.node(id);
    node.running = false;
    node.isPaused = false;
    node.role = "follower";
  }

  #observeBroker(id: NodeId, event: BrokerEvent): void {
    const node = this.node(id);
    switch (event.kind) {
      case "recovered":
        node.term = event.term;
        break;
      case "stopped":
        this.#stopNode(id);
        break;
      case "termRaised":
        node.term = event.to;
        break;
      case "roleChanged":
        this.#changeRole(id, event);
        break;
      case "voteGranted":
      case "voteRefused":
        if (event.preVote) break;
        this.#votes = this.#votes.filter((v) => v.term >= event.term - 1);
        this.#votes.push({
          term: event.term,
          candidate: event.candidate,
          voter: id,
          granted: event.kind === "voteGranted",
        });
        break;
      case "damageFound":
        node.isDamaged = true;
        break;
      case "joinAsked":
        node.hasAskedToJoin = true;
        break;
      case "membershipChanged":
        if (node.role !== "leader") break;
        this.members = event;
        for (const voter of event.voters) this.everVoted.add(voter);
        break;
      case "snapshotTaken":
        this.#snapshotsAskedFor.delete(id);
        break;
      case "isrProposed": {
        const partition = this.partitions.get(partitionName(event.topic, event.partition));
        partition?.isrReasons.set(event.isr.join(), event.reason);
        break;
      }
      case "leaderProposed": {
        const partition = this.partitions.get(partitionName(event.topic, event.partition));
        if (partition !== undefined) {
          partition.preferredLeader = event.cause === "preferred" ? event.leader : 0;
        }
        break;
      }
      case "produceWaiting":
        this.#addWait(event);
        break;
      case "commandApplied":
        if (event.index > this.appliedIndex) {
          this.appliedIndex = event.index;
          if (event.noOpReason === null) this.#apply(event.command);
        }
        break;
      default:
        break;
    }
  }

  #changeRole(id: NodeId, event: Extract<BrokerEvent, { kind: "roleChanged" }>): void {
    const node = this.node(id);
    node.role = event.to;
    node.term = event.term;
    node.roleTerm = event.term;
    if (event.cause === "electionTimeout" || event.cause === "askedToTimeOut") {
      node.campaignCause = event.cause;
      if (!this.campaigners.includes(id)) this.campaigners.push(id);
    }
    if (event.to === "leader") this.campaigners = [];
  }

  #addWait(event: Extract<BrokerEvent, { kind: "produceWaiting" }>): void {
    const partition = this.partitions.get(partitionName(event.topic, event.partition));
    if (partition === undefined) return;
    const wait = { lastOffset: event.lastOffset, acks: event.acks };
    partition.waits = [...partition.waits, wait].slice(-WAITS_MAX);
  }

  #apply(command: MetadataCommand): void {
    if (command.kind === "deleteTopic") {
      // A name may hold dashes itself: what follows the last one is the number.
      for (const key of this.partitions.keys()) {
        if (key.slice(0, key.lastIndexOf("-")) === command.topic) this.partitions.delete(key);
      }
      return;
    }
    if (command.kind === "fenceBroker" || command.kind === "unfenceBroker") {
      this.node(command.node).isFenced = command.kind === "fenceBroker";
    }
    if (!("partition" in command)) return;
    const key = partitionName(command.topic, command.partition);
    if (command.kind === "assignPartition") {
      this.partitions.set(key, {
        leader: command.replicas[0] ?? 0,
        leaderEpoch: 0,
        isr: command.replicas,
        isrReasons: new Map(),
        waits: [],
        preferredLeader: 0,
      });
      return;
    }
    const partition = this.partitions.get(key);
    if (partition !== undefined) changePartition(partition, command);
  }
}

function changePartition(partition: StoryPartition, command: MetadataCommand): void {
  switch (command.kind) {
    case "setPartitionLeader":
      partition.leader = command.leader;
      partition.leaderEpoch++;
      if (command.unclean) partition.isr = [command.leader];
      return;
    case "reportPartitionLeader":
      partition.leader = command.leader;
      partition.leaderEpoch = command.leaderEpoch;
      return;
    case "updateIsr":
      partition.isr = command.isr;
      partition.isrReasons.clear();
      return;
    default:
  }
}

export const clientName = (client: number): string => `c${client}`;
export const partitionName = (topic: string, partition: number): string => `${topic}-${partition}`;

function stoppedNode(): StoryNode {
  return {
    running: false,
    starts: 0,
    role: "follower",
    term: 0,
    roleTerm: 0,
    campaignCause: null,
    hasAskedToJoin: false,
    isDamaged: false,
    isFenced: false,
    isPaused: false,
  };
}
