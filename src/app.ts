import { createActor } from "xstate";
import type { Run } from "@chronik/core/sim";
import { firstVisit } from "@chronik/core/sim";
import type { WorldView } from "@chronik/core/view";
import type { ComparisonState, PageState, ShareKind, ToastState } from "../ui/page.ts";
import type { PagePort } from "../ui/pageContext.ts";
import { createFrameBus } from "./frameBus.ts";
import { createDispatch } from "./intents.ts";
import type { IntentParts } from "./intents.ts";
import type { Asked, Opening } from "./link.ts";
import { parseSeed, plainSeedOf } from "./link.ts";
import { bootMachine } from "./machines/boot.ts";
import { playbackMachine, SPEED_DEFAULT } from "./machines/playback.ts";
import { sayNotice } from "./notices.ts";
import { Player } from "./player.ts";
import { openSessionPort } from "./session/port.ts";
import type { SessionPort, WorkerLike } from "./session/port.ts";
import type { BranchFrame, ExportedFile, Failure, Frame } from "./session/protocol.ts";
import { readAutoSlow } from "./settings.ts";
import { createPageStore } from "./store.ts";
import type { PageStore } from "./store.ts";
import { createTurns } from "./turns.ts";
import type { Turns } from "./turns.ts";
import type { Parsed } from "./share/parsed.ts";
import type { SharedRun } from "./share/sharedRun.ts";
import { applyTheme, readTheme, showTheme } from "./theme.ts";

const SEED_DEFAULT = 1042;
/** The first of the scenarios, which nobody should have to wait for. */
const FIRST = { scenario: "three-brokers", title: "Three brokers", options: {} } as const;

/** Everything behind the page: the session in its worker, time, the state that is shown. */
export class App implements PagePort {
  readonly frames = createFrameBus();
  readonly store: PageStore;
  readonly turns: PagePort["turns"];
  readonly dispatch: PagePort["dispatch"];
  readonly scenarios: PagePort["scenarios"] = loadScenarios;
  readonly #createWorker: () => WorkerLike;
  readonly #plays: boolean;
  readonly #boot = createActor(bootMachine).start();
  readonly #playback = createActor(playbackMachine).start();
  readonly #player: Player;
  readonly #turns: Turns;
  #port: SessionPort;
  #branch: BranchFrame | null = null;
  #lastFrame: Frame | null = null;
  #opening: Opening = firstOpening(SEED_DEFAULT);
  #isOpening = false;
  #askedCount = 0;
  /** What the scenario's link and hash are of; without a run while time runs. */
  #shown: { readonly opening: Opening | null; readonly run: Run | null; readonly nowUs: number } = {
    opening: null,
    run: null,
    nowUs: 0,
  };
  #toastCount = 0;

  /** `plays`: a run that is opened live starts to run by itself. */
  constructor(createWorker: () => WorkerLike, plays: boolean) {
    this.#createWorker = createWorker;
    this.#plays = plays;
    this.store = createPageStore(initialState(readTheme()));
    const { store, frames } = this;
    this.#turns = createTurns(store);
    this.turns = this.#turns.stores;
    const playback = this.#playback;
    const player = new Player({ port: () => this.#port, store, frames, playback });
    this.#player = player;
    this.#port = this.#openPort();
    this.dispatch = createDispatch({
      store,
      playback,
      player,
      openSeed: (seed) => this.#openSeed(seed),
      open: (asked) => void this.#ask(asked),
      share: (what) => void this.#share(what),
      parseCommand,
      applyTheme,
      showToast: (toast) => this.#showToast(toast),
    });
    playback.subscribe(() => this.#showScenario());
    this.#boot.subscribe(({ value }) => store.change({ boot: value }));
  }

  /** Opens what the address asks for, or the first visit. */
  async start(): Promise<void> {
    applyTheme(this.store.pending().theme);
    const { search, hash } = location;
    const text = plainSeedOf({ search, hash });
    if (text === undefined) return this.#ask({ kind: "openAddress", search, hash });
    const seed = parseSeed(text ?? String(SEED_DEFAULT));
    this.#open(firstOpening(seed.ok ? seed.value : SEED_DEFAULT));
    if (!seed.ok) this.store.change({ problem: seed.problem });
  }

  /** Once an animation frame. */
  tick(wallMs: number): void {
    // A panel has its turn behind the frame that brought the picture, not in it.
    this.#turns.next();
    this.#player.tick(wallMs);
  }

  /** Another seed of what is open. */
  #openSeed(seed: number): void {
    const { scenario, options } = this.#opening;
    if (scenario === FIRST.scenario) this.#open(firstOpening(seed));
    else if (scenario === "") void this.#ask({ kind: "openRun", seed, options });
    else {
      const search = `?scenario=${scenario}&seed=${seed}`;
      void this.#ask({ kind: "openAddress", search, hash: "" });
    }
  }

  /** Of two that are asked for at once, the later one. */
  async #ask(asked: Asked): Promise<void> {
    const number = ++this.#askedCount;
    const part = await import("./share/opening.ts").catch(() => null);
    const opening = part === null ? NOT_LOADED : await part.openingOf(asked);
    if (number !== this.#askedCount) return;
    if (opening.ok) {
      this.#open(opening.value);
      return;
    }
    if (this.#branch === null) this.#open(firstOpening(SEED_DEFAULT));
    else if (asked.kind === "openAddress") history.replaceState(null, "", this.#opening.address);
    this.store.change({ problem: opening.problem });
  }

  #open(opening: Opening): void {
    if (this.#boot.getSnapshot().matches("failed")) {
      this.#port.close();
      this.#port = this.#openPort();
      this.#boot.send({ type: "reopened" });
    }
    const { run, viewAtUs, title, address, presentation, shown } = opening;
    this.#opening = opening;
    this.#isOpening = true;
    this.#branch = null;
    history.replaceState(null, "", address);
    document.title = `${title} · Chronik Playground`;
    this.store.change({ problem: null, toast: null, brush: null });
    if (shown !== null) this.dispatch({ kind: "setSpeed", speed: shown.speed });
    if (presentation !== null) this.#present(presentation);
    const plays = viewAtUs === null && this.#plays && presentation?.paused !== true;
    this.#playback.send({ type: plays ? "goLive" : "jump" });
    this.#player.jump({ kind: "open", run, viewAtUs });
  }

  #present({ embed, theme, speed }: NonNullable<Opening["presentation"]>): void {
    this.store.change({ embed });
    if (speed !== null) this.#playback.send({ type: "setSpeed", speed });
    if (theme === null) return;
    showTheme(theme);
    this.store.change({ theme });
  }

  #openPort(): SessionPort {
    return openSessionPort(this.#createWorker(), {
      frameArrived: (frame, world, comparison) => this.#frameArrived(frame, world, comparison),
      fileArrived: (file) => void this.#saveFile(file),
      progressed: (progress) => this.#player.progressed(progress),
      failed: (failure) => this.#failed(failure),
    });
  }

  #frameArrived(frame: Frame, world: WorldView, comparison: ComparisonState | null): void {
    const { store } = this;
    const before = this.#branch;
    if (frame.branch !== null) {
      if (before !== null && !isSameRun(before, frame.branch)) leaveSharedRun();
      this.#branch = frame.branch;
    }
    this.#lastFrame = frame;
    this.#player.frameArrived(frame, world, comparison);
    this.#boot.send({ type: "firstFrame" });
    if (this.#isOpening) {
      // The first picture may come before there is a leader.
      store.change(this.#firstSelection(world));
      this.#isOpening = !this.#port.idle();
    }
    if (this.#branch !== null) store.change(partsOf(store.pending(), world, this.#branch));
    this.#showScenario();
    this.#player.hurry();
    if (frame.notice === null) {
      if (before !== null && frame.branch !== null) void this.#offerUndo(before, frame.branch);
      return;
    }
    const said = sayNotice(frame.notice);
    if ("toast" in said) this.#showToast(said.toast);
    else store.change({ problem: said.problem });
  }

  /** Nothing of the run that was open before is selected in another one. */
  #firstSelection(world: WorldView): Partial<PageState> {
    const { shown } = this.#opening;
    const selectedNode = shown?.node ?? world.summary.leader ?? world.nodeNames[0] ?? "n1";
    const selectedPartition = shown?.partition ?? null;
    return { selectedNode, selectedPartition, inspected: null, cutDraft: null };
  }

  /** While time runs, link and hash would change with every frame, and nobody could read them. */
  #showScenario(): void {
    if (this.#branch === null || this.#lastFrame === null) return;
    const stands = this.store.pending().playback.mode === "paused";
    const { traceHash, nowUs } = this.#lastFrame;
    const run = stands ? this.#branch.run : null;
    const next = { opening: this.#opening, run, nowUs: stands ? nowUs : 0 };
    const { opening, run: shownRun, nowUs: shownUs } = this.#shown;
    if (opening === next.opening && shownRun === run && shownUs === next.nowUs) return;
    this.#shown = next;
    const { scenario: name, title, options } = next.opening;
    const { seed } = this.#branch.run;
    const hash = stands ? { traceHash } : {};
    this.store.change({ scenario: { name, title, options, seed, link: "", ...hash } });
    if (run !== null) void this.#showLink({ run, viewAtUs: nowUs, scenario: name });
  }

  /** Made behind the picture; by then another one may be shown. */
  async #showLink(shared: SharedRun): Promise<void> {
    const part = await import("./share/share.ts").catch(() => null);
    const link = (await part?.linkTo(shared)) ?? "";
    if (this.#shown.run !== shared.run || this.#shown.nowUs !== shared.viewAtUs) return;
    this.store.change({ scenario: { ...this.store.pending().scenario, link } });
  }

  #failed(failure: Failure): void {
    this.#playback.send({ type: "halt" });
    this.#boot.send({ type: "crashed", message: failure.message });
    void this.#sayFailure(failure);
  }

  /** Nobody should ever need the words for it, so they are loaded only then. */
  async #sayFailure(failure: Failure): Promise<void> {
    const part = await import("./failure.ts").catch(() => null);
    const problem = (await part?.sayFailure(failure)) ?? {
      title: "The simulation stopped.",
      detail: failure.message,
    };
    // Another run may be open by now.
    if (this.#boot.getSnapshot().matches("failed")) this.store.change({ problem });
  }

  #showToast(toast: Omit<ToastState, "id">): void {
    this.#toastCount += 1;
    this.store.change({ toast: { ...toast, id: this.#toastCount } });
  }

  /** What was done can be taken back at once. The words are loaded with the first deed. */
  async #offerUndo(before: BranchFrame, after: BranchFrame): Promise<void> {
    const { actions } = after.run;
    const action = actions.at(-1);
    const isDeed = after.name === before.name && actions.length === before.run.actions.length + 1;
    if (action === undefined || !isDeed) return;
    const part = await import("./deeds.ts").catch(() => null);
    const { world } = this.store.pending();
    // Something else may have been done by now.
    if (this.#branch === null || !isSameRun(this.#branch, after)) return;
    if (part === null || world === null) return;
    const text = part.sayDeed(action, world);
    if (text !== null) this.#showToast({ text, detail: "", undo: true });
  }

  async #share(what: ShareKind): Promise<void> {
    if (what === "perfetto" || what === "shiviz") {
      this.#player.stay({ kind: "export", what });
      return;
    }
    const [branch, frame, { world }] = [this.#branch, this.#lastFrame, this.store.pending()];
    if (branch === null || frame === null || world === null) return;
    const part = await import("./share/share.ts").catch(() => null);
    const { scenario, title } = this.#opening;
    const { traceHash } = frame;
    const shared = { run: branch.run, viewAtUs: frame.nowUs, scenario };
    const toast = await part?.share(what, { shared, world, title, traceHash });
    this.#showToast(toast ?? NOT_LOADED_TOAST);
  }

  async #saveFile({ name, text }: ExportedFile): Promise<void> {
    const part = await import("./share/share.ts").catch(() => null);
    this.#showToast(part?.save(name, text) ?? NOT_LOADED_TOAST);
  }
}

const NOT_LOADED: Extract<Parsed<never>, { ok: false }> = {
  ok: false,
  problem: {
    title: "A part of the page could not be loaded.",
    detail: "Look at the network, and try again.",
  },
};

const NOT_LOADED_TOAST = { text: NOT_LOADED.problem.title, detail: "", undo: false };

function firstOpening(seed: number): Opening {
  const address = `?seed=${seed}`;
  return {
    ...FIRST,
    run: firstVisit(seed),
    viewAtUs: null,
    address,
    shown: null,
    presentation: null,
  };
}

/** The address keeps the run that it was opened with only while that is the run on the page. */
function leaveSharedRun(): void {
  if (location.hash.startsWith("#run=")) history.replaceState(null, "", location.search);
}

function initialState(theme: PageState["theme"]): PageState {
  return {
    world: null,
    sentence: null,
    playback: {
      mode: "paused",
      speed: SPEED_DEFAULT,
      endUs: 0,
      inPast: false,
      seeking: null,
      stepBy: "event",
      autoSlow: readAutoSlow(),
      slowedBy: null,
    },
    scenario: {
      name: FIRST.scenario,
      title: FIRST.title,
      options: {},
      seed: SEED_DEFAULT,
      link: "",
    },
    branch: { name: "A", others: [], bands: [], marks: [] },
    selectedNode: "n1",
    selectedPartition: null,
    inspected: null,
    commandRefusal: null,
    brush: null,
    cutDraft: null,
    comparison: null,
    embed: null,
    toast: null,
    problem: null,
    theme,
    boot: "loading",
  };
}

/** A branch grows by actions only, and one that loses some gets a new name. */
function isSameRun(one: BranchFrame, other: BranchFrame): boolean {
  return (
    one.name === other.name &&
    one.run.seed === other.run.seed &&
    one.run.actions.length === other.run.actions.length
  );
}

/** The parts of the state that follow from a frame; unchanged ones keep their identity. */
function partsOf(state: PageState, world: WorldView, branch: BranchFrame): Partial<PageState> {
  const { bands, marks } = branch.time ?? world.run;
  const { name, others } = branch;
  const shown = state.branch;
  const sameBranch =
    shown.name === name &&
    shown.others === others &&
    shown.bands === bands &&
    shown.marks === marks;
  const partition = state.selectedPartition;
  return {
    ...(sameBranch ? {} : { branch: { name, others, bands, marks } }),
    selectedPartition:
      partition !== null && world.partitions[partition] !== undefined
        ? partition
        : (world.partitionNames[0] ?? null),
  };
}

async function loadScenarios(): ReturnType<PagePort["scenarios"]> {
  return (await import("@chronik/core/sim/scenarios").catch(() => null))?.SCENARIOS ?? [];
}

async function parseCommand(line: string): ReturnType<IntentParts["parseCommand"]> {
  const part = await import("@chronik/core/broker/admin").catch(() => null);
  if (part === null) return { refusal: "The console could not be loaded. Reload the page." };
  const parsed = part.parseAdminCommand(line);
  return parsed.ok ? { command: parsed.command } : { refusal: parsed.message };
}
