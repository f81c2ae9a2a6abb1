import type { PartitionView } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";

const NO_PARTITIONS: Readonly<Record<string, PartitionView>> = {};

/** Every topic with what it was made with. */
export function Topics() {
  const { dispatch } = usePage();
  const partitions = useView((state) => state.world?.partitions ?? NO_PARTITIONS);
  const topics = topicsOf(partitions);
  return (
    <table className="facts-table small" aria-label="Topics">
      <thead>
        <tr>
          <th scope="col">topic</th>
          <th scope="col">partitions</th>
          <th scope="col">copies</th>
          <th scope="col">min ISR</th>
          <th scope="col">mode</th>
          <th scope="col">
            <span className="hidden-text">actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {topics.map(({ topic, count, first }) => (
          <tr key={topic}>
            <th scope="row">{topic}</th>
            <td>{count}</td>
            <td>{first.replicas.length - first.addingReplicas.length}</td>
            <td>{first.mode === "raft" ? "a majority" : first.minInsyncReplicas}</td>
            <td>
              {first.mode}
              {first.uncleanElection ? ", unclean" : ""}
            </td>
            <td>
              {topic.startsWith("__") ? (
                <span className="quiet">internal</span>
              ) : (
                <button
                  type="button"
                  className="button small-button"
                  aria-label={`Delete topic ${topic}`}
                  onClick={() => dispatch({ kind: "deleteTopic", topic })}
                >
                  Delete
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Topic {
  readonly topic: string;
  readonly count: number;
  readonly first: PartitionView;
}

function topicsOf(partitions: Readonly<Record<string, PartitionView>>): readonly Topic[] {
  const topics = new Map<string, Topic>();
  for (const first of Object.values(partitions)) {
    const known = topics.get(first.topic);
    const count = (known?.count ?? 0) + 1;
    topics.set(first.topic, { topic: first.topic, first: known?.first ?? first, count });
  }
  return [...topics.values()];
}
