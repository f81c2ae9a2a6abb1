import type { LogColumnView } from "@chronik/core/view";
import { useState } from "react";
import { logColumns } from "../geometry/logColumns.ts";
import { useLayout } from "../layout.ts";
import { useView } from "../pageContext.ts";
import { useSize } from "../useSize.ts";
import { LogHead } from "./LogHead.tsx";
import { LogLegend } from "./LogLegend.tsx";
import { LogRow } from "./LogRow.tsx";
import { SelectedEntry } from "./SelectedEntry.tsx";
import type { EntryPlace } from "./SelectedEntry.tsx";

const HEAD_HEIGHT = 34;
const PITCH_MIN = 18;
const PITCH_MAX = 56;
const PITCH_PHONE = 44;
const NO_NODES: readonly string[] = [];
const NO_COLUMNS: readonly LogColumnView[] = [];

/** One row a node, one column an index. */
export function Log({ withLeader }: { withLeader: boolean }) {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const columns = useView((state) => state.world?.log.columns ?? NO_COLUMNS);
  const last = useView((state) => state.world?.summary.lastIndex ?? 0);
  const [selected, setSelected] = useState<EntryPlace | null>(null);
  const [box, size] = useSize<HTMLDivElement>({ width: 672, height: 214 });
  const layout = logColumns(size.width, columns.length, withLeader);
  const shown = columns.slice(-layout.count);
  const room = (size.height - HEAD_HEIGHT - 2) / Math.max(1, names.length);
  // On a phone the panel is as high as what is in it, and a finger needs room.
  const isPhone = useLayout() === "phone";
  const pitch = isPhone ? PITCH_PHONE : Math.max(PITCH_MIN, Math.min(PITCH_MAX, Math.floor(room)));
  const height = HEAD_HEIGHT + names.length * pitch;
  return (
    <section className="log" aria-label="Log">
      <div className="panel-head">
        <h2>Log</h2>
        {selected === null ? (
          <LogLegend />
        ) : (
          <SelectedEntry place={selected} onClose={() => setSelected(null)} />
        )}
      </div>
      <div className="log-box" ref={box}>
        {shown.length === 0 ? (
          <p className="quiet">
            {last > 0
              ? `All ${last} entries are in snapshots.`
              : "No entry yet. The first one is the no-op of the first leader."}
          </p>
        ) : (
          <svg width={size.width} height={height} role="group" aria-label="Entries">
            <LogHead columns={shown} layout={layout} height={height} />
            {names.map((name, row) => (
              <LogRow
                key={name}
                node={name}
                columns={shown}
                layout={layout}
                y={HEAD_HEIGHT + row * pitch}
                pitch={pitch}
                isFirst={row === 0}
                onSelect={setSelected}
              />
            ))}
          </svg>
        )}
      </div>
    </section>
  );
}
