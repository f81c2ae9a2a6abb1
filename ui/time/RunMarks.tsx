import { placeLabels } from "../geometry/runScale.ts";
import type { RunScale } from "../geometry/runScale.ts";
import { useView } from "../pageContext.ts";

/** What happened to the run: ticks everywhere, words where there is room. */
export function RunMarks({ scale, width }: { scale: RunScale; width: number }) {
  const marks = useView((state) => state.branch.marks);
  const placed = marks.map((mark) => ({ x: scale.x(mark.atUs), text: mark.label }));
  return (
    <g>
      {marks.map((mark, i) => {
        const stroke = mark.tone === "bad" ? "stroke-bad" : "stroke-ink";
        return (
          <path key={i} className={`${stroke} w15 none`} d={`M${scale.x(mark.atUs)} 5v16`}>
            <title>{mark.label}</title>
          </path>
        );
      })}
      {placeLabels(placed, width, 32, 40).map(({ index, x }) => (
        <text
          key={index}
          className={marks[index]?.tone === "bad" ? "t-bad middle" : "t-m middle"}
          x={x}
          y="28"
        >
          {marks[index]?.label}
        </text>
      ))}
      <text className="t-m" x="0" y="28">
        0 s
      </text>
      <text className="t-m end" x={width} y="28">
        {scale.endUs / 1e6} s
      </text>
    </g>
  );
}
