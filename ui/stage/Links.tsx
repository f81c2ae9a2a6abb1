import type { LinkView } from "@chronik/core/view";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { useView } from "../pageContext.ts";
import { pathOf, stageLinks } from "./stageLinks.ts";

export const NO_LINKS: readonly LinkView[] = [];

/** Hairlines between the nodes. */
export function Links({ ring, names }: { ring: RingLayout; names: readonly string[] }) {
  const selected = useView((state) => state.selectedNode);
  const faults = useView((state) => state.world?.links ?? NO_LINKS);
  return (
    <path
      className="stroke-hair thin none"
      d={stageLinks(ring, names, selected, faults).map(pathOf).join("")}
      aria-hidden="true"
    />
  );
}
