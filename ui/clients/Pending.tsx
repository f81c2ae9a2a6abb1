import type { PartitionView, PendingView } from "@chronik/core/view";
import { useView } from "../pageContext.ts";
import { waitText } from "../partitions/requestText.ts";

const NO_PENDING: readonly PendingView[] = [];
const NO_PARTITIONS: Readonly<Record<string, PartitionView>> = {};
const SHOWN_MAX = 8;

/** Every produce that is not answered yet, and what it waits for. */
export function Pending() {
  const pending = useView((state) => state.world?.pending ?? NO_PENDING);
  const count = useView((state) => state.world?.pendingCount ?? 0);
  const partitions = useView((state) => state.world?.partitions ?? NO_PARTITIONS);
  if (pending.length === 0) return null;
  return (
    <section className="group small" aria-label="Waiting for an answer">
      <p>
        <b>
          {count} {count === 1 ? "produce waits" : "produces wait"} for an answer
        </b>
      </p>
      <ul>
        {pending.slice(0, SHOWN_MAX).map((one) => (
          <li key={one.id}>
            {one.partition} at {one.node}, acks={one.acks}:{" "}
            {waitText(one, partitions[one.partition] ?? null)}
          </li>
        ))}
        {count > SHOWN_MAX ? <li className="quiet">and {count - SHOWN_MAX} more</li> : null}
      </ul>
    </section>
  );
}
