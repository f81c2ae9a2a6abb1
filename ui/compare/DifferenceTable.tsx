import { countText } from "../countText.ts";
import { isDifferent } from "./differences.ts";
import type { ComparedCell, ComparedRow } from "./differences.ts";

interface DifferenceTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly ComparedRow[];
}

/** What both sides have in common stands once and quiet; what differs is bold, with a sign between. */
export function DifferenceTable({ label, columns, rows }: DifferenceTableProps) {
  return (
    <table className="differences small" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{label}</th>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, cells }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <Cell key={columns[at]} cell={cell} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ cell }: { cell: ComparedCell }) {
  if (!isDifferent(cell)) return <td className="quiet">{short(cell.mine)}</td>;
  return (
    <td title={`${cell.mine} here, ${cell.theirs} there`}>
      <b>
        {short(cell.mine)} <span aria-label="here, there">≠</span> {short(cell.theirs)}
      </b>
    </td>
  );
}

/** Numbers are abbreviated where they are long; the full ones are in the title. */
function short(text: string): string {
  return /^\d+$/.test(text) ? countText(Number(text)) : text;
}
