import { decodeCommand, metadataHash } from "@chronik/core/metadata";
import type { Action, ActionBody, ActionResult, Run, WorldEvent } from "@chronik/core/sim";
import { World } from "@chronik/core/sim";
import type { Inspected, LookedAt, Readers, WorldView } from "@chronik/core/view";
import { Projector } from "@chronik/core/view";
import {
  FORMAT_VERSION,
  isUnfinished,
  readRecord,
  readRecordHeader,
  readSegmentHeader,
  RECORD_HEADER_BYTES,
  segmentOfFileName,
  SEGMENT_HEADER_BYTES,
  snapshotOfFileName,
} from "@chronik/core/wal";
import { decodeRecordBatch, errorName } from "@chronik/core/wire";

import type * as clientParts from "./clientParts.ts";
import type { Picture } from "./film.ts";
import type { StepUnit } from "./protocol.ts";

/** The projection knows the other rings' types only; whoever composes it brings the functions. */
export const READERS: Readers = {
  decodeCommand,
  decodeRecordBatch,
  errorName,
  FORMAT_VERSION,
  isUnfinished,
  metadataHash,
  readRecord,
  readRecordHeader,
  readSegmentHeader,
  RECORD_HEADER_BYTES,
  segmentOfFileName,
  SEGMENT_HEADER_BYTES,
  snapshotOfFileName,
};

/** What is loaded behind the first picture: clients, and all of a broker that serves them. */
export type ClientParts = typeof clientParts;

/** Makes a projection show more: a part of it that was loaded behind the first picture. */
export type ShowMore = (projector: Projector, readers: Readers) => void;

/** Virtual time that is run without looking at the wall clock. */
const CHUNK_US = 20_000;

export type RunResult =
  | { readonly kind: "there" }
  | { readonly kind: "onTheWay" }
  | { readonly kind: "halted" }
  | { readonly kind: "refused"; readonly action: Action; readonly message: string };

/**
 * One world at one moment, and the actions that it has been given so far. A branch's actions are
 * handed to it when their time comes and not before, so that the same world can leave the branch
 * at any moment: forking costs nothing. That this equals a world which knew all its actions from
 * the start is what replay promises.
 */
export class Worldline {
  /** It has clients, and so can go to the end of any run. */
  readonly isWhole: boolean;
  readonly #world: World;
  readonly #projector: Projector;
  #taken: Action[] = [];
  #eventCount = 0;

  /**
   * `shown` is the view that the page has: what is equal in this world's keeps its identity. Without
   * `clients` it must not be run to the first action that needs them.
   */
  constructor(run: Run, shown: WorldView | null, clients: ClientParts | null) {
    const brokers = clients === null ? null : new clients.BrokerViews(READERS, clients);
    const projector = new Projector(READERS, shown, brokers);
    const onEvent = (event: WorldEvent): void => {
      this.#eventCount = event.id;
      projector.onEvent(event);
    };
    this.isWhole = clients !== null;
    this.#projector = projector;
    const hooks = { onEvent, keepHistory: false };
    this.#world = new World({ ...run, actions: [] }, hooks, clients?.worldParts ?? null);
  }

  showMore(show: ShowMore): void {
    show(this.#projector, READERS);
  }

  inspect(what: Inspected | null): void {
    this.#projector.inspect(what);
  }

  lookAt(what: LookedAt): void {
    this.#projector.lookAt(what);
  }

  get nowUs(): number {
    return this.#world.nowUs;
  }

  get taken(): readonly Action[] {
    return this.#taken;
  }

  /** What has happened in it so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  get halted(): boolean {
    return this.#world.violation !== null;
  }

  /** Whether going on with these actions is all it takes to be on that branch. */
  canFollow(actions: readonly Action[]): boolean {
    const next = actions[this.#taken.length];
    return (
      this.#taken.every((action, at) => actions[at] === action) &&
      (next === undefined || next.atUs >= this.nowUs)
    );
  }

  /** Runs towards `us` for a small piece of virtual time. */
  runChunk(actions: readonly Action[], us: number): RunResult {
    if (this.halted) return { kind: "halted" };
    const next = actions[this.#taken.length];
    const limitUs = Math.min(us, this.nowUs + CHUNK_US);
    if (next === undefined || next.atUs > limitUs) {
      this.#world.runUntil(limitUs);
      if (this.halted) return { kind: "halted" };
      return { kind: limitUs === us ? "there" : "onTheWay" };
    }
    this.#world.runUntil(next.atUs);
    return this.halted ? { kind: "halted" } : this.#take(next);
  }

  /** The moment of the next event or action; null when nothing is ahead. */
  nextAtUs(actions: readonly Action[]): number | null {
    const eventAtUs = this.#world.nextEventAtUs();
    const actionAtUs = actions[this.#taken.length]?.atUs ?? null;
    if (eventAtUs === null || actionAtUs === null) return eventAtUs ?? actionAtUs;
    return Math.min(eventAtUs, actionAtUs);
  }

  /** Nothing of these actions is still to be done at this very moment. */
  isSettled(actions: readonly Action[]): boolean {
    return (actions[this.#taken.length]?.atUs ?? Infinity) > this.nowUs;
  }

  /** Whether that node runs; null when there is no such node. */
  runs(node: number): boolean | null {
    const process = this.#world.processes[node - 1];
    return process === undefined ? null : process.state === "running";
  }

  /** Another value once there was a step of that kind: its Ready loop moved, its clock ticked. */
  stepMark(by: StepUnit, node: number): unknown {
    const process = this.#world.processes[node - 1];
    switch (by) {
      case "event":
        return this.nowUs;
      case "ready":
        return process?.broker?.openReady ?? process?.broker?.lastReady ?? null;
      case "tick":
        return process?.nextTickAtUs ?? null;
    }
  }

  act(body: ActionBody): ActionResult {
    const action = { ...body, atUs: this.nowUs };
    const result = this.#world.act(body);
    if (result.ok) this.#taken.push(action);
    return result;
  }

  /** The page has this view, maybe another world's: what is equal in the next one is shared. */
  shows(view: WorldView): void {
    this.#projector.shows(view);
  }

  view(): WorldView {
    return this.#projector.project(this.#world);
  }

  traceHash(): string {
    return this.#world.traceHash();
  }

  picture(): Picture {
    return { view: this.view(), traceHash: this.traceHash(), halted: this.halted };
  }

  #take(action: Action): RunResult {
    const { atUs: _, ...body } = action;
    const result = this.#world.act(body);
    if (!result.ok) return { kind: "refused", action, message: result.message };
    this.#taken.push(action);
    return { kind: "onTheWay" };
  }
}
