import type { LookupView } from "@chronik/core/view";

/** Who was asked for the leader, in their order, and what came of it. */
export function Trace({ lookup }: { lookup: LookupView }) {
  const { node, partition, steps, outcome, errorName } = lookup;
  return (
    <div className="trace small">
      <p className="quiet">
        {node} looks up who leads {partition}:
      </p>
      <ol aria-label="Leadership lookup">
        {steps.map(({ source, state, text }) => (
          <li key={source} className={state}>
            <b>{NAMES[source]}</b> <span className="quiet">{text}</span>
          </li>
        ))}
      </ol>
      <p className={errorName === null ? "" : "tone-bad"}>{outcome}</p>
    </div>
  );
}

const NAMES = {
  raftGroup: "the partition’s Raft group",
  metadata: "replicated metadata",
  standalone: "standalone metadata",
} as const;
