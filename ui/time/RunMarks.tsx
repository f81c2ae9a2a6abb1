import { memo, useMemo } from "react";
import { endText, placeLabels, placeMarks } from "../geometry/runScale.ts";
import type { RunScale } from "../geometry/runScale.ts";
import { useView } from "../pageContext.ts";

/** What happened to the run: ticks where they can be told apart, words where there is room. */
export const RunMarks = memo(function RunMarks({ scale }: { scale: RunScale }) {
  const all = useView((state) => state.branch.marks);
  const marks = useMemo(() => placeMarks(all, scale), [all, scale]);
  const places = marks.map((mark) => ({ x: scale.x(mark.atUs), text: mark.label }));
  return (
    <g>
      {marks.map((mark, i) => {
        const stroke = mark.tone === "bad" ? "stroke-bad" : "stroke-ink";
        return (
          <path key={i} className={`${stroke} w15 none`} d={`M${scale.x(mark.atUs)} 1v16`}>
            <title>{mark.label}</title>
          </path>
        );
      })}
      {placeLabels(places, scale.width, 32, 40).map(({ index, x }) => (
        <text
          key={index}
          className={marks[index]?.tone === "bad" ? "t-bad middle" : "t-m middle"}
          x={x}
          y="23"
        >
          {marks[index]?.label}
        </text>
      ))}
      <text className="t-m" x="0" y="23">
        0 s
      </text>
      <text className="t-m end" x={scale.width} y="23">
        {endText(scale.endUs)}
      </text>
    </g>
  );
});
