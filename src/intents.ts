import type { Actor } from "xstate";
import type { ActionBody } from "@chronik/core/sim";
import type { Intent, PageState, ToastState } from "../ui/page.ts";
import { parseSeed } from "./link.ts";
import type { playbackMachine } from "./machines/playback.ts";
import type { Player } from "./player.ts";
import type { PageStore } from "./store.ts";

export interface IntentParts {
  readonly store: PageStore;
  readonly playback: Actor<typeof playbackMachine>;
  readonly player: Player;
  readonly openSeed: (seed: number) => void;
  readonly copyLink: () => void;
  readonly applyTheme: (theme: PageState["theme"]) => void;
  readonly showToast: (toast: Omit<ToastState, "id">) => void;
}

/** Every intent ends here: as a command, an event of playback, or a change of what is shown. */
export function createDispatch(parts: IntentParts): (intent: Intent) => void {
  return (intent) => {
    if (actOnCluster(intent, parts)) return;
    if (moveInTime(intent, parts)) return;
    changePage(intent, parts);
  };
}

function actOnCluster(intent: Intent, { store, player, showToast }: IntentParts): boolean {
  const action = actionOf(intent, store.pending());
  if (action === null) return false;
  dropToast(store);
  if (typeof action === "string") showToast({ text: action, detail: "", undo: false });
  else player.stay({ kind: "act", action });
  return true;
}

/** Null when the intent is no action; a sentence when it names what is not there. */
function actionOf(intent: Intent, state: PageState): ActionBody | string | null {
  if (intent.kind === "powerCut" || intent.kind === "powerOn") return intent;
  if (intent.kind === "consume") return { ...intent, node: null };
  if (!("node" in intent) || intent.kind === "selectNode") return null;
  const node = state.world?.nodes[intent.node]?.id;
  if (node === undefined) return `There is no node ${intent.node}.`;
  switch (intent.kind) {
    case "cut":
    case "heal":
      return { kind: intent.kind, nodes: [node] };
    case "produce":
      return { ...intent, node, acks: ACKS[intent.acks] };
    default:
      return { ...intent, node };
  }
}

const ACKS = { 0: 0, 1: 1, all: -1 } as const;

function moveInTime(intent: Intent, { store, playback, player }: IntentParts): boolean {
  switch (intent.kind) {
    case "play":
    case "pause":
    case "scrubStart":
    case "scrubEnd":
      playback.send({ type: intent.kind });
      return true;
    case "setSpeed":
      playback.send({ type: "setSpeed", speed: intent.speed });
      return true;
    case "seek":
      playback.send({ type: "jump" });
      player.jump({ kind: "seek", toUs: Math.max(0, Math.round(intent.atUs) || 0) });
      return true;
    case "nextEvent":
    case "previousEvent":
      playback.send({ type: "jump" });
      player.jump({ kind: intent.kind });
      return true;
    case "goLive":
      playback.send({ type: "goLive" });
      player.jump({ kind: "seekEnd" });
      return true;
    case "switchBranch":
      dropToast(store);
      player.jump({ kind: "switchBranch", name: intent.name });
      return true;
    case "undo":
      dropToast(store);
      player.jump({ kind: "undo" });
      return true;
    default:
      return false;
  }
}

function changePage(intent: Intent, parts: IntentParts): void {
  const { store } = parts;
  switch (intent.kind) {
    case "selectNode":
      if (store.pending().world?.nodes[intent.node] === undefined) return;
      store.change({ selectedNode: intent.node });
      // The next key may come before the next frame, and it acts on the selected node.
      store.flush();
      return;
    case "selectPartition":
      store.change({ selectedPartition: intent.partition });
      return;
    case "brush":
      if (store.pending().brush !== intent.id) store.change({ brush: intent.id });
      return;
    case "setTheme":
      parts.applyTheme(intent.theme);
      store.change({ theme: intent.theme });
      return;
    case "openSeed": {
      const seed = parseSeed(intent.text);
      if (seed.ok) parts.openSeed(seed.value);
      else store.change({ problem: seed.problem });
      return;
    }
    case "copyLink":
      parts.copyLink();
      return;
    case "dismissToast":
      dropToast(store);
      return;
    case "dismissProblem":
      store.change({ problem: null });
      return;
    default:
  }
}

/** A toast offers to undo what was done last: once more was done, it would undo something else. */
function dropToast(store: PageStore): void {
  store.change({ toast: null });
}
