import type { ReactNode } from "react";
import type { ReadyView } from "@chronik/core/view";
import { NodePill } from "../glyph/NodePill.tsx";
import { useView } from "../pageContext.ts";
import { Gate } from "./Gate.tsx";
import { ReadyStage, stageLines } from "./ReadyStage.tsx";
import { SyncHistory } from "./SyncHistory.tsx";

/** The work that the selected node took last, in the order in which it must be done. */
export function ReadyPanel({ head }: { head: ReactNode }) {
  const node = useView((state) => state.selectedNode);
  const ready = useView((state) => state.world?.readies[state.selectedNode] ?? null);
  const running = useView((state) => state.world?.nodes[state.selectedNode]?.process === "running");
  return (
    <section className="ready" aria-label="Ready">
      <div className="panel-head">
        {head}
        <NodePill node={node} />
        <span className="small quiet cut-short">{headline(ready, running)}</span>
      </div>
      {running || ready === null ? null : (
        <p className="quiet gone">
          {node} has no power. Its Ready is gone with its memory; a restart begins with what the
          disk holds, and with nothing else.
        </p>
      )}
      {ready === null || !running ? null : <Stages ready={ready} />}
    </section>
  );
}

/** From so many lines on they stand closer, or leave no room for the history of fsyncs. */
const DENSE_LINES = 6;
const FULL_LINES = 8;

function Stages({ ready }: { ready: ReadyView }) {
  const lines = ready.stages.reduce((sum, stage) => sum + stageLines(stage), 0);
  const className = lines >= DENSE_LINES ? "stages dense" : "stages";
  const before = ready.stages.slice(0, 2);
  const after = ready.stages.slice(2);
  return (
    <>
      <ol className={className}>
        {before.map((stage, i) => (
          <ReadyStage key={stage.name} stage={stage} number={i + 1} />
        ))}
      </ol>
      <Gate gate={ready.gate} mustSync={ready.mustSync} />
      <ol className={className} start={3}>
        {after.map((stage, i) => (
          <ReadyStage key={stage.name} stage={stage} number={i + 3} />
        ))}
      </ol>
      {lines < FULL_LINES ? (
        <SyncHistory node={ready.node} historyUs={ready.syncHistoryUs} gate={ready.gate} />
      ) : null}
    </>
  );
}

function headline(ready: ReadyView | null, running: boolean): string {
  if (!running) return "does not run";
  if (ready === null) return "has had no work yet";
  const taken = `taken at ${(ready.takenAtUs / 1e6).toFixed(3)} s`;
  const waiting = ready.waitingEntries > 0 ? `, ${ready.waitingEntries} wait for the next` : "";
  if (ready.open) return `${taken}${ready.mustSync ? ", must sync" : ""}${waiting}`;
  const later = ready.laterCount === 0 ? "" : `; ${ready.laterCount} since needed no sync`;
  return `${taken}, done${later}${waiting}`;
}
