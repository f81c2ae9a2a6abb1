import type { ReadyItemView, ReadyStageView, ReadyView } from "@chronik/core/view";
import { useBrush } from "../brush.ts";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { usePage, useView } from "../pageContext.ts";

/** More items than this are counted: the panel keeps its height. */
const ITEMS_MAX = 2;

/** Lines of text that a stage takes. */
export function stageLines(stage: ReadyStageView): number {
  return Math.max(1, Math.min(stage.items.length, ITEMS_MAX));
}

interface ReadyStageProps {
  readonly ready: ReadyView;
  readonly stage: ReadyStageView;
  readonly number: number;
}

export function ReadyStage({ ready, stage, number }: ReadyStageProps) {
  const shown = stage.items.slice(0, ITEMS_MAX);
  const more = stage.items.length - shown.length;
  const isHere = stage.state === "here";
  return (
    <li className={stage.state} {...(isHere ? { "aria-current": "step" } : {})}>
      <HoldButton node={ready.node} stage={stage} number={number} />
      <span className="name">{STAGE_NAMES[stage.name]}</span>
      {shown.length === 0 ? (
        <span className="batch-empty">
          <span className="cut-short">{stage.emptyReason}</span>
          <Aside ready={ready} stage={stage} />
        </span>
      ) : (
        <span className="batch">
          {shown.map((item, i) => (
            <Item
              key={item.id}
              item={item}
              more={i === shown.length - 1 ? more : 0}
              heldByHand={stage.isHeld && isHere}
            />
          ))}
        </span>
      )}
    </li>
  );
}

/** Its number; a click sets a hold before it, and the number becomes a pause sign. */
function HoldButton({ node, stage, number }: { node: string } & Omit<ReadyStageProps, "ready">) {
  const { dispatch } = usePage();
  const id = useView((state) => state.world?.nodes[node]?.id ?? 0);
  const { name, isHeld } = stage;
  return (
    <button
      type="button"
      className={isHeld ? "num held" : "num"}
      aria-label={`Hold ${node} before ${STAGE_NAMES[name]}`}
      aria-pressed={isHeld}
      title={isHeld ? `Let ${node} go on` : `Hold ${node} before ${STAGE_NAMES[name]}`}
      onClick={() => {
        const action = { kind: "holdStage", node: id, stage: name, on: !isHeld } as const;
        dispatch({ kind: "act", action });
      }}
    >
      {isHeld ? (
        <svg width="8" height="8" aria-hidden="true">
          <path className="none" stroke="currentColor" strokeWidth="2" d="M2 0v8M6 0v8" />
        </svg>
      ) : (
        number
      )}
    </button>
  );
}

/** Right of an empty stage: that somebody holds it, or behind the last one what comes next. */
function Aside({ ready, stage }: Pick<ReadyStageProps, "ready" | "stage">) {
  if (stage.isHeld && stage.state === "here") return <b className="ink">held by you</b>;
  const { waitingEntries } = ready;
  if (stage.name !== "advance" || waitingEntries === 0) return null;
  return (
    <span className="ink">
      {waitingEntries === 1 ? "1 entry waits" : `${waitingEntries} entries wait`} for the next
    </span>
  );
}

interface ItemProps {
  readonly item: ReadyItemView;
  /** How many are not shown. */
  readonly more: number;
  readonly heldByHand: boolean;
}

function Item({ item, more, heldByHand }: ItemProps) {
  const isEntry = item.kind === "entry" || item.kind === "command";
  const { lit, brush } = useBrush(item.id);
  return (
    <span className="item" {...(isEntry ? brush : {})}>
      <Glyph item={item} lit={lit} />
      <span className="cut-short ink" title={item.text}>
        {item.text}
      </span>
      <span className={item.held ? "strong ink" : "quiet"}>
        {item.held ? (heldByHand ? "held by you" : "held") : item.detail}
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

export const STAGE_NAMES = {
  send: "Send now",
  persist: "Persist",
  sendAfter: "Send after",
  apply: "Apply",
  advance: "Advance",
};
