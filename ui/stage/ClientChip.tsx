import { useRef } from "react";
import type { RequestView } from "@chronik/core/view";
import { linkLane } from "../geometry/linkLane.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { newestRequest, requestOutcome, requestTitle } from "../partitions/requestText.ts";
import { spanText } from "../timeText.ts";

interface ClientChipProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** The client and its last request. */
export function ClientChip({ ring, names }: ClientChipProps) {
  const request = useView((state) => newestRequest(state.world?.requests));
  const { x, y } = ring.client;
  const target = ring.places[names.indexOf(request?.to ?? "")];
  const waiting = request?.state === "waiting";
  const link =
    target === undefined ? null : linkLane(target, ring.client, ring.outlineRadius + 6, 20);
  return (
    <g role="group" aria-label="Client c1">
      {link !== null && waiting ? (
        <path
          className="stroke-client w125 none dash-fine"
          d={`M${link.from.x} ${link.from.y}L${link.to.x} ${link.to.y}`}
        />
      ) : null}
      <rect
        className="fill-stage stroke-client w15"
        x={x - 16}
        y={y - 11}
        width="32"
        height="22"
        rx="11"
      />
      <text className="t-s fill-client middle" x={x} y={y + 0.5}>
        c1
      </text>
      {request === null || ring.compact ? null : (
        <g transform={`translate(${x - 24} ${y})`}>
          <text className="halo end" y="-7">
            {requestTitle(request)}
          </text>
          <Answer request={request} />
        </g>
      )}
    </g>
  );
}

function Answer({ request }: { request: RequestView }) {
  const text = useRef<SVGTextElement>(null);
  const answer = requestOutcome(request);
  useMotion((nowUs) => {
    if (text.current === null || answer !== null) return;
    text.current.textContent = `waiting ${spanText(Math.max(0, nowUs - request.sentAtUs))}`;
  });
  const failed = request.state === "error" || request.state === "unanswered";
  return (
    <text ref={text} className={failed ? "t-bad halo end" : "t-m halo end"} y="9">
      {answer}
    </text>
  );
}
