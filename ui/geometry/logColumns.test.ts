import { describe, expect, test } from "vitest";
import { logColumns } from "./logColumns.ts";

describe("logColumns", () => {
  test("shows as many columns as fit and never more than there are", () => {
    expect(logColumns(672, 12, true).count).toBe(8);
    expect(logColumns(672, 12, false).count).toBe(11);
    expect(logColumns(672, 3, true).count).toBe(3);
    expect(logColumns(100, 12, true).count).toBe(1);
  });

  test.each([358, 672, 1000])(
    "columns, notes and leader's view share %i px without overlap",
    (w) => {
      const layout = logColumns(w, 12, w > 600);
      const cellsEnd = layout.firstX + layout.count * layout.pitch;
      expect(layout.noteX).toBeGreaterThan(cellsEnd);
      expect(layout.leaderX ?? w).toBeGreaterThanOrEqual(layout.noteX + 80);
    },
  );
});
