import type { EventView } from "@chronik/core/view";
import { memo } from "react";
import { useBrush } from "../brush.ts";
import { plainText } from "../glyph/Rich.tsx";
import { usePage, useView } from "../pageContext.ts";

const NO_EVENTS: readonly EventView[] = [];
const SHOWN_MAX = 60;

/** The newest first; a row goes back to its moment. */
export function Events() {
  const events = useView((state) => state.world?.events ?? NO_EVENTS);
  return (
    <section className="events" aria-label="What happened">
      <h2>What happened</h2>
      <ol>
        {events
          .slice(-SHOWN_MAX)
          .toReversed()
          .map((event) => (
            <Row key={event.id} event={event} />
          ))}
      </ol>
    </section>
  );
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
