import { Suspense, useEffect, useState } from "react";
import { refOf } from "../brush.ts";
import { later, Nothing } from "../later.ts";
import { usePage } from "../pageContext.ts";
import type { PagePort } from "../pageContext.ts";
import type { ActingLayerProps } from "./ActingLayer.tsx";
import { askFor, onFirstAsked, withdrawPresses } from "./asked.ts";
import { awaitLongPress } from "./longPress.ts";
import { releaseClicked } from "./releaseClicked.ts";

const ActingLayer = later<ActingLayerProps>(
  async () => (await import("./ActingLayer.tsx")).ActingLayer,
  Nothing,
);

/** Listens for the whole page. What follows is loaded when a hand comes near: pointer or key. */
export function Acting(props: ActingLayerProps) {
  const { store } = usePage();
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    const want = (): void => setWanted(true);
    document.addEventListener("pointerover", want, { once: true });
    const forget = onFirstAsked(want);
    return () => {
      document.removeEventListener("pointerover", want);
      forget();
    };
  }, []);
  useEffect(() => {
    const listeners = new AbortController();
    listen(store, listeners.signal);
    return () => listeners.abort();
  }, [store]);
  return wanted ? (
    <Suspense>
      <ActingLayer {...props} />
    </Suspense>
  ) : null;
}

function listen(store: PagePort["store"], signal: AbortSignal): void {
  const onMenu = (event: MouseEvent): void => {
    const ref = refOf(event.target);
    if (ref === null) return;
    event.preventDefault();
    askFor({ kind: "menu", ref, at: placeOf(event) });
  };
  const askForKey = (event: KeyboardEvent): void => {
    askFor({ kind: "key", event, brush: store.getState().brush });
  };
  /** Before the object itself takes it: Enter opens the menu of what has the focus. */
  const onEnter = (event: KeyboardEvent): void => {
    const ref = refOf(event.target);
    if (event.key !== "Enter" || ref === null || !(event.target instanceof SVGElement)) return;
    event.preventDefault();
    event.stopPropagation();
    if (store.getState().cutDraft === null) {
      askFor({ kind: "menu", ref, at: event.target.getBoundingClientRect() });
    } else askForKey(event);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!event.defaultPrevented) askForKey(event);
  };
  const onPress = (event: PointerEvent): void => {
    askFor({ kind: "press", event });
    awaitLongPress(event);
  };
  document.addEventListener("click", releaseClicked, { signal });
  document.addEventListener("contextmenu", onMenu, { signal });
  document.addEventListener("dblclick", onMenu, { signal });
  document.addEventListener("keydown", onEnter, { signal, capture: true });
  document.addEventListener("keydown", onKey, { signal });
  document.addEventListener("pointerdown", onPress, { signal });
  document.addEventListener("pointerup", withdrawPresses, { signal });
  document.addEventListener("pointercancel", withdrawPresses, { signal });
}

/** A menu that a key asks for has no pointer: it stands at its object. */
function placeOf({ clientX, clientY, button, target, detail }: MouseEvent): DOMRectReadOnly {
  const byKey = button !== 2 && detail === 0;
  if (byKey && target instanceof Element) return target.getBoundingClientRect();
  return new DOMRectReadOnly(clientX, clientY, 0, 0);
}
