import type { Inspected, LookedAt, WorldView } from "@chronik/core/view";
import type { Branch } from "./branch.ts";
import type { Branches } from "./branches.ts";
import type { Picture } from "./film.ts";
import { Lines } from "./lines.ts";
import type { Notice, StepUnit } from "./protocol.ts";
import { Worldline } from "./worldline.ts";
import type { ClientParts, ShowMore } from "./worldline.ts";

/** A piece of work that can be left between any two of its steps. */
export type Steps = Generator<undefined, undefined>;

interface Way {
  readonly atUs: number;
  readonly toUs: number;
}

/** A drag is answered with the moment itself if no more than this has to happen for it. */
const SCRUB_EVENTS_MAX = 400;
/** So far ahead a step looks for what it is to find. */
const STEP_MAX_US = 3_000_000;

/**
 * Where the page stands in time, and the worlds that take it there. What is shown is a world at
 * that very moment or, while somebody drags and after a long way was given up, only a picture of
 * it; a world is brought there when something is to be done with it.
 */
export class Playhead {
  readonly lines = new Lines();
  readonly #branches: Branches;
  /** What the page has; null before the first frame of a run. */
  #shown: Picture | null = null;
  /** The same, and until then of the run before: what is equal keeps its identity. */
  #known: WorldView | null = null;
  /** The world at the playhead. While there is work it may be on its way from what is shown. */
  #line: Worldline | null = null;
  /** How far a long piece of work has come. */
  #way: Way | null = null;
  /** The world of the branch that is compared. */
  #compared: Worldline | null = null;
  /** What was loaded behind the first picture. */
  #parts: readonly ShowMore[] = [];
  clients: ClientParts | null = null;
  #inspected: Inspected | null = null;
  #lookedAt: LookedAt = { disk: null, partition: null };
  /** What came of the work, until a frame has told it. */
  notice: Notice | null = null;

  constructor(branches: Branches) {
    this.#branches = branches;
  }

  get nowUs(): number {
    return this.#line?.nowUs ?? this.#shown?.view.nowUs ?? 0;
  }

  get line(): Worldline | null {
    return this.#line;
  }

  get inPast(): boolean {
    return this.nowUs < this.#branches.current.endUs;
  }

  get way(): Way | null {
    return this.#way;
  }

  /** A piece of work has come so far; null: another one begins. */
  goes(way: Way | null): void {
    this.#way = way;
  }

  /** What is to be shown now. */
  picture(): Picture | null {
    if (this.#line === null) return this.#shown;
    if (this.#known !== null) this.#line.shows(this.#known);
    return this.#line.picture();
  }

  /** The page has it. */
  show(picture: Picture): void {
    this.#shown = picture;
    this.#known = picture.view;
  }

  /** Starts the run over, with a world at its beginning. */
  open(): Worldline {
    this.lines.clear();
    this.#shown = null;
    this.#line = null;
    this.#compared = null;
    this.#way = null;
    this.#line = this.#startLine(this.#branches.current);
    return this.#line;
  }

  /** The work was given up: back to what the page shows. */
  giveUp(): void {
    const [line, shown] = [this.#line, this.#shown];
    if (line === null || shown === null) return;
    if (line.nowUs !== shown.view.nowUs || line.traceHash() !== shown.traceHash) this.#line = null;
  }

  showMore(part: ShowMore): void {
    this.#parts = [...this.#parts, part];
    for (const line of this.lines.all) line.showMore(part);
  }

  inspect(what: Inspected | null): void {
    this.#inspected = what;
    for (const line of this.lines.all) line.inspect(what);
  }

  lookAt(what: Partial<LookedAt>): void {
    this.#lookedAt = { ...this.#lookedAt, ...what };
    for (const line of this.lines.all) line.lookAt(this.#lookedAt);
  }

  /** The world at the playhead, which has to be brought there if there is only a picture. */
  *world(): Generator<undefined, Worldline> {
    if (this.#line !== null) return this.#line;
    const atUs = this.nowUs;
    const line = this.#lineFor(atUs);
    yield* this.run(line, atUs);
    this.#stand(line);
    return line;
  }

  *seek(toUs: number): Steps {
    const line = this.#lineFor(toUs);
    yield* this.run(line, toUs);
    this.#stand(line);
  }

  *scrub(toUs: number): Steps {
    const picture = this.#branches.current.film.nearest(toUs);
    const fromUs = this.#nearest(toUs)?.nowUs ?? 0;
    if (picture === null || this.lines.eventsIn(toUs - fromUs) <= SCRUB_EVENTS_MAX) {
      yield* this.seek(toUs);
      return;
    }
    this.#line = null;
    this.#shown = picture;
  }

  /** In the past no further than the end of the branch, where it becomes live. */
  *advance(toUs: number): Steps {
    const line = yield* this.world();
    const limitUs = this.inPast ? Math.min(toUs, this.#branches.current.endUs) : toUs;
    if (limitUs > line.nowUs) yield* this.run(line, limitUs);
  }

  *step(direction: 1 | -1, by: StepUnit, node: number): Steps {
    if (direction === -1) return yield* this.#stepBack(by, node);
    const line = yield* this.world();
    if (by !== "event" && line.runs(node) !== true) {
      this.notice = { kind: "refused", message: `n${node} does not run.` };
      return;
    }
    const { run, endUs } = this.#branches.current;
    const limitUs = this.inPast ? endUs : Infinity;
    const giveUpUs = by === "event" ? Infinity : line.nowUs + STEP_MAX_US;
    const before = line.stepMark(by, node);
    while (line.nowUs < limitUs && line.stepMark(by, node) === before) {
      const nextUs = line.nextAtUs(run.actions);
      if (nextUs === null || nextUs > giveUpUs) {
        this.notice = { kind: "refused", message: nothingMoves(by, node) };
        return;
      }
      yield* this.run(line, Math.min(nextUs, limitUs));
      if (line.halted) return;
    }
  }

  /**
   * Runs a world to shortly before now and from there over everything up to now, to learn when the
   * last such step was; a silent stretch makes it look further back.
   */
  *#stepBack(by: StepUnit, node: number): Steps {
    const nowUs = this.nowUs;
    const { actions } = this.#branches.current.run;
    for (let windowUs = 250_000; ; windowUs *= 4) {
      const fromUs = Math.max(0, nowUs - windowUs);
      const line = this.#lineFor(fromUs);
      yield* this.run(line, fromUs);
      let foundUs = fromUs === 0 ? 0 : null;
      let mark = line.stepMark(by, node);
      for (;;) {
        const nextUs = line.nextAtUs(actions);
        if (nextUs === null || nextUs >= nowUs || line.halted) break;
        yield* this.run(line, nextUs);
        if (line.stepMark(by, node) === mark) continue;
        mark = line.stepMark(by, node);
        foundUs = nextUs;
      }
      if (foundUs === line.nowUs) return this.#stand(line);
      if (foundUs !== null) return yield* this.seek(foundUs);
    }
  }

  /** The other branch at the moment that is shown, or at its end. */
  *compare(other: Branch): Generator<undefined, WorldView> {
    const toUs = Math.min(this.nowUs, other.endUs);
    if (this.#line === null) {
      const picture = other.film.before(toUs);
      if (picture !== null) return picture.view;
    }
    const known = this.lines.nearest(other.run.actions, toUs, (line) => {
      if (line === this.#line) return false;
      return line === this.#compared || line.nowUs === toUs || !this.#isAnEnd(line);
    });
    const line = known ?? this.#startLine(other);
    this.#compared = line;
    yield* this.run(line, toUs, other);
    return line.view();
  }

  stopComparing(): void {
    this.#compared = null;
  }

  /** Follows the branch with this world; an action that it refuses is taken out of the branch. */
  *run(line: Worldline, toUs: number, along: Branch | null = null): Steps {
    for (;;) {
      const branch = along ?? this.#branches.current;
      const { actions } = branch.run;
      const result = line.runChunk(actions, toUs);
      this.#way = { atUs: line.nowUs, toUs };
      // It remembers more now, and others may have to go for it.
      this.#use(line);
      const { clients } = this;
      const isWanted = line.isSettled(actions) && branch.film.wants(line.nowUs);
      if (clients !== null && line.isWhole && isWanted) branch.film.add(line.picture(), clients);
      if (result.kind === "there" || result.kind === "halted") return;
      if (result.kind === "refused") this.#drop(result);
      yield;
    }
  }

  #drop({ action, message }: RefusedAction): void {
    const number = this.#branches.current.run.actions.indexOf(action) + 1;
    this.#branches.dropAction(action);
    const first = this.notice;
    this.notice =
      first?.kind === "actionRefused"
        ? { ...first, furtherCount: first.furtherCount + 1 }
        : { kind: "actionRefused", number, atUs: action.atUs, message, furtherCount: 0 };
  }

  /** The world that is nearest before that moment of the branch that is shown. */
  #lineFor(us: number): Worldline {
    return this.#nearest(us) ?? this.#startLine(this.#branches.current);
  }

  #nearest(us: number): Worldline | null {
    const { actions } = this.#branches.current.run;
    return this.lines.nearest(actions, us, (line) => {
      if (line === this.#line || line.nowUs === us) return true;
      return line !== this.#compared && !this.#isAnEnd(line);
    });
  }

  #startLine(branch: Branch): Worldline {
    const line = new Worldline(branch.run, this.#known, this.clients);
    for (const part of this.#parts) line.showMore(part);
    line.inspect(this.#inspected);
    line.lookAt(this.#lookedAt);
    this.#use(line);
    return line;
  }

  #stand(line: Worldline): undefined {
    this.#line = line;
    this.#use(line);
  }

  #use(line: Worldline): void {
    const used = new Set([line]);
    if (this.#line !== null) used.add(this.#line);
    if (this.#compared !== null) used.add(this.#compared);
    this.lines.use(used, (other) => this.#isAnEnd(other));
  }

  /** A world at the end of a branch is kept: going live again must not take a replay. */
  #isAnEnd(line: Worldline): boolean {
    return this.#branches.all.some(
      ({ endUs, run }) =>
        line.nowUs === endUs &&
        line.taken.length === run.actions.length &&
        line.canFollow(run.actions),
    );
  }
}

type RefusedAction = Extract<ReturnType<Worldline["runChunk"]>, { kind: "refused" }>;

function nothingMoves(by: StepUnit, node: number): string {
  switch (by) {
    case "event":
      return "Nothing happens any more: every broker is down. Restart one.";
    case "ready":
      return `The Ready loop of n${node} does not move for ${STEP_MAX_US / 1e6} s: is a stage held?`;
    case "tick":
      return `The clock of n${node} does not tick for ${STEP_MAX_US / 1e6} s.`;
  }
}
