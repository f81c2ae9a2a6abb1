import type { NodeView } from "@chronik/core/view";
import type { Place, RingLayout } from "../geometry/ringLayout.ts";
import { FsyncBar } from "../glyph/FsyncBar.tsx";
import { NodePill } from "../glyph/NodePill.tsx";
import { useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { stateWord, stopReason } from "./nodeSentence.ts";

const LABEL_HALF_WIDTH = 64;

interface NodeLabelProps {
  readonly name: string;
  readonly place: Place | undefined;
  readonly ring: RingLayout;
}

/** Name, state and disk of a node. The node's own label says the same, so this is hidden from it. */
export function NodeLabel({ name, place, ring }: NodeLabelProps) {
  const node = useView((state) => state.world?.nodes[name]);
  const cutSinceUs = useView(
    (state) => state.world?.cuts.find((cut) => cut.nodes.includes(name))?.sinceUs ?? null,
  );
  if (node === undefined || place === undefined) return null;
  const away = ring.outlineRadius + (ring.compact ? 6 : 12);
  const position =
    place.label === "below"
      ? { left: inside(place.x, ring.width), top: place.y + away }
      : { left: place.x + (place.label === "left" ? -away : away), top: place.y };
  return (
    <div className={`node-label ${place.label}`} style={position} aria-hidden="true">
      <div className="line">
        <NodePill node={name} />
        <span>{stateWord(node)}</span>
      </div>
      <div className={`line micro detail ${TONES[detailTone(node)]}`}>
        {detail(node, cutSinceUs)}
      </div>
      <div className="line micro quiet disk">
        {node.write === null ? null : (
          <>
            <FsyncBar
              startedAtUs={node.write.startedAtUs}
              endsAtUs={node.write.endsAtUs}
              state="writing"
              height={6}
            />
            <span>{node.write.label}</span>
          </>
        )}
      </div>
    </div>
  );
}

function detail(node: NodeView, cutSinceUs: number | null): string {
  if (node.process === "crashed") return `lost power at ${momentText(node.processSinceUs)}`;
  if (node.process === "stopped") return node.isDamaged ? "must be repaired" : stopReason(node);
  if (node.isDiskFull) return "its disk is full";
  if (node.isolated && cutSinceUs !== null) return `cut off at ${momentText(cutSinceUs)}`;
  if (node.role === "candidate" || node.role === "preCandidate") {
    const granted = Object.values(node.votes).filter((vote) => vote === "granted").length;
    return `${granted} of ${node.votesNeeded} votes`;
  }
  return `commit ${node.commit}`;
}

function detailTone(node: NodeView): keyof typeof TONES {
  if (node.process === "stopped") return "bad";
  return node.isDiskFull ? "warn" : "quiet";
}

const TONES = { bad: "tone-bad", warn: "tone-warn", quiet: "quiet" };

/** A label under a node at the edge moves inward, so that it is not cut off. */
function inside(x: number, width: number): number {
  return Math.max(LABEL_HALF_WIDTH, Math.min(width - LABEL_HALF_WIDTH, x));
}
