import type { KeyboardEvent } from "react";
import { memo, useMemo } from "react";
import { matrixLayout, numberOf } from "../geometry/matrixLayout.ts";
import type { MatrixLayout } from "../geometry/matrixLayout.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import type { PageState } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { MatrixCounts } from "./MatrixCounts.tsx";
import { MatrixReplica } from "./MatrixReplica.tsx";
import { healthRank, partitionSentence } from "./partitionText.ts";
import { selectPartition } from "./selectPartition.ts";
import { usePartitionShape } from "./usePartitionShape.ts";

const NO_NODES: readonly string[] = [];
const COUNTS_WIDTH = 84;

export interface MatrixLook extends MatrixLayout {
  readonly nodes: readonly string[];
  /** One letter a node: "1" while its process does not run. */
  readonly down: string;
  readonly head: number;
  readonly row: number;
  readonly height: number;
}

/** Rows of the panel's own pitch up to five nodes, closer from there on. */
function rowHeight(nodes: number): number {
  if (nodes <= 5) return 18;
  return nodes <= 7 ? 14 : 11;
}

/** Partitions by broker: tall leads, short is in the ISR, hollow is out of it. */
export function Matrix({ names }: { names: readonly string[] }) {
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const down = useView(downNodes);
  const ranks = useView(healthRanks);
  const selected = useView((state) => selectPartition(state)?.name ?? null);
  const [box, size] = useSize<HTMLDivElement>({ width: 456, height: 80 });
  const { width } = size;
  const look = useMemo((): MatrixLook => {
    const items = names.map((name, at) => ({ name, rank: Number(ranks[at] ?? 0) }));
    const layout = matrixLayout(items, width);
    const row = rowHeight(nodes.length);
    const head = layout.numbers === "under" ? 32 : 22;
    return { ...layout, nodes, down, head, row, height: head + nodes.length * row };
  }, [names, ranks, nodes, down, width]);
  return (
    <div className="matrix" ref={box}>
      <svg
        width={width}
        height={look.height}
        role="group"
        aria-label="Partitions by broker"
        onKeyDown={moveFocus}
      >
        {look.columns.map(({ name, x }) => (
          <Column key={name} name={name} x={x} look={look} selected={name === selected} />
        ))}
        {look.heads.map(({ text, shown, x }) => (
          <text key={text} className={look.numbers === "beside" ? "t-m end" : "t-m"} x={x} y="8">
            <title>{text}</title>
            {shown}
          </text>
        ))}
        {nodes.map((node, at) => (
          <g key={node} data-ref={`node:${node}`}>
            <NodeTag
              node={node}
              y={look.head + at * look.row + look.row / 2}
              height={Math.min(16, look.row)}
            />
          </g>
        ))}
        {look.width + COUNTS_WIDTH <= width ? <MatrixCounts x={width} look={look} /> : null}
        <Ring look={look} />
      </svg>
    </div>
  );
}

function downNodes({ world }: PageState): string {
  return (world?.nodeNames ?? NO_NODES)
    .map((name) => (world?.nodes[name]?.process === "running" ? "0" : "1"))
    .join("");
}

function healthRanks({ world }: PageState): string {
  return (world?.partitionNames ?? NO_NODES)
    .map((name) => healthRank(world?.partitions[name]))
    .join("");
}

/** One of the columns is in the order of Tab; the arrows go to the others. */
function moveFocus(event: KeyboardEvent<SVGSVGElement>): void {
  if (event.defaultPrevented) return;
  const columns = [...event.currentTarget.querySelectorAll<SVGGElement>("[role=button]")];
  const at = columns.findIndex((column) => column === document.activeElement);
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: columns.length - 1,
  };
  const next = columns[targets[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
  next.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}

interface ColumnProps {
  readonly name: string;
  readonly x: number;
  readonly look: MatrixLook;
  readonly selected: boolean;
}

const Column = memo(function Column({ name, x, look, selected }: ColumnProps) {
  const { dispatch } = usePage();
  const partition = usePartitionShape(name);
  if (partition === undefined) return null;

  const select = (): void => dispatch({ kind: "selectPartition", partition: name });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    select();
  };
  const { pitch, head, row, nodes, down } = look;
  const size = Math.min(14, row - 3, pitch - (pitch < 10 ? 1 : 2));
  const yOf = (at: number): number => head + at * row + row / 2;
  // A dot where there is no copy: hundreds of them are not worth an element each.
  const empty = nodes
    .map((node, at) => (partition.replicas.includes(node) ? "" : `M${x} ${yOf(at)}h0`))
    .join("");
  return (
    <g
      className="pick"
      role="button"
      tabIndex={selected ? 0 : -1}
      aria-pressed={selected}
      aria-label={partitionSentence(partition)}
      onClick={select}
      onKeyDown={onKeyDown}
      data-ref={`partition:${name}`}
    >
      <title>{partitionSentence(partition)}</title>
      <rect className={selected ? "fill-selected" : "hit"} {...columnBox(x, look)} />
      {look.numbers === "none" ? null : (
        <text
          className={selected ? "t-s middle" : "t-2 middle"}
          x={x}
          y={look.numbers === "under" ? 22 : 8}
        >
          {numberOf(name)}
        </text>
      )}
      <path className="stroke-hair none round" strokeWidth={Math.min(3, size / 2)} d={empty} />
      {nodes.map((node, at) =>
        partition.replicas.includes(node) ? (
          <MatrixReplica
            key={node}
            partition={partition}
            node={node}
            isDown={down[at] === "1"}
            x={x}
            y={yOf(at)}
            size={size}
          />
        ) : null,
      )}
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
    </g>
  );
});

function columnBox(x: number, { pitch, height }: MatrixLook) {
  return { x: x - pitch / 2, y: -2, width: pitch, height: height + 4, rx: 4 };
}

/** Around the partition that is pointed at, in whatever panel. */
function Ring({ look }: { look: MatrixLook }) {
  const brush = useView((state) => state.brush);
  const column = look.columns.find(({ name }) => brush === `partition:${name}`);
  if (column === undefined) return null;
  return <rect className="stroke-ink w2 none" {...columnBox(column.x, look)} />;
}
