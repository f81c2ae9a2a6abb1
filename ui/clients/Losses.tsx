import type { LossView } from "@chronik/core/view";
import { useView } from "../pageContext.ts";

const NO_LOSSES: readonly LossView[] = [];
const SHOWN_MAX = 20;

/** Records that were sent, and told to be kept where acks asked for that, and that are gone. */
export function Losses() {
  const losses = useView((state) => state.world?.losses ?? NO_LOSSES);
  if (losses.length === 0) return null;
  return (
    <section className="group small" aria-label="Lost records">
      <p className="tone-bad">
        <b>
          {losses.length} {losses.length === 1 ? "record" : "records"} lost
        </b>
      </p>
      <ul>
        {losses
          .slice(-SHOWN_MAX)
          .toReversed()
          .map(({ id, value, client, partition, acks, text }) => (
            <li key={id}>
              <b>{value}</b> of {client} to {partition}, acks={acks}{" "}
              <span className="quiet">{text}</span>
            </li>
          ))}
      </ul>
    </section>
  );
}
