import { index, nodeId, NO_INDEX, term } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import { describeEntries, describeMessage, describeReady, describeRole } from "../describe.ts";
import { NO_LIMIT_BYTES } from "../entrySize.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import { message } from "../message.ts";
import type { Entry, Message, Snapshot } from "../message.ts";
import { RawNode } from "../rawNode.ts";
import type { RaftConfig } from "../config.ts";
import type { ProgressStatus } from "../status.ts";
import type { StepResult } from "../step.ts";
import type { RaftLogLevel, RaftTrace } from "../trace.ts";
import type { Argument, Directive } from "./dataFile.ts";

/** A command or option that this core does not have yet. */
class UnsupportedError extends Error {}

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"] as const;
const NONE = LEVELS.length - 1;
const LEVEL_OF: Readonly<Record<RaftLogLevel, number>> = {
  debug: 0,
  info: 1,
  warning: 2,
  error: 3,
};
const NO_LIMIT_MESSAGES = 2 ** 31 - 1;

const STEP_ERROR: Readonly<Record<Exclude<StepResult, "ok">, string>> = {
  proposalDropped: "raft proposal dropped",
  stepLocalMessage: "raft: cannot step raft local message",
  stepPeerNotFound: "raft: cannot step as peer not found",
};

const PROGRESS_TEXT: Readonly<Record<ProgressStatus["state"], string>> = {
  probe: "StateProbe",
  replicate: "StateReplicate",
  snapshot: "StateSnapshot",
};

interface EnvironmentNode {
  readonly id: NodeId;
  readonly raw: RawNode;
  readonly storage: MemoryStorage;
  readonly maxInflightMessages: number;
  /** The state machine: its state after every entry applied, the newest last. */
  readonly history: Snapshot[];
}

/** A storage that answers with the state machine's newest state when asked for a snapshot. */
class HistoryStorage extends MemoryStorage {
  readonly #history: readonly Snapshot[];
  constructor(history: readonly Snapshot[]) {
    super();
    this.#history = history;
  }
  override snapshot(): Snapshot {
    return this.#history[this.#history.length - 1]!;
  }
}

/** Runs the commands of etcd's interaction files; see the reference for what each prints. */
export class Environment {
  readonly #nodes: EnvironmentNode[] = [];
  #messages: Message[] = [];
  #level = 0;
  #output = "";
  #indent = "";

  /** What the command printed: always at least a line. */
  handle(d: Directive): string {
    this.#output = "";
    const error = this.#run(d);
    if (error !== "") {
      if (this.#level === NONE) return ended(error);
      this.#print(error);
    }
    return ended(this.#output === "" ? "ok" : this.#output);
  }

  #run(d: Directive): string {
    const first = d.args[0]?.key ?? "";
    switch (d.command) {
      case "_breakpoint":
        return "";
      case "add-nodes":
        this.#addNodes(Number(first), d.args.slice(1));
        return "";
      case "campaign":
        this.#node(first).raw.campaign();
        return "";
      case "propose":
        return errorText(this.#node(first).raw.propose(ascii(d.args[1]?.key ?? "")));
      case "tick-election":
        for (let i = 0; i < 3; i++) this.#node(first).raw.tick();
        return "";
      case "tick-heartbeat":
        this.#node(first).raw.tick();
        return "";
      case "forget-leader":
        this.#node(first).raw.forgetLeader();
        return "";
      case "report-unreachable":
        this.#node(first).raw.reportUnreachable(nodeId(Number(d.args[1]?.key)));
        return "";
      case "set-randomized-election-timeout":
        this.#node(first).raw.setRandomizedElectionTimeoutTicks(Number(valueOf(d.args, "timeout")));
        return "";
      case "log-level":
        this.#setLevel(first);
        return "";
      case "process-ready":
        this.#processReadys(this.#named(d.args));
        return "";
      case "deliver-msgs":
        this.#deliverTo(d.args);
        return "";
      case "stabilize":
        this.#stabilize(d.args);
        return "";
      default:
        return this.#inspect(d.command, first, d.args);
    }
  }

  #inspect(command: string, first: string, args: readonly Argument[]): string {
    switch (command) {
      case "compact": {
        const node = this.#node(first);
        node.storage.compact(index(Number(args[1]?.key)));
        this.#printLog(node);
        return "";
      }
      case "raft-log":
        this.#printLog(this.#node(first));
        return "";
      case "raft-state":
        for (const node of this.#nodes) this.#print(`${stateLine(node.raw)}\n`);
        return "";
      case "status":
        for (const line of statusLines(this.#node(first))) this.#print(`${line}\n`);
        return "";
      case "send-snapshot": {
        const from = this.#node(first);
        const m = message("MsgSnap", nodeId(Number(args[1]?.key)));
        m.from = from.id;
        m.term = from.raw.term;
        m.snapshot = from.storage.snapshot();
        this.#messages.push(m);
        this.#print(describeMessage(m));
        return "";
      }
      default:
        throw new UnsupportedError(command);
    }
  }

  #addNodes(count: number, args: readonly Argument[]): void {
    const ids = (key: string): NodeId[] =>
      (args.find((arg) => arg.key === key)?.values ?? []).map((id) => nodeId(Number(id)));
    const options: Partial<RaftConfig> & { -readonly [K in keyof RaftConfig]?: RaftConfig[K] } = {};
    const confState = { ...confStateOf(ids("voters")), learners: ids("learners") };
    let at: Index = NO_INDEX;
    let content = "";
    for (const { key, values } of args) {
      const value = values[0] ?? "";
      if (key === "index") at = index(Number(value));
      else if (key === "content") content = value;
      else if (key === "inflight") options.maxInflightMessages = Number(value);
      else if (key === "prevote") options.preVote = value === "true";
      else if (key === "checkquorum") options.checkQuorum = value === "true";
      else if (key === "max-committed-size-per-ready") {
        options.maxCommittedSizePerReadyBytes = Number(value);
      } else if (key !== "voters" && key !== "learners" && value !== "false") {
        throw new UnsupportedError(`add-nodes ${key}=${value}`);
      }
    }
    const snapshot: Snapshot = {
      metadata: { confState, index: at, term: term(at > 0 ? 1 : 0) },
      data: ascii(content),
    };
    for (let i = 0; i < count; i++) this.#addNode(snapshot, options);
  }

  #addNode(snapshot: Snapshot, options: Partial<RaftConfig>): void {
    const id = nodeId(this.#nodes.length + 1);
    const history: Snapshot[] = [snapshot];
    const storage = new HistoryStorage(history);
    if (snapshot.metadata.index > 0) storage.applySnapshot(snapshot);
    const trace: RaftTrace = {
      log: (_node, level, text) => {
        const at = LEVEL_OF[level];
        if (this.#level <= at) this.#print(`${LEVELS[at]} ${text}\n`);
      },
    };
    const maxInflightMessages = options.maxInflightMessages ?? NO_LIMIT_MESSAGES;
    const raw = new RawNode({
      electionTicks: 3,
      heartbeatTicks: 1,
      maxSizePerMsgBytes: NO_LIMIT_BYTES,
      applied: snapshot.metadata.index,
      random: () => 0,
      ...options,
      maxInflightMessages,
      id,
      storage,
      trace,
    });
    this.#nodes.push({ id, raw, storage, history, maxInflightMessages });
  }

  #processReadys(nodes: readonly EnvironmentNode[]): void {
    for (const node of nodes) {
      if (nodes.length === 1) this.#processReady(node);
      else this.#headed(`> ${node.id} handling Ready`, () => this.#processReady(node));
    }
  }

  #processReady(node: EnvironmentNode): void {
    const ready = node.raw.ready();
    // etcd's flag does not cover snapshots, and its files show that.
    const stored = node.storage.initialState().hardState;
    const { term: newTerm, vote } = ready.hardState ?? stored ?? { term: 0, vote: 0 };
    const mustSync =
      ready.entries.length > 0 || newTerm !== (stored?.term ?? 0) || vote !== (stored?.vote ?? 0);
    this.#print(describeReady({ ...ready, mustSync }));
    if (ready.hardState !== null) node.storage.setHardState(ready.hardState);
    if (ready.snapshot !== null) {
      node.storage.applySnapshot(ready.snapshot);
      node.history.push(ready.snapshot);
    }
    node.storage.append(ready.entries);
    for (const entry of ready.committedEntries) apply(node, entry);
    this.#messages.push(...ready.messages, ...ready.persistedMessages);
    node.raw.advance(ready);
  }

  #deliverTo(args: readonly Argument[]): void {
    const type = valueOf(args, "type");
    const named = args.filter((arg) => arg.values.length === 0).map((arg) => arg.key);
    const dropped = args.filter((arg) => arg.key === "drop").flatMap((arg) => arg.values);
    let count = 0;
    for (const id of named) count += this.#deliver(Number(id), type, false);
    for (const id of dropped) count += this.#deliver(Number(id), type, true);
    if (count === 0) this.#print("no messages\n");
  }

  #deliver(to: number, type: string | undefined, drop: boolean): number {
    const isMeant = (m: Message): boolean =>
      m.to === to && !(drop && m.from === m.to) && (type === undefined || m.type === type);
    const mine = this.#messages.filter(isMeant);
    this.#messages = this.#messages.filter((m) => !isMeant(m));
    for (const m of mine) {
      this.#print(`${drop ? "dropped: " : ""}${describeMessage(m)}\n`);
      if (drop) continue;
      const error = errorText(this.#node(`${to}`).raw.step(m));
      if (error !== "") this.#print(`${error}\n`);
    }
    return mine.length;
  }

  #stabilize(args: readonly Argument[]): void {
    const before = this.#level;
    const level = valueOf(args, "log-level");
    if (level !== undefined) this.#setLevel(level);
    const named = this.#named(args);
    const nodes = named.length > 0 ? named : this.#nodes.slice();
    for (let isDone = false; !isDone;) {
      isDone = true;
      for (const node of nodes) {
        if (!node.raw.hasReady()) continue;
        this.#headed(`> ${node.id} handling Ready`, () => this.#processReady(node));
        isDone = false;
      }
      for (const node of nodes) {
        if (!this.#messages.some((m) => m.to === node.id)) continue;
        this.#headed(`> ${node.id} receiving messages`, () => {
          this.#deliver(node.id, undefined, false);
        });
        isDone = false;
      }
    }
    this.#level = before;
  }

  #printLog({ storage }: EnvironmentNode): void {
    const first = storage.firstIndex();
    const last = storage.lastIndex();
    if (last < first) this.#print(`log is empty: first index=${first}, last index=${last}`);
    else this.#print(describeEntries(entriesOf(storage, first, last)));
  }

  #setLevel(name: string): void {
    const level = LEVELS.indexOf(name.toUpperCase() as (typeof LEVELS)[number]);
    if (level < 0) throw new UnsupportedError(`log-level ${name}`);
    this.#level = level;
  }

  #node(id: string): EnvironmentNode {
    const node = this.#nodes[Number(id) - 1];
    if (node === undefined) throw new UnsupportedError(`no node ${id}`);
    return node;
  }

  #named(args: readonly Argument[]): EnvironmentNode[] {
    return args.filter((arg) => arg.values.length === 0).map((arg) => this.#node(arg.key));
  }

  #headed(head: string, body: () => void): void {
    this.#print(`${head}\n`);
    const outer = this.#output;
    this.#output = "";
    body();
    const inner = this.#output;
    this.#output = outer;
    for (const line of inner.split("\n")) {
      if (line !== "") this.#output += `${this.#indent}  ${line}\n`;
    }
  }

  #print(text: string): void {
    if (this.#level < NONE) this.#output += text;
  }
}

function entriesOf(storage: MemoryStorage, first: Index, last: Index): readonly Entry[] {
  const entries = storage.entries(first, index(last + 1), NO_LIMIT_BYTES);
  if (typeof entries === "string") throw new Error(entries);
  return entries;
}

/** Appends the command to the state, and keeps the result. */
function apply(node: EnvironmentNode, entry: Entry): void {
  if (entry.type !== "EntryNormal") throw new UnsupportedError(entry.type);
  const newest = node.history[node.history.length - 1]!;
  const { confState } = newest.metadata;
  node.history.push({
    metadata: { confState, index: entry.index, term: entry.term },
    data: Uint8Array.from([...newest.data, ...entry.data]),
  });
}

function stateLine(raw: RawNode): string {
  const { confState, id, role, term: at, lead } = raw.status();
  const isVoter = confState.voters.includes(id) || confState.votersOutgoing.includes(id);
  const kind = isVoter ? "(Voter)" : "(Non-Voter)";
  return `${id}: ${describeRole(role)} ${kind} Term:${at} Lead:${lead}`;
}

function statusLines(node: EnvironmentNode): string[] {
  return node.raw.status().progress.map((p) => {
    let text = `${p.id}: ${PROGRESS_TEXT[p.state]} match=${p.match} next=${p.next}`;
    if (p.learner) text += " learner";
    if (p.paused) text += " paused";
    if (p.pendingSnapshot > 0) text += ` pendingSnap=${p.pendingSnapshot}`;
    if (!p.recentActive) text += " inactive";
    if (p.inflightMessages > 0) {
      const isFull = p.inflightMessages === node.maxInflightMessages;
      text += ` inflight=${p.inflightMessages}${isFull ? "[full]" : ""}`;
    }
    return text;
  });
}

const valueOf = (args: readonly Argument[], key: string): string | undefined =>
  args.find((arg) => arg.key === key)?.values[0];

const errorText = (result: StepResult): string => (result === "ok" ? "" : STEP_ERROR[result]);

const ended = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
