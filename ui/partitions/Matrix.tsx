import type { PartitionView } from "@chronik/core/view";
import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import { matrixLayout, numberOf } from "../geometry/matrixLayout.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { usePage, useView } from "../pageContext.ts";
import { selectPartition } from "./selectPartition.ts";

const ROW = 18;
const HEAD = 22;
const NO_NODES: readonly string[] = [];

/** Partitions by broker: tall leads, short is in the ISR, hollow is out of it. */
export function Matrix({ names }: { names: readonly string[] }) {
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const layout = matrixLayout(names, 456);
  const height = HEAD + nodes.length * ROW;
  return (
    <svg width={layout.width} height={height} role="group" aria-label="Partitions by broker">
      {layout.topics.map(({ topic, x }) => (
        <text key={topic} className="t-m end" x={x} y="8">
          {topic}
        </text>
      ))}
      {layout.columns.map(({ name, x }) => (
        <Column key={name} name={name} nodes={nodes} x={x} pitch={layout.pitch} height={height} />
      ))}
      {nodes.map((node, row) => (
        <NodeTag key={node} node={node} y={HEAD + row * ROW + ROW / 2} />
      ))}
    </svg>
  );
}

interface ColumnProps {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly x: number;
  readonly pitch: number;
  readonly height: number;
}

function Column({ name, nodes, x, pitch, height }: ColumnProps) {
  const { dispatch } = usePage();
  const partition = useView((state) => state.world?.partitions[name]);
  const selected = useView((state) => selectPartition(state)?.name === name);
  const { lit, brush } = useBrush(`partition:${name}`);
  if (partition === undefined) return null;

  const select = (): void => dispatch({ kind: "selectPartition", partition: name });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    select();
  };
  const size = Math.min(14, pitch - 2);
  return (
    <g
      className="pick"
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      aria-label={sentenceOf(partition)}
      onClick={select}
      onKeyDown={onKeyDown}
      {...brush}
    >
      <rect
        className={selected ? "fill-selected" : "hit"}
        x={x - pitch / 2}
        y="-2"
        width={pitch}
        height={height + 4}
        rx="4"
      />
      {pitch >= 16 ? (
        <text className={selected ? "t-s middle" : "t-2 middle"} x={x} y="8">
          {numberOf(name)}
        </text>
      ) : null}
      {nodes.map((node, row) => (
        <Replica
          key={node}
          partition={partition}
          node={node}
          x={x}
          y={HEAD + row * ROW + ROW / 2}
          size={size}
        />
      ))}
      {partition.belowMinIsr || partition.offline ? (
        <rect
          className="stroke-bad w15 none"
          x={x - size / 2 - 4}
          y={HEAD - 2}
          width={size + 8}
          height={nodes.length * ROW + 2}
          rx="3"
        />
      ) : null}
      {lit ? (
        <rect
          className="stroke-ink w2 none"
          x={x - pitch / 2}
          y="-2"
          width={pitch}
          height={height + 4}
          rx="4"
        />
      ) : null}
    </g>
  );
}

interface ReplicaProps {
  readonly partition: PartitionView;
  readonly node: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

function Replica({ partition, node, x, y, size }: ReplicaProps) {
  const down = useView((state) => state.world?.nodes[node]?.process !== "running");
  if (!partition.replicas.includes(node))
    return <circle className="fill-hair" cx={x} cy={y} r="1.5" />;

  const leads = partition.leader === node;
  const inIsr = partition.isr.includes(node);
  const height = leads ? size : size * 0.57;
  const hollow = down || !inIsr;
  const inset = hollow ? 0.75 : 0;
  const look = hollow
    ? `w15 none ${down ? "stroke-bad" : "stroke-line"}`
    : leads
      ? "fill-ink"
      : "fill-ink-2";
  return (
    <>
      <rect
        className={look}
        x={x - size / 2 + inset}
        y={y - height / 2 + inset}
        width={size - inset * 2}
        height={height - inset * 2}
      />
      {down ? (
        <path
          className="stroke-bad w2 none round"
          d={`M${x + size / 2 + 2.5} ${y - 2.5}l5 5m0-5-5 5`}
        />
      ) : null}
    </>
  );
}

function sentenceOf(partition: PartitionView): string {
  const leader = partition.offline
    ? "offline"
    : `led by ${partition.leader}${partition.leaderAlive ? "" : ", which is down"}`;
  return `${partition.name}, ${leader}, in sync ${partition.isr.join(", ")}`;
}
