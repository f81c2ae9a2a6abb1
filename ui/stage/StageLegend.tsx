import type { FlightKind } from "@chronik/core/view";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";

const KINDS: readonly (readonly [FlightKind, string])[] = [
  ["append", "append"],
  ["heartbeat", "heartbeat"],
  ["vote", "vote"],
  ["snapshot", "snapshot"],
  ["produce", "client"],
];

/** Explains the glyphs of the stage, on the stage. */
export function StageLegend() {
  return (
    <div className="legend stage-legend">
      {KINDS.map(([kind, word]) => (
        <span className="key" key={kind}>
          <svg width="22" height="20" viewBox="-11 -10 22 20" aria-hidden="true">
            <g transform="scale(.82)">
              <MessageGlyph kind={kind} />
            </g>
          </svg>
          {word}
        </span>
      ))}
      <span className="key">
        <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
          <g transform="scale(.82)">
            <MessageGlyph kind="append" answer />
          </g>
        </svg>
        hollow = answer
      </span>
      <span className="key">
        <svg width="4" height="18" viewBox="-2 -9 4 18" aria-hidden="true">
          <path className="stroke-ink w25 none" d="M0-9v18" />
        </svg>
        held
      </span>
      <span className="key">
        <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
          <path className="stroke-bad w2 none round" d="M.5.5l7 7m0-7-7 7" />
        </svg>
        lost
      </span>
    </div>
  );
}
