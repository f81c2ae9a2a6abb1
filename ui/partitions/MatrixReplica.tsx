import type { PartitionView } from "@chronik/core/view";

interface MatrixReplicaProps {
  readonly partition: PartitionView;
  readonly node: string;
  readonly isDown: boolean;
  readonly x: number;
  readonly y: number;
  /** Its width. */
  readonly size: number;
}

/** Tall leads, short is in the ISR, hollow is out of it, a cross is down. */
export function MatrixReplica({ partition, node, isDown, x, y, size }: MatrixReplicaProps) {
  const leads = partition.leader === node;
  const tall = Math.max(size, 11);
  const height = leads ? tall : tall * 0.57;
  const hollow = isDown || !partition.isr.includes(node);
  const inset = hollow ? 0.75 : 0;
  const adding = partition.addingReplicas.includes(node) ? " slot" : "";
  const look = hollow
    ? `w15 none ${isDown ? "stroke-bad" : "stroke-line"}${adding}`
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
      {isDown && size > 8 ? (
        <path
          className="stroke-bad w2 none round"
          d={`M${x + size / 2 + 2.5} ${y - 2.5}l5 5m0-5-5 5`}
        />
      ) : null}
    </>
  );
}
