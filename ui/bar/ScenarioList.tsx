import { useEffect, useState } from "react";
import type { ScenarioTitle } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";

/** What the cluster can start as. */
export function ScenarioList({ close }: { close: () => void }) {
  const { dispatch, scenarios } = usePage();
  const [list, setList] = useState<readonly ScenarioTitle[] | null>(null);
  const open = useView((state) => state.scenario.name);
  useEffect(() => {
    void scenarios().then(setList);
  }, [scenarios]);
  if (list?.length === 0) {
    return <p className="small quiet">The scenarios could not be loaded. Reload the page.</p>;
  }
  return (
    <ul className="scenarios" aria-label="Scenarios">
      {list?.map(({ name, title, about }) => (
        <li key={name}>
          <button
            type="button"
            aria-current={name === open}
            onClick={() => {
              dispatch({ kind: "openScenario", name });
              close();
            }}
          >
            <b>{title}</b>
            <span className="small quiet">{about}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
