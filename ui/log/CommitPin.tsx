interface CommitPinProps {
  readonly commitX: number;
  /** Null when the node does not run: nobody knows what it had applied. */
  readonly appliedX: number | null;
  readonly top: number;
  readonly bottom: number;
}

/** A line at the commit index; its head sits at the applied index. */
export function CommitPin({ commitX, appliedX, top, bottom }: CommitPinProps) {
  return (
    <g aria-hidden="true">
      <path className="stroke-ink w2 none" d={`M${commitX} ${top}V${bottom}`} />
      {appliedX === null ? null : <circle className="fill-ink" cx={appliedX} cy={top} r="3" />}
    </g>
  );
}
