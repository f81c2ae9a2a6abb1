import type { ReadyItemView, ReadyView } from "@chronik/core/view";
import { linkLane } from "../geometry/linkLane.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useView } from "../pageContext.ts";
import { HoldBar } from "./FlightGlyph.tsx";

const GAP = 12;
const NO_READIES: Readonly<Record<string, ReadyView>> = {};

interface HeldBackProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** What may not leave its node before a write is durable stands in front of it. */
export function HeldBack({ ring, names }: HeldBackProps) {
  const readies = useView((state) => state.world?.readies ?? NO_READIES);
  if (ring.crowded) return null;
  return names.flatMap((name) =>
    heldOf(readies[name]).map((item) => {
      const from = ring.places[names.indexOf(name)];
      const to = ring.places[names.indexOf(item.flight?.to ?? "")];
      if (from === undefined || to === undefined || item.flight === null) return null;
      const { kind, answer, refused, caption } = item.flight;
      const lane = linkLane(from, to, ring.outlineRadius + GAP, ring.outlineRadius + GAP);
      const words = caption === "" ? "held" : `${caption}, held`;
      const isLeft = lane.to.x < lane.from.x;
      return (
        <g
          key={`${name}:${item.id}`}
          transform={`translate(${lane.from.x} ${lane.from.y})`}
          role="img"
          aria-label={`${item.text}, held until the write of ${name} is durable`}
        >
          <MessageGlyph kind={kind} answer={answer} refused={refused} />
          <HoldBar lane={lane} />
          {ring.compact ? null : (
            <text className={`t-mi halo ${isLeft ? "end" : ""}`} x={isLeft ? -14 : 14} y="-14">
              {words}
            </text>
          )}
        </g>
      );
    }),
  );
}

/** Behind a write, or where a person holds it: what else waits in a Ready leaves at once. */
function heldOf(ready: ReadyView | undefined): readonly ReadyItemView[] {
  const after = ready?.stages.find(({ name }) => name === "sendAfter");
  const isHeldByHand = after?.isHeld === true && after.state === "here";
  if (ready?.gate?.state !== "writing" && !isHeldByHand) return [];
  return after?.items.filter(({ kind, held }) => kind === "message" && held) ?? [];
}
