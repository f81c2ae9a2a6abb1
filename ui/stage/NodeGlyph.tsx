import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import type { Place, RingLayout } from "../geometry/ringLayout.ts";
import { usePage, useView } from "../pageContext.ts";
import { NodeFigure } from "./NodeFigure.tsx";
import { nodeSentence } from "./nodeSentence.ts";

interface NodeGlyphProps {
  readonly name: string;
  readonly place: Place | undefined;
  readonly ring: RingLayout;
}

/** A node that can be pointed at, selected and read. */
export function NodeGlyph({ name, place, ring }: NodeGlyphProps) {
  const { dispatch } = usePage();
  const node = useView((state) => state.world?.nodes[name]);
  const selected = useView((state) => state.selectedNode === name);
  const drafted = useView((state) => state.cutDraft?.includes(name) ?? false);
  const { lit, brush } = useBrush(`node:${name}`);
  if (node === undefined || place === undefined) return null;

  const select = (): void => dispatch({ kind: "selectNode", node: name });
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter opens its menu, for every object alike.
    if (event.key !== " ") return;
    event.preventDefault();
    select();
  };
  return (
    <g
      className="node"
      transform={`translate(${place.x} ${place.y})`}
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      aria-label={nodeSentence(node)}
      onClick={select}
      onKeyDown={onKeyDown}
      {...brush}
    >
      <circle className="hit" r={ring.outlineRadius + 4} />
      <NodeFigure node={node} size={ring} />
      {drafted ? <circle className="stroke-bad w2 none dash" r={ring.outlineRadius + 6} /> : null}
      {lit ? <circle className="stroke-ink w2 none" r={ring.outlineRadius + 5} /> : null}
    </g>
  );
}
