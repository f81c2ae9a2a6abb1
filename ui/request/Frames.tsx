import type { FrameFieldView, FrameView } from "@chronik/core/view";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { useLayout } from "../layout.ts";

/** The bytes of a frame over the fields that they are: one lights up the other. */
export function Frames({ frame }: { frame: FrameView }) {
  const [selected, setSelected] = useState(0);
  /** Under the pointer; a list that scrolls under a pointer at rest changes nothing. */
  const [hovered, setHovered] = useState<number | null>(null);
  const active = hovered ?? selected;
  const select = (field: number): void => {
    setHovered(null);
    setSelected(field);
  };
  return (
    <section className="frame" aria-label={frame.title}>
      <h2>{frame.title}</h2>
      <Hex frame={frame} field={frame.fields[active]} onHover={setHovered} />
      <Fields
        frame={frame}
        selected={selected}
        active={active}
        onSelect={select}
        onHover={setHovered}
      />
      {frame.problem === null ? null : <p className="small tone-bad">{frame.problem}</p>}
      {frame.records.length === 0 ? null : (
        <p className="small">
          Records:{" "}
          {frame.records
            .map(({ offset, key, value }) => `${offset}: ${key === "" ? "" : `${key} = `}${value}`)
            .join("; ")}
        </p>
      )}
    </section>
  );
}

interface HexProps {
  readonly frame: FrameView;
  readonly field: FrameFieldView | undefined;
  readonly onHover: (field: number | null) => void;
}

function Hex({ frame, field, onHover }: HexProps) {
  const layout = useLayout();
  const lineBytes = layout === "full" || layout === "folded" ? 16 : 8;
  const count = frame.hex.length / 2;
  const lines = Array.from({ length: Math.ceil(count / lineBytes) }, (_, line) => line);
  const ends = new Set(frame.fields.map(({ position, sizeBytes }) => position + sizeBytes - 1));
  return (
    <div
      className="frame-bytes code"
      role="img"
      aria-label={`${count} bytes of ${frame.title}`}
      onPointerLeave={() => onHover(null)}
    >
      {lines.map((line) => (
        <div key={line}>
          <span className="quiet">{(line * lineBytes).toString(16).padStart(4, "0")}</span>
          {Array.from({ length: Math.min(lineBytes, count - line * lineBytes) }, (_, column) => {
            const at = line * lineBytes + column;
            const isIn =
              field !== undefined && at >= field.position && at < field.position + field.sizeBytes;
            return (
              <span
                key={column}
                className={`byte ${isIn ? "active" : ""} ${ends.has(at) ? "last" : ""}`}
                onPointerMove={() => onHover(innermost(frame.fields, at))}
              >
                {frame.hex.slice(2 * at, 2 * at + 2)}
              </span>
            );
          })}
        </div>
      ))}
      {frame.hiddenBytes === 0 ? null : (
        <p className="micro quiet">and {frame.hiddenBytes} bytes more</p>
      )}
    </div>
  );
}

/** The smallest field that holds a byte. */
function innermost(fields: readonly FrameFieldView[], at: number): number | null {
  let found: number | null = null;
  fields.forEach(({ position, sizeBytes }, index) => {
    const isIn = at >= position && at < position + sizeBytes;
    if (isIn && (found === null || sizeBytes <= fields[found]!.sizeBytes)) found = index;
  });
  return found;
}

interface FieldsProps {
  readonly frame: FrameView;
  readonly selected: number;
  readonly active: number;
  readonly onSelect: (field: number) => void;
  readonly onHover: (field: number | null) => void;
}

/** One of the fields is in the order of Tab; the arrows go to the others. */
function Fields({ frame, selected, active, onSelect, onHover }: FieldsProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = selected + step;
    if (step === 0 || next < 0 || next >= frame.fields.length) return;
    event.preventDefault();
    onSelect(next);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")[next]?.focus();
  };
  return (
    <div
      className="frame-fields small"
      role="listbox"
      aria-label={`Fields of ${frame.title}`}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onHover(null)}
    >
      {frame.fields.map(({ name, value, position, depth }, at) => (
        <div
          key={at}
          role="option"
          aria-selected={at === selected}
          tabIndex={at === selected ? 0 : -1}
          className={`depth-${Math.min(3, depth)} ${at === active ? "active" : ""}`}
          onClick={() => onSelect(at)}
          onFocus={() => onSelect(at)}
          onPointerMove={() => onHover(at)}
        >
          <span className="code quiet">{position.toString(16).padStart(2, "0")}</span>
          <span className="quiet name">{name}</span>
          <span className="cut-short" title={value}>
            {value}
          </span>
        </div>
      ))}
    </div>
  );
}
