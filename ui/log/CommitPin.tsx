interface CommitPinProps {
  readonly commitX: number;
  /** It is further back than the window shows. */
  readonly isLeftOfWindow: boolean;
  /** Null when the node does not run: nobody knows what it had applied. */
  readonly appliedX: number | null;
  readonly top: number;
  readonly bottom: number;
}

/** A line at the commit index, or a hand that points there; its head sits at the applied index. */
export function CommitPin({ commitX, isLeftOfWindow, appliedX, top, bottom }: CommitPinProps) {
  return (
    <g aria-hidden="true">
      {isLeftOfWindow ? (
        <path className="fill-ink" d={`M${commitX - 6} ${top + 5}l6-4v8z`} />
      ) : (
        <path className="stroke-ink w2 none" d={`M${commitX} ${top}V${bottom}`} />
      )}
      {appliedX === null || isLeftOfWindow ? null : (
        <circle className="fill-ink" cx={appliedX} cy={top} r="3" />
      )}
    </g>
  );
}
