import type { RingLayout } from "../geometry/ringLayout.ts";
import { useView } from "../pageContext.ts";

/** Hairlines between the nodes; in a large cluster only those of the selected node. */
export function Links({ ring }: { ring: RingLayout }) {
  const selected = useView((state) => state.world?.nodeNames.indexOf(state.selectedNode) ?? -1);
  const all = ring.places.length <= 5;
  const gap = ring.outlineRadius + 4;
  const links = ring.places.flatMap((from, a) =>
    ring.places.slice(a + 1).flatMap((to, offset) => {
      const b = a + 1 + offset;
      if (!all && a !== selected && b !== selected) return [];
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      const dx = ((to.x - from.x) / length) * gap;
      const dy = ((to.y - from.y) / length) * gap;
      const path = `M${from.x + dx} ${from.y + dy}L${to.x - dx} ${to.y - dy}`;
      return [<path key={`${a}-${b}`} className="stroke-hair thin none" d={path} />];
    }),
  );
  return <g aria-hidden="true">{links}</g>;
}
