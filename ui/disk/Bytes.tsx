import type { DiskBytesView, DiskFieldView, DiskItemView } from "@chronik/core/view";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { useLayout } from "../layout.ts";
import { usePage, useView } from "../pageContext.ts";
import { bytesText } from "../timeText.ts";
import { itemTitle, stateText } from "./itemText.ts";

const NO_BYTES: DiskBytesView = { hex: "", hiddenBytes: 0, fields: [] };

interface BytesProps {
  /** Whose disk it is on. */
  readonly node: string;
  readonly item: DiskItemView;
  /** Counted from the start of the item. */
  readonly selected: number | null;
  readonly onSelect: (byte: number) => void;
}

/** The bytes of one item, each in the hue of its field; the fields under them say what they mean. */
export function Bytes({ node, item, selected, onSelect }: BytesProps) {
  const bytes = useView((state) => state.world?.diskBytes[item.id] ?? NO_BYTES);
  const [hovered, setHovered] = useState<DiskFieldView | null>(null);
  const fieldOf = fieldsByByte(bytes);
  const active = hovered ?? (selected === null ? null : (fieldOf[selected] ?? null));
  return (
    <>
      <ItemLine node={node} item={item} selected={selected} />
      <div className="bytes">
        <Hex
          item={item}
          bytes={bytes}
          fieldOf={fieldOf}
          active={active}
          selected={selected}
          onSelect={onSelect}
          onHover={setHovered}
        />
        <dl onPointerLeave={() => setHovered(null)}>
          {inReadingOrder(bytes.fields).map((field) => (
            <div
              key={field.name}
              className={chipLook(item, field, active)}
              title={`${field.name}: ${field.value}`}
              onPointerEnter={() => setHovered(field)}
            >
              <dt>{field.name}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}

/** What the item is, what would become of it, and the way to damage it. */
function ItemLine({ node, item, selected }: Pick<BytesProps, "node" | "item" | "selected">) {
  const { dispatch } = usePage();
  const byte = item.position + (selected ?? Math.floor(item.sizeBytes / 2));
  const isBad = item.kind === "torn" || item.kind === "damaged" || item.state === "lied";
  return (
    <div className="item-line small">
      <b>{itemTitle(item)}</b>
      <span className="quiet">
        {selected === null
          ? bytesText(item.sizeBytes)
          : `byte ${selected + 1} of ${item.sizeBytes}`}
      </span>
      <span className="cut-short" title={item.text}>
        {item.text}
      </span>
      <span className={isBad ? "tone-bad" : "quiet"}>{stateText(item)}</span>
      <button
        type="button"
        className="button small-button end"
        aria-label={`Flip a bit of byte ${byte}`}
        title={`Changes the lowest bit of byte ${byte} of ${item.file}`}
        onClick={() => dispatch({ kind: "flipBit", node, file: item.file, byte, bit: 0 })}
      >
        Flip a bit
      </button>
    </div>
  );
}

interface HexProps extends Omit<BytesProps, "node"> {
  readonly bytes: DiskBytesView;
  readonly fieldOf: readonly DiskFieldView[];
  readonly active: DiskFieldView | null;
  readonly onHover: (field: DiskFieldView | null) => void;
}

function Hex({ item, bytes, fieldOf, active, selected, onSelect, onHover }: HexProps) {
  const layout = useLayout();
  // Most fields have four bytes or eight, so that both widths break between them.
  const lineBytes = layout === "full" || layout === "folded" ? 24 : 16;
  const count = bytes.hex.length / 2;
  const lines = Array.from({ length: Math.ceil(count / lineBytes) }, (_, line) => line);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = keyStep(event.key, lineBytes);
    const next = (selected ?? 0) + step;
    if (step === 0 || next < 0 || next >= count) return;
    event.preventDefault();
    onSelect(next);
    const { currentTarget } = event;
    requestAnimationFrame(() =>
      currentTarget.querySelector<HTMLElement>("[tabindex='0']")?.focus(),
    );
  };
  return (
    <div
      className="hex"
      role="grid"
      aria-label={`Bytes of ${itemTitle(item)}`}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onHover(null)}
    >
      {lines.map((line) => (
        <div key={line} role="row">
          <span role="rowheader" className="quiet">
            {(item.position + line * lineBytes).toString(16).padStart(4, "0")}
          </span>
          {Array.from({ length: Math.min(lineBytes, count - line * lineBytes) }, (_, column) => {
            const at = line * lineBytes + column;
            const field = fieldOf[at];
            return (
              <span
                key={column}
                role="gridcell"
                className={byteLook(item, at, field, active)}
                tabIndex={at === (selected ?? 0) ? 0 : -1}
                aria-selected={at === selected}
                onClick={() => onSelect(at)}
                onPointerEnter={() => onHover(field ?? null)}
              >
                {bytes.hex.slice(2 * at, 2 * at + 2)}
              </span>
            );
          })}
        </div>
      ))}
      {bytes.hiddenBytes === 0 ? null : (
        <p className="micro quiet">and {bytes.hiddenBytes} bytes more</p>
      )}
    </div>
  );
}

function keyStep(key: string, lineBytes: number): number {
  switch (key) {
    case "ArrowLeft":
      return -1;
    case "ArrowRight":
      return 1;
    case "ArrowUp":
      return -lineBytes;
    case "ArrowDown":
      return lineBytes;
    default:
      return 0;
  }
}

function byteLook(
  item: DiskItemView,
  at: number,
  field: DiskFieldView | undefined,
  active: DiskFieldView | null,
): string {
  const look = [field === undefined ? "field-none" : fieldLook(item, field)];
  if (field !== undefined && field === active) look.push("active");
  if (field !== undefined && at === field.position + field.sizeBytes - 1) look.push("last");
  if (at >= item.durableBytes) look.push("volatile");
  return look.join(" ");
}

function chipLook(item: DiskItemView, field: DiskFieldView, active: DiskFieldView | null): string {
  const look = [fieldLook(item, field)];
  if (field === active) look.push("active");
  if (field.value.length > LONG_LETTERS) look.push("long");
  return look.join(" ");
}

const LONG_LETTERS = 24;

/** A term wears its own hue. */
function fieldLook(item: DiskItemView, { role }: DiskFieldView): string {
  return role === "term" ? `field-term hue-${item.term % 6}` : `field-${role}`;
}

/** What a record says comes before what frames it. */
function inReadingOrder(fields: readonly DiskFieldView[]): readonly DiskFieldView[] {
  return [...fields.filter((field) => !isFrame(field)), ...fields.filter(isFrame)];
}

const isFrame = ({ role }: DiskFieldView): boolean => role === "frame" || role === "checksum";

/** The field of each byte. */
function fieldsByByte({ fields }: DiskBytesView): readonly DiskFieldView[] {
  return fields.flatMap((field) => Array.from({ length: field.sizeBytes }, () => field));
}
