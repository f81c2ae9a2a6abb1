import { hatchClass, termClass } from "./hues.ts";

interface EntryCellProps {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly term: number;
  readonly state: "memory" | "disk" | "committed";
  /** What stands in it: the term in the log, the index elsewhere. */
  readonly text: string;
  readonly lit: boolean;
}

/** A slot that fills up: hatched core in memory, solid core on disk, full cell committed. */
export function EntryCell({ x, y, width, height, term, state, text, lit }: EntryCellProps) {
  const textX = x + width / 2;
  const textY = y + height / 2 + 0.5;
  return (
    <g>
      {state === "committed" ? (
        <rect className={termClass(term)} x={x} y={y} width={width} height={height} rx="3" />
      ) : (
        <>
          <rect
            className="stroke-line slot none"
            x={x + 0.5}
            y={y + 0.5}
            width={width - 1}
            height={height - 1}
            rx="3"
          />
          <rect
            className={state === "memory" ? hatchClass(term) : termClass(term)}
            x={x + 3}
            y={y + 3}
            width={width - 6}
            height={height - 6}
            rx="1.5"
          />
        </>
      )}
      <text
        className={`cell-term ${state === "memory" ? "fill-ink halo" : `on-${termClass(term)}`}`}
        x={textX}
        y={textY}
      >
        {text}
      </text>
      {lit ? (
        <rect
          className="stroke-ink w2 none"
          x={x - 2}
          y={y - 2}
          width={width + 4}
          height={height + 4}
          rx="5"
        />
      ) : null}
    </g>
  );
}
