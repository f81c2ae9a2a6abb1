import type { DiskItemView, DiskView } from "@chronik/core/view";
import { memo, useLayoutEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import { itemSentence, itemWord } from "./itemText.ts";

interface ItemStripProps {
  readonly disk: DiskView;
  readonly items: readonly DiskItemView[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
}

/** One block a record, in the order of the log. The newest is in sight until another is picked. */
export function ItemStrip({ disk, items, selected, onSelect }: ItemStripProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = items.findIndex(({ id }) => id === selected);
    const next = items[at + (STEPS.get(event.key) ?? 0)];
    if (!STEPS.has(event.key) || next === undefined) return;
    event.preventDefault();
    onSelect(next.id);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus(),
    );
  };
  return (
    <div className="strip">
      <span className="micro quiet">
        {disk.earlierCount > 0 ? `${disk.earlierCount} before` : "log"}
      </span>
      <div
        className="blocks"
        role="listbox"
        aria-label="Records"
        aria-orientation="horizontal"
        ref={list}
        onKeyDown={onKeyDown}
      >
        {items.map((item) => (
          <Block key={item.id} item={item} selected={item.id === selected} onSelect={onSelect} />
        ))}
      </div>
    </div>
  );
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
]);

interface BlockProps {
  readonly item: DiskItemView;
  readonly selected: boolean;
  readonly onSelect: (id: string) => void;
}

const Block = memo(function Block({ item, selected, onSelect }: BlockProps) {
  const block = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (selected && block.current !== null) reveal(block.current);
  }, [selected]);
  const { lit, brush } = useBrush(item.ref ?? `disk:${item.id}`);
  const sentence = itemSentence(item);
  const hue = item.kind === "entry" ? `hue-${item.term % 6}` : "";
  return (
    <div
      ref={block}
      role="option"
      className={`block kind-${item.kind} ${item.state} ${hue} ${lit ? "lit" : ""}`}
      aria-selected={selected}
      aria-label={sentence}
      title={sentence}
      tabIndex={selected ? 0 : -1}
      onClick={() => onSelect(item.id)}
      {...brush}
    >
      <span>{itemWord(item)}</span>
    </div>
  );
});

/** Scrolls the strip alone: the page stays where it is. */
function reveal(block: HTMLElement): void {
  const strip = block.parentElement;
  if (strip === null) return;
  const left = block.offsetLeft - ROOM;
  const right = block.offsetLeft + block.offsetWidth + ROOM - strip.clientWidth;
  strip.scrollLeft = Math.max(right, Math.min(left, strip.scrollLeft));
}

/** Of what stands beside it, so much is seen. */
const ROOM = 16;
