import type { LogColumnView } from "@chronik/core/view";
import { logColumns } from "../geometry/logColumns.ts";
import { useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { LogHead } from "./LogHead.tsx";
import { LogLegend } from "./LogLegend.tsx";
import { LogRow } from "./LogRow.tsx";

const HEAD_HEIGHT = 34;
const NO_NODES: readonly string[] = [];
const NO_COLUMNS: readonly LogColumnView[] = [];

/** One row a node, one column an index. */
export function LogPanel({ withLeader }: { withLeader: boolean }) {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const columns = useView((state) => state.world?.log.columns ?? NO_COLUMNS);
  const last = useView((state) => state.world?.summary.lastIndex ?? 0);
  const [box, size] = useSize<HTMLDivElement>({ width: 672, height: 206 });
  const layout = logColumns(size.width, columns.length, withLeader);
  const shown = columns.slice(-layout.count);
  const room = (size.height - HEAD_HEIGHT) / Math.max(1, names.length);
  const pitch = Math.max(28, Math.min(48, Math.floor(room)));
  return (
    <section className="log" aria-label="Log">
      <div className="panel-head">
        <h2>Log</h2>
        <LogLegend />
      </div>
      <div className="log-box" ref={box}>
        {shown.length === 0 ? (
          <p className="quiet">
            {last > 0
              ? `All ${last} entries are in snapshots.`
              : "No entry yet. The first one is the no-op of the first leader."}
          </p>
        ) : (
          <svg
            width={size.width}
            height={HEAD_HEIGHT + names.length * pitch}
            role="group"
            aria-label="Entries"
          >
            <LogHead columns={shown} layout={layout} height={HEAD_HEIGHT + names.length * pitch} />
            {names.map((name, row) => (
              <LogRow
                key={name}
                node={name}
                columns={shown}
                layout={layout}
                y={HEAD_HEIGHT + row * pitch}
                pitch={pitch}
              />
            ))}
          </svg>
        )}
      </div>
    </section>
  );
}
