import { createActor } from "xstate";
import type { Run } from "@chronik/core/sim";
import { firstVisit } from "@chronik/core/sim";
import type { WorldView } from "@chronik/core/view";
import type { PageState, ShareKind, ToastState } from "../ui/page.ts";
import type { PagePort } from "../ui/pageContext.ts";
import { linkOf, showSeed } from "./address.ts";
import { createFrameBus } from "./frameBus.ts";
import { createDispatch } from "./intents.ts";
import type { IntentParts } from "./intents.ts";
import { parseAddress } from "./link.ts";
import { bootMachine } from "./machines/boot.ts";
import { playbackMachine, SPEED_DEFAULT } from "./machines/playback.ts";
import { sayNotice, seconds } from "./notices.ts";
import { createPlayer } from "./player.ts";
import type { Player } from "./player.ts";
import { openSessionPort } from "./session/port.ts";
import type { SessionPort, WorkerLike } from "./session/port.ts";
import type { BranchFrame, Failure, Frame } from "./session/protocol.ts";
import { createPageStore } from "./store.ts";
import type { PageStore } from "./store.ts";
import { applyTheme, readTheme } from "./theme.ts";

const SEED_DEFAULT = 1042;
const TITLE = "Three brokers";

/** Everything behind the page: the session in its worker, time, the state that is shown. */
export class App implements PagePort {
  readonly frames = createFrameBus();
  readonly store: PageStore;
  readonly dispatch: PagePort["dispatch"];
  readonly #createWorker: () => WorkerLike;
  readonly #plays: boolean;
  readonly #boot = createActor(bootMachine).start();
  readonly #playback = createActor(playbackMachine).start();
  readonly #player: Player;
  #port: SessionPort;
  #branch: BranchFrame | null = null;
  #lastFrame: Frame | null = null;
  #toastCount = 0;

  /** `plays`: a run that is opened live starts to run by itself. */
  constructor(createWorker: () => WorkerLike, plays: boolean) {
    this.#createWorker = createWorker;
    this.#plays = plays;
    this.store = createPageStore(initialState(readTheme()));
    const { store, frames } = this;
    const playback = this.#playback;
    const player = createPlayer({ port: () => this.#port, store, frames, playback });
    this.#player = player;
    this.#port = this.#openPort();
    this.dispatch = createDispatch({
      store,
      playback,
      player,
      openSeed: (seed) => this.#openSeed(seed),
      share: (what) => this.#share(what),
      parseCommand,
      applyTheme,
      showToast: (toast) => this.#showToast(toast),
    });
    playback.subscribe(() => this.#showScenario());
    this.#boot.subscribe(({ value }) => store.change({ boot: value }));
  }

  /** Opens what the address asks for, or the scenario. */
  async start(): Promise<void> {
    applyTheme(this.store.pending().theme);
    const asked = await parseAddress(location);
    if (!asked.ok) {
      this.#openSeed(SEED_DEFAULT);
      this.store.change({ problem: asked.problem });
    } else if (asked.value.kind === "run") {
      showSeed(asked.value.run.seed, true);
      this.#open(asked.value.run, asked.value.viewAtUs);
    } else this.#openSeed(asked.value.kind === "seed" ? asked.value.seed : SEED_DEFAULT);
  }

  /** Once an animation frame. */
  tick(wallMs: number): void {
    this.#player.tick(wallMs);
  }

  #openSeed(seed: number): void {
    showSeed(seed, false);
    this.store.change({ problem: null, toast: null, brush: null });
    this.#open(firstVisit(seed), null);
  }

  /** `viewAtUs` null: live, from where the cluster is up; else paused at that moment. */
  #open(run: Run, viewAtUs: number | null): void {
    if (this.#boot.getSnapshot().matches("failed")) {
      this.#port.close();
      this.#port = this.#openPort();
      this.#boot.send({ type: "reopened" });
    }
    this.#playback.send({ type: viewAtUs === null && this.#plays ? "goLive" : "jump" });
    this.#player.jump({ kind: "open", run, viewAtUs });
  }

  #openPort(): SessionPort {
    return openSessionPort(this.#createWorker(), {
      frameArrived: (frame, world) => this.#frameArrived(frame, world),
      progressed: this.#player.progressed,
      failed: (failure) => this.#failed(failure),
    });
  }

  #frameArrived(frame: Frame, world: WorldView): void {
    const { store } = this;
    const isFirst = store.pending().world === null;
    if (frame.branch !== null) {
      if (this.#branch !== null && !isSameRun(this.#branch, frame.branch)) {
        showSeed(frame.branch.run.seed, false);
      }
      this.#branch = frame.branch;
    }
    this.#lastFrame = frame;
    this.#player.frameArrived(frame, world);
    this.#boot.send({ type: "firstFrame" });
    if (isFirst) {
      store.change({ selectedNode: world.summary.leader ?? world.nodeNames[0] ?? "n1" });
    }
    if (this.#branch !== null) store.change(partsOf(store.pending(), world, this.#branch));
    this.#showScenario();
    if (frame.notice === null) return;
    const said = sayNotice(frame.notice);
    if ("toast" in said) this.#showToast(said.toast);
    else store.change({ problem: said.problem });
  }

  /** While time runs, link and hash would change with every frame, and nobody could read them. */
  #showScenario(): void {
    if (this.#branch === null || this.#lastFrame === null) return;
    const { mode } = this.store.pending().playback;
    const timeRuns = mode === "live" || mode === "replaying";
    const { run } = this.#branch;
    const shown = this.store.pending().scenario;
    if (timeRuns && shown.seed === run.seed && shown.traceHash === undefined) return;
    const { traceHash, nowUs } = this.#lastFrame;
    const link = linkOf(run, nowUs);
    this.store.change({
      scenario: {
        name: "",
        title: TITLE,
        options: {},
        seed: run.seed,
        link: link.ok ? link.value : "",
        ...(timeRuns ? {} : { traceHash }),
      },
    });
  }

  #failed(failure: Failure): void {
    this.#playback.send({ type: "halt" });
    this.#boot.send({ type: "crashed", message: failure.message });
    void this.#sayFailure(failure);
  }

  /** Nobody should ever need the words for it, so they are loaded only then. */
  async #sayFailure(failure: Failure): Promise<void> {
    const part = await import("./failure.ts").catch(() => null);
    // Another run may be open by now.
    if (!this.#boot.getSnapshot().matches("failed")) return;
    const link = failure.run === null ? null : linkOf(failure.run, failure.atUs);
    const problem = part?.sayFailure(failure, link?.ok === true ? link.value : null) ?? {
      title: "The simulation stopped.",
      detail: failure.message,
    };
    this.store.change({ problem });
  }

  #showToast(toast: Omit<ToastState, "id">): void {
    this.#toastCount += 1;
    this.store.change({ toast: { ...toast, id: this.#toastCount } });
  }

  #share(what: ShareKind): void {
    if (this.#branch === null || what !== "link") return;
    const atUs = this.#player.nowUs();
    const link = linkOf(this.#branch.run, atUs);
    if (!link.ok) {
      this.store.change({ problem: link.problem });
      return;
    }
    const detail = `It repeats this run and opens it at ${seconds(atUs)}.`;
    copy(link.value).then(
      () => this.#showToast({ text: "Link copied.", detail, undo: false }),
      () => {
        // The clipboard is not allowed here; the address bar always is.
        history.replaceState(null, "", link.value);
        this.#showToast({ text: "The link is in the address bar.", detail, undo: false });
      },
    );
  }
}

function initialState(theme: PageState["theme"]): PageState {
  return {
    world: null,
    playback: {
      mode: "paused",
      speed: SPEED_DEFAULT,
      endUs: 0,
      inPast: false,
      seeking: null,
      stepBy: "event",
      autoSlow: true,
      slowedBy: null,
    },
    scenario: { name: "", title: TITLE, options: {}, seed: SEED_DEFAULT, link: "" },
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

async function parseCommand(line: string): ReturnType<IntentParts["parseCommand"]> {
  const part = await import("@chronik/core/broker/admin").catch(() => null);
  if (part === null) return { refusal: "The console could not be loaded. Reload the page." };
  const parsed = part.parseAdminCommand(line);
  return parsed.ok ? { command: parsed.command } : { refusal: parsed.message };
}

/** `clipboard` is missing where the page was not loaded over a secure connection. */
async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
