import type { RequestView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { useBrush } from "../brush.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";
import { spanText } from "../timeText.ts";
import { pendingOf, requestAnswer, requestTitle, waitText } from "./requestText.ts";

const NO_REQUESTS: readonly RequestView[] = [];
const SHOWN_MAX = 8;

/** The last requests, newest first: their answer, errors included, appears in their row. */
export function Requests() {
  const requests = useView((state) => state.world?.requests ?? NO_REQUESTS);
  const newest = requests.toSorted((a, b) => b.id - a.id).slice(0, SHOWN_MAX);
  return (
    <section className="requests" aria-label="Requests">
      <ul>
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
  const answer = requestAnswer(request);
  const failed = request.state === "error" || request.state === "unanswered";
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
        title="Its bytes"
        onClick={() => dispatch({ kind: "inspect", what: { kind: "request", id: request.id } })}
      >
        {requestTitle(request)}
      </button>
      {answer === null ? (
        <Waiting request={request} />
      ) : (
        <span className={`answer cut-short ${failed ? "tone-bad" : ""}`}>{answer}</span>
      )}
    </li>
  );
});

function Waiting({ request }: { request: RequestView }) {
  const text = useRef<HTMLSpanElement>(null);
  const pending = useView((state) => pendingOf(state, request));
  useMotion((nowUs) => {
    if (text.current === null) return;
    text.current.textContent = `waiting ${spanText(Math.max(0, nowUs - request.sentAtUs))}`;
  });
  return (
    <>
      <span ref={text} className="answer quiet" />
      {pending === null ? null : <span className="waits">{waitText(pending)}</span>}
    </>
  );
}
