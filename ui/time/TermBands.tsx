import { useMemo, useRef } from "react";
import { placeBands } from "../geometry/runScale.ts";
import type { RunScale } from "../geometry/runScale.ts";
import { termClass } from "../glyph/hues.ts";
import { useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";

const TOP = 4;
const HEIGHT = 8;

interface TermBandsProps {
  readonly scale: RunScale;
}

/**
 * Full height while a leader has a quorum, a thin line while there is none; from the playhead on
 * everything is an outline when one stands in the past.
 */
export function TermBands({ scale }: TermBandsProps) {
  const bands = useView((state) => state.branch.bands);
  const inPast = useView((state) => state.playback.inPast);
  const veil = useRef<SVGRectElement>(null);
  // To the pixel: a run grows all the time, and its last band with it.
  const endX = useView((state) => Math.ceil(scale.x(state.playback.endUs)));
  const shownEndUs = scale.atUs(endX);
  const placed = useMemo(() => placeBands(bands, scale, shownEndUs), [bands, scale, shownEndUs]);
  useReadout((nowUs) => {
    const x = scale.x(nowUs);
    veil.current?.setAttribute("x", x.toFixed(1));
    veil.current?.setAttribute("width", Math.max(0, endX - x).toFixed(1));
  });
  return (
    <g>
      <rect className="fill-hair" x="0" y={TOP} width={scale.width} height={HEIGHT} />
      <rect className="fill-panel" x="0" y={TOP} width={endX} height={HEIGHT} />
      {placed.map(({ x, width, term, isLed }) => (
        <rect
          key={x}
          className={term > 0 ? termClass(term) : "fill-line"}
          x={x}
          y={isLed ? TOP : TOP + HEIGHT / 2 - 1}
          width={width}
          height={isLed ? HEIGHT : 2}
        />
      ))}
      {inPast ? (
        <rect ref={veil} className="fill-panel ahead" y={TOP + 2} height={HEIGHT - 4} />
      ) : null}
    </g>
  );
}
