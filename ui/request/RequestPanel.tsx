import type { LookupView, RequestView } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";
import { pendingOf, requestAnswer, requestTitle, waitText } from "../partitions/requestText.ts";
import type { PanelProps } from "../partitions/SidePanel.tsx";
import { momentText } from "../timeText.ts";
import { Frames } from "./Frames.tsx";
import { Trace } from "./Trace.tsx";
import "../styles/cluster.css";

/** One request: what became of it, who was asked for the leader, and its bytes. */
export function RequestPanel({ head }: PanelProps) {
  const { dispatch } = usePage();
  const request = useView(inspectedRequest);
  const lookup = useView(lookupOfInspected);
  const inspection = useView((state) => state.world?.inspection ?? null);
  return (
    <section className="partitions cluster" aria-label="Request">
      <div className="panel-head">
        {head}
        <button
          type="button"
          className="button small-button end"
          aria-label="Close the request"
          onClick={() => dispatch({ kind: "inspect", what: null })}
        >
          Close
        </button>
      </div>
      {request === null ? null : <Outcome request={request} />}
      {lookup === null ? null : <Trace lookup={lookup} />}
      {inspection === null ? (
        <p className="small quiet">There are no bytes of it to show.</p>
      ) : (
        <>
          {request === null ? <h2>{inspection.title}</h2> : null}
          {inspection.frames.map((frame) => (
            <Frames key={frame.title} frame={frame} />
          ))}
        </>
      )}
    </section>
  );
}

function Outcome({ request }: { request: RequestView }) {
  const pending = useView((state) => pendingOf(state, request));
  const partition = useView(({ world }) => world?.partitions[request.target] ?? null);
  const failed = request.state === "error" || request.state === "unanswered";
  const answer = requestAnswer(request);
  return (
    <>
      <h2>{requestTitle(request)}</h2>
      <p className="small">
        <span className="quiet">
          {request.client}, sent at {momentText(request.sentAtUs)}
          {request.answeredAtUs === null ? "" : `, ended at ${momentText(request.answeredAtUs)}`}.
        </span>{" "}
        <span className={failed ? "tone-bad" : ""}>
          {answer ?? (pending === null ? "no answer yet" : waitText(pending, partition))}
        </span>
      </p>
    </>
  );
}

function inspectedRequest({ world, inspected }: PageState): RequestView | null {
  if (inspected?.kind !== "request") return null;
  return world?.requests.find(({ id }) => id === inspected.id) ?? null;
}

/** Of the node that was asked, within the time of the request; of reads only refused ones have one. */
function lookupOfInspected(state: PageState): LookupView | null {
  const request = inspectedRequest(state);
  if (request?.kind !== "produce" && request?.kind !== "fetch") return null;
  const endsAtUs = request.answeredAtUs ?? Number.POSITIVE_INFINITY;
  const lookups = state.world?.lookups ?? [];
  return (
    lookups.find(
      ({ node, partition, atUs }) =>
        node === request.to &&
        partition === request.target &&
        atUs >= request.sentAtUs &&
        atUs <= endsAtUs,
    ) ?? null
  );
}
