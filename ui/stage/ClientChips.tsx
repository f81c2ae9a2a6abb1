import { useRef } from "react";
import type { ClientView, RequestView } from "@chronik/core/view";
import { useBrush } from "../brush.ts";
import { linkLane } from "../geometry/linkLane.ts";
import type { Point, RingLayout } from "../geometry/ringLayout.ts";
import { useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { newestRequest, requestOutcome, requestTitle } from "../partitions/requestText.ts";
import { spanText } from "../timeText.ts";
import { clientPlaceAt, clientPlaceCount, NO_CLIENTS } from "./clientPlaces.ts";

interface ClientChipsProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** The client whose requests a person sends, with its last one, and those that work by themselves. */
export function ClientChips({ ring, names }: ClientChipsProps) {
  const clients = useView((state) => state.world?.clients ?? NO_CLIENTS);
  const isRoomy = !ring.compact && names.length <= 5;
  const placeCount = clientPlaceCount(ring);
  const hidden = clients.length - placeCount;
  return (
    <>
      <FirstClient ring={ring} names={names} />
      {clients.slice(0, placeCount).map((client, i) => {
        const more = i === placeCount - 1 && hidden > 0 ? `+${hidden}` : null;
        const text = more ?? (isRoomy ? client.kind : "");
        return <Worker key={client.name} client={client} at={clientPlaceAt(i, ring)} text={text} />;
      })}
    </>
  );
}

function FirstClient({ ring, names }: ClientChipsProps) {
  const request = useView((state) => newestRequest(state.world?.requests));
  const { lit, brush } = useBrush("client:c1");
  const { x, y } = ring.client;
  const target = ring.places[names.indexOf(request?.to ?? "")];
  const waiting = request?.state === "waiting";
  const link =
    target === undefined ? null : linkLane(target, ring.client, ring.outlineRadius + 6, 20, 0);
  return (
    <g role="group" aria-label="Client c1" {...brush}>
      {link !== null && waiting ? (
        <path
          className="stroke-client w125 none dash-fine"
          d={`M${link.from.x} ${link.from.y}L${link.to.x} ${link.to.y}`}
        />
      ) : null}
      <Chip name="c1" at={ring.client} lit={lit} />
      {request === null || ring.compact || ring.crowded ? null : (
        <g transform={`translate(${x - 24} ${y})`} data-ref={`request:${request.id}`}>
          <text className="halo end" y="-7">
            {requestTitle(request)}
          </text>
          <Answer request={request} />
        </g>
      )}
    </g>
  );
}

function Worker({ client, at, text }: { client: ClientView; at: Point; text: string }) {
  const { name, kind, topic, state } = client;
  const { lit, brush } = useBrush(`client:${name}`);
  return (
    <g
      className="pick"
      role="button"
      tabIndex={0}
      aria-haspopup="menu"
      aria-label={`Client ${name}, ${kind} of ${topic}, ${state}`}
      {...brush}
    >
      <Chip name={name} at={at} lit={lit} />
      <text className="t-m halo end" x={at.x - 22} y={at.y}>
        {text}
      </text>
    </g>
  );
}

function Chip({ name, at, lit }: { name: string; at: Point; lit: boolean }) {
  return (
    <g transform={`translate(${at.x} ${at.y})`}>
      <rect
        className="fill-stage stroke-client w15"
        x="-16"
        y="-11"
        width="32"
        height="22"
        rx="11"
      />
      <text className="t-s fill-client middle" y="0.5">
        {name}
      </text>
      {lit ? (
        <rect className="stroke-ink w2 none" x="-19" y="-14" width="38" height="28" rx="14" />
      ) : null}
    </g>
  );
}

function Answer({ request }: { request: RequestView }) {
  const text = useRef<SVGTextElement>(null);
  const answer = requestOutcome(request);
  useReadout((nowUs) => {
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
