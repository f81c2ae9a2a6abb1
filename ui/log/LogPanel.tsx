import { Suspense } from "react";
import { later } from "../later.ts";

interface LogPanelProps {
  readonly withLeader: boolean;
}

/** No log has an entry before the first leader is there. */
const Log = later(async () => (await import("./Log.tsx")).Log, NoLog);

/** What every node's log holds. */
export function LogPanel({ withLeader }: LogPanelProps) {
  return (
    <Suspense fallback={<NoLog />}>
      <Log withLeader={withLeader} />
    </Suspense>
  );
}

/** Keeps its room. */
function NoLog() {
  return (
    <section className="log" aria-label="Log">
      <div className="panel-head">
        <h2>Log</h2>
      </div>
    </section>
  );
}
