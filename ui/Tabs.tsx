import type { KeyboardEvent } from "react";
import { useRef } from "react";

export type TabName = "Log" | "Ready" | "Partitions" | "Events";

interface TabsProps {
  readonly names: readonly TabName[];
  readonly selected: TabName;
  readonly onSelect: (name: TabName) => void;
}

/** One panel at a time where there is room for one. */
export function Tabs({ names, selected, onSelect }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = names[(names.indexOf(selected) + step + names.length) % names.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onSelect(next);
    list.current?.querySelectorAll<HTMLButtonElement>("[role=tab]")[names.indexOf(next)]?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Panels" ref={list} onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === selected}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
