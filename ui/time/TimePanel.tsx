import { Suspense } from "react";
import { later } from "../later.ts";
import { RunBand } from "./RunBand.tsx";
import { Transport } from "./Transport.tsx";

/** They have nothing to show before the first node has sent something. */
const Lanes = later(async () => (await import("./Lanes.tsx")).Lanes, NoLanes);

/** Where the run stands, and where it has been. */
export function TimePanel({ withLanes }: { withLanes: boolean }) {
  return (
    <section className="time" aria-label="Time">
      <Transport />
      <div className="axes">
        {withLanes ? (
          <Suspense fallback={<NoLanes />}>
            <Lanes />
          </Suspense>
        ) : null}
        <RunBand />
      </div>
    </section>
  );
}

/** Keeps their room. */
function NoLanes() {
  return <div className="lanes" />;
}
