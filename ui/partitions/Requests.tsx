import type { RequestView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { useBrush } from "../brush.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useReadout } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";
import { setText } from "../setText.ts";
import { spanText } from "../timeText.ts";
import { useSize } from "../useSize.ts";
import { pendingOf, pendingText, requestAnswer, requestTitle } from "./requestText.ts";

const NO_REQUESTS: readonly RequestView[] = [];
const SHOWN_MAX = 12;
const ROW = 20;

/** The last requests, newest first: their answer, errors included, appears in their row. */
export function Requests() {
  const requests = useView((state) => state.world?.requests ?? NO_REQUESTS);
  const newest = requests.toSorted((a, b) => b.id - a.id).slice(0, SHOWN_MAX);
  const [box, size] = useSize<HTMLElement>({ width: 456, height: ROW });
  // Whole rows only: half a row looks like a mistake, not like a list that scrolls.
  const maxHeight = Math.max(1, Math.floor(size.height / ROW)) * ROW;
  return (
    <section className="requests" aria-label="Requests" ref={box}>
      <ul style={{ maxHeight }}>
        {newest.map((request) => (
          <Request key={request.id} request={request} />
        ))}
      </ul>
    </section>
  );
}

const Request = memo(function Request({ request }: { request: RequestView }) {
  const { dispatch } = usePage();
  const { lit, brush } = useBrush(`request:${request.id}`);
  const pending = useView((state) => pendingOf(state, request));
  const partition = useView(({ world }) =>
    pending === null ? null : (world?.partitions[pending.partition] ?? null),
  );
  const answer = requestAnswer(request);
  const failed = request.state === "error" || request.state === "unanswered";
  const isShort = answer === null && pending !== null;
  const rest = isShort ? pendingText(pending, partition) : "";
  return (
    <li className={`request ${lit ? "lit" : ""}`} {...brush}>
      <svg width="24" height="16" viewBox="-12 -8 24 16" aria-hidden="true">
        <g transform="scale(.9)">
          <MessageGlyph
            kind={request.kind === "fetch" ? "fetch" : "produce"}
            answer={request.state === "ok"}
          />
        </g>
      </svg>
      <button
        type="button"
        className="link strong"
        title={`${requestTitle(request)}: its bytes`}
        onClick={() => dispatch({ kind: "inspect", what: { kind: "request", id: request.id } })}
      >
        {isShort ? `Produce ${request.id}` : requestTitle(request)}
      </button>
      {rest === "" ? null : (
        <span className="rest cut-short" title={`${requestTitle(request)}${rest}`}>
          {rest}
        </span>
      )}
      {isShort ? null : answer === null ? (
        <Waiting request={request} />
      ) : (
        <span className={`answer cut-short ${failed ? "tone-bad" : ""}`} title={answer}>
          {answer}
        </span>
      )}
    </li>
  );
});

/** How long, in simulated time. */
function Waiting({ request }: { request: RequestView }) {
  const text = useRef<HTMLSpanElement>(null);
  useReadout((nowUs) => {
    setText(text.current, spanText(Math.max(0, nowUs - request.sentAtUs)));
  });
  return <span ref={text} className="answer quiet" />;
}
