import type { AdminResult } from "../../wire/index.ts";

/** What a command came to, for a console: the facts, then the table, numbers to the right. */
export function adminText({ facts, columns, rows }: AdminResult): string {
  const lines = facts.map(({ name, value }) => `${name}: ${value}`);
  if (columns.length > 0) {
    if (lines.length > 0) lines.push("");
    if (rows.length === 0) lines.push("(none)");
    else lines.push(...tableLines(columns, rows));
  }
  return lines.join("\n");
}

function tableLines(columns: AdminResult["columns"], rows: AdminResult["rows"]): string[] {
  const widths = columns.map((name, at) =>
    rows.reduce((width, row) => Math.max(width, String(row[at] ?? "").length), name.length),
  );
  const isNumeric = columns.map((_, at) => rows.every((row) => typeof row[at] === "number"));
  const line = (cells: readonly (string | number)[]): string =>
    widths
      .map((width, at) => {
        const text = String(cells[at] ?? "");
        return isNumeric[at] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(columns), ...rows.map(line)];
}
