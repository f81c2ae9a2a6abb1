import type { NodeView } from "@chronik/core/view";
import { termClass } from "../glyph/hues.ts";
import { useView } from "../pageContext.ts";

const GAP = 9;

/** Votes so far: full is granted, a dash is refused, hollow is open. */
export function VoteDots({ node, radius }: { node: NodeView; radius: number }) {
  const voters = useView((state) => state.world?.nodeNames.length ?? 0);
  const answers = Object.values(node.votes).toSorted();
  const label = termClass(node.term);
  const y = radius * 0.5;
  return Array.from({ length: voters }, (_, i) => {
    const x = (i - (voters - 1) / 2) * GAP;
    if (answers[i] === "granted")
      return <circle key={i} className={`on-${label}`} cx={x} cy={y} r="3" />;
    if (answers[i] === "refused") {
      return <path key={i} className={`stroke-on-${label} w15 none`} d={`M${x - 2.6} ${y}h5.2`} />;
    }
    return <circle key={i} className={`stroke-on-${label} thin none`} cx={x} cy={y} r="2.5" />;
  });
}
