import type { GroupView } from "@chronik/core/view";
import { useView } from "../pageContext.ts";

const NO_GROUPS: readonly GroupView[] = [];

/** Who shares what with whom, and how far each has come. */
export function Groups() {
  const groups = useView((state) => state.world?.groups ?? NO_GROUPS);
  return groups.map((group) => <Group key={group.name} group={group} />);
}

function Group({ group }: { group: GroupView }) {
  const { name, state, generation, coordinator, members, offsets } = group;
  return (
    <section className="group small" aria-label={`Group ${name}`}>
      <p>
        <b>{name}</b> <span className={state === "stable" ? "quiet" : "tone-warn"}>{state}</span>
        <span className="quiet">
          , generation {generation}, coordinated by {coordinator}
        </span>
      </p>
      <ul>
        {members.map(({ id, isLeader, assignment }) => (
          <li key={id}>
            <span className="code">{id}</span>
            {isLeader ? " leads and assigns," : ""}{" "}
            <span className={assignment === null ? "quiet" : ""}>
              {assignment === null || assignment.length === 0
                ? "has nothing"
                : assignment.join(", ")}
            </span>
          </li>
        ))}
      </ul>
      {offsets.length === 0 ? null : (
        <table className="facts-table" aria-label={`Offsets of group ${name}`}>
          <thead>
            <tr>
              <th scope="col">partition</th>
              <th scope="col">committed</th>
              <th scope="col">lag</th>
            </tr>
          </thead>
          <tbody>
            {offsets.map(({ partition, committed, lag }) => (
              <tr key={partition}>
                <th scope="row">{partition}</th>
                <td>{committed}</td>
                <td>{lag}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
