import type { Index, NodeId } from "../base/ids.ts";
import type { Entry } from "../raft/message.ts";
import type { ProgressStatus } from "../raft/index.ts";
import { entryWord } from "./commandText.ts";
import type { Commands } from "./commands.ts";
import { nodeName } from "./richText.ts";
import type { BrokerSource, ProcessSource } from "./source.ts";
import { majorityOf } from "./summaryView.ts";
import type { WrittenEntries } from "./writeLabels.ts";
import type {
  LogCellView,
  LogHeadView,
  LogRowView,
  ProgressView,
  QuorumView,
  Tone,
} from "./view.ts";

/** So many columns fit; the window follows the end of the longest log. */
const LOG_COLUMNS_MAX = 12;

/** One node's log, as far as the window shows it. */
export interface NodeLog {
  readonly process: ProcessSource;
  /** The running broker, or what is left of it on disk. */
  readonly broker: BrokerSource | null;
  readonly lastIndex: number;
  /** The last index at which disk and memory agree. */
  readonly persistedIndex: number;
  readonly commit: number;
  readonly entries: readonly Entry[];
}

/** Opens every node's log at the same window. */
export function nodeLogs(processes: readonly ProcessSource[]): {
  readonly firstIndex: number;
  readonly logs: readonly NodeLog[];
} {
  const brokers = processes.map((process) => process.broker ?? process.remains);
  const last = Math.max(0, ...brokers.map((broker) => broker?.raft?.lastIndex ?? 0));
  const firstIndex = Math.max(1, last - LOG_COLUMNS_MAX + 1);
  const logs = processes.map((process, at) => {
    const broker = brokers[at] ?? null;
    return {
      process,
      broker,
      lastIndex: broker?.raft?.lastIndex ?? 0,
      persistedIndex: persistedIndex(broker),
      commit: broker?.raft?.commit ?? 0,
      entries: entriesFrom(broker, firstIndex),
    };
  });
  return { firstIndex, logs };
}

function entriesFrom(broker: BrokerSource | null, firstIndex: number): readonly Entry[] {
  const raft = broker?.raft ?? null;
  if (raft === null) return [];
  const from = Math.max(firstIndex, raft.firstIndex) as Index;
  if (from > raft.lastIndex) return [];
  const entries = raft.entries(from, (raft.lastIndex + 1) as Index);
  return typeof entries === "string" ? [] : entries;
}

/** What a new leader replaced in memory may still stand on the disk: that does not count. */
function persistedIndex(broker: BrokerSource | null): number {
  if (broker?.raft == null || broker.storage === null) return 0;
  const { raft, storage } = broker;
  let at = Math.min(raft.lastIndex, storage.lastIndex());
  const first = Math.max(raft.firstIndex, storage.firstIndex());
  while (at >= first && raft.termAt(at as Index) !== storage.term(at as Index)) at--;
  return at;
}

export function logHeadView(
  firstIndex: number,
  logs: readonly NodeLog[],
  leader: NodeLog | null,
  commands: Commands,
): LogHeadView {
  // A column is named after the leader's entry, or after that of the newest term.
  const others = logs.flatMap((log) => (log === leader ? [] : log.entries));
  const named = new Map<number, Entry>();
  for (const entry of others.sort((a, b) => a.term - b.term)) named.set(entry.index, entry);
  for (const entry of leader?.entries ?? []) named.set(entry.index, entry);
  return {
    firstIndex,
    columns: [...named.values()]
      .sort((a, b) => a.index - b.index)
      .map((entry) => ({ index: entry.index, word: entryWord(entry, commands.of(entry)) })),
  };
}

export function logRowView(
  log: NodeLog,
  leader: NodeLog | null,
  progress: ProgressStatus | null,
  known: LogCells,
  tornEntries: WrittenEntries,
): LogRowView {
  const isRunning = log.process.state === "running";
  const stranded = log.process.state === "running" ? strandedIndexes(log, leader) : NO_INDEXES;
  const tornIndex = isRunning ? null : firstLost(log, tornEntries);
  const { note, tone } = noteOf(log, leader, stranded, tornIndex);
  return {
    node: nodeName(log.process.node),
    cells: log.entries.map((entry) => known.of(entry, cellState(entry, log))),
    commit: log.commit,
    applied: isRunning ? (log.broker?.raft?.applied ?? 0) : 0,
    appliedKnown: isRunning,
    lastIndex: log.lastIndex,
    persistedIndex: log.persistedIndex,
    snapshotIndex: Math.max(0, (log.broker?.raft?.firstIndex ?? 1) - 1),
    note,
    noteTone: tone,
    tornIndex,
    tornTerm: tornIndex === null ? 0 : tornEntries.term,
    stranded,
    progress: progress === null ? null : progressView(progress, log === leader),
  };
}

function cellState({ index }: Entry, { persistedIndex, commit }: NodeLog): LogCellView["state"] {
  if (index > persistedIndex) return "memory";
  return index <= commit ? "committed" : "disk";
}

/** An entry looks the same in every log, but for how safe it is there. */
export class LogCells {
  readonly #commands: Commands;
  readonly #known = {
    memory: new WeakMap<Entry, LogCellView>(),
    disk: new WeakMap<Entry, LogCellView>(),
    committed: new WeakMap<Entry, LogCellView>(),
  };

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  of(entry: Entry, state: LogCellView["state"]): LogCellView {
    let cell = this.#known[state].get(entry);
    if (cell === undefined) {
      const { index, term, data } = entry;
      const command = entryWord(entry, this.#commands.of(entry));
      cell = { index, term, state, command, bytes: data.length };
      this.#known[state].set(entry, cell);
    }
    return cell;
  }
}

const NO_INDEXES: readonly number[] = [];

function noteOf(
  log: NodeLog,
  leader: NodeLog | null,
  stranded: readonly number[],
  tornIndex: number | null,
): { note: string; tone: Tone } {
  if (log.process.state === "crashed") {
    return { note: tornIndex === null ? "down" : `${tornIndex} is torn`, tone: "bad" };
  }
  if (log.process.state === "stopped") {
    return { note: log.broker?.damage == null ? "stopped" : "damaged", tone: "bad" };
  }
  if (log.lastIndex === 0) return { note: "nothing yet", tone: "plain" };
  if (stranded.length > 0) return { note: `stranded ${indexRange(stranded)}`, tone: "warn" };
  if (log.persistedIndex < log.lastIndex) {
    const indexes = indexRange(range(log.persistedIndex + 1, log.lastIndex));
    return { note: `${isWriting(log) ? "writing" : "in memory"} ${indexes}`, tone: "plain" };
  }
  const behind = (leader?.lastIndex ?? 0) - log.lastIndex;
  if (behind > 0) return { note: `behind by ${behind}`, tone: "plain" };
  return { note: "on disk", tone: "plain" };
}

/** The disk has been handed something; before, as while somebody holds the Ready, it has not. */
function isWriting({ broker }: NodeLog): boolean {
  const open = broker?.openReady ?? null;
  return open !== null && open.stage === "sendAfter" && !open.isDurable;
}

/** Of a write that was torn, the first entry that its disk does not hold as a whole. */
function firstLost({ lastIndex }: NodeLog, { firstIndex, lastIndex: last }: WrittenEntries) {
  const index = lastIndex + 1;
  return firstIndex <= index && index <= last ? index : null;
}

/** Entries that the leader does not have: they are not committed and never will be. */
function strandedIndexes(log: NodeLog, leader: NodeLog | null): number[] {
  if (leader === null || leader === log) return [];
  const raft = leader.broker?.raft;
  // A node of a newer term may be about to lead: nothing is settled yet.
  if (raft == null || (log.broker?.raft?.term ?? 0) > raft.term) return [];
  return log.entries
    .filter(({ index }) => index > log.commit)
    .filter(({ index, term }) => index > raft.lastIndex || raft.termAt(index) !== term)
    .map(({ index }) => index);
}

function progressView(progress: ProgressStatus, isItself: boolean): ProgressView {
  const states = { probe: "Probe", replicate: "Replicate", snapshot: "Snapshot" } as const;
  return {
    match: progress.match,
    next: progress.next,
    state: isItself ? "itself" : states[progress.state],
    inflight: progress.inflightMessages,
    active: isItself || progress.recentActive,
    isLearner: progress.learner,
  };
}

/** Who of the voters holds the leader's newest entry while it is not committed. */
export function quorumView(
  logs: readonly NodeLog[],
  leader: NodeLog | null,
  voters: readonly NodeId[],
): QuorumView | null {
  const entry = leader?.entries.at(-1);
  if (leader === null || entry === undefined || entry.index <= leader.commit) return null;
  return {
    index: entry.index,
    needed: majorityOf(voters.length),
    holders: logs
      .filter(({ process }) => voters.includes(process.node))
      .map((log) => {
        const held = log.entries.find(({ index }) => index === entry.index);
        const has = held !== undefined && held.term === entry.term;
        return {
          node: nodeName(log.process.node),
          state: !has ? "none" : entry.index <= log.persistedIndex ? "disk" : "memory",
        };
      }),
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

/** "20", "17, 18", "17 to 20". */
function indexRange(indexes: readonly number[]): string {
  if (indexes.length <= 2) return indexes.join(", ");
  return `${indexes[0]} to ${indexes.at(-1)}`;
}
