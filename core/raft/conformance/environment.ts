/**
 * The commands of etcd's interaction files, with what each prints. Nodes are numbered from 1 in the
 * order in which they are made; all of a file share one environment.
 *
 * Our own stories have a few more, for what etcd's harness has no word for:
 *
 *     tick I n=N                  N ticks of node I
 *     propose-batch I a b c       several commands in one message
 *     read-index I ctx            asks for a linearizable read; the answer is in a Ready
 *     ping I                      a leader's heartbeats, now
 *     request-snapshot I          asks I's leader for a snapshot
 *     assign-commit-groups I J:G K:H ...
 *                                 tells I that J stores for group G, and so on
 *     report-snapshot I J finished|failed
 *                                 what became of the snapshot that I sent to J
 *     check-group-commit I        whether everything committed is stored in two groups
 *     hold-ready I                takes a Ready and sends what need not wait; nothing is written
 *     write-ready I               hands the held Ready to the disk, without a sync
 *     finish-ready I              writes and syncs the held Ready, sends, applies, advances
 *     crash I                     what was not synced is lost; what is sent to I from now on, too
 *     restart I [applied=N]       node I from its disk alone; its state machine is what the log was
 *                                 compacted to, or what it had applied up to N
 *
 * some for hosts, disks and peers that break the rules:
 *
 *     propose-empty I             a command without a byte, which is legal
 *     propose-batch I             a proposal without a command, which is not
 *     advance I                   advances the Ready that was taken last and does nothing else
 *     send-ready I                sends all of the held Ready's messages before its write
 *     write-ready I part=hard-state|entries
 *                                 writes and syncs that part of the held Ready alone
 *     skip-append-thread I        loses the next write of the append thread
 *     wipe I                      the disk of a crashed node is again as it was at the start
 *     step I MsgX from=J term=T index=I log-term=T commit=C entries=(T/I,...)
 *                                 hands I a message that nobody has sent
 *
 * and add-nodes knows inflight-bytes, max-size-per-msg, max-uncommitted-size, priority,
 * disable-proposal-forwarding, group-commit, batch-append, skip-bcast-commit, commit-in-votes and
 * storage-writes=sync|async|pipelined. With pipelined writes the append thread makes a Ready durable
 * and the apply thread applies its committed entries.
 *
 * A broken invariant prints `panic: ` and its text, so that a story can show a guard at work.
 */
import { InvariantError } from "../../base/assert.ts";
import { NO_BYTES } from "../../base/bytes.ts";
import { index, nodeId } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { confChangesFromString } from "../confChange.ts";
import type { ConfChangeTransition } from "../confChange.ts";
import { describeEntries, describeMessage } from "../describe.ts";
import { message } from "../message.ts";
import type { RawNode } from "../rawNode.ts";
import type { StepResult } from "../stepResult.ts";
import type { RaftTrace } from "../trace.ts";
import {
  assertKnownKeys,
  assertNoInput,
  bareKey,
  bareKeys,
  DirectiveError,
  requiredValueOf,
  truthValue,
  valueOf,
  valuesOf,
  wholeNumber,
} from "./arguments.ts";
import type { Directive } from "./dataFile.ts";
import { EnvironmentNode, Refusal } from "./environmentNode.ts";
import { groupCommitLine, progressLine, stateLine, STEP_ERROR } from "./environmentText.ts";
import { Host } from "./host.ts";
import { MESSAGE_OPTIONS, parseMessage, parseMessageType } from "./messageArguments.ts";
import { Network } from "./network.ts";
import { ADD_NODES_OPTIONS, parseFirstSnapshot, parseNodeConfig } from "./nodeOptions.ts";
import { Transcript } from "./transcript.ts";

const TRANSITIONS: Readonly<Record<string, ConfChangeTransition | undefined>> = {
  auto: "auto",
  implicit: "jointImplicit",
  explicit: "jointExplicit",
};

const NO_OPTIONS: ReadonlySet<string> = new Set();

type Command = (environment: Environment, d: Directive) => void;

export class Environment {
  readonly #nodes: EnvironmentNode[] = [];
  readonly #transcript = new Transcript();
  readonly #network = new Network();
  readonly #host = new Host(this.#transcript, this.#network);

  static knows(command: string): boolean {
    return Environment.#COMMANDS.has(command);
  }

  /**
   * What the command printed, "ok" if that is nothing.
   *
   * @throws DirectiveError if the directive is none that could be carried out.
   */
  handle(d: Directive): string {
    this.#transcript.clear();
    // An error is told at every level.
    const error = this.#attempt(d);
    const text = this.#transcript.text + error;
    return text === "" ? "ok" : text;
  }

  /** Runs the command. What is returned ends its transcript. */
  #attempt(d: Directive): string {
    const command = Environment.#COMMANDS.get(d.command);
    if (command === undefined) return "unknown command";
    assertKnownKeys(d, Environment.#OPTIONS.get(d.command) ?? NO_OPTIONS);
    if (d.command !== "propose-conf-change") assertNoInput(d);
    try {
      command(this, d);
      return "";
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      if (error instanceof InvariantError) return `panic: ${error.message}`;
      throw error;
    }
  }

  static readonly #COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
    ["_breakpoint", () => {}],
    ["add-nodes", (e, d) => e.#addNodes(d)],
    ["log-level", (e, d) => e.#setLevel(bareKey(d, 0, "a level"))],

    ["campaign", (e, d) => e.#raw(d).campaign()],
    ["forget-leader", (e, d) => void e.#raw(d).forgetLeader()],
    ["tick-election", (e, d) => e.#tick(d, e.#first(d).config.electionTicks)],
    ["tick-heartbeat", (e, d) => e.#tick(d, e.#first(d).config.heartbeatTicks)],
    ["tick", (e, d) => e.#tick(d, wholeNumber(requiredValueOf(d, "n"), "n"))],
    ["set-randomized-election-timeout", (e, d) => e.#setElectionTimeout(d)],
    ["propose", (e, d) => e.#check(e.#raw(d).propose(bytes(d, "what to propose")))],
    ["propose-empty", (e, d) => e.#check(e.#raw(d).propose(NO_BYTES))],
    ["propose-batch", (e, d) => e.#proposeBatch(d)],
    ["propose-conf-change", (e, d) => e.#proposeConfChange(d)],
    ["transfer-leadership", (e, d) => e.#transferLeadership(d)],
    ["read-index", (e, d) => e.#check(e.#raw(d).readIndex(bytes(d, "a context")))],
    ["ping", (e, d) => e.#raw(d).ping()],
    ["request-snapshot", (e, d) => e.#check(e.#raw(d).requestSnapshot())],
    ["assign-commit-groups", (e, d) => e.#assignCommitGroups(d)],
    ["check-group-commit", (e, d) => e.#print(groupCommitLine(e.#raw(d)))],
    ["report-unreachable", (e, d) => e.#reportUnreachable(d)],
    ["report-snapshot", (e, d) => e.#reportSnapshot(d)],

    ["process-ready", (e, d) => e.#each(d, "handling Ready", (n) => e.#host.processReady(n))],
    [
      "process-append-thread",
      (e, d) => e.#each(d, "processing append thread", (n) => e.#host.processAppend(n)),
    ],
    [
      "process-apply-thread",
      (e, d) => e.#each(d, "processing apply thread", (n) => e.#host.processApply(n)),
    ],
    ["hold-ready", (e, d) => e.#host.holdReady(e.#first(d))],
    ["write-ready", (e, d) => e.#writeReady(d)],
    ["send-ready", (e, d) => e.#host.sendReady(e.#first(d))],
    ["finish-ready", (e, d) => e.#host.finishReady(e.#first(d))],
    ["advance", (e, d) => e.#raw(d).advance(e.#first(d).lastReady())],
    ["skip-append-thread", (e, d) => e.#host.skipAppend(e.#first(d))],
    ["deliver-msgs", (e, d) => e.#deliverMessages(d)],
    ["step", (e, d) => e.#check(e.#raw(d).step(parseMessage(d, e.#first(d).id)))],
    ["stabilize", (e, d) => e.#transcript.keepingLevel(() => e.#stabilize(d))],
    ["crash", (e, d) => e.#crash(e.#first(d))],
    ["restart", (e, d) => e.#restart(d)],
    ["wipe", (e, d) => e.#first(d).wipe()],

    ["compact", (e, d) => e.#compact(d)],
    ["send-snapshot", (e, d) => e.#sendSnapshot(d)],
    ["raft-log", (e, d) => e.#printLog(e.#first(d))],
    ["raft-state", (e) => e.#nodes.forEach((node) => e.#print(stateLine(node)))],
    [
      "status",
      (e, d) =>
        e
          .#raw(d)
          .status()
          .progress.forEach((p) => e.#print(progressLine(p))),
    ],
  ]);

  /** The options of the commands that have any. */
  static readonly #OPTIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
    ["add-nodes", ADD_NODES_OPTIONS],
    ["set-randomized-election-timeout", new Set(["timeout"])],
    ["tick", new Set(["n"])],
    ["propose-conf-change", new Set(["v1", "transition"])],
    ["transfer-leadership", new Set(["from", "to"])],
    ["write-ready", new Set(["part"])],
    ["deliver-msgs", new Set(["type", "drop"])],
    ["step", MESSAGE_OPTIONS],
    ["stabilize", new Set(["log-level"])],
    ["restart", new Set(["applied"])],
  ]);

  #addNodes(d: Directive): void {
    const count = wholeNumber(bareKey(d, 0, "how many nodes"), "the number of nodes");
    const config = parseNodeConfig(d);
    const snapshot = parseFirstSnapshot(d);
    const trace: RaftTrace = { event: (event) => this.#transcript.log(event) };
    for (let i = 0; i < count; i++) {
      const id = nodeId(this.#nodes.length + 1);
      this.#nodes.push(new EnvironmentNode(id, { ...config, trace }, snapshot));
    }
  }

  #setLevel(name: string): void {
    const error = this.#transcript.setLevel(name);
    if (error !== "") throw new Refusal(error);
  }

  #tick(d: Directive, count: number): void {
    for (let i = 0; i < count; i++) this.#raw(d).tick();
  }

  #setElectionTimeout(d: Directive): void {
    const ticks = wholeNumber(requiredValueOf(d, "timeout"), "timeout");
    if (ticks === 0) throw new DirectiveError("timeout must not be 0");
    this.#raw(d).setRandomizedElectionTimeoutTicks(ticks);
  }

  #proposeBatch(d: Directive): void {
    const batch = bareKeys(d).slice(1);
    this.#check(this.#raw(d).proposeBatch(batch.map(utf8Encode)));
  }

  #proposeConfChange(d: Directive): void {
    const isV1 = truthValue(valueOf(d, "v1") ?? "false", "v1");
    const name = valueOf(d, "transition") ?? "auto";
    const transition = TRANSITIONS[name];
    if (transition === undefined) throw new Refusal(`unknown transition ${name}`);
    const changes = confChangesFromString(d.input);
    if ("error" in changes) throw new Refusal(changes.error);
    if (!isV1) {
      this.#check(this.#raw(d).proposeConfChange({ transition, changes, context: NO_BYTES }));
      return;
    }
    const [only, ...more] = changes;
    if (more.length > 0 || transition !== "auto") {
      throw new Refusal("v1 conf change can only have one operation and no transition");
    }
    if (only === undefined) throw new DirectiveError("a v1 conf change needs one operation");
    this.#check(this.#raw(d).proposeConfChange({ id: 0, ...only, context: NO_BYTES }));
  }

  #transferLeadership(d: Directive): void {
    const from = this.#node(requiredValueOf(d, "from"));
    from.raw.transferLeader(this.#node(requiredValueOf(d, "to")).id);
  }

  #assignCommitGroups(d: Directive): void {
    const pairs = bareKeys(d).slice(1);
    if (pairs.length === 0) throw new DirectiveError("assign-commit-groups: write node:group");
    const groups = pairs.map((pair) => {
      const [id = "", group = ""] = pair.split(":");
      return [this.#node(id).id, wholeNumber(group, "a commit group")] as const;
    });
    this.#raw(d).assignCommitGroups(groups);
  }

  #reportUnreachable(d: Directive): void {
    const [on, about, ...more] = this.#named(d);
    if (on === undefined || about === undefined || more.length > 0) {
      const what = "node on which to report, and reported node";
      throw new Refusal(`must specify exactly two node indexes: ${what}`);
    }
    on.raw.reportUnreachable(about.id);
  }

  #reportSnapshot(d: Directive): void {
    const about = this.#node(bareKey(d, 1, "the node that the snapshot was for"));
    const outcome = bareKey(d, 2, "finished or failed");
    if (outcome !== "finished" && outcome !== "failed") {
      throw new DirectiveError(`a snapshot is finished or failed, not ${outcome}`);
    }
    this.#raw(d).reportSnapshot(about.id, outcome);
  }

  #writeReady(d: Directive): void {
    const node = this.#first(d);
    const part = valueOf(d, "part");
    if (part === undefined) this.#host.writeReady(node);
    else if (part === "hard-state" || part === "entries") this.#host.tearReady(node, part);
    else throw new DirectiveError(`part must be hard-state or entries, not ${part}`);
  }

  /** Delivers and loses messages, recipient by recipient in the order of the arguments. */
  #deliverMessages(d: Directive): void {
    const name = valueOf(d, "type");
    const type = name === undefined ? undefined : parseMessageType(name);
    const named = bareKeys(d);
    const both = valuesOf(d, "drop").find((id) => named.includes(id));
    if (both !== undefined) {
      throw new DirectiveError(`can't both deliver and drop msgs to ${both}`);
    }
    let count = 0;
    for (const { key, values } of d.args) {
      if (values.length === 0) count += this.#deliver(key, type);
      if (key === "drop") for (const id of values) count += this.#drop(id, type);
    }
    if (count === 0) this.#print("no messages\n");
  }

  #deliver(id: string, type?: string): number {
    const messages = this.#network.take(nodeId(wholeNumber(id, "a recipient")), type);
    for (const m of messages) {
      const node = this.#node(id);
      this.#print(`${node.isCrashed ? "dropped: " : ""}${describeMessage(m)}\n`);
      if (node.isCrashed) continue;
      const result = node.raw.step(m);
      if (result !== "ok") this.#print(`${STEP_ERROR[result]}\n`);
    }
    return messages.length;
  }

  /** The recipient need not exist. */
  #drop(id: string, type: string | undefined): number {
    const messages = this.#network.takeLosable(nodeId(wholeNumber(id, "a recipient")), type);
    for (const m of messages) this.#print(`dropped: ${describeMessage(m)}\n`);
    return messages.length;
  }

  /** Goes on until nobody has anything to do, each pass by kind of work and then by node. */
  #stabilize(d: Directive): void {
    const level = valueOf(d, "log-level");
    if (level !== undefined) this.#setLevel(level);
    const named = this.#named(d);
    const nodes = named.length > 0 ? named : this.#nodes;
    const host = this.#host;
    for (let isDone = false; !isDone;) {
      isDone = true;
      const pass = (
        what: string,
        hasWork: (node: EnvironmentNode) => boolean,
        body: (node: EnvironmentNode) => void,
      ): void => {
        for (const node of nodes.filter(hasWork)) {
          this.#headed(node, what, () => body(node));
          isDone = false;
        }
      };
      pass(
        "handling Ready",
        (n) => n.hasReady(),
        (n) => host.processReady(n),
      );
      pass(
        "receiving messages",
        (n) => this.#network.has(n.id),
        (n) => this.#deliver(`${n.id}`),
      );
      pass(
        "processing append thread",
        (n) => n.appendWork.length > 0,
        (n) => {
          while (n.appendWork.length > 0) host.processAppend(n);
        },
      );
      pass(
        "processing apply thread",
        (n) => n.applyWork.length > 0,
        (n) => {
          while (n.applyWork.length > 0) host.processApply(n);
        },
      );
    }
  }

  #crash(node: EnvironmentNode): void {
    node.crash();
    this.#network.forgetLocal(node.id);
  }

  #restart(d: Directive): void {
    const applied = valueOf(d, "applied");
    const at = applied === undefined ? undefined : index(wholeNumber(applied, "applied"));
    this.#first(d).restart(at);
  }

  #compact(d: Directive): void {
    const node = this.#first(d);
    node.compact(index(wholeNumber(bareKey(d, 1, "an index"), "the index")));
    this.#printLog(node);
  }

  #sendSnapshot(d: Directive): void {
    const from = this.#first(d);
    const m = message("MsgSnap", this.#node(bareKey(d, 1, "the recipient")).id);
    m.from = from.id;
    m.term = from.raw.term;
    m.snapshot = from.storage.snapshot();
    this.#network.send([m]);
    this.#print(describeMessage(m));
  }

  #printLog({ storage }: EnvironmentNode): void {
    const first = storage.firstIndex();
    const last = storage.lastIndex();
    if (last < first) this.#print(`log is empty: first index=${first}, last index=${last}`);
    else this.#print(describeEntries(storage.all()));
  }

  #node(id: string): EnvironmentNode {
    const node = this.#nodes[wholeNumber(id, "a node") - 1];
    if (node === undefined) {
      throw new DirectiveError(`there is no node ${id}: ${this.#nodes.length} were added`);
    }
    return node;
  }

  #first(d: Directive): EnvironmentNode {
    return this.#node(bareKey(d, 0, "a node"));
  }

  #raw(d: Directive): RawNode {
    return this.#first(d).raw;
  }

  #named(d: Directive): readonly EnvironmentNode[] {
    return bareKeys(d).map((id) => this.#node(id));
  }

  /** With several nodes each has a heading. */
  #each(d: Directive, what: string, body: (node: EnvironmentNode) => void): void {
    const nodes = this.#named(d);
    for (const node of nodes) {
      if (nodes.length === 1) body(node);
      else this.#headed(node, what, () => body(node));
    }
  }

  #headed(node: EnvironmentNode, what: string, body: () => void): void {
    this.#print(`> ${node.id} ${what}\n`);
    this.#transcript.indented(body);
  }

  #check(result: StepResult): void {
    if (result !== "ok") throw new Refusal(STEP_ERROR[result]);
  }

  #print(text: string): void {
    this.#transcript.print(text);
  }
}

/** The second argument of a command. */
const bytes = (d: Directive, what: string): Uint8Array => utf8Encode(bareKey(d, 1, what));
