import { Suspense, useMemo } from "react";
import type { ReactNode } from "react";
import { ringLayout } from "../geometry/ringLayout.ts";
import { later, Nothing } from "../later.ts";
import { useReducedMotion } from "../motion.ts";
import type { PageState } from "../page.ts";
import { useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { ClientChips } from "./ClientChips.tsx";
import { Flights } from "./Flights.tsx";
import { HeldBack } from "./HeldBack.tsx";
import { LinkHits } from "./LinkHits.tsx";
import { Links } from "./Links.tsx";
import { NodeGlyph } from "./NodeGlyph.tsx";
import { NodeLabel } from "./NodeLabel.tsx";
import { QuorumMeter } from "./QuorumMeter.tsx";
import { Sentence } from "./Sentence.tsx";
import { StageLegend } from "./StageLegend.tsx";

const NO_NODES: readonly string[] = [];

/** A page opens with a network in order: what is wrong with one can come when it is. */
const NetworkFaults = later(
  async () => (await import("./NetworkFaults.tsx")).NetworkFaults,
  Nothing,
);

/** One sentence, its reason, and the cluster it speaks of. */
export function Stage({ children }: { children?: ReactNode }) {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const isFaulty = useView(hasNetworkFault);
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
      <div className="canvas" ref={canvas} role="group" aria-label="Nodes and messages">
        {names.length === 0 ? null : (
          <>
            <svg width={size.width} height={size.height}>
              <Links ring={ring} names={names} />
              {isFaulty ? (
                <Suspense>
                  <NetworkFaults ring={ring} names={names} />
                </Suspense>
              ) : null}
              <ClientChips ring={ring} names={names} />
              {names.map((name, i) => (
                <NodeGlyph key={name} name={name} place={ring.places[i]} ring={ring} />
              ))}
              <LinkHits ring={ring} names={names} />
              <HeldBack ring={ring} names={names} />
              <QuorumMeter ring={ring} />
            </svg>
            <Flights ring={ring} names={names} travelling={!reduced} />
            <div className="labels">
              <div>
                {names.map((name, i) => (
                  <NodeLabel key={name} name={name} place={ring.places[i]} ring={ring} />
                ))}
              </div>
            </div>
          </>
        )}
      </div>
      <StageLegend />
    </section>
  );
}

function hasNetworkFault({ world, cutDraft }: PageState): boolean {
  if (cutDraft !== null) return true;
  return world !== null && world.cuts.length + world.links.length > 0;
}
