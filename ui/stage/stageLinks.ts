import type { LinkView } from "@chronik/core/view";
import { linkLane } from "../geometry/linkLane.ts";
import type { Point, RingLayout } from "../geometry/ringLayout.ts";

/** A link between two nodes, both ways, as the stage draws it. */
export interface StageLink {
  readonly from: string;
  readonly to: string;
  readonly start: Point;
  readonly end: Point;
}

/** With more nodes than this only the links of the selected one are drawn: all would be a net. */
const ALL_LINKS_MAX = 5;
/** Between an outline and the end of a link. */
const GAP = 4;

/** The links that are drawn, from outline to outline; those with a fault always are. */
export function stageLinks(
  ring: RingLayout,
  names: readonly string[],
  selected: string,
  faults: readonly LinkView[],
): readonly StageLink[] {
  const gap = ring.outlineRadius + GAP;
  return names.flatMap((from, a) =>
    names.slice(a + 1).flatMap((to, offset): StageLink[] => {
      const start = ring.places[a];
      const end = ring.places[a + 1 + offset];
      const isDrawn =
        names.length <= ALL_LINKS_MAX ||
        from === selected ||
        to === selected ||
        faults.some((fault) => joins(fault, from, to));
      if (start === undefined || end === undefined || !isDrawn) return [];
      const { from: begin, to: finish } = linkLane(start, end, gap, gap, 0);
      return [{ from, to, start: begin, end: finish }];
    }),
  );
}

function joins(link: LinkView, one: string, other: string): boolean {
  return (link.from === one && link.to === other) || (link.from === other && link.to === one);
}

export function pathOf({ start, end }: Pick<StageLink, "start" | "end">): string {
  return `M${start.x} ${start.y}L${end.x} ${end.y}`;
}
