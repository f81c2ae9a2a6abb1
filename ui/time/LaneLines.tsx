import type { TermBandView } from "@chronik/core/view";
import type { LaneRows } from "../geometry/laneRows.ts";
import { laneReachUs } from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { termClass } from "../glyph/hues.ts";
import { useView } from "../pageContext.ts";

const NO_BANDS: readonly TermBandView[] = [];

interface LaneLinesProps {
  readonly names: readonly string[];
  readonly rows: LaneRows;
  readonly scale: LaneScale;
}

/**
 * A node's line wears its term since that term or the node's process began. Before that it is known
 * only where it led, and there it is thicker: what term a follower had in the past nobody says.
 */
export function LaneLines({ names, rows, scale }: LaneLinesProps) {
  const reach = laneReachUs(scale);
  const fromX = scale.x(reach.fromUs);
  const toX = scale.x(reach.toUs);
  return (
    <g>
      <path className="stroke-client w15 none dash-fine" d={`M${fromX} ${rows.clientY}H${toX}`} />
      {names.map((name) => (
        <Line key={name} name={name} y={rows.y(name)} scale={scale} fromX={fromX} toX={toX} />
      ))}
    </g>
  );
}

interface LineProps {
  readonly name: string;
  readonly y: number;
  readonly scale: LaneScale;
  readonly fromX: number;
  readonly toX: number;
}

function Line({ name, y, scale, fromX, toX }: LineProps) {
  const term = useView((state) => state.world?.nodes[name]?.term ?? 0);
  const running = useView((state) => state.world?.nodes[name]?.process === "running");
  const sinceUs = useView((state) => state.world?.nodes[name]?.processSinceUs ?? 0);
  const bands = useView((state) => state.world?.run.bands ?? NO_BANDS);
  const termSinceUs = bands.find((band) => band.term === term)?.fromUs ?? null;
  const startX = Math.min(toX, Math.max(fromX, scale.x(sinceUs)));
  const termX = Math.max(startX, termSinceUs === null ? toX : scale.x(termSinceUs));
  const plain = "stroke-line thin none";
  return (
    <>
      <path className={plain} d={`M${fromX} ${y}H${startX}`} />
      {bands.map((band) => {
        const endX = band.toUs === null ? toX : scale.x(band.toUs);
        const beginX = Math.max(fromX, scale.x(band.fromUs));
        return band.leader !== name || endX <= beginX ? null : (
          <path
            key={band.fromUs}
            className={`stroke-${termClass(band.term)} w3 none`}
            d={`M${beginX} ${y}H${Math.min(toX, endX)}`}
          />
        );
      })}
      {running ? (
        <>
          <path className={plain} d={`M${startX} ${y}H${Math.min(termX, toX)}`} />
          {termX < toX ? (
            <path className={`stroke-${termClass(term)} w2 none`} d={`M${termX} ${y}H${toX}`} />
          ) : null}
        </>
      ) : (
        <path className="stroke-line w15 none dash-fine" d={`M${startX} ${y}H${toX}`} />
      )}
    </>
  );
}
