import type { GateView } from "@chronik/core/view";

const HEIGHT = 24;
const PITCH = 8;

interface SyncHistoryProps {
  readonly node: string;
  readonly historyUs: readonly number[];
  readonly gate: GateView | null;
}

/** How long the last syncs took, oldest first: a disk that gets slow is seen before it hurts. */
export function SyncHistory({ node, historyUs, gate }: SyncHistoryProps) {
  if (historyUs.length === 0) return null;
  const slowest = Math.max(...historyUs, gate === null ? 0 : gate.endsAtUs - gate.startedAtUs, 1);
  const last = historyUs.at(-1) ?? 0;
  return (
    <div className="batches">
      <span className="micro quiet">
        fsync of {node}’s last
        <br />
        {historyUs.length} synced batches
      </span>
      <svg width={24 * PITCH} height={HEIGHT} aria-hidden="true">
        {historyUs.map((us, i) => {
          const height = Math.max(2, (us / slowest) * HEIGHT);
          const x = (24 - historyUs.length + i) * PITCH;
          const fill = i === historyUs.length - 1 ? "fill-ink-2" : "fill-line";
          return (
            <rect key={i} className={fill} x={x} y={HEIGHT - height} width="5" height={height} />
          );
        })}
      </svg>
      <span className="micro quiet">
        {(last / 1000).toFixed(1)} ms
        <br />
        the last
      </span>
    </div>
  );
}
