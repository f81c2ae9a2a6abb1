import { assert, unreachable } from "../base/assert.ts";
import { NO_NODE, nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { BrokerInput, BrokerOutput, PeerMessage } from "../broker/index.ts";
import { noteTopics } from "./askedTopics.ts";
import { bestInformed } from "./bestInformed.ts";
import type { Rule, Violation } from "./checkers/checker.ts";
import { Checkers } from "./checkers/checkers.ts";
import type { Loss } from "./checkers/partitionHistory.ts";
import type { ClientProbe } from "./client/clientProbe.ts";
import type { ClientSide, ClientWorld, WorldParts } from "./clientSide.ts";
import { Disk } from "./disk.ts";
import type { DiskMoment, DiskWrite } from "./disk.ts";
import type { DiskProbe } from "./diskFaults.ts";
import type { History } from "./history.ts";
import { HistoryLog } from "./historyLog.ts";
import { Network } from "./network.ts";
import type { Cut, LinkFault, NetworkSettings } from "./linkFaults.ts";
import type { ClientPayload, Flight, MovingFlight, NetworkEvent } from "./network.ts";
import { NodeProcess } from "./process.ts";
import type { Process } from "./process.ts";
import type { Action, ActionBody, ActionResult, NodeAction, Run, RunOptions } from "./run.ts";
import { Scheduler } from "./scheduler.ts";
import { Script } from "./script.ts";
import { SharedBatches } from "./sharedBatches.ts";
import type { Tampering } from "./tampering.ts";
import { Trace } from "./trace.ts";
import type { WorldEvent } from "./worldEvent.ts";

export interface WorldHooks {
  /** Receives every event as it happens. Default: nobody, and then brokers make none. */
  readonly onEvent?: (event: WorldEvent) => void;
  /** Whether flights and writes that have ended stay on record for two seconds. Default true. */
  readonly keepRecent?: boolean;
  /**
   * Whether what clients saw is kept from the beginning, as `checkHistory` needs it, and not only the
   * latest of it. Default true.
   */
  readonly keepHistory?: boolean;
  /** Whether the rules are checked after every step. Default true. */
  readonly checkers?: boolean;
}

/** What can come due. */
type Due =
  | { readonly kind: "tick"; readonly process: NodeProcess; readonly incarnation: number }
  | { readonly kind: DiskMoment; readonly process: NodeProcess; readonly write: DiskWrite }
  | { readonly kind: "clientTimer"; readonly client: number; readonly wake: () => boolean }
  | NetworkEvent;

const NOBODY: ReadonlySet<number> = new Set();
const TICK: BrokerInput = { kind: "tick" };
const TAKE_SNAPSHOT: BrokerInput = { kind: "takeSnapshot" };

/**
 * A cluster, its network, its disks and its clients in virtual time. Everything that happens comes
 * from the run: the seed, the options and the actions. An action takes effect after all events of
 * its moment, and nothing is ever scheduled for the same moment, so acting live and replaying the
 * run that this left are the same.
 *
 * A broken rule stops the world at that very event: it goes no further, and the run that led there
 * is still in `run`.
 */
export class World {
  readonly #hooks: WorldHooks;
  readonly #scheduler = new Scheduler<Due>();
  readonly #network: Network;
  readonly #processes: NodeProcess[];
  readonly #history: HistoryLog;
  readonly #batches = new SharedBatches();
  readonly #parts: WorldParts | null;
  readonly #clients: ClientSide | null;
  readonly #tampering: Tampering | null;
  readonly #checkers: Checkers;
  readonly #trace = new Trace();
  /** How many partitions each topic has that somebody has asked for. */
  readonly #topics = new Map<string, number>();
  readonly #script: Script;
  #eventCount = 0;

  /**
   * Without `parts` brokers keep the metadata and nothing else, and there are no clients: until
   * somebody does something (`firstActionAtUs`) that is the same world, and then it needs them.
   */
  constructor(run: Run, hooks: WorldHooks, parts: WorldParts | null) {
    this.#script = new Script(run);
    this.#hooks = hooks;
    this.#history = new HistoryLog(hooks.keepHistory ?? true);
    this.#parts = parts;
    this.#checkers = new Checkers(parts?.createBrokerRules() ?? null);
    const { seed, options } = run;
    const schedule = (atUs: number, event: Due): void => this.#scheduler.schedule(atUs, event);
    this.#network = new Network(seed, options, schedule, hooks.keepRecent ?? true);
    const peers = Array.from({ length: options.nodeCount }, (_, i) => nodeId(i + 1));
    this.#processes = peers.map((node) => this.#createProcess(node, peers));
    this.#clients = parts?.createClients(this.#clientWorld()) ?? null;
    this.#tampering = this.#createTampering(seed, options);
    for (const process of this.#processes) this.#start(process);
    this.#takeDueActions();
  }

  /** The run with the actions so far and, in a replay, those still to come. */
  get run(): Run {
    return this.#script.run;
  }

  get options(): RunOptions {
    return this.run.options;
  }

  get nowUs(): number {
    return this.#scheduler.nowUs;
  }

  /** The first broken rule; the world has stopped there. */
  get violation(): Violation | null {
    return this.#checkers.violation;
  }

  /** When something happens next: an event, or an action of the run. */
  nextEventAtUs(): number | null {
    if (this.violation !== null) return null;
    const nextAtUs = Math.min(this.#scheduler.nextAtUs() ?? Infinity, this.#script.nextAtUs);
    return nextAtUs === Infinity ? null : nextAtUs;
  }

  /** Everything up to and including this moment happens, unless a rule is broken before. */
  runUntil(atUs: number): void {
    for (;;) {
      const nextAtUs = this.nextEventAtUs();
      if (nextAtUs === null || nextAtUs > atUs) break;
      this.#runMoment(nextAtUs);
    }
    if (this.violation === null && atUs > this.nowUs) this.#scheduler.advanceTo(atUs);
  }

  /** All events of the next moment happen: what a person calls one step. False when none is left. */
  stepTimestamp(): boolean {
    const nextAtUs = this.nextEventAtUs();
    if (nextAtUs === null) return false;
    this.#runMoment(nextAtUs);
    return true;
  }

  /**
   * Does something now and adds it to the run. Actions of a replayed run that were still to come
   * are dropped: from here on it is another run. Refused when it makes no sense.
   */
  act(body: ActionBody): ActionResult {
    if (this.violation !== null) {
      return {
        ok: false,
        message: "A rule was broken and the world has stopped; go back in time.",
      };
    }
    const action: Action = { ...body, atUs: this.nowUs };
    const message = this.#refusal(action);
    if (message !== null) return { ok: false, message };
    this.#script.insert(action);
    this.#takeDueActions();
    return { ok: true };
  }

  /** Equal for two worlds that did the same things in the same order. */
  traceHash(): string {
    return this.#trace.hex();
  }

  /** In order of node id. */
  get processes(): readonly Process[] {
    return this.#processes;
  }

  /** Under way, and those that ended within the last two seconds. */
  flights(): readonly Flight[] {
    return [...this.#network.recentFlights(this.nowUs), ...this.#network.inFlight];
  }

  get cuts(): readonly Cut[] {
    return this.#tampering?.cuts ?? [];
  }

  /** The links between brokers that do something to messages, each direction apart. */
  get links(): readonly LinkFault[] {
    return this.#tampering?.links ?? [];
  }

  /** What all other links between brokers do. */
  get network(): NetworkSettings {
    const { latencyMinUs, latencyMaxUs } = this.options;
    return this.#tampering?.settings ?? { latencyMinUs, latencyMaxUs, lossPercent: 0 };
  }

  /** What ended within the last two seconds, and then what the node's disk works on. */
  writes(node: NodeId): readonly DiskWrite[] {
    const { disk } = this.#processOf(node);
    const recent = disk.recentWrites(this.nowUs);
    return disk.current === null ? recent : [...recent, disk.current];
  }

  /** What is on the node's disk, and what is wrong with that disk. */
  disk(node: NodeId): DiskProbe {
    return this.#processOf(node).disk;
  }

  /** The person's client, and the programs that run. */
  get clients(): readonly ClientProbe[] {
    return this.#clients?.probes ?? [];
  }

  get history(): History {
    return this.#history;
  }

  /** What unclean elections have cost so far: no rule forbids it. */
  get losses(): readonly Loss[] {
    return this.#checkers.losses;
  }

  /** What is checked after every step. */
  get rules(): readonly Rule[] {
    return this.#checkers.rules;
  }

  #runMoment(atUs: number): void {
    if (this.#scheduler.nextAtUs() === atUs) {
      for (const due of this.#scheduler.takeMoment()) {
        this.#happen(due);
        if (this.violation !== null) return;
      }
    } else {
      this.#scheduler.advanceTo(atUs);
    }
    this.#takeDueActions();
  }

  #happen(due: Due): void {
    switch (due.kind) {
      case "tick":
        return this.#tick(due.process, due.incarnation);
      case "written":
        return this.#written(due.process, due.write);
      case "torn":
        return this.#torn(due.process, due.write);
      case "middle":
        return this.#passMiddle(due.flight);
      case "arrive":
        return this.#arrive(due.flight);
      case "clientTimer":
        if (due.wake()) this.#traceEvent(5, due.client);
        return;
      default:
        return unreachable(due);
    }
  }

  #tick(process: NodeProcess, incarnation: number): void {
    if (process.incarnation !== incarnation || process.state !== "running") return;
    this.#traceEvent(1, process.node);
    process.tick();
    this.#scheduleTick(process);
    // A tick is no message: who stands still misses it.
    if (!process.isPaused) this.#step(process, TICK);
  }

  #written(process: NodeProcess, write: DiskWrite): void {
    const end = process.disk.complete(write, this.nowUs);
    if (end === null) return;
    if (end.trouble !== null) this.#emit(process.node, { kind: end.trouble });
    if (process.state !== "running") return;
    this.#traceEvent(2, process.node);
    this.#step(process, { kind: "diskCompletion", completion: end.completion });
  }

  /** Unless the node lost its power before, it does so now, in the middle of this write. */
  #torn(process: NodeProcess, write: DiskWrite): void {
    if (process.disk.current !== write) return;
    this.#traceEvent(7, process.node);
    this.#losePower(process, true);
  }

  #passMiddle(flight: MovingFlight): void {
    const reason = this.#network.passMiddle(flight, this.nowUs);
    if (reason !== null) this.#lostUnderWay(flight, reason);
  }

  #lostUnderWay(flight: Flight, reason: "cut" | "loss" | "dropped"): void {
    this.#traceEvent(3, flight.id);
    this.#emit(NO_NODE, { kind: "messageLost", flight, reason });
  }

  #arrive(flight: MovingFlight): void {
    const { to, payload } = flight;
    const receiver = to.kind === "node" ? this.#processOf(to.id) : null;
    const isUp = receiver === null || receiver.state === "running";
    const outcome = this.#network.land(flight, this.nowUs, isUp);
    if (outcome === "notNow") return;
    this.#traceEvent(4, flight.id);
    if (outcome === "lost") return this.#lostAtDeadNode(flight);
    switch (payload.kind) {
      case "raft":
      case "request":
      case "response":
        assert(receiver !== null && flight.from.kind === "node", "peers are nodes");
        return this.#step(receiver, {
          kind: "peerMessage",
          from: flight.from.id,
          message: payload,
        });
      default:
        return receiver === null
          ? this.#clientSide.arrive(payload)
          : this.#arriveAtBroker(receiver, payload);
    }
  }

  #arriveAtBroker(receiver: NodeProcess, payload: ClientPayload): void {
    const input = this.#clientSide.accept(payload, receiver.incarnation);
    if (input !== null) this.#step(receiver, input);
  }

  /** A client finds the port closed, which it learns after the way back. Peers learn nothing. */
  #lostAtDeadNode(flight: Flight): void {
    const { payload, movesFromUs, arrivesAtUs } = flight;
    this.#emit(NO_NODE, { kind: "messageLost", flight, reason: "nodeDown" });
    switch (payload.kind) {
      case "raft":
      case "request":
      case "response":
        return;
      default:
        return this.#clientSide.lost(payload, arrivesAtUs - movesFromUs);
    }
  }

  /** The only way into a broker. */
  #step(process: NodeProcess, input: BrokerInput): void {
    const { broker } = process;
    assert(broker !== null, "a running node has a broker");
    if (process.keep(input)) return;
    broker.step(input, process.clock.shownUs(this.nowUs));
    // Before anything leaves the node: what it says is judged by the state that it is in now.
    if (this.#hooks.checkers ?? true) this.#checkers.stepped(broker, this.nowUs);
    this.#carryOut(process, broker.takeOutputs());
    this.#noteEnd(process);
  }

  #carryOut(process: NodeProcess, outputs: readonly BrokerOutput[]): void {
    for (const output of outputs) {
      switch (output.kind) {
        case "send":
          this.#send(process.node, output.to, output.message);
          break;
        case "reply":
        case "adminReply":
        case "disconnect":
          this.#clientSide.carryOut(process.node, output);
          break;
        case "disk":
          this.#trace.disk(output.operation);
          process.disk.submit(output.operation, this.nowUs);
          break;
        case "event":
          this.#emit(process.node, output.event);
          break;
        default:
          unreachable(output);
      }
    }
  }

  #send(from: NodeId, to: NodeId, message: PeerMessage): void {
    const network = this.#network;
    const flight = network.send(network.node(from), network.node(to), message, this.nowUs);
    this.#trace.flight(flight);
  }

  /**
   * A broken rule ends the world. A broker may also stop itself: after an error of its disk, or
   * when it finds a promise broken.
   */
  #noteEnd(process: NodeProcess): void {
    const { violation } = this;
    if (violation !== null) this.#emit(process.node, { kind: "ruleBroken", violation });
    if (process.broker === null || process.broker.stopped === null) return;
    process.stop(this.nowUs);
    this.#ended(process);
  }

  /** A life of a broker is over. */
  #ended({ node, incarnation }: NodeProcess): void {
    this.#checkers.ended(node);
    this.#clients?.died(node, incarnation);
  }

  #takeDueActions(): void {
    while (this.violation === null) {
      const action = this.#script.take(this.nowUs);
      if (action === null) return;
      const refusal = this.#refusal(action);
      if (refusal !== null) {
        this.#emit(NO_NODE, { kind: "actionRefused", action, message: refusal });
        continue;
      }
      this.#trace.action(action);
      const message = "message" in action ? this.#network.flight(action.message) : null;
      this.#emit(NO_NODE, { kind: "actionTaken", action, ...(message !== null && { message }) });
      this.#take(action);
    }
  }

  #refusal(action: ActionBody): string | null {
    const { processes } = this;
    const repairing = this.#clients?.repairing ?? NOBODY;
    const disk = (node: NodeId): DiskProbe => this.disk(node);
    const isRunning = (client: number): boolean => this.#clients?.isRunning(client) ?? false;
    assert(this.#parts !== null, "a world without all of its parts is left alone");
    const { cuts, links, network: settings } = this;
    const network = {
      nodeCount: processes.length,
      cuts,
      links,
      settings,
      sentCount: this.#network.sentCount,
      flight: (message: number) => this.#network.flight(message),
    };
    const situation = { processes, network, topics: this.#topics, disk, repairing, isRunning };
    return this.#parts.refusalOf(action, situation);
  }

  #take(action: Action): void {
    switch (action.kind) {
      case "cut":
      case "heal":
      case "setLink":
      case "setNetwork":
      case "dropMessage":
      case "holdMessage":
      case "releaseMessage":
      case "duplicateMessage":
      case "delayMessage":
        return this.#tampering?.take(action, this.nowUs);
      case "createTopic":
      case "deleteTopic":
      case "admin":
      case "produce":
      case "consume":
      case "removeNode":
      case "repair":
      case "startProducer":
      case "startConsumer":
      case "stopClient":
        noteTopics(this.#topics, action);
        return this.#clientSide.take(action);
      case "addNode":
        return this.#addNode();
      case "powerCut":
        for (const process of this.#processes) {
          if (process.state !== "crashed") this.#losePower(process);
        }
        return;
      case "powerOn":
        for (const process of this.#processes) {
          if (process.state !== "running" && this.violation === null) this.#restart(process);
        }
        return;
      default:
        return this.#takeAt(this.#processOf(nodeId(action.node)), action);
    }
  }

  /** What a person does to one node. */
  #takeAt(process: NodeProcess, action: NodeAction): void {
    switch (action.kind) {
      case "kill":
        return this.#losePower(process);
      case "restart":
        return this.#restart(process);
      case "timeOut":
        return this.#step(process, { kind: "timeOut" });
      case "snapshot":
        return this.#step(process, TAKE_SNAPSHOT);
      case "diskFault":
        return process.disk.setFault(action.fault, action.on);
      case "pause":
        return process.pause();
      case "resume":
        return this.#resume(process);
      case "skewClock":
        return process.clock.setPercent(action.percent, this.nowUs);
      case "holdStage": {
        const { stage, on } = action;
        return this.#step(process, { kind: "holdStage", stage, on });
      }
      case "failSync":
        return process.disk.failNextSync();
      case "tear":
        return process.disk.tearNextWrite(this.nowUs);
      case "flipBit": {
        const { file, byte, bit } = action;
        process.flipBit(file, byte, bit);
        return this.#emit(process.node, { kind: "bitFlipped", file, byte, bit });
      }
      default:
        return unreachable(action);
    }
  }

  #resume(process: NodeProcess): void {
    for (const input of process.resume()) {
      if (process.state === "running" && this.violation === null) this.#step(process, input);
    }
  }

  #losePower(process: NodeProcess, isTorn = false): void {
    const { torn, ...loss } = process.losePower(this.nowUs, isTorn);
    this.#ended(process);
    this.#trace.number(loss.keptBytes);
    this.#emit(process.node, { kind: "powerLost", ...loss });
    if (torn !== null) this.#emit(process.node, { kind: "writeTorn", ...torn });
  }

  /** A node that had stopped itself goes through a loss of power: only its disk counts. */
  #restart(process: NodeProcess): void {
    if (process.state === "stopped") this.#losePower(process);
    this.#start(process);
  }

  /** It knows who has a vote, as whoever sets up a new node would tell it. */
  #addNode(): void {
    const known = bestInformed(this.#processes)?.raft?.status().confState.voters;
    const peers = known ?? this.#processes.map(({ node }) => node);
    const process = this.#createProcess(nodeId(this.#processes.length + 1), peers);
    this.#processes.push(process);
    this.#start(process);
    this.#clientSide.letIn(process.node, process.address);
  }

  /** False if the node runs: somebody started it before the cluster had agreed to do without it. */
  #wipeAndJoin(process: NodeProcess, generation: number): boolean {
    if (process.state === "running") return false;
    process.wipe(generation);
    this.#traceEvent(8, process.node);
    this.#emit(process.node, { kind: "diskWiped", generation });
    this.#start(process);
    return true;
  }

  #start(process: NodeProcess): void {
    const broker = process.start(this.nowUs);
    const { incarnation } = process;
    this.#emit(process.node, { kind: "processStarted", incarnation });
    this.#scheduleTick(process);
    const isChecked = (this.#hooks.checkers ?? true) && broker.stopped === null;
    if (isChecked) this.#checkers.started(broker, this.nowUs);
    this.#carryOut(process, broker.takeOutputs());
    this.#noteEnd(process);
  }

  #scheduleTick(process: NodeProcess): void {
    const { incarnation } = process;
    this.#scheduler.schedule(process.nextTickAtUs, { kind: "tick", process, incarnation });
  }

  #processOf(node: NodeId): NodeProcess {
    const process = this.#processes[node - 1];
    assert(process !== undefined, "the node exists");
    return process;
  }

  #emit(node: NodeId, event: WorldEvent["event"]): void {
    this.#hooks.onEvent?.({ id: ++this.#eventCount, atUs: this.nowUs, node, event });
  }

  #traceEvent(kind: number, subject: number): void {
    this.#trace.number(this.nowUs);
    this.#trace.number(kind);
    this.#trace.number(subject);
  }

  #createProcess(node: NodeId, peers: readonly NodeId[]): NodeProcess {
    const { seed, options } = this.run;
    const { onEvent, keepRecent } = this.#hooks;
    const schedule = (atUs: number, kind: DiskMoment, write: DiskWrite): void =>
      this.#scheduler.schedule(atUs, { kind, process, write });
    const disk = new Disk(node, seed, options, schedule, keepRecent ?? true);
    const serve = this.#parts?.serve ?? null;
    const shareBatch = (bytes: Uint8Array): Uint8Array => this.#batches.share(bytes);
    const role = { node, peers, serve, events: onEvent !== undefined, shareBatch };
    const process = new NodeProcess(role, disk, seed, options);
    return process;
  }

  get #clientSide(): ClientSide {
    const clients = this.#clients;
    assert(clients !== null, "a world without clients does nothing that needs them");
    return clients;
  }

  #createTampering(seed: number, options: RunOptions): Tampering | null {
    const tampered = {
      seed,
      options,
      network: this.#network,
      duplicated: (flight: Flight) => this.#trace.flight(flight),
      dropped: (flight: Flight) => this.#lostUnderWay(flight, "dropped"),
      connectionBroke: (connection: number) => this.#clientSide.broke(connection),
    };
    return this.#parts?.createTampering(tampered) ?? null;
  }

  #clientWorld(): ClientWorld {
    const scheduler = this.#scheduler;
    const network = this.#network;
    return {
      get nowUs() {
        return scheduler.nowUs;
      },
      options: this.options,
      history: this.#history,
      toBroker: (client, node, payload) => {
        const [from, to] = [network.client(client), network.node(node)];
        this.#trace.flight(network.send(from, to, payload, this.nowUs));
      },
      toClient: (node, client, payload) => {
        const [from, to] = [network.node(node), network.client(client)];
        this.#trace.flight(network.send(from, to, payload, this.nowUs));
      },
      startTimer: (client, afterUs, wake) =>
        scheduler.schedule(scheduler.nowUs + afterUs, { kind: "clientTimer", client, wake }),
      acknowledged: (by, asked, reply) => {
        if (this.#hooks.checkers ?? true) this.#checkers.acknowledged(by, asked, reply, this.nowUs);
      },
      requestSent: (request) => this.#emit(NO_NODE, { kind: "requestSent", request }),
      requestEnded: (request) => this.#emit(NO_NODE, { kind: "requestEnded", request }),
      operationEnded: (operation) => this.#emit(NO_NODE, { kind: "operationEnded", operation }),
      wipeAndJoin: (node, generation) => this.#wipeAndJoin(this.#processOf(node), generation),
    };
  }
}
