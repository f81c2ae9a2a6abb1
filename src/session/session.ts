import { firstActionAtUs } from "@chronik/core/sim";
import type { Action, ActionBody, Run } from "@chronik/core/sim";
import type { WorldView } from "@chronik/core/view";
import { reuse } from "@chronik/core/view";
import { describeOther } from "./branch.ts";
import { Branches } from "./branches.ts";
import type { BranchesMark } from "./branches.ts";
import { Comparison } from "./comparison.ts";
import { diff } from "./patch.ts";
import { Playhead } from "./playhead.ts";
import type { Steps } from "./playhead.ts";
import type {
  BranchFrame,
  Command,
  CommandMessage,
  ComparisonFrame,
  FrameMessage,
  OtherBranch,
  ProduceByKey,
  RecordingKind,
} from "./protocol.ts";
import type { ClientParts, ShowMore, Worldline } from "./worldline.ts";

/** A scenario is shown from when it is up and quiet, or from here. */
const OPENING_MAX_US = 8_000_000;
/**
 * Nothing may have gone on for this long: then the sentence no longer speaks of the last event, but
 * says who leads, which is what a visitor wants to know first.
 */
const QUIET_US = 2_600_000;

interface Job {
  readonly id: number;
  readonly command: Command;
  /** Null when it was done at once. */
  readonly steps: Steps | null;
  /** The branches as they were before. */
  readonly before: BranchesMark;
}

/** What makes files of runs; loaded when somebody asks for one. */
export interface Recorder {
  record(
    run: Run,
    toUs: number,
    what: RecordingKind,
    clients: ClientParts,
  ): Generator<{ readonly atUs: number; readonly toUs: number }, string>;
  fileNameOf(what: RecordingKind, seed: number): string;
}

/**
 * The state of one page: the branches of its run, and the world at the playhead. It knows nothing
 * of workers and wall clocks: commands are received, `work` does a slice of what they ask, frames
 * go out through `post`.
 */
export class Session {
  readonly #post: (message: FrameMessage) => void;
  #queue: CommandMessage[] = [];
  #job: Job | null = null;
  readonly #branches = new Branches();
  readonly #playhead = new Playhead(this.#branches);
  #comparison: Comparison | null = null;
  #comparisonFrame: ComparisonFrame | null = null;
  /** They came with the run and cannot be undone. */
  #openedActions: ReadonlySet<Action> = new Set();
  #recorder: Recorder | null = null;
  /** The work cannot go on before this has been loaded. */
  #waitsFor: "clients" | "recorder" | null = null;
  #lastAnswered = 0;
  #sentView: WorldView | null = null;
  #sentBranch: BranchFrame | null = null;

  constructor(post: (message: FrameMessage) => void) {
    this.#post = post;
  }

  /** For the report of a failure. */
  get run(): Run | null {
    return this.#branches.isOpen ? this.#branches.current.run : null;
  }

  get nowUs(): number {
    return this.#playhead.nowUs;
  }

  /** What clients need has been loaded: worlds have it from the start. */
  provideClients(clients: ClientParts): void {
    this.#playhead.clients = clients;
    if (this.#waitsFor === "clients") this.#waitsFor = null;
  }

  /** Null: it could not be loaded. */
  provideRecorder(recorder: Recorder | null): void {
    this.#recorder = recorder;
    if (this.#waitsFor === "recorder") this.#waitsFor = null;
  }

  /** A part has been loaded: what it shows is in every frame from now on. */
  showMore(part: ShowMore): void {
    this.#playhead.showMore(part);
    // Otherwise the frame that is due anyway has it; time may stand still and ask for none.
    if (this.#playhead.line !== null && this.#job === null) this.#postFrame(this.#lastAnswered);
  }

  /** A newer jump makes an older one that is not finished pointless; opening a run, everything. */
  receive(message: CommandMessage): void {
    const { kind } = message.command;
    if (kind === "open") {
      this.#queue = [];
      this.#job = null;
      this.#waitsFor = null;
    } else if (kind === "cancel") this.#cancel();
    else if (isJump(message.command)) {
      if (isJump(this.#queue.at(-1)?.command)) this.#queue.pop();
      if (this.#queue.length === 0 && isJump(this.#job?.command)) {
        this.#job = null;
        this.#playhead.giveUp();
      }
    }
    this.#queue.push(message);
  }

  /** Works until there is nothing to do or the slice is over; true while there is more to do. */
  work(sliceIsOver: () => boolean): boolean {
    for (;;) {
      if (this.#waitsFor !== null) return false;
      this.#job ??= this.#nextJob();
      if (this.#job === null) return false;
      const { id, command, steps } = this.#job;
      const done = steps === null || steps.next().done === true;
      const over = sliceIsOver();
      const mayStop = command.kind === "advance" && this.#playhead.line !== null;
      if (done || (over && mayStop)) {
        this.#job = null;
        this.#postFrame(id);
      }
      if (over) break;
    }
    if (this.#waitsFor !== null) return false;
    const { way } = this.#playhead;
    if (this.#job !== null && way !== null) {
      this.#post({ kind: "progress", answers: this.#job.id, ...way });
    }
    return this.#job !== null || this.#queue.length > 0;
  }

  /** An opened run stays open as far as it came; all else is as if it had not been asked for. */
  #cancel(): void {
    const job = this.#job;
    const opening = job?.command.kind === "open";
    if (opening && this.#playhead.line?.isWhole !== true) return;
    if (job === null || job.command.kind === "advance") return;
    this.#queue = this.#queue.filter(({ command }) => isLook(command));
    this.#job = null;
    this.#waitsFor = null;
    if (opening) this.#noteOpened();
    else {
      this.#branches.goBackTo(job.before);
      this.#playhead.giveUp();
    }
    this.#playhead.notice = { kind: "cancelled", atUs: this.nowUs, opening };
  }

  #nextJob(): Job | null {
    const message = this.#queue.shift();
    if (message === undefined) return null;
    const { id, command } = message;
    this.#playhead.goes(null);
    return { id, command, steps: this.#stepsOf(id, command), before: this.#branches.mark() };
  }

  #stepsOf(id: number, command: Command): Steps | null {
    switch (command.kind) {
      case "open":
        return this.#open(command.run, command.viewAtUs);
      case "advance":
        return this.#playhead.advance(command.toUs);
      case "seek":
        return this.#playhead.seek(Math.min(command.toUs, this.#branches.current.endUs));
      case "scrub":
        return this.#playhead.scrub(Math.min(command.toUs, this.#branches.current.endUs));
      case "seekEnd":
        return this.#playhead.seek(this.#branches.current.endUs);
      case "step":
        return this.#playhead.step(command.direction, command.by, command.node);
      case "inspect":
        this.#playhead.inspect(command.what);
        return null;
      case "lookAt":
        this.#playhead.lookAt(command.what);
        return null;
      case "act":
        return this.#act(command.action);
      case "fork":
        return this.#fork();
      case "undo":
        return this.#undo();
      case "switchBranch":
        return this.#switchBranch(command.name);
      case "compare":
        return this.#compare(command.name);
      case "export":
        return this.#export(id, command.what);
      case "cancel":
        return null;
    }
  }

  *#open(run: Run, viewAtUs: number | null): Steps {
    this.#playhead.notice = null;
    this.#stopComparing();
    this.#branches.open(run);
    if (this.#playhead.clients === null) yield* this.#showFirstPicture(run, viewAtUs);
    const line = this.#playhead.open();
    const lastActionUs = run.actions.at(-1)?.atUs ?? 0;
    if (viewAtUs === null) yield* this.#runUntilQuiet(line, lastActionUs);
    else yield* this.#playhead.run(line, Math.max(viewAtUs, lastActionUs));
    this.#noteOpened();
    if (viewAtUs !== null && viewAtUs < this.nowUs) yield* this.#playhead.seek(viewAtUs);
  }

  #noteOpened(): void {
    this.#openedActions = new Set(this.#branches.current.run.actions);
    this.#noteEnd(this.#playhead.picture()?.view ?? null);
  }

  /**
   * A cluster elects without clients, and up to the first action of one it is the same cluster. Once
   * they are there the run begins anew.
   */
  *#showFirstPicture(run: Run, viewAtUs: number | null): Steps {
    const playhead = this.#playhead;
    const line = playhead.open();
    const neededUs = (firstActionAtUs(run) ?? OPENING_MAX_US) - 1;
    const endUs = Math.min(viewAtUs ?? OPENING_MAX_US, neededUs);
    while (line.nowUs < endUs && playhead.clients === null && line.view().summary.leader === null) {
      yield* playhead.run(line, Math.min(endUs, line.nowUs + 50_000));
    }
    if (playhead.clients !== null) return;
    this.#postFrame(this.#lastAnswered);
    this.#waitsFor = "clients";
    yield;
  }

  *#runUntilQuiet(line: Worldline, notBeforeUs: number): Steps {
    const endUs = notBeforeUs + OPENING_MAX_US;
    let quietSinceUs: number | null = null;
    while (line.nowUs < endUs && !line.halted) {
      yield* this.#playhead.run(line, line.nowUs + 50_000);
      if (line.nowUs < notBeforeUs || !isQuiet(line.view())) quietSinceUs = null;
      else quietSinceUs ??= line.nowUs;
      if (quietSinceUs !== null && line.nowUs - quietSinceUs >= QUIET_US) return;
    }
  }

  *#act(asked: ActionBody | ProduceByKey): Steps {
    const line = yield* this.#playhead.world();
    const forks = this.#playhead.inPast;
    const result = line.act(this.#withPartition(asked, line.view()));
    if (!result.ok) {
      this.#refuse(result.message);
      return;
    }
    if (forks) this.#leave(line, line.taken.length - 1);
    else this.#branches.act(line.taken, line.nowUs);
  }

  *#fork(): Steps {
    const line = yield* this.#playhead.world();
    if (this.#playhead.inPast) this.#leave(line, line.taken.length);
    else this.#refuse("This is the end of the branch: whatever you do goes on from here.");
  }

  /** From this moment on the world is on a branch of its own. */
  #leave(line: Worldline, sharedActions: number): void {
    const { name: from } = this.#branches.current;
    this.#branches.fork(line.taken, line.nowUs, { name: from, sharedActions });
    const { name } = this.#branches.current;
    this.#playhead.notice = { kind: "forked", atUs: line.nowUs, name, from };
  }

  /** A key chooses its partition as Kafka's producers have it choose. */
  #withPartition(asked: ActionBody | ProduceByKey, { partitions }: WorldView): ActionBody {
    if (asked.kind !== "produce" || asked.partition !== null) return asked;
    const all = Object.values(partitions);
    const count = all.filter(({ topic }) => topic === asked.topic).length;
    const key = new TextEncoder().encode(asked.key);
    const { clients } = this.#playhead;
    const partition = count === 0 ? 0 : (clients?.partitionOfKey(key, count) ?? 0);
    return { ...asked, partition };
  }

  /** Undoing what made a branch drops that branch; any other action leaves a new branch. */
  *#undo(): Steps {
    const branches = this.#branches;
    const from = branches.current;
    const { actions } = from.run;
    const last = actions.at(-1) ?? null;
    const parent = branches.find(from.parent?.name);
    const ownCount = actions.length - (from.parent?.sharedActions ?? 0);
    const kept = parent === null || ownCount > 1;
    const isOwn = ownCount > 0 && last !== null && !this.#openedActions.has(last);
    const atUs = isOwn ? last.atUs : this.nowUs;
    if (!kept) {
      branches.drop(from);
      branches.switchTo(parent);
    } else if (isOwn) {
      branches.fork(actions.slice(0, -1), atUs, null);
    } else {
      this.#refuse("There is nothing to undo.");
      return;
    }
    yield* this.#playhead.seek(Math.min(atUs, branches.current.endUs));
    const { name } = branches.current;
    this.#playhead.notice = { kind: "undone", atUs, name, from: from.name, kept };
  }

  /** To the same moment of the other branch, or to its end if it does not reach that far. */
  *#switchBranch(name: string): Steps {
    const branch = this.#branches.find(name);
    if (branch === null) {
      this.#refuse(`There is no branch ${name}.`);
      return;
    }
    if (this.#comparison?.name === name) this.#stopComparing();
    const { nowUs } = this;
    this.#branches.switchTo(branch);
    yield* this.#playhead.seek(Math.min(nowUs, branch.endUs));
  }

  *#compare(name: string | null): Steps {
    const other = name === null ? null : this.#branches.find(name);
    const { current } = this.#branches;
    if (other === null || other === current) {
      this.#stopComparing();
      return;
    }
    const view = yield* this.#playhead.compare(other);
    if (this.#comparison?.name !== other.name) this.#comparison = new Comparison(other.name);
    this.#comparisonFrame = this.#comparison.frame(current, other, view);
  }

  #stopComparing(): void {
    if (this.#comparison !== null) this.#comparisonFrame = "off";
    this.#comparison = null;
    this.#playhead.stopComparing();
  }

  *#export(id: number, what: RecordingKind): Steps {
    const { run } = this.#branches.current;
    const toUs = this.nowUs;
    if (this.#recorder === null) {
      this.#waitsFor = "recorder";
      yield;
    }
    const { clients } = this.#playhead;
    if (this.#recorder === null || clients === null) {
      this.#refuse("What makes this file could not be loaded.");
      return;
    }
    const recording = this.#recorder.record(run, toUs, what, clients);
    for (;;) {
      const { done, value } = recording.next();
      if (done === true) {
        const name = this.#recorder.fileNameOf(what, run.seed);
        this.#post({ kind: "file", answers: id, name, text: value });
        return;
      }
      this.#playhead.goes(value);
      yield;
    }
  }

  /** A branch ends where it was simulated to; its time bar is kept for when the playhead leaves. */
  #noteEnd(view: WorldView | null): void {
    const branch = this.#branches.current;
    if (view === null || view.nowUs < branch.endUs) return;
    if (view.nowUs === branch.endUs && view.run === branch.time) return;
    this.#branches.replace({ ...branch, endUs: view.nowUs, time: view.run });
  }

  #refuse(message: string): void {
    this.#playhead.notice = { kind: "refused", message };
  }

  #postFrame(answers: number): void {
    const playhead = this.#playhead;
    this.#lastAnswered = answers;
    const picture = playhead.picture();
    if (picture === null) return;
    const view = playhead.line === null ? reuse(this.#sentView, picture.view) : picture.view;
    playhead.show({ ...picture, view });
    this.#noteEnd(view);
    const branch = this.#branchFrame();
    this.#post({
      kind: "frame",
      answers,
      nowUs: view.nowUs,
      endUs: this.#branches.current.endUs,
      inPast: playhead.inPast,
      exact: playhead.line !== null,
      halted: picture.halted,
      traceHash: picture.traceHash,
      patch: view === this.#sentView ? null : diff(this.#sentView, view),
      branch: branch === this.#sentBranch ? null : branch,
      comparison: this.#comparisonFrame,
      notice: playhead.notice,
    });
    this.#sentView = view;
    this.#sentBranch = branch;
    this.#comparisonFrame = null;
    playhead.notice = null;
  }

  /** The same object as the one sent last while nothing about it changed. */
  #branchFrame(): BranchFrame {
    const { all, current } = this.#branches;
    const sent = this.#sentBranch;
    const time = this.#playhead.inPast ? current.time : null;
    const others = all
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

/** It changes what frames show, and nothing in the run. */
const isLook = ({ kind }: Command): boolean => kind === "inspect" || kind === "lookAt";

const isJump = (command: Command | undefined): boolean =>
  command?.kind === "seek" || command?.kind === "scrub";

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
