import type { EventView } from "@chronik/core/view";
import { memo, useState } from "react";
import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import { plainText } from "../glyph/Rich.tsx";
import { isDragged } from "../dragged.ts";
import { usePage, useView } from "../pageContext.ts";
import { EVENT_SEARCH, eventsWith } from "./eventSearch.ts";

const NO_EVENTS: readonly EventView[] = [];
const SHOWN_MAX = 60;
/** While somebody drags: as many as can be seen. */
const DRAGGED_MAX = 12;

/** The newest first; a row goes back to its moment. */
export function Events() {
  const events = useView((state) => state.world?.events ?? NO_EVENTS);
  const [text, setText] = useState("");
  const found = eventsWith(text, events);
  const shownMax = useView(isDragged) ? DRAGGED_MAX : SHOWN_MAX;
  return (
    <section className="events" aria-label="What happened" onKeyDown={walkRows}>
      <div className="events-head">
        <h2>What happened</h2>
        <input
          id={EVENT_SEARCH}
          type="search"
          aria-label="Find an event"
          aria-keyshortcuts="/"
          placeholder="Find  /"
          autoComplete="off"
          value={text}
          onChange={(change) => setText(change.target.value)}
        />
      </div>
      {found.length === 0 && text !== "" ? (
        <p className="small quiet" role="status">
          None of the last {events.length} events says “{text}”.
        </p>
      ) : null}
      <ol>
        {found
          .slice(-shownMax)
          .toReversed()
          .map((event) => (
            <Row key={event.id} event={event} />
          ))}
      </ol>
    </section>
  );
}

/** Up and down walk the rows, from the field and back to it. */
function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement)) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, li > button")];
  const next = stops[stops.indexOf(event.target) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

const Row = memo(function Row({ event }: { event: EventView }) {
  const { dispatch } = usePage();
  const subject = event.what.find((part) => part.ref !== null)?.ref ?? `event:${event.id}`;
  const { lit, brush } = useBrush(subject);
  return (
    <li>
      <button
        type="button"
        className={lit ? "lit" : ""}
        onClick={() => dispatch({ kind: "seek", atUs: event.atUs })}
        {...brush}
      >
        <time>{(event.atUs / 1e6).toFixed(3)}</time>
        <span className={TONES[event.tone]}>{plainText(event.what)}</span>
        <span className="quiet reason">{plainText(event.why)}</span>
      </button>
    </li>
  );
});

/** Good news is plain: only what went wrong needs a hue. */
const TONES = { plain: "", ok: "", warn: "tone-warn", bad: "tone-bad" };
