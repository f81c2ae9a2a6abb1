import type { CutView } from "@chronik/core/view";
import { cutPath } from "../geometry/cutPath.ts";
import type { CutShape } from "../geometry/cutPath.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";

const NO_CUTS: readonly CutView[] = [];

interface CutsProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** Dashed lines where the network is cut, and where it would be; messages die on them. */
export function Cuts({ ring, names }: CutsProps) {
  const cuts = useView((state) => state.world?.cuts ?? NO_CUTS);
  const draft = useView((state) => state.cutDraft);
  const shapeOf = (nodes: readonly string[]): CutShape | null => {
    const isInside = (_: unknown, i: number): boolean => nodes.includes(names[i] ?? "");
    const inside = ring.places.filter(isInside);
    return cutPath(
      inside,
      ring.places.filter((place) => !inside.includes(place)),
      ring,
    );
  };
  const drafted = draft === null ? null : shapeOf(draft);
  const drawn = cuts.map((cut) => {
    const shape = shapeOf(cut.nodes);
    if (shape === null) return null;
    const label = `The network is cut between ${cut.nodes.join(", ")} and the others`;
    return (
      <g key={cut.nodes.join()} role="img" aria-label={label}>
        <path className="stroke-bad w2 none dash-cut" d={shape.path} />
        {ring.compact ? null : (
          <g transform={`translate(${shape.label.x} ${shape.label.y - 12})`}>
            <g className="tone-bad" transform="translate(0 -8)">
              <Icon name="scissors" />
            </g>
            <text className="t-bad-s" x="20" y="0.5">
              cut
            </text>
          </g>
        )}
      </g>
    );
  });
  return (
    <>
      {drawn}
      {drafted === null ? null : (
        <path className="stroke-ink w15 none dash-cut" d={drafted.path} aria-hidden="true" />
      )}
    </>
  );
}
