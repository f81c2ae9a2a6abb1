import type { LinkView } from "@chronik/core/view";
import { linkLane, pointAt } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { useView } from "../pageContext.ts";
import { NO_LINKS } from "./Links.tsx";
import { linkFaultText } from "./linkSentence.ts";

const GAP = 8;

/**
 * A link with a fault: dotted while it loses messages, dashed with a cross when it is cut. What
 * only one direction does stands in that direction's lane, with an arrow.
 */
export function LinkMarks({ ring, names }: { ring: RingLayout; names: readonly string[] }) {
  const links = useView((state) => state.world?.links ?? NO_LINKS);
  return (
    <g aria-hidden="true">
      <defs>
        <marker
          id="tip-fault"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          orient="auto"
          markerUnits="userSpaceOnUse"
        >
          <path className="fault-tip" d="M0 .8 7.5 4 0 7.2Z" />
        </marker>
      </defs>
      {links.map((link) => {
        const back = links.find(({ from, to }) => from === link.to && to === link.from);
        const isBothWays = back !== undefined && linkFaultText(back) === linkFaultText(link);
        // The other direction says it for both.
        if (isBothWays && names.indexOf(link.from) > names.indexOf(link.to)) return null;
        const from = ring.places[names.indexOf(link.from)];
        const to = ring.places[names.indexOf(link.to)];
        if (from === undefined || to === undefined) return null;
        const gap = ring.outlineRadius + GAP;
        const lane = linkLane(from, to, gap, gap, isBothWays ? 0 : undefined);
        return <Mark key={link.id} link={link} lane={lane} isOneWay={!isBothWays} />;
      })}
    </g>
  );
}

interface MarkProps {
  readonly link: LinkView;
  readonly lane: LinkLane;
  readonly isOneWay: boolean;
}

function Mark({ link, lane, isOneWay }: MarkProps) {
  const hue = link.isCut ? "stroke-bad" : "stroke-ink-2";
  const dash = link.isCut ? "dash-cut" : link.lossPercent > 0 ? "dash-fine" : "";
  // A cross stands where messages are lost; one direction's words keep out of the other's way.
  const { x, y } = pointAt(lane, isOneWay && !link.isCut ? 0.62 : 0.5);
  return (
    <g>
      <path
        className={`${hue} w15 none ${dash}`}
        d={`M${lane.from.x} ${lane.from.y}L${lane.to.x} ${lane.to.y}`}
        {...(isOneWay ? { markerEnd: "url(#tip-fault)" } : {})}
      />
      {link.isCut ? (
        <path className="stroke-bad w2 none round" d={`M${x - 5} ${y - 5}l10 10m0-10-10 10`} />
      ) : (
        <text className="t-mi halo middle" x={x} y={y}>
          {linkFaultText(link)}
        </text>
      )}
    </g>
  );
}
