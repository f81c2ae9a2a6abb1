import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { KeyboardEvent, RefObject } from "react";
import type { Command } from "../command/command.ts";
import type { ObjectCommands } from "../command/objectCommands.ts";
import { Icon } from "../glyph/Icon.tsx";
import { entryText, menuEntries, typedAhead } from "./menuEntries.ts";
import type { MenuEntry } from "./menuEntries.ts";
import { MenuItem } from "./MenuItem.tsx";
import { placeMenu } from "./placeMenu.ts";
import { useObjectCommands } from "./useObjectCommands.ts";

interface MenuProps {
  /** The brush id of its object, which stays lit while the menu is open. */
  readonly of: string;
  readonly at: DOMRectReadOnly;
  readonly onPerform: (command: Command) => void;
  readonly onClose: () => void;
}

/** What can be done to one object, while the cluster goes on; closes when the object is gone. */
export function Menu({ of, at, onPerform, onClose }: MenuProps) {
  const own = useObjectCommands(of);
  useEffect(() => {
    if (own === null) onClose();
  }, [own, onClose]);
  return own === null ? null : (
    <section aria-label="Menu">
      <OpenMenu own={own} of={of} at={at} onPerform={onPerform} onClose={onClose} />
    </section>
  );
}

function OpenMenu({ own, of, at, onPerform, onClose }: MenuProps & { own: ObjectCommands }) {
  const [opened, setOpened] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const entries = menuEntries(own.commands, opened);
  // Anew with every change of its lines, each of which is a render.
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    const { left, top } = placeMenu(at, size, { width: innerWidth, height: innerHeight });
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  });
  useClosing(root, onClose);
  const typeAhead = useTypeAhead();
  /** The finger that opened it with a long press is lifted over it, and means no item by that. */
  const wasPressed = useRef(false);
  /** The line that the menu was entered by, to stand on again when it is left. */
  const cameBy = useRef<string | null>(null);
  useLayoutEffect(() => {
    const items = itemsOf(root.current);
    const back = items.find((item) => item.ariaLabel === cameBy.current);
    (opened === null ? (back ?? items[0]) : (items[1] ?? items[0]))?.focus({ preventScroll: true });
  }, [opened]);

  const open = (name: string | null): void => {
    if (name !== null) cameBy.current = name;
    setOpened(name);
  };
  const choose = (entry: MenuEntry): void => {
    if (entry.kind === "submenu") {
      open(entry.submenu.name);
      return;
    }
    const { command } = entry;
    if (command.refusal !== null) return;
    // What can be switched together stays in reach.
    if (command.submenu?.picks !== "any" || command.isOn === undefined) onClose();
    onPerform(command);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = itemsOf(root.current);
    const from = items.findIndex((item) => item === document.activeElement);
    const focus = (index: number): void => items[(index + items.length) % items.length]?.focus();
    const handled = (() => {
      switch (event.key) {
        case "ArrowDown":
          focus(from + 1);
          return true;
        case "ArrowUp":
          focus(from - 1);
          return true;
        case "Home":
          focus(0);
          return true;
        case "End":
          focus(-1);
          return true;
        case "ArrowRight":
          if (items[from]?.ariaHasPopup === "menu") items[from].click();
          return true;
        case "ArrowLeft":
          if (opened !== null) open(null);
          return true;
        case "Escape":
          if (opened === null) onClose();
          else open(null);
          return true;
        case "Tab":
          onClose();
          return true;
        default: {
          if (event.key.length !== 1 || event.key === " ") return false;
          const texts = items.map((item) => item.dataset["text"] ?? "");
          const found = typeAhead(texts, event.key, from);
          if (found !== null) focus(found);
          return true;
        }
      }
    })();
    event.stopPropagation();
    if (handled) event.preventDefault();
  };
  return (
    <div
      ref={root}
      className="menu"
      role="menu"
      aria-label={opened ?? `Menu of ${own.title}`}
      data-ref={of}
      onKeyDown={onKeyDown}
      onPointerDown={() => {
        wasPressed.current = true;
      }}
      onClickCapture={(event) => {
        if (event.detail > 0 && !wasPressed.current) event.stopPropagation();
      }}
    >
      {opened === null ? null : (
        <button
          type="button"
          role="menuitem"
          className="menu-item back"
          tabIndex={-1}
          data-text="Back"
          onClick={() => open(null)}
        >
          <Icon name="previous" /> Back
        </button>
      )}
      {entries.map((entry) => (
        <MenuItem key={entryText(entry)} entry={entry} onChoose={() => choose(entry)} />
      ))}
    </div>
  );
}

function itemsOf(root: HTMLElement | null): readonly HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

/** A press anywhere else closes it, and so does leaving it. */
function useClosing(root: RefObject<HTMLElement | null>, onClose: () => void): void {
  useEffect(() => {
    const onDown = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node) || root.current?.contains(target) !== true) onClose();
    };
    document.addEventListener("pointerdown", onDown, { capture: true });
    addEventListener("blur", onClose);
    addEventListener("resize", onClose);
    return () => {
      document.removeEventListener("pointerdown", onDown, { capture: true });
      removeEventListener("blur", onClose);
      removeEventListener("resize", onClose);
    };
  }, [root, onClose]);
}

const FORGOTTEN_AFTER_MS = 500;

/** Letters that are typed quickly are one word. */
function useTypeAhead(): (texts: readonly string[], letter: string, from: number) => number | null {
  const typed = useRef({ letters: "", atMs: 0 });
  return (texts, letter, from) => {
    const nowMs = performance.now();
    const goesOn = nowMs - typed.current.atMs < FORGOTTEN_AFTER_MS;
    typed.current = { letters: goesOn ? typed.current.letters + letter : letter, atMs: nowMs };
    return typedAhead(texts, typed.current.letters, from);
  };
}
