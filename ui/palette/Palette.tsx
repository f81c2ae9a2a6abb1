import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Command } from "../command/command.ts";
import { Icon } from "../glyph/Icon.tsx";
import type { ScenarioTitle } from "../page.ts";
import { usePage } from "../pageContext.ts";
import { paletteOptions } from "./paletteOptions.ts";
import { recentIds, remember } from "./recent.ts";

interface PaletteProps {
  /** What stands in the field at first. */
  readonly text: string;
  readonly onPerform: (command: Command) => void;
  readonly onClose: () => void;
}

/** Everything that can be done, found by its words. */
export function Palette({ text: first, onPerform, onClose }: PaletteProps) {
  const { store, scenarios } = usePage();
  const [titles, setTitles] = useState<readonly ScenarioTitle[]>([]);
  const [text, setText] = useState(first);
  const [active, setActive] = useState(0);
  const [recent] = useState(recentIds);
  const root = useRef<HTMLDivElement>(null);
  const list = useId();
  const options = paletteOptions(text, store.getState(), recent, titles);
  const chosen = options[Math.min(active, options.length - 1)];
  const optionId = (at: number): string => `${list}-${at}`;

  useEffect(() => {
    void scenarios().then(setTitles);
  }, [scenarios]);
  useEffect(() => {
    const onDown = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node) || root.current?.contains(target) !== true) onClose();
    };
    document.addEventListener("pointerdown", onDown, { capture: true });
    return () => document.removeEventListener("pointerdown", onDown, { capture: true });
  }, [onClose]);
  useEffect(() => {
    document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [list, active]);

  const choose = (command: Command | undefined): void => {
    if (command === undefined || command.refusal !== null) return;
    if (command.section !== "phrase") remember(command.id);
    onClose();
    onPerform(command);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moved = movedTo(event.key, active, options.length);
    if (moved !== null) setActive(moved);
    else if (event.key === "Enter") choose(chosen);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={root} className="sheet palette" role="dialog" aria-label="Commands">
      <input
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls={list}
        aria-autocomplete="list"
        {...(options.length === 0 ? {} : { "aria-activedescendant": optionId(active) })}
        placeholder="What shall happen?"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        autoFocus
        maxLength={200}
        value={text}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setText(target.value);
          setActive(0);
        }}
      />
      <ul id={list} role="listbox" aria-label="Commands">
        {options.map((command, at) => (
          <Option
            key={command.id}
            id={optionId(at)}
            command={command}
            isActive={at === active}
            onChoose={() => choose(command)}
          />
        ))}
      </ul>
      {options.length === 0 ? (
        <p className="small quiet">Nothing is called so. Press Escape to go back.</p>
      ) : null}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function Option({ id, command, isActive, onChoose }: OptionProps) {
  const { name, key, refusal, isOn } = command;
  return (
    <li
      id={id}
      role="option"
      aria-selected={isActive}
      aria-label={name}
      {...(refusal === null ? {} : { "aria-disabled": true, title: refusal })}
      onClick={onChoose}
    >
      <span>
        {isOn === true ? <Icon name="check" /> : null} {name}
        {refusal === null ? null : <span className="micro reason">{refusal}</span>}
      </span>
      {key === undefined ? null : <kbd>{key}</kbd>}
    </li>
  );
}

const PAGE_OPTIONS = 8;

/** The option that a key goes to; null for a key that goes to none. */
function movedTo(key: string, from: number, count: number): number | null {
  const last = Math.max(0, count - 1);
  switch (key) {
    case "ArrowDown":
      return from >= last ? 0 : from + 1;
    case "ArrowUp":
      return from <= 0 ? last : from - 1;
    case "PageDown":
      return Math.min(last, from + PAGE_OPTIONS);
    case "PageUp":
      return Math.max(0, from - PAGE_OPTIONS);
    default:
      return null;
  }
}
