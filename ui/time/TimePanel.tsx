import { Lanes } from "./Lanes.tsx";
import { RunBand } from "./RunBand.tsx";
import { Transport } from "./Transport.tsx";

/** Where the run stands, and where it has been. */
export function TimePanel({ withLanes }: { withLanes: boolean }) {
  return (
    <section className="time" aria-label="Time">
      <Transport />
      <div className="axes">
        {withLanes ? <Lanes /> : null}
        <RunBand />
      </div>
    </section>
  );
}
