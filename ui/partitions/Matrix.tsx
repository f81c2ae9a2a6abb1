import type { PartitionView } from "@chronik/core/view";
import type { KeyboardEvent } from "react";
import { useBrush } from "../brush.ts";
import { matrixLayout, numberOf } from "../geometry/matrixLayout.ts";
import type { MatrixLayout } from "../geometry/matrixLayout.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { usePage, useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { healthRank, partitionSentence } from "./partitionText.ts";
import { selectPartition } from "./selectPartition.ts";

const NO_NODES: readonly string[] = [];
const NO_PARTITIONS: Readonly<Record<string, PartitionView>> = {};
/** Rows stand closer when there are more nodes than that. */
const ROOMY_NODES_MAX = 3;
const COUNTS_WIDTH = 84;

interface MatrixLook extends MatrixLayout {
  readonly nodes: readonly string[];
  readonly head: number;
  readonly row: number;
  readonly height: number;
}

/** Partitions by broker: tall leads, short is in the ISR, hollow is out of it. */
export function Matrix({ names }: { names: readonly string[] }) {
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const partitions = useView((state) => state.world?.partitions ?? NO_PARTITIONS);
  const [box, size] = useSize<HTMLDivElement>({ width: 456, height: 80 });
  const items = names.map((name) => ({ name, rank: healthRank(partitions[name]) }));
  const layout = matrixLayout(items, size.width);
  const row = nodes.length > ROOMY_NODES_MAX ? 14 : 18;
  const head = layout.numbers === "under" ? 32 : 22;
  const height = head + nodes.length * row;
  const look = { ...layout, nodes, head, row, height };
  return (
    <div className="matrix" ref={box}>
      <svg
        width={size.width}
        height={height}
        role="group"
        aria-label="Partitions by broker"
        onKeyDown={moveFocus}
      >
        {layout.columns.map(({ name, x }) => (
          <Column key={name} name={name} x={x} look={look} />
        ))}
        {layout.heads.map(({ text, shown, x }) => (
          <text key={text} className={layout.numbers === "beside" ? "t-m end" : "t-m"} x={x} y="8">
            <title>{text}</title>
            {shown}
          </text>
        ))}
        {nodes.map((node, at) => (
          <NodeTag
            key={node}
            node={node}
            y={head + at * row + row / 2}
            height={Math.min(16, row)}
          />
        ))}
        {layout.width + COUNTS_WIDTH <= size.width ? (
          <Counts x={size.width} look={look} partitions={partitions} />
        ) : null}
      </svg>
    </div>
  );
}

/** One of the columns is in the order of Tab; the arrows go to the others. */
function moveFocus(event: KeyboardEvent<SVGSVGElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const columns = [...event.currentTarget.querySelectorAll<SVGGElement>("[role=button]")];
  const next = columns[columns.findIndex((column) => column === document.activeElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}

interface ColumnProps {
  readonly name: string;
  readonly x: number;
  readonly look: MatrixLook;
}

function Column({ name, x, look }: ColumnProps) {
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
  const { pitch, height, head, row, nodes } = look;
  const size = Math.min(14, row - 3, pitch - (pitch < 10 ? 1 : 2));
  const whole = { x: x - pitch / 2, y: "-2", width: pitch, height: height + 4, rx: "4" };
  return (
    <g
      className="pick"
      role="button"
      tabIndex={selected ? 0 : -1}
      aria-pressed={selected}
      aria-label={partitionSentence(partition)}
      onClick={select}
      onKeyDown={onKeyDown}
      {...brush}
    >
      <rect className={selected ? "fill-selected" : "hit"} {...whole} />
      {look.numbers === "none" ? null : (
        <text
          className={selected ? "t-s middle" : "t-2 middle"}
          x={x}
          y={look.numbers === "under" ? 22 : 8}
        >
          {numberOf(name)}
        </text>
      )}
      {nodes.map((node, at) => (
        <Replica
          key={node}
          partition={partition}
          node={node}
          x={x}
          y={head + at * row + row / 2}
          size={size}
        />
      ))}
      {partition.belowMinIsr || partition.offline ? (
        <rect
          className="stroke-bad w15 none"
          x={x - Math.min(size / 2 + 4, pitch / 2)}
          y={head - 2}
          width={Math.min(size + 8, pitch)}
          height={nodes.length * row + 2}
          rx="3"
        />
      ) : null}
      {lit ? <rect className="stroke-ink w2 none" {...whole} /> : null}
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
  const dot = Math.min(1.5, size / 4);
  if (!partition.replicas.includes(node)) {
    return <circle className="fill-hair" cx={x} cy={y} r={dot} />;
  }
  const leads = partition.leader === node;
  const tall = Math.max(size, 11);
  const height = leads ? tall : tall * 0.57;
  const hollow = down || !partition.isr.includes(node);
  const inset = hollow ? 0.75 : 0;
  const adding = partition.addingReplicas.includes(node) ? " slot" : "";
  const look = hollow
    ? `w15 none ${down ? "stroke-bad" : "stroke-line"}${adding}`
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
      {down && size > 8 ? (
        <path
          className="stroke-bad w2 none round"
          d={`M${x + size / 2 + 2.5} ${y - 2.5}l5 5m0-5-5 5`}
        />
      ) : null}
    </>
  );
}

interface CountsProps {
  readonly x: number;
  readonly look: MatrixLook;
  readonly partitions: Readonly<Record<string, PartitionView>>;
}

/** How many partitions each broker leads, and of how many it has a copy. */
function Counts({ x, look, partitions }: CountsProps) {
  const all = Object.values(partitions);
  return (
    <g>
      <text className="t-m end" x={x - 40} y="8">
        leads
      </text>
      <text className="t-m end" x={x} y="8">
        copies
      </text>
      {look.nodes.map((node, at) => {
        const y = look.head + at * look.row + look.row / 2;
        return (
          <g key={node}>
            <text className="t-m end" x={x - 40} y={y}>
              {all.filter(({ leader }) => leader === node).length}
            </text>
            <text className="t-m end" x={x} y={y}>
              {all.filter(({ replicas }) => replicas.includes(node)).length}
            </text>
          </g>
        );
      })}
    </g>
  );
}
