import type { WorldView } from "@chronik/core/view";
import { laneFlightLine, linePath } from "../geometry/laneFlight.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { useView } from "../pageContext.ts";
import { WRITE_HEIGHT, writesEntry } from "./LaneWrites.tsx";

interface LaneBrushProps {
  readonly rows: LaneRows;
  readonly scale: LaneScale;
}

/** What is pointed at, wherever that is: one subscription for all that the lanes show. */
export function LaneBrush({ rows, scale }: LaneBrushProps) {
  const brush = useView((state) => state.brush);
  const world = useView((state) => (state.brush === null ? null : state.world));
  if (brush === null || world === null) return null;
  const path = messagePath(brush, world, rows, scale);
  if (path !== null) return <path className="stroke-ink w3 none" d={path} />;
  return world.writes
    .filter((write) => brush === `write:${write.id}` || brush === writesEntry(write))
    .map((write) => {
      const x = scale.x(write.startedAtUs);
      return (
        <rect
          key={write.id}
          className="stroke-ink w2 none"
          x={x - 1.5}
          y={rows.y(write.node) - WRITE_HEIGHT / 2 - 2}
          width={Math.max(2, scale.x(write.endsAtUs) - x) + 3}
          height={WRITE_HEIGHT + 4}
          rx="4"
        />
      );
    });
}

function messagePath(
  brush: string,
  world: WorldView,
  rows: LaneRows,
  scale: LaneScale,
): string | null {
  if (!brush.startsWith("message:")) return null;
  const id = Number(brush.slice("message:".length));
  const flight = world.flights.find((one) => one.id === id);
  return flight === undefined ? null : linePath(laneFlightLine(flight, rows, scale).points);
}
