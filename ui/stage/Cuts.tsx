import type { CutView } from "@chronik/core/view";
import { cutPath } from "../geometry/cutPath.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";

const NO_CUTS: readonly CutView[] = [];

interface CutsProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** Dashed lines where the network is cut; messages die on them. */
export function Cuts({ ring, names }: CutsProps) {
  const cuts = useView((state) => state.world?.cuts ?? NO_CUTS);
  return cuts.map((cut) => {
    const inside = ring.places.filter((_, i) => cut.nodes.includes(names[i] ?? ""));
    const outside = ring.places.filter((_, i) => !cut.nodes.includes(names[i] ?? ""));
    const shape = cutPath(inside, outside, ring);
    if (shape === null) return null;
    const label = `The network is cut between ${cut.nodes.join(", ")} and the others`;
    return (
      <g key={cut.nodes.join()} role="img" aria-label={label}>
        <path className="stroke-bad w2 none dash-cut" d={shape.path} />
        <g transform={`translate(${shape.label.x} ${shape.label.y + (ring.compact ? 0 : -12)})`}>
          <g className="tone-bad" transform="translate(0 -8)">
            <Icon name="scissors" />
          </g>
          <text className="t-bad-s" x="20" y="0.5">
            cut
          </text>
        </g>
      </g>
    );
  });
}
