import { useState } from "react";
import { Sheet } from "../notice/Sheet.tsx";
import { useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { figureRows } from "./figures.ts";
import "../styles/cluster.css";

/** What has changed since a moment that a person chooses: of the same run, or of another branch. */
export function FiguresSheet({ onClose }: { onClose: () => void }) {
  const world = useView((state) => state.world);
  const [chosen, setChosen] = useState(world);
  const was = chosen ?? world;
  if (world === null || was === null) return null;
  return (
    <Sheet name="Figures" title="Figures" className="figures-sheet" onClose={onClose}>
      <table className="facts-table figures small">
        <thead>
          <tr>
            <td />
            <th scope="col">{momentText(was.nowUs)}</th>
            <th scope="col">now</th>
            <th scope="col">change</th>
          </tr>
        </thead>
        <tbody>
          {figureRows(was, world).map(({ name, was: before, now, change }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before}</td>
              <td>{now}</td>
              <td>{change}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" className="button" onClick={() => setChosen(world)}>
        Count from here
      </button>
    </Sheet>
  );
}
