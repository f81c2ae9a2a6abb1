import type { NodeView, TimerView } from "@chronik/core/view";
import { useRef } from "react";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { timerFraction } from "../geometry/timerArc.ts";
import { Crown } from "../glyph/Crown.tsx";
import { hatchClass, termClass } from "../glyph/hues.ts";
import { useReadout } from "../motion.ts";
import { VoteDots } from "./VoteDots.tsx";

interface NodeFigureProps {
  readonly node: NodeView;
  readonly size: NodeSize;
}
type NodeSize = Pick<RingLayout, "nodeRadius" | "outlineRadius">;

/** A node around the origin: fill and number are the term, the outline is the role. */
export function NodeFigure({ node, size }: NodeFigureProps) {
  return node.process === "running" ? (
    <Running node={node} size={size} />
  ) : (
    <Down process={node.process} radius={size.nodeRadius} />
  );
}

function Running({ node, size }: NodeFigureProps) {
  const asks = node.role === "candidate";
  const votes = node.membership === "voter";
  const { nodeRadius, outlineRadius } = size;
  return (
    <>
      {votes ? <Outline node={node} radius={outlineRadius} /> : null}
      {node.role === "leader" ? <Crown x={0} y={-outlineRadius - 4} /> : null}
      {votes ? (
        <circle className={fillClass(node)} r={nodeRadius} />
      ) : (
        <Learner node={node} size={size} />
      )}
      {node.isPaused ? <circle className="fill-stage" r={nodeRadius * 0.56} /> : null}
      <text
        className={`node-term ${sizeClass(nodeRadius)} ${node.isPaused ? "" : `on-${termClass(node.term)}`}`}
        y={asks ? -nodeRadius * 0.12 : 0.5}
      >
        {node.term}
      </text>
      {asks && !node.isPaused ? <VoteDots node={node} radius={nodeRadius} /> : null}
      {node.isPaused ? <PauseBadge at={outlineRadius * 0.71} /> : null}
    </>
  );
}

/** Hatched while it does not run: what it works on, a crash would take. */
function fillClass(node: NodeView): string {
  return node.isPaused ? hatchClass(node.term) : termClass(node.term);
}

function PauseBadge({ at }: { at: number }) {
  return (
    <g transform={`translate(${at} ${-at})`}>
      <circle className="fill-ink" r="9" />
      <path className="stroke-inverse w2 none" d="M-2.5-4v8M2.5-4v8" />
    </g>
  );
}

/** A square: it gets the log but has no vote. */
function Learner({ node, size }: NodeFigureProps) {
  const outline = size.outlineRadius * 0.9;
  const half = size.nodeRadius * 0.9;
  return (
    <>
      <rect className="stroke-hair w3 none" rx="9" {...square(outline)} />
      <rect className={fillClass(node)} rx="6" {...square(half)} />
    </>
  );
}

const square = (half: number) => ({ x: -half, y: -half, width: 2 * half, height: 2 * half });

function Outline({ node, radius }: { node: NodeView; radius: number }) {
  switch (node.role) {
    case "leader":
      return <circle className="stroke-ink w3 none" r={radius} />;
    case "candidate":
      return <circle className="stroke-ink w3 none dash-candidate" r={radius} />;
    case "preCandidate":
      return <circle className="stroke-ink w3 none dash-pre" r={radius} />;
    case "follower":
      return (
        <>
          <circle className="stroke-hair w3 none" r={radius} />
          {node.timer === null ? null : <TimerArc timer={node.timer} radius={radius} />}
          {node.pausedTimer === null ? null : <StillArc timer={node.pausedTimer} radius={radius} />}
        </>
      );
  }
}

/** Of the ring around a node, which is 250 pixels long at most. */
const RING_STEPS = 500;

const ARC = { pathLength: 1, strokeDasharray: "1 1", transform: "rotate(-90)" };

function TimerArc({ timer, radius }: { timer: TimerView; radius: number }) {
  const arc = useRef<SVGCircleElement>(null);
  useReadout((nowUs) => {
    // In steps of half a pixel: finer ones would paint the node anew every frame.
    const offset = `${1 - Math.round(timerFraction(timer, nowUs) * RING_STEPS) / RING_STEPS}`;
    if (arc.current === null || arc.current.style.strokeDashoffset === offset) return;
    arc.current.style.strokeDashoffset = offset;
  });
  return <circle {...ARC} ref={arc} className="stroke-ink-2 w3 none" r={radius} />;
}

type PausedTimer = NonNullable<NodeView["pausedTimer"]>;

/** The clock of a node that is paused stands, and so does what was left of its timeout. */
function StillArc({ timer, radius }: { timer: PausedTimer; radius: number }) {
  const offset = 1 - Math.min(1, timer.leftUs / timer.longestUs);
  return <circle {...ARC} className="stroke-line w3 none" r={radius} strokeDashoffset={offset} />;
}

function Down({ process, radius }: { process: "crashed" | "stopped"; radius: number }) {
  if (process === "stopped") {
    return (
      <>
        <circle className="stroke-bad w2 fill-stage" r={radius} />
        <path className="stroke-bad w2 none round" d="M0-11.5V2" />
        <circle className="fill-bad" cy="10" r="1.8" />
      </>
    );
  }
  return (
    <>
      <circle className="stroke-line w15 dash-down fill-stage" r={radius} />
      <path className="stroke-bad w2 none round" d="M-9-9 9 9M9-9-9 9" />
    </>
  );
}

function sizeClass(radius: number): string {
  if (radius >= 34) return "";
  return radius >= 24 ? "medium" : "small";
}
