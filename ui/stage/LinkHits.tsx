import { useBrush } from "../brush.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { useView } from "../pageContext.ts";
import { linkSentence } from "./linkSentence.ts";
import { NO_LINKS } from "./Links.tsx";
import { pathOf, stageLinks } from "./stageLinks.ts";
import type { StageLink } from "./stageLinks.ts";

/** What a pointer and a keyboard find of a link: wide, and seen only when it is pointed at. */
export function LinkHits({ ring, names }: { ring: RingLayout; names: readonly string[] }) {
  const selected = useView((state) => state.selectedNode);
  const faults = useView((state) => state.world?.links ?? NO_LINKS);
  return stageLinks(ring, names, selected, faults).map((link) => (
    <LinkHit
      key={`${link.from}>${link.to}`}
      link={link}
      label={linkSentence(link.from, link.to, faults)}
      reachable={link.from === selected || link.to === selected}
    />
  ));
}

interface LinkHitProps {
  readonly link: StageLink;
  readonly label: string;
  readonly reachable: boolean;
}

/** The keyboard walks the links of the selected node only: it would never get past all of them. */
function LinkHit({ link, label, reachable }: LinkHitProps) {
  const { from, to } = link;
  const { lit, brush } = useBrush(`link:${from}>${to}`);
  return (
    <g
      className="link"
      role="button"
      tabIndex={reachable ? 0 : -1}
      aria-haspopup="menu"
      aria-label={label}
      {...brush}
    >
      <path className="hit-line" d={pathOf(link)} />
      {lit ? <path className="stroke-ink w2 none" d={pathOf(link)} /> : null}
    </g>
  );
}
