import type { FlightKind } from "@chronik/core/view";
import { messageHue } from "./hues.ts";

interface MessageGlyphProps {
  readonly kind: FlightKind;
  readonly answer?: boolean;
  readonly refused?: boolean;
  readonly lost?: boolean;
  /** An upright bar in front: it may not leave yet. */
  readonly held?: boolean;
  /** A second outline behind it: it repeats an earlier one. */
  readonly duplicate?: boolean;
}

/**
 * A message around the origin. Shape, letter and hue say the kind; filled asks, hollow answers, a
 * stroke through it refuses, the bad hue and a cross lose it.
 */
export function MessageGlyph(props: MessageGlyphProps) {
  const { kind, answer = false, refused = false, lost = false } = props;
  const hue = lost ? "bad" : messageHue(kind);
  const hollow = answer && !lost;
  const body = hollow ? `fill-stage stroke-${hue} w2` : `fill-${hue}`;
  return (
    <g className="message">
      {props.duplicate === true ? (
        <g transform="translate(5 -5)">
          <Body kind={kind} className={`fill-stage stroke-${hue} w15`} shrink={1} />
        </g>
      ) : null}
      <Body kind={kind} className={body} shrink={hollow ? 1 : 0} />
      {refused && !lost ? (
        <path className={`stroke-${hue} w2 none`} d="M-12 12-5.5 5.5M5.5-5.5 12-12" />
      ) : null}
      <text className={`message-letter ${hollow ? `fill-${hue}` : "fill-label"}`} y="0.5">
        {LETTERS[kind]}
      </text>
      {lost ? <path className="stroke-bad w2 none round" d="M5-11l7 7m0-7-7 7" /> : null}
      {props.held === true ? <path className="stroke-ink w25 none" d="M15-11v22" /> : null}
    </g>
  );
}

interface BodyProps {
  readonly kind: FlightKind;
  readonly className: string;
  readonly shrink: number;
}

function Body({ kind, className, shrink }: BodyProps) {
  switch (kind) {
    case "vote":
    case "preVote": {
      const half = 8.4 - shrink * 0.8;
      return (
        <rect
          className={className}
          x={-half}
          y={-half}
          width={half * 2}
          height={half * 2}
          rx="1.5"
          transform="rotate(45)"
        />
      );
    }
    case "append":
      return <circle className={className} r={10 - shrink} />;
    case "heartbeat":
      return <circle className={className} r={8.4 - shrink} />;
    case "snapshot": {
      const half = 9 - shrink;
      return (
        <rect className={className} x={-half} y={-half} width={half * 2} height={half * 2} rx="2" />
      );
    }
    case "produce":
    case "fetch":
    case "client": {
      const half = 7.8 - shrink * 0.6;
      return (
        <rect
          className={className}
          x={-11.4 + shrink}
          y={-half}
          width={22.8 - shrink * 2}
          height={half * 2}
          rx={half}
        />
      );
    }
  }
}

const LETTERS: Readonly<Record<FlightKind, string>> = {
  vote: "V",
  preVote: "P",
  append: "A",
  heartbeat: "H",
  snapshot: "S",
  produce: "C",
  fetch: "F",
  client: "C",
};
