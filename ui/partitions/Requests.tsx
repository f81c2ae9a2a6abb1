import type { RequestView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { useBrush } from "../brush.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { spanText } from "../timeText.ts";
import { requestAnswer, requestTitle } from "./requestText.ts";

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
      <span className="strong">{requestTitle(request)}</span>
      {answer === null ? (
        <Waiting sinceUs={request.sentAtUs} />
      ) : (
        <span className={`answer cut-short ${failed ? "tone-bad" : ""}`}>{answer}</span>
      )}
    </li>
  );
});

function Waiting({ sinceUs }: { sinceUs: number }) {
  const text = useRef<HTMLSpanElement>(null);
  useMotion((nowUs) => {
    if (text.current === null) return;
    text.current.textContent = `waiting ${spanText(Math.max(0, nowUs - sinceUs))}`;
  });
  return <span ref={text} className="answer quiet" />;
}
