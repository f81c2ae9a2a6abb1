import type { NodeView, TimerView } from "@chronik/core/view";
import { useRef } from "react";
import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import type { Place, RingLayout } from "../geometry/ringLayout.ts";
import { timerFraction } from "../geometry/timerArc.ts";
import { Crown } from "../glyph/Crown.tsx";
import { termClass } from "../glyph/hues.ts";
import { useMotion } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";
import { nodeSentence } from "./nodeSentence.ts";
import { VoteDots } from "./VoteDots.tsx";

interface NodeGlyphProps {
  readonly name: string;
  readonly place: Place | undefined;
  readonly ring: RingLayout;
}

/** Fill and number are the term, the outline is the role. */
export function NodeGlyph({ name, place, ring }: NodeGlyphProps) {
  const { dispatch } = usePage();
  const node = useView((state) => state.world?.nodes[name]);
  const selected = useView((state) => state.selectedNode === name);
  const { lit, brush } = useBrush(`node:${name}`);
  if (node === undefined || place === undefined) return null;

  const select = (): void => dispatch({ kind: "selectNode", node: name });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
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
      {node.process === "running" ? (
        <Running node={node} ring={ring} />
      ) : (
        <Down process={node.process} radius={ring.nodeRadius} />
      )}
      {lit ? <circle className="stroke-ink w2 none" r={ring.outlineRadius + 5} /> : null}
    </g>
  );
}

function Running({ node, ring }: { node: NodeView; ring: RingLayout }) {
  const asks = node.role === "candidate" || node.role === "preCandidate";
  const votes = node.membership === "voter";
  return (
    <>
      {votes ? <Outline node={node} radius={ring.outlineRadius} /> : null}
      {node.role === "leader" ? <Crown x={0} y={-ring.outlineRadius - 4} /> : null}
      {votes ? (
        <circle className={termClass(node.term)} r={ring.nodeRadius} />
      ) : (
        <Learner term={node.term} ring={ring} />
      )}
      <text
        className={`node-term ${sizeClass(ring.nodeRadius)} on-${termClass(node.term)}`}
        y={asks ? -ring.nodeRadius * 0.12 : 0.5}
      >
        {node.term}
      </text>
      {asks ? <VoteDots node={node} radius={ring.nodeRadius} /> : null}
    </>
  );
}

/** A square: it gets the log but has no vote. */
function Learner({ term, ring }: { term: number; ring: RingLayout }) {
  const outline = ring.outlineRadius * 0.9;
  const half = ring.nodeRadius * 0.9;
  return (
    <>
      <rect className="stroke-hair w3 none" rx="9" {...square(outline)} />
      <rect className={termClass(term)} rx="6" {...square(half)} />
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
        </>
      );
  }
}

function TimerArc({ timer, radius }: { timer: TimerView; radius: number }) {
  const arc = useRef<SVGCircleElement>(null);
  useMotion((nowUs) => {
    const hidden = 1 - timerFraction(timer, nowUs);
    arc.current?.style.setProperty("stroke-dashoffset", hidden.toFixed(4));
  });
  return (
    <circle
      ref={arc}
      className="stroke-ink-2 w3 none"
      r={radius}
      pathLength="1"
      strokeDasharray="1 1"
      transform="rotate(-90)"
    />
  );
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
