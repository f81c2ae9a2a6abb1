import type { NodeView, WriteView } from "@chronik/core/view";
import { useRef } from "react";
import { spanProgress } from "../geometry/flightProgress.ts";
import type { Place, RingLayout } from "../geometry/ringLayout.ts";
import { FsyncBar } from "../glyph/FsyncBar.tsx";
import { NodePill } from "../glyph/NodePill.tsx";
import { useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";
import { stateWord, stopReason } from "./nodeSentence.ts";

const LABEL_HALF_WIDTH = 48;
const CROWN_HEIGHT = 16;
/** A node that stands so near the edge of a narrow box has its label on that edge. */
const EDGE = 56;
/** The label beside the first node of a narrow box, above what leaves it on its links. */
const COMPACT_RISE = 8;
/** From the edge of the picture. */
const MARGIN = 4;

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
  const onDisk = useView((state) => {
    const { quorum } = state.world ?? {};
    const holder = quorum?.holders.find((other) => other.node === name);
    return quorum != null && holder?.state === "disk" ? quorum.index : null;
  });
  if (node === undefined || place === undefined) return null;
  const { write } = node;
  const tone = detailTone(node);
  const isShort = ring.compact || (ring.crowded && tone === "quiet" && write === null);
  // Where there is one line, it says what matters most.
  const word = ring.compact && node.isolated ? "cut off" : stateWord(node);
  return (
    <div
      className={`node-label ${place.label}`}
      style={position(node, place, ring)}
      aria-hidden="true"
    >
      <div className="line">
        <NodePill node={name} />
        {ring.compact && ring.crowded && tone === "quiet" ? null : <span>{word}</span>}
      </div>
      {isShort || (write !== null && tone === "quiet") ? null : (
        <div className={`line micro cut-short ${TONES[tone]}`}>
          {detail(node, cutSinceUs, onDisk)}
        </div>
      )}
      {write === null ? null : (
        <Writing
          write={write}
          isBrief={
            ring.compact || ring.crowded || place.label === "above" || place.label === "below"
          }
        />
      )}
    </div>
  );
}

/** What its disk works on, how far it has come, and the bar of every other write. */
function Writing({ write, isBrief }: { write: WriteView; isBrief: boolean }) {
  const { startedAtUs, endsAtUs, label } = write;
  const percent = useRef<HTMLSpanElement>(null);
  useReadout((nowUs) => {
    const done = Math.floor(spanProgress(startedAtUs, endsAtUs, nowUs) * 100);
    setText(percent.current, `${done} %`);
  });
  const bar = <FsyncBar startedAtUs={startedAtUs} endsAtUs={endsAtUs} state="writing" height={6} />;
  if (isBrief) {
    return (
      <div className="line micro quiet">
        {bar}
        <span ref={percent} />
      </div>
    );
  }
  return (
    <>
      <div className="line micro quiet">
        <span className="cut-short">writing {label.replace("entry ", "")},</span>{" "}
        <span ref={percent} />
      </div>
      <div className="line bar-line">{bar}</div>
    </>
  );
}

function position(node: NodeView, place: Place, ring: RingLayout) {
  const away = ring.outlineRadius + (ring.compact || ring.crowded ? 5 : 12);
  const inside = Math.max(LABEL_HALF_WIDTH, Math.min(ring.width - LABEL_HALF_WIDTH, place.x));
  switch (place.label) {
    case "below": {
      const top = place.y + away;
      // Outward, off the links that lead down from a node at the edge of a narrow box.
      if (ring.crowded || Math.min(place.x, ring.width - place.x) > EDGE) {
        return { left: inside, top };
      }
      const side = place.x < ring.width / 2 ? "left" : "right";
      return { [side]: MARGIN, top, transform: "none" };
    }
    case "above": {
      const crown = node.role === "leader" ? CROWN_HEIGHT : 0;
      return { left: inside, bottom: ring.height - place.y + away + crown };
    }
    case "left":
      return {
        right: ring.width - place.x + away,
        top: place.y,
        maxWidth: place.x - away - MARGIN,
      };
    case "right": {
      const maxWidth = ring.width - place.x - away - MARGIN;
      return { left: place.x + away, top: place.y - (ring.compact ? COMPACT_RISE : 0), maxWidth };
    }
  }
}

function detail(node: NodeView, cutSinceUs: number | null, onDisk: number | null): string {
  if (node.process === "crashed") return `lost power at ${momentText(node.processSinceUs)}`;
  if (node.process === "stopped") return node.isDamaged ? "must be repaired" : stopReason(node);
  if (node.isDiskFull) return "its disk is full";
  if (node.clockPercent !== 100) return `its clock at ${node.clockPercent} %`;
  if (node.isolated && cutSinceUs !== null) return `cut off at ${momentText(cutSinceUs)}`;
  if (node.role === "candidate" || node.role === "preCandidate") {
    const granted = Object.values(node.votes).filter((vote) => vote === "granted").length;
    return `${granted} of ${node.votesNeeded} votes`;
  }
  return onDisk === null ? `commit ${node.commit}` : `${onDisk} on disk`;
}

/** Only what is quiet gives way, where there is no room or a write to show. */
function detailTone(node: NodeView): keyof typeof TONES {
  if (node.process === "stopped") return "bad";
  if (node.isDiskFull) return "warn";
  return node.process === "crashed" || node.isolated || node.clockPercent !== 100
    ? "plain"
    : "quiet";
}

const TONES = { bad: "tone-bad", warn: "tone-warn", plain: "quiet", quiet: "quiet" };
