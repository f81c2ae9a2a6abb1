import { firstActionAtUs } from "@chronik/core/sim";
import type { Action, ActionBody, Run } from "@chronik/core/sim";
import type { Inspected, WorldView } from "@chronik/core/view";
import type { Branch } from "./branch.ts";
import { branchName, describeOther } from "./branch.ts";
import { diff } from "./patch.ts";
import type {
  BranchFrame,
  Command,
  CommandMessage,
  FrameMessage,
  Notice,
  OtherBranch,
  ProduceByKey,
} from "./protocol.ts";
import { Worldline } from "./worldline.ts";
import type { ClientParts, ShowMore } from "./worldline.ts";

/** A scenario is shown from when it is up and quiet, or from here. */
const OPENING_MAX_US = 8_000_000;
/**
 * Nothing may have gone on for this long: then the sentence no longer speaks of the last event, but
 * says who leads, which is what a visitor wants to know first.
 */
const QUIET_US = 2_600_000;
/** Worlds kept at other moments, so that going back and forth need not start over. */
const WORLDLINES_MAX = 8;

interface Job {
  readonly id: number;
  readonly command: Command;
  /** Null when it was done at once. */
  readonly steps: Steps | null;
}

/** A piece of work that can be left between any two of its steps. */
type Steps = Generator<undefined, undefined>;

/**
 * The state of one page: the branches of its run, and the world at the playhead. It knows nothing
 * of workers and wall clocks: commands are received, `work` does a slice of what they ask, frames
 * go out through `post`.
 */
export class Session {
  readonly #post: (message: FrameMessage) => void;
  #queue: CommandMessage[] = [];
  #job: Job | null = null;

  #branches: Branch[] = [];
  #branchCount = 0;
  #branch: Branch | null = null;
  #line: Worldline | null = null;
  /** The world that a long piece of work runs, and how far it shall go. */
  #way: { readonly line: Worldline; readonly toUs: number } | null = null;
  /** Most recently used first; the one at the playhead is among them. */
  #lines: Worldline[] = [];
  /** Actions that came with the run and cannot be undone. */
  #openedActions = 0;

  /** What was loaded behind the first picture. */
  #parts: readonly ShowMore[] = [];
  #clients: ClientParts | null = null;
  /** The first picture is shown, and nothing can go on without clients. */
  #waitsForClients = false;
  #inspected: Inspected | null = null;
  #notice: Notice | null = null;
  #lastAnswered = 0;
  #sentView: WorldView | null = null;
  #sentBranch: BranchFrame | null = null;

  constructor(post: (message: FrameMessage) => void) {
    this.#post = post;
  }

  /** For the report of a failure. */
  get run(): Run | null {
    return this.#branch?.run ?? null;
  }

  get nowUs(): number {
    return this.#line?.nowUs ?? 0;
  }

  /** What clients need has been loaded: worlds have it from the start. */
  provideClients(clients: ClientParts): void {
    this.#clients = clients;
    this.#waitsForClients = false;
  }

  /** A part has been loaded: what it shows is in every frame from now on. */
  showMore(part: ShowMore): void {
    this.#parts = [...this.#parts, part];
    for (const line of this.#lines) line.showMore(part);
    // Otherwise the frame that is due anyway has it; time may stand still and ask for none.
    if (this.#line !== null && this.#job === null) this.#postFrame(this.#lastAnswered);
  }

  /** A newer jump makes an older one that is not finished pointless; opening a run, everything. */
  receive(message: CommandMessage): void {
    const { kind } = message.command;
    if (kind === "open") {
      this.#queue = [];
      this.#job = null;
      this.#waitsForClients = false;
    }
    if (kind === "seek") {
      if (this.#queue.at(-1)?.command.kind === "seek") this.#queue.pop();
      if (this.#queue.length === 0 && this.#job?.command.kind === "seek") this.#job = null;
    }
    this.#queue.push(message);
  }

  /** Works until there is nothing to do or the slice is over; true while there is more to do. */
  work(sliceIsOver: () => boolean): boolean {
    for (;;) {
      if (this.#waitsForClients) return false;
      this.#job ??= this.#nextJob();
      if (this.#job === null) return false;
      const { id, command, steps } = this.#job;
      const done = steps === null || steps.next().done === true;
      const over = sliceIsOver();
      if (done || (over && command.kind === "advance")) {
        this.#job = null;
        this.#postFrame(id);
      }
      if (over) break;
    }
    if (this.#waitsForClients) return false;
    if (this.#job !== null && this.#way !== null) {
      const { line, toUs } = this.#way;
      this.#post({ kind: "progress", answers: this.#job.id, atUs: line.nowUs, toUs });
    }
    return this.#job !== null || this.#queue.length > 0;
  }

  #nextJob(): Job | null {
    const message = this.#queue.shift();
    if (message === undefined) return null;
    return { id: message.id, command: message.command, steps: this.#stepsOf(message.command) };
  }

  #stepsOf(command: Command): Steps | null {
    switch (command.kind) {
      case "open":
        return this.#open(command.run, command.viewAtUs);
      case "advance":
        return this.#advance(command.toUs);
      case "seek":
        return this.#seek(Math.min(command.toUs, this.#current().endUs));
      case "seekEnd":
        return this.#seek(this.#current().endUs);
      case "nextEvent":
        return this.#nextEvent();
      case "previousEvent":
        return this.#previousEvent();
      case "inspect":
        this.#inspect(command.what);
        return null;
      case "act":
        this.#act(command.action);
        return null;
      case "undo":
        return this.#undo();
      case "switchBranch":
        return this.#switchBranch(command.name);
    }
  }

  *#open(run: Run, viewAtUs: number | null): Steps {
    this.#branches = [];
    this.#branchCount = 0;
    this.#lines = [];
    this.#notice = null;
    this.#addBranch({ run, endUs: 0, time: null, parent: null });
    if (this.#clients === null) yield* this.#showFirstPicture(run, viewAtUs);
    this.#line = this.#startLine();
    const lastActionUs = run.actions.at(-1)?.atUs ?? 0;
    if (viewAtUs === null) yield* this.#runUntilQuiet(this.#line, lastActionUs);
    else yield* this.#run(this.#line, Math.max(viewAtUs, lastActionUs));
    this.#openedActions = this.#current().run.actions.length;
    this.#noteEnd();
    this.#noteTime(this.#line.view());
    if (viewAtUs !== null && viewAtUs < this.nowUs) yield* this.#seek(viewAtUs);
  }

  /**
   * A cluster elects without clients, and up to the first action of one it is the same cluster. Once
   * they are there the run begins anew.
   */
  *#showFirstPicture(run: Run, viewAtUs: number | null): Steps {
    const line = this.#startLine();
    this.#line = line;
    const neededUs = (firstActionAtUs(run) ?? OPENING_MAX_US) - 1;
    const endUs = Math.min(viewAtUs ?? OPENING_MAX_US, neededUs);
    while (line.nowUs < endUs && this.#clients === null && line.view().summary.leader === null) {
      yield* this.#run(line, Math.min(endUs, line.nowUs + 50_000));
    }
    if (this.#clients === null) {
      this.#postFrame(this.#lastAnswered);
      this.#waitsForClients = true;
      yield;
    }
    this.#lines = [];
  }

  *#runUntilQuiet(line: Worldline, notBeforeUs: number): Steps {
    const endUs = notBeforeUs + OPENING_MAX_US;
    let quietSinceUs: number | null = null;
    while (line.nowUs < endUs && !line.halted) {
      yield* this.#run(line, line.nowUs + 50_000);
      if (line.nowUs < notBeforeUs || !isQuiet(line.view())) quietSinceUs = null;
      else quietSinceUs ??= line.nowUs;
      if (quietSinceUs !== null && line.nowUs - quietSinceUs >= QUIET_US) return;
    }
  }

  /** In the past no further than the end of the branch, where it becomes live. */
  *#advance(toUs: number): Steps {
    const limitUs = this.#inPast() ? Math.min(toUs, this.#current().endUs) : toUs;
    if (limitUs > this.nowUs) yield* this.#run(this.#shown(), limitUs);
  }

  *#seek(toUs: number): Steps {
    const line = this.#lineFor(toUs);
    yield* this.#run(line, toUs);
    this.#show(line);
  }

  *#nextEvent(): Steps {
    const line = this.#shown();
    const { run, endUs } = this.#current();
    const nextUs = line.nextAtUs(run.actions);
    if (nextUs === null) {
      this.#refuse("Nothing happens any more: every broker is down. Restart one.");
      return;
    }
    yield* this.#run(line, this.#inPast() ? Math.min(nextUs, endUs) : nextUs);
  }

  /**
   * Runs a world to shortly before now and from there to the last moment at which something
   * happened; a silent stretch makes it look further back.
   */
  *#previousEvent(): Steps {
    const nowUs = this.nowUs;
    const { actions } = this.#current().run;
    for (let windowUs = 250_000; ; windowUs *= 4) {
      const fromUs = Math.max(0, nowUs - windowUs);
      const line = this.#lineFor(fromUs);
      yield* this.#run(line, fromUs);
      let found = fromUs === 0;
      for (;;) {
        const nextUs = line.nextAtUs(actions);
        if (nextUs === null || nextUs >= nowUs || line.halted) break;
        yield* this.#run(line, nextUs);
        found = true;
      }
      if (found) {
        this.#show(line);
        return;
      }
    }
  }

  #inspect(what: Inspected | null): void {
    this.#inspected = what;
    for (const line of this.#lines) line.inspect(what);
  }

  #act(asked: ActionBody | ProduceByKey): void {
    const line = this.#shown();
    const forks = this.#inPast();
    const result = line.act(this.#withPartition(asked, line.view()));
    if (!result.ok) {
      this.#refuse(result.message);
      return;
    }
    const from = this.#current();
    const run = { ...from.run, actions: [...line.taken] };
    if (!forks) {
      this.#replaceBranch({ ...from, run });
      return;
    }
    this.#addBranch({
      run,
      endUs: line.nowUs,
      time: null,
      parent: { name: from.name, sharedActions: run.actions.length - 1 },
    });
    this.#notice = {
      kind: "forked",
      atUs: line.nowUs,
      name: this.#current().name,
      from: from.name,
    };
  }

  /** A key chooses its partition as Kafka's producers have it choose. */
  #withPartition(asked: ActionBody | ProduceByKey, { partitions }: WorldView): ActionBody {
    if (asked.kind !== "produce" || asked.partition !== null) return asked;
    const all = Object.values(partitions);
    const count = all.filter(({ topic }) => topic === asked.topic).length;
    const key = new TextEncoder().encode(asked.key);
    const partition = count === 0 ? 0 : (this.#clients?.partitionOfKey(key, count) ?? 0);
    return { ...asked, partition };
  }

  /** Undoing the action that made a branch drops that branch; any other one leaves a new branch. */
  *#undo(): Steps {
    const from = this.#current();
    const actions = from.run.actions;
    const last = actions.at(-1);
    if (last === undefined || actions.length <= this.#openedActions) {
      this.#refuse("There is nothing to undo.");
      return;
    }
    const parent = this.#branches.find(({ name }) => name === from.parent?.name);
    if (parent !== undefined && from.parent?.sharedActions === actions.length - 1) {
      this.#branches = this.#branches.filter((branch) => branch !== from);
      this.#branch = parent;
    } else {
      this.#addBranch({
        run: { ...from.run, actions: actions.slice(0, -1) },
        endUs: last.atUs,
        time: null,
        parent: null,
      });
    }
    yield* this.#seek(last.atUs);
    const { name } = this.#current();
    const kept = this.#branches.includes(from);
    this.#notice = { kind: "undone", atUs: last.atUs, name, from: from.name, kept };
  }

  /** To the same moment of the other branch, or to its end if it does not reach that far. */
  *#switchBranch(name: string): Steps {
    const branch = this.#branches.find((candidate) => candidate.name === name);
    if (branch === undefined) {
      this.#refuse(`There is no branch ${name}.`);
      return;
    }
    const nowUs = this.nowUs;
    this.#branch = branch;
    yield* this.#seek(Math.min(nowUs, branch.endUs));
  }

  /** Follows the branch with this world; an action that it refuses is taken out of the branch. */
  *#run(line: Worldline, toUs: number): Steps {
    this.#way = { line, toUs };
    for (;;) {
      const result = line.runChunk(this.#current().run.actions, toUs);
      if (result.kind === "there" || result.kind === "halted") return;
      if (result.kind === "refused") this.#dropAction(result.action, result.message);
      yield;
    }
  }

  #dropAction(action: Action, message: string): void {
    const branch = this.#current();
    const number = branch.run.actions.indexOf(action) + 1;
    const actions = branch.run.actions.filter((candidate) => candidate !== action);
    this.#replaceBranch({ ...branch, run: { ...branch.run, actions } });
    const first = this.#notice;
    this.#notice =
      first?.kind === "actionRefused"
        ? { ...first, furtherCount: first.furtherCount + 1 }
        : { kind: "actionRefused", number, atUs: action.atUs, message, furtherCount: 0 };
  }

  /** The world that is nearest before that moment of this branch. */
  #lineFor(us: number): Worldline {
    const { actions } = this.#current().run;
    let best: Worldline | null = null;
    for (const line of this.#lines) {
      if (line.nowUs > us || !line.canFollow(actions)) continue;
      if (line !== this.#line && this.#isAnEnd(line) && line.nowUs < us) continue;
      if (best === null || line.nowUs > best.nowUs) best = line;
    }
    return best ?? this.#startLine();
  }

  #startLine(): Worldline {
    const line = new Worldline(this.#current().run, this.#sentView, this.#clients);
    for (const part of this.#parts) line.showMore(part);
    line.inspect(this.#inspected);
    this.#lines = [line, ...this.#lines];
    return line;
  }

  /** Puts the playhead on this world and forgets worlds that were not used for long. */
  #show(line: Worldline): void {
    this.#line = line;
    const used = [line, ...this.#lines.filter((other) => other !== line)];
    this.#lines = used.filter((other, at) => at < WORLDLINES_MAX || this.#isAnEnd(other));
  }

  /** A world at the end of a branch is kept: going live again must not take a replay. */
  #isAnEnd(line: Worldline): boolean {
    return this.#branches.some(
      ({ endUs, run }) =>
        line.nowUs === endUs &&
        line.taken.length === run.actions.length &&
        line.canFollow(run.actions),
    );
  }

  /** A branch ends where it was simulated to. */
  #noteEnd(): void {
    const branch = this.#current();
    if (this.nowUs > branch.endUs) this.#replaceBranch({ ...branch, endUs: this.nowUs });
  }

  /** Keeps the time bar of the end, for when the playhead leaves it. */
  #noteTime(view: WorldView): void {
    const branch = this.#current();
    if (!this.#inPast() && branch.time !== view.run) {
      this.#replaceBranch({ ...branch, time: view.run });
    }
  }

  #addBranch(branch: Omit<Branch, "name">): void {
    this.#branch = { ...branch, name: branchName(this.#branchCount) };
    this.#branchCount += 1;
    this.#branches = [...this.#branches, this.#branch];
  }

  #replaceBranch(next: Branch): void {
    const previous = this.#branch;
    this.#branches = this.#branches.map((branch) => (branch === previous ? next : branch));
    this.#branch = next;
  }

  #refuse(message: string): void {
    this.#notice = { kind: "refused", message };
  }

  #current(): Branch {
    if (this.#branch === null) throw new Error("a command came before a run was opened");
    return this.#branch;
  }

  #shown(): Worldline {
    if (this.#line === null) throw new Error("a command came before a run was opened");
    return this.#line;
  }

  #inPast(): boolean {
    return this.nowUs < this.#current().endUs;
  }

  #postFrame(answers: number): void {
    this.#lastAnswered = answers;
    const line = this.#shown();
    const view = line.view();
    this.#noteEnd();
    this.#noteTime(view);
    const branch = this.#branchFrame();
    this.#post({
      kind: "frame",
      answers,
      nowUs: line.nowUs,
      endUs: this.#current().endUs,
      inPast: this.#inPast(),
      halted: line.halted,
      traceHash: line.traceHash(),
      patch: view === this.#sentView ? null : diff(this.#sentView, view),
      branch: branch === this.#sentBranch ? null : branch,
      notice: this.#notice,
    });
    this.#sentView = view;
    this.#sentBranch = branch;
    this.#notice = null;
  }

  /** The same object as the one sent last while nothing about it changed. */
  #branchFrame(): BranchFrame {
    const current = this.#current();
    const sent = this.#sentBranch;
    const time = this.#inPast() ? current.time : null;
    const others = this.#branches
      .filter((other) => other !== current)
      .map((other) => describeOther(current, other));
    const same =
      sent !== null &&
      sent.name === current.name &&
      sent.run === current.run &&
      sent.time === time &&
      sameBranches(sent.others, others);
    return same ? sent : { name: current.name, run: current.run, time, others };
  }
}

/** A leader is there, the topics are, and nobody waits for anything. */
function isQuiet(view: WorldView): boolean {
  const partitions = Object.values(view.partitions);
  return (
    view.summary.leader !== null &&
    view.summary.commit === view.summary.lastIndex &&
    partitions.length > 0 &&
    partitions.every((partition) => partition.leaderAlive && !partition.underReplicated) &&
    view.requests.every((request) => request.state !== "waiting")
  );
}

function sameBranches(one: readonly OtherBranch[], other: readonly OtherBranch[]): boolean {
  return (
    one.length === other.length &&
    one.every((branch, at) => branch.name === other[at]?.name && branch.label === other[at]?.label)
  );
}
