import { useCallback, useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { DIALS_FOCUS } from "../admin/dialsFocus.ts";
import { refOf } from "../brush.ts";
import type { Command, LayoutDeed } from "../command/command.ts";
import { toggled } from "../command/draftCommands.ts";
import { objectCommands } from "../command/objectCommands.ts";
import { singleKeys } from "../keyboardChoice.ts";
import { keyCommand } from "../keyboard.ts";
import { Menu } from "../menu/Menu.tsx";
import { usePage } from "../pageContext.ts";
import { Palette } from "../palette/Palette.tsx";
import { moveFocus } from "./arrowFocus.ts";
import { answerAsked, askFor } from "./asked.ts";
import type { Asked } from "./asked.ts";
import { CutBar } from "./CutBar.tsx";
import { isTaken } from "./isTaken.ts";
import { Knife } from "./Knife.tsx";
import "../styles/menu.css";

export interface ActingLayerProps {
  /** Does what the page's own layout must do. */
  readonly onLayout: (what: LayoutDeed) => void;
}

/** Everything that acts on the page and stands over it: keys, menus, palette, the cut's knife. */
export function ActingLayer({ onLayout }: ActingLayerProps) {
  const { store } = usePage();
  const [menu, setMenu] = useState<Extract<Asked, { kind: "menu" }> | null>(null);
  const [press, setPress] = useState<PointerEvent | null>(null);
  const [palette, setPalette] = useState<string | null>(null);
  const back = useRef<Element | null>(null);
  /** Where a menu stood last: what it opens stands there too. */
  const place = useRef<DOMRectReadOnly>(new DOMRectReadOnly());
  const perform = usePerform(onLayout, place);

  const answer = useCallback(
    (asked: Asked): void => {
      if (asked.kind === "key") {
        const { event, brush } = asked;
        answerKey(event, perform, { ...store.getState(), brush });
        return;
      }
      if (asked.kind === "press") {
        setPress(asked.event);
        return;
      }
      const from = document.activeElement;
      if (from?.closest("[role=menu], .palette") == null) back.current = from;
      if (asked.kind === "palette") {
        setMenu(null);
        setPalette(asked.text);
      } else if (objectCommands(asked.ref, store.getState()) !== null) {
        setPalette(null);
        place.current = asked.at;
        // A long press is told twice by some browsers.
        setMenu((open) => (open?.ref === asked.ref ? open : asked));
      }
    },
    [perform, store],
  );
  useEffect(() => answerAsked(answer), [answer]);
  useDraftClicks();

  const returnFocus = useCallback((): void => {
    const element = back.current;
    back.current = null;
    const canTakeIt = element instanceof HTMLElement || element instanceof SVGElement;
    if (canTakeIt && element.isConnected) element.focus();
  }, []);
  const closeMenu = useCallback((): void => {
    setMenu(null);
    returnFocus();
  }, [returnFocus]);
  const closePalette = useCallback((): void => {
    setPalette(null);
    returnFocus();
  }, [returnFocus]);
  return (
    <>
      <Knife press={press} />
      <CutBar onPerform={perform} />
      {menu === null ? null : (
        <Menu key={menu.ref} of={menu.ref} at={menu.at} onPerform={perform} onClose={closeMenu} />
      )}
      {palette === null ? null : (
        <Palette key={palette} text={palette} onPerform={perform} onClose={closePalette} />
      )}
    </>
  );
}

type Perform = (command: Command) => void;

function usePerform(
  onLayout: ActingLayerProps["onLayout"],
  place: RefObject<DOMRectReadOnly>,
): Perform {
  const { dispatch } = usePage();
  return useCallback(
    (command) => {
      if (command.refusal !== null) return;
      for (const deed of command.does) {
        if (deed.kind === "intent") dispatch(deed.intent);
        else if (deed.kind === "layout") showPart(deed.what, onLayout);
        else if (deed.kind === "palette") askFor(deed);
        else askFor({ ...deed, at: place.current });
      }
    },
    [dispatch, onLayout, place],
  );
}

/** The dials stand in a panel among others. */
function showPart(what: LayoutDeed, onLayout: ActingLayerProps["onLayout"]): void {
  onLayout(what);
  if (what === "showDials") focusWhenThere(DIALS_FOCUS);
}

/** The panel around it may have to be loaded first. */
const FRAMES_MAX = 120;

function focusWhenThere(id: string, framesLeft = FRAMES_MAX): void {
  const element = document.getElementById(id);
  if (element !== null) element.focus();
  else if (framesLeft > 0) requestAnimationFrame(() => focusWhenThere(id, framesLeft - 1));
}

function answerKey(
  event: KeyboardEvent,
  perform: Perform,
  state: Parameters<typeof keyCommand>[1],
): void {
  if (isTaken(event)) return;
  if (!event.ctrlKey && !event.metaKey && !event.altKey && moveFocus(event)) return;
  const command = keyCommand(event, state, singleKeys());
  if (command === null) return;
  // Whoever holds a key down means it once, but for what moves by small steps.
  if (event.repeat && command.section !== "go" && command.section !== "step") return;
  if (command.id !== "close") event.preventDefault();
  perform(command);
}

/** While a cut is drawn a click on a node takes it in or leaves it out, and does nothing else. */
function useDraftClicks(): void {
  const { store, dispatch } = usePage();
  useEffect(() => {
    const onClick = (event: MouseEvent): void => {
      const { cutDraft } = store.getState();
      const name = /^node:(\w+)$/.exec(refOf(event.target) ?? "")?.[1];
      if (cutDraft === null || name === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      dispatch({ kind: "cutDraft", nodes: toggled(cutDraft, name) });
    };
    document.addEventListener("click", onClick, { capture: true });
    return () => document.removeEventListener("click", onClick, { capture: true });
  }, [store, dispatch]);
}
