import { useEffect } from "react";
import { speedAtStep, speedStep } from "./geometry/speedSteps.ts";
import type { Intent, PageState } from "./page.ts";
import { usePage } from "./pageContext.ts";
import { isCut } from "./rail/isCut.ts";
import { playIntent } from "./time/playIntent.ts";

/** What a key does: an intent, or something that only the page's own layout knows. */
export type KeyAction =
  | { readonly kind: "intent"; readonly intent: Intent }
  | { readonly kind: OtherKey };

/** What concerns the layout alone. */
export type OtherKey =
  | "focusProduce"
  | "showAdmin"
  | "showClients"
  | "toggleDisk"
  | "toggleHelp"
  | "close";

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The meaning of a key that was not typed into a field; null when it has none now. */
export function keyAction(pressed: Pressed, state: PageState): KeyAction | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.key === "?") return { kind: "toggleHelp" };
  if (pressed.key === "Escape") return { kind: "close" };
  if (state.world === null) return null;
  const layoutKey = LAYOUT_KEYS[pressed.key.toLowerCase()];
  if (layoutKey !== undefined) return { kind: layoutKey };
  const intent = timeIntent(pressed.key, state) ?? nodeIntent(pressed.key.toLowerCase(), state);
  return intent === null ? null : { kind: "intent", intent };
}

const LAYOUT_KEYS: Readonly<Record<string, OtherKey>> = {
  n: "focusProduce",
  c: "showClients",
  a: "showAdmin",
  d: "toggleDisk",
};

function timeIntent(key: string, { playback }: PageState): Intent | null {
  switch (key) {
    case " ":
      return playIntent(playback.mode);
    case ".":
      return { kind: "nextEvent" };
    case ",":
      return { kind: "previousEvent" };
    case "l":
    case "L":
      return { kind: "goLive" };
    case "[":
      return { kind: "setSpeed", speed: speedAtStep(speedStep(playback.speed) - 1) };
    case "]":
      return { kind: "setSpeed", speed: speedAtStep(speedStep(playback.speed) + 1) };
    default:
      return null;
  }
}

function nodeIntent(key: string, state: PageState): Intent | null {
  const node = state.selectedNode;
  const view = state.world?.nodes[node];
  if (/^[1-9]$/.test(key)) {
    const name = state.world?.nodeNames[Number(key) - 1];
    return name === undefined ? null : { kind: "selectNode", node: name };
  }
  if (view === undefined) return null;
  const running = view.process === "running";
  switch (key) {
    case "k":
      return running ? { kind: "kill", node } : null;
    case "r":
      return running ? null : { kind: "restart", node };
    case "t":
      return running ? { kind: "timeOut", node } : null;
    case "p":
      return { kind: isCut(state, node) ? "heal" : "cut", node };
    default:
      return null;
  }
}

/** Listens on the document; a key that a control needs for itself stays with it. */
export function useKeyboard(onOther: (kind: OtherKey) => void): void {
  const { store, dispatch } = usePage();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat || isTaken(event)) return;
      const action = keyAction(event, store.getState());
      if (action === null) return;
      if (action.kind !== "close") event.preventDefault();
      if (action.kind === "intent") dispatch(action.intent);
      else onOther(action.kind);
    };
    document.addEventListener("keydown", onKeyDown);
    document.addEventListener("click", releaseClicked);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("click", releaseClicked);
    };
  }, [store, dispatch, onOther]);
}

/** Fields take every key but Escape; buttons take Space, which presses them. Sliders need none. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element) || event.key === "Escape") return false;
  if (target.closest("input:not([type=range], [type=radio]), select, textarea") !== null)
    return true;
  return event.key === " " && target.closest("button, [role=button]") !== null;
}

/** A control that was clicked, not reached by keyboard, gives Space back to the page. */
function releaseClicked({ detail, target }: MouseEvent): void {
  const focused = document.activeElement;
  if (detail === 0 || !(target instanceof Element)) return;
  if (!(focused instanceof HTMLElement || focused instanceof SVGElement)) return;
  if (focused === target.closest("button, [role=button]")) focused.blur();
}
