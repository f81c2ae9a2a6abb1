import type { ReadyItemView, ReadyStageView } from "@chronik/core/view";
import { useBrush } from "../brush.ts";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";

/** More items than this are counted: the panel keeps its height. */
const ITEMS_MAX = 2;

/** Lines of text that a stage takes. */
export function stageLines(stage: ReadyStageView): number {
  return Math.max(1, Math.min(stage.items.length, ITEMS_MAX));
}

interface ReadyStageProps {
  readonly stage: ReadyStageView;
  readonly number: number;
}

export function ReadyStage({ stage, number }: ReadyStageProps) {
  const shown = stage.items.slice(0, ITEMS_MAX);
  const more = stage.items.length - shown.length;
  return (
    <li className={stage.state} {...(stage.state === "here" ? { "aria-current": "step" } : {})}>
      <span className="num" aria-hidden="true">
        {number}
      </span>
      <span className="name">{NAMES[stage.name]}</span>
      {shown.length === 0 ? (
        <span className="cut-short">{stage.emptyReason}</span>
      ) : (
        <span className="batch">
          {shown.map((item, i) => (
            <Item key={item.id} item={item} more={i === shown.length - 1 ? more : 0} />
          ))}
        </span>
      )}
    </li>
  );
}

function Item({ item, more }: { item: ReadyItemView; more: number }) {
  const { lit, brush } = useBrush(item.id);
  return (
    <span className="item" {...brush}>
      <Glyph item={item} lit={lit} />
      <span className="cut-short ink">{item.text}</span>
      <span className={item.held ? "strong ink" : "quiet"}>
        {item.held ? "held" : item.detail}
        {more > 0 ? <b className="more">+{more}</b> : null}
      </span>
    </span>
  );
}

function Glyph({ item, lit }: { item: ReadyItemView; lit: boolean }) {
  if (item.flight !== null) {
    const { kind, answer, refused } = item.flight;
    return (
      <svg width="34" height="20" viewBox="-12 -11 37.4 22" aria-hidden="true">
        <MessageGlyph kind={kind} answer={answer} refused={refused} held={item.held} />
      </svg>
    );
  }
  if (item.kind !== "entry" && item.kind !== "command") {
    return <span className="quiet">hard state</span>;
  }
  return (
    <svg width="36" height="18" aria-hidden="true">
      <EntryCell
        x={0}
        y={0}
        width={36}
        height={18}
        term={item.term}
        state={item.kind === "command" ? "committed" : item.durable ? "disk" : "memory"}
        text={String(item.index)}
        lit={lit}
      />
    </svg>
  );
}

const NAMES = {
  send: "Send now",
  persist: "Persist",
  sendAfter: "Send after",
  apply: "Apply",
  advance: "Advance",
};
