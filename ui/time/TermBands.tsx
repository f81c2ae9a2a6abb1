import { useRef } from "react";
import type { RunScale } from "../geometry/runScale.ts";
import { termClass } from "../glyph/hues.ts";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";

const TOP = 8;
const HEIGHT = 8;

interface TermBandsProps {
  readonly scale: RunScale;
  readonly endUs: number;
  readonly width: number;
}

/**
 * Full height while a leader has a quorum, a thin line while there is none; from the playhead on
 * everything is a shade thinner when one stands in the past.
 */
export function TermBands({ scale, endUs, width }: TermBandsProps) {
  const bands = useView((state) => state.branch.bands);
  const inPast = useView((state) => state.playback.inPast);
  const veil = useRef<SVGRectElement>(null);
  const endX = scale.x(endUs);
  useMotion((nowUs) => {
    const x = scale.x(nowUs);
    veil.current?.setAttribute("x", x.toFixed(1));
    veil.current?.setAttribute("width", Math.max(0, endX - x).toFixed(1));
  });
  return (
    <g>
      <rect className="fill-hair" x="0" y={TOP} width={width} height={HEIGHT} />
      <rect className="fill-panel" x="0" y={TOP} width={endX} height={HEIGHT} />
      {bands.map((band) => {
        const x = scale.x(band.fromUs);
        const bandWidth = Math.max(0, (band.toUs === null ? endX : scale.x(band.toUs)) - x);
        const led = band.leader !== null;
        return (
          <rect
            key={band.fromUs}
            className={led || band.term > 0 ? termClass(band.term) : "fill-line"}
            x={x}
            y={led ? TOP : TOP + HEIGHT / 2 - 1}
            width={bandWidth}
            height={led ? HEIGHT : 2}
          />
        );
      })}
      {inPast ? (
        <rect ref={veil} className="fill-panel ahead" y={TOP + 2} height={HEIGHT - 4} />
      ) : null}
    </g>
  );
}
