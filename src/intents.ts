import type { Actor } from "xstate";
import type { ActionBody } from "@chronik/core/sim";
import type { AdminCommand } from "@chronik/core/view";
import type { Intent, PageState, ShareKind, ToastState } from "../ui/page.ts";
import type { Asked } from "./link.ts";
import { parseSeed } from "./link.ts";
import { CLIENT_MAX } from "./linkLimits.ts";
import type { playbackMachine } from "./machines/playback.ts";
import type { Player } from "./player.ts";
import type { Command, ProduceByKey } from "./session/protocol.ts";
import { storeAutoSlow } from "./settings.ts";
import type { PageStore } from "./store.ts";

export interface IntentParts {
  readonly store: PageStore;
  readonly playback: Actor<typeof playbackMachine>;
  readonly player: Pick<Player, "jump" | "stay" | "scrub" | "endScrub" | "compare" | "cancel">;
  readonly openSeed: (seed: number) => void;
  readonly open: (asked: Asked) => void;
  readonly share: (what: ShareKind) => void;
  /** What a line on the console means, or why it is no command. */
  readonly parseCommand: (
    line: string,
  ) => Promise<{ readonly command: AdminCommand } | { readonly refusal: string }>;
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
function actionOf(intent: Intent, state: PageState): ActionBody | ProduceByKey | string | null {
  switch (intent.kind) {
    case "powerCut":
    case "powerOn":
    case "createTopic":
    case "deleteTopic":
    case "addNode":
    case "stopClient":
      return intent;
    case "act":
      return intent.action;
    case "admin":
      return adminAction(intent.command);
    case "consume":
      return { ...intent, node: null };
    case "startProducer":
    case "startConsumer":
      return clientAction(intent, state);
    case "produce":
      return produceAction(intent, state);
    case "selectNode":
    case "lookAt":
      return null;
    default:
      return "node" in intent ? nodeAction(intent, state) : null;
  }
}

function produceAction(
  intent: Extract<Intent, { kind: "produce" }>,
  state: PageState,
): ActionBody | ProduceByKey | string {
  const node = intent.node === null ? null : nodeId(intent.node, state);
  if (node === undefined) return `There is no node ${intent.node}.`;
  const { partition } = intent;
  const record = { ...intent, node, acks: ACKS[intent.acks] };
  return partition === null ? { ...record, partition } : { ...record, partition };
}

const nodeId = (name: string, { world }: PageState): number | undefined => world?.nodes[name]?.id;

type NodeIntent = Exclude<
  Extract<Intent, { readonly node: string }>,
  { kind: "selectNode" | "produce" }
>;

function nodeAction(intent: NodeIntent, state: PageState): ActionBody | string {
  const node = nodeId(intent.node, state);
  if (node === undefined) return `There is no node ${intent.node}.`;
  switch (intent.kind) {
    case "cut":
    case "heal":
      return { kind: intent.kind, nodes: [node] };
    default:
      return { ...intent, node };
  }
}

/** Nodes come and go with their machines, which a command alone cannot switch on or off. */
function adminAction(command: AdminCommand): ActionBody {
  if (command.kind === "addNode") return { kind: "addNode" };
  if (command.kind === "removeNode") return { kind: "removeNode", node: command.node };
  if (command.kind === "deleteTopic") return command;
  return { kind: "admin", command };
}

/** Clients are numbered from 2: the first is the person. */
const CLIENT_MIN = 2;
const KEY_COUNT = 10;
const VALUE_BYTES = 16;

function clientAction(
  intent: Extract<Intent, { kind: "startProducer" | "startConsumer" }>,
  state: PageState,
): ActionBody | string {
  const taken = new Set(state.world?.clients.map(({ id }) => id));
  let client = CLIENT_MIN;
  while (taken.has(client)) client++;
  if (client > CLIENT_MAX) return "No more clients can be started. Stop one first.";
  if (intent.kind === "startConsumer") return { ...intent, client };
  const acks = ACKS[intent.acks];
  return { ...intent, client, acks, keyCount: KEY_COUNT, valueBytes: VALUE_BYTES };
}

const ACKS = { 0: 0, 1: 1, all: -1 } as const;

function moveInTime(intent: Intent, { store, playback, player }: IntentParts): boolean {
  switch (intent.kind) {
    case "play":
    case "pause":
    case "scrubStart":
      playback.send({ type: intent.kind });
      return true;
    case "scrubEnd":
      playback.send({ type: "scrubEnd" });
      player.endScrub();
      return true;
    case "setSpeed":
      playback.send({ type: "setSpeed", speed: intent.speed });
      return true;
    case "seek": {
      const toUs = Math.max(0, Math.round(intent.atUs) || 0);
      playback.send({ type: "jump" });
      if (playback.getSnapshot().value === "scrubbing") player.scrub(toUs);
      else player.jump({ kind: "seek", toUs });
      return true;
    }
    case "nextEvent":
    case "previousEvent":
      playback.send({ type: "jump" });
      player.jump(stepCommand(intent, store.pending()));
      return true;
    case "cancelSeek":
      if (store.pending().playback.seeking == null) return true;
      playback.send({ type: "jump" });
      player.cancel();
      return true;
    case "compare":
      player.compare(intent.branch);
      return true;
    case "setStepBy":
      store.change({ playback: { ...store.pending().playback, stepBy: intent.unit } });
      return true;
    case "setAutoSlow":
      storeAutoSlow(intent.on);
      store.change({ playback: { ...store.pending().playback, autoSlow: intent.on } });
      return true;
    case "goLive":
      playback.send({ type: "goLive" });
      player.jump({ kind: "seekEnd" });
      return true;
    case "switchBranch":
      dropToast(store);
      player.jump({ kind: "switchBranch", name: intent.name });
      return true;
    case "fork":
    case "undo":
      dropToast(store);
      player.jump({ kind: intent.kind });
      return true;
    default:
      return false;
  }
}

function stepCommand(
  { kind, by }: Extract<Intent, { kind: "nextEvent" | "previousEvent" }>,
  { playback, selectedNode, world }: PageState,
): Command {
  return {
    kind: "step",
    direction: kind === "nextEvent" ? 1 : -1,
    by: by ?? playback.stepBy,
    node: world?.nodes[selectedNode]?.id ?? 1,
  };
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
    case "inspect":
      store.change({ inspected: intent.what });
      parts.player.stay({ kind: "inspect", what: intent.what });
      return;
    case "lookAt":
      parts.player.stay(intent);
      return;
    case "command":
      void giveCommand(intent.line, parts);
      return;
    case "brush":
      if (store.pending().brush === intent.id) return;
      store.change({ brush: intent.id });
      // The next key may act on what is pointed at.
      store.flush();
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
    case "openScenario":
    case "openRun":
    case "openFile":
      parts.open(intent);
      return;
    case "share":
      parts.share(intent.what);
      return;
    case "cutDraft":
      store.change({ cutDraft: intent.nodes });
      // As with the selection: the next key means what is drawn by then.
      store.flush();
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

/** What reads commands is loaded with the first of them. */
async function giveCommand(line: string, parts: IntentParts): Promise<void> {
  const parsed = await parts.parseCommand(line);
  if ("refusal" in parsed) {
    parts.store.change({ commandRefusal: parsed.refusal });
    return;
  }
  parts.store.change({ commandRefusal: null });
  actOnCluster({ kind: "admin", command: parsed.command }, parts);
}

/** A toast offers to undo what was done last: once more was done, it would undo something else. */
function dropToast(store: PageStore): void {
  store.change({ toast: null });
}
