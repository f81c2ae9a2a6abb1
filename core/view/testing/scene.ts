import type { Scene } from "../sentence.ts";
import type {
  FlightView,
  GateView,
  LogRowView,
  NodeView,
  PartitionView,
  QuorumView,
  ReadyItemView,
  ReadyStageView,
  ReadyView,
  ReplicaLogView,
  RequestView,
} from "../view.ts";

export const node = (id: number, changes: Partial<NodeView> = {}): NodeView => ({
  name: `n${id}`,
  id,
  process: "running",
  processSinceUs: 0,
  role: "follower",
  term: 3,
  votedFor: null,
  leader: "n2",
  commit: 19,
  applied: 19,
  votes: {},
  votesNeeded: 2,
  isolated: false,
  timer: { startedAtUs: 0, expiresAtUs: 9_000_000 + id, longestUs: 1_900_000 },
  pausedTimer: null,
  write: null,
  metadataHash: "",
  membership: "voter",
  brokerEpoch: 1,
  isFenced: false,
  isDamaged: false,
  isDiskFull: false,
  isPaused: false,
  clockPercent: 100,
  ...changes,
});

export const leader = node(2, { role: "leader", timer: null });
export const down: Partial<NodeView> = {
  process: "crashed",
  timer: null,
  processSinceUs: 7_000_000,
};

/** A cluster in term 3 whose log is committed up to 19, with nothing else in it. */
export function scene(nodes: readonly NodeView[], changes: Partial<Scene> = {}): Scene {
  const leads = nodes.find(({ role }) => role === "leader");
  return {
    nowUs: 8_000_000,
    summary: { term: 3, leader: leads?.name ?? null, commit: 19, lastIndex: 20 },
    nodeNames: nodes.map(({ name }) => name),
    nodes: Object.fromEntries(nodes.map((one) => [one.name, one])),
    partitions: {},
    requests: [],
    quorum: null,
    safety: { rules: [], violation: null },
    logs: {},
    readies: {},
    flights: [],
    cuts: [],
    links: [],
    network: { latencyMinUs: 25_000, latencyMaxUs: 60_000, lossPercent: 0 },
    groups: [],
    clients: [],
    diskFaults: {},
    heartbeatUs: 200_000,
    diskOf: () => null,
    ...changes,
  };
}

export const request: RequestView = {
  id: 57,
  kind: "produce",
  client: "c1",
  to: "n2",
  target: "orders-0",
  acks: "all",
  sentAtUs: 7_500_000,
  answeredAtUs: null,
  state: "waiting",
  errorName: null,
  errorCode: 0,
  text: "no answer yet",
  leaderHint: null,
  records: [],
};

export const partition = (changes: Partial<PartitionView> = {}): PartitionView => ({
  name: "orders-0",
  topic: "orders",
  partition: 0,
  mode: "isr",
  leader: "n2",
  leaderAlive: true,
  leaderEpoch: 0,
  partitionEpoch: 0,
  replicas: ["n1", "n2", "n3"],
  addingReplicas: [],
  removingReplicas: [],
  isr: ["n1", "n2", "n3"],
  proposedIsr: null,
  proposedInEntry: null,
  minInsyncReplicas: 2,
  uncleanElection: false,
  underReplicated: false,
  belowMinIsr: false,
  offline: false,
  highWatermark: 0,
  uncleanLossCount: 0,
  replicaLogs: [],
  ...changes,
});

export const replicaLog = (
  name: string,
  role: ReplicaLogView["role"],
  durableOffset: number,
): ReplicaLogView => ({
  node: name,
  role,
  alive: true,
  logEndOffset: 1,
  durableOffset,
  highWatermark: 0,
  records: [],
});

/** What is known of a node's log: up to where its leader knows it, and what is stranded in it. */
export const row = (
  name: string,
  match: number,
  changes: Partial<LogRowView> = {},
): LogRowView => ({
  node: name,
  cells: [],
  commit: 19,
  applied: 19,
  appliedKnown: true,
  lastIndex: 20,
  persistedIndex: 19,
  snapshotIndex: 0,
  note: "",
  noteTone: "plain",
  stranded: [],
  tornIndex: null,
  tornTerm: 0,
  progress: {
    match,
    next: match + 1,
    state: "Replicate",
    inflight: 0,
    active: true,
    isLearner: false,
  },
  ...changes,
});

const STAGES = ["send", "persist", "sendAfter", "apply", "advance"] as const;

/** A Ready that has come to one of its stages with entry 20; `held` is where a person stops it. */
export function ready(
  name: string,
  at: ReadyStageView["name"],
  gate: GateView["state"],
  held: ReadyStageView["name"] | null = null,
): ReadyView {
  const stages = STAGES.map((stage): ReadyStageView => ({
    name: stage,
    state: stage === at ? "here" : "todo",
    isHeld: stage === held,
    items: stage === "persist" ? [ENTRY_20] : [],
    emptyReason: "",
  }));
  return {
    node: name,
    number: 87,
    open: true,
    takenAtUs: 7_900_000,
    mustSync: true,
    laterCount: 0,
    stages,
    gate: { state: gate, startedAtUs: 7_900_000, endsAtUs: 8_100_000, bytes: 126 },
    syncHistoryUs: [],
    waitingEntries: 0,
  };
}

const ENTRY_20: ReadyItemView = {
  id: "entry:20",
  kind: "entry",
  flight: null,
  index: 20,
  term: 3,
  text: "",
  detail: "",
  durable: false,
  held: false,
};

/** An ack of entry 20 to n2, on its way. */
export const ack = (from: string, changes: Partial<FlightView> = {}): FlightView => ({
  id: 812,
  kind: "append",
  answer: true,
  refused: false,
  from,
  to: "n2",
  sentAtUs: 7_990_000,
  arrivesAtUs: 8_010_000,
  lostAtUs: null,
  heldAtUs: null,
  movesFromUs: 7_990_000,
  movesFromFraction: 0,
  isWaiting: false,
  isDuplicate: false,
  term: 3,
  title: "ack of entry 20",
  caption: "ack 20",
  ...changes,
});

/** Who has entry 20: on disk, in memory, or not at all. */
export const quorum = (
  ...states: readonly QuorumView["holders"][number]["state"][]
): QuorumView => ({
  index: 20,
  needed: Math.floor(states.length / 2) + 1,
  holders: states.map((state, at) => ({ node: `n${at + 1}`, state })),
});
