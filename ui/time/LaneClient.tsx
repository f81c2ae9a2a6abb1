import type { RequestView } from "@chronik/core/view";
import { useRef } from "react";
import type { LaneRows } from "../geometry/laneRows.ts";
import { useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";
import { setText } from "../setText.ts";
import { momentText, spanText } from "../timeText.ts";

interface LaneClientProps {
  readonly rows: LaneRows;
  readonly leftUs: (nowUs: number) => number;
}

/** The request that waits for its answer, once its message has slid out of sight. */
export function LaneClient({ rows, leftUs }: LaneClientProps) {
  const request = useView(waitingRequest);
  return request === null ? null : <Waiting request={request} rows={rows} leftUs={leftUs} />;
}

function waitingRequest({ world }: PageState): RequestView | null {
  return world?.requests.find(({ state }) => state === "waiting") ?? null;
}

function Waiting({ request, rows, leftUs }: LaneClientProps & { request: RequestView }) {
  const group = useRef<SVGGElement>(null);
  const text = useRef<SVGTextElement>(null);
  const { kind, id, sentAtUs } = request;
  const what = kind === "produce" ? `Produce ${id}` : `Request ${id}`;
  useReadout((nowUs) => {
    group.current?.classList.toggle("hidden-label", leftUs(nowUs) <= sentAtUs);
    const waited = spanText(Math.max(0, nowUs - sentAtUs));
    setText(text.current, `${what} sent at ${momentText(sentAtUs)}, no answer for ${waited}`);
  });
  return (
    <g ref={group} data-ref={`request:${id}`}>
      <rect className="fill-panel" x="8" y={rows.clientY - 8} width="294" height="16" />
      <text ref={text} className="t-mi fill-client" x="14" y={rows.clientY} />
    </g>
  );
}
