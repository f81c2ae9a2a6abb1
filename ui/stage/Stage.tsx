import { Suspense, useMemo } from "react";
import type { ReactNode } from "react";
import { ringLayout } from "../geometry/ringLayout.ts";
import { later, Nothing } from "../later.ts";
import { useReducedMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { ClientChip } from "./ClientChip.tsx";
import { Flights } from "./Flights.tsx";
import { Links } from "./Links.tsx";
import { NodeGlyph } from "./NodeGlyph.tsx";
import { NodeLabel } from "./NodeLabel.tsx";
import { QuorumMeter } from "./QuorumMeter.tsx";
import { Sentence } from "./Sentence.tsx";
import { StageLegend } from "./StageLegend.tsx";

const NO_NODES: readonly string[] = [];

/** A page opens without cuts, so their curves can come when there is one; at worst without them. */
const Cuts = later(async () => (await import("./Cuts.tsx")).Cuts, Nothing);

/** One sentence, its reason, and the cluster it speaks of. */
export function Stage({ children }: { children?: ReactNode }) {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const isCut = useView((state) => (state.world?.cuts.length ?? 0) > 0);
  const [canvas, size] = useSize<HTMLDivElement>({ width: 704, height: 312 });
  const reduced = useReducedMotion();
  const ring = useMemo(
    () => ringLayout(size.width, size.height, names.length),
    [size.width, size.height, names.length],
  );
  return (
    <section className="stage" aria-label="Cluster">
      <Sentence />
      {children}
      <div className="canvas" ref={canvas}>
        {names.length === 0 ? null : (
          <>
            <svg
              width={size.width}
              height={size.height}
              role="group"
              aria-label="Nodes and messages"
            >
              <Links ring={ring} />
              {isCut ? (
                <Suspense>
                  <Cuts ring={ring} names={names} />
                </Suspense>
              ) : null}
              <ClientChip ring={ring} names={names} />
              <QuorumMeter ring={ring} />
              {names.map((name, i) => (
                <NodeGlyph key={name} name={name} place={ring.places[i]} ring={ring} />
              ))}
              <Flights ring={ring} names={names} travelling={!reduced} />
            </svg>
            {names.map((name, i) => (
              <NodeLabel key={name} name={name} place={ring.places[i]} ring={ring} />
            ))}
          </>
        )}
      </div>
      <StageLegend />
    </section>
  );
}
