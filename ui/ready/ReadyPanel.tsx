import type { ReactNode } from "react";
import type { ReadyView } from "@chronik/core/view";
import { NodePill } from "../glyph/NodePill.tsx";
import { useView } from "../pageContext.ts";
import { Gate } from "./Gate.tsx";
import { HeldHere } from "./HeldHere.tsx";
import { PeerProgress } from "./PeerProgress.tsx";
import { ReadyStage, STAGE_NAMES, stageLines } from "./ReadyStage.tsx";
import { SyncHistory } from "./SyncHistory.tsx";

/** The work that the selected node took last, in the order in which it must be done. */
export function ReadyPanel({ head }: { head: ReactNode }) {
  const node = useView((state) => state.selectedNode);
  const ready = useView((state) => state.world?.readies[state.selectedNode] ?? null);
  const running = useView((state) => state.world?.nodes[state.selectedNode]?.process === "running");
  const text = headline(ready, running);
  return (
    <section
      className="ready"
      aria-label="Ready"
      {...(ready === null ? {} : { "data-ref": `batch:${node}:${ready.number}` })}
    >
      <div className="panel-head">
        {head}
        <NodePill node={node} />
        <span className="small quiet cut-short" title={text}>
          {text}
        </span>
        {running ? <span className="micro quiet end hint">click a number to hold</span> : null}
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

/** From so many lines on they stand closer, or leave no room for what stands below them. */
const DENSE_LINES = 6;
const FULL_LINES = 8;

function Stages({ ready }: { ready: ReadyView }) {
  const lines = ready.stages.reduce((sum, stage) => sum + stageLines(stage), 0);
  const className = lines >= DENSE_LINES ? "stages dense" : "stages";
  const before = ready.stages.slice(0, 2);
  const after = ready.stages.slice(2);
  const heldHere = ready.stages.find(({ isHeld, state }) => isHeld && state === "here");
  const heldBefore =
    heldHere !== undefined && before.includes(heldHere) ? STAGE_NAMES[heldHere.name] : null;
  return (
    <>
      <ol className={className}>
        {before.map((stage, i) => (
          <ReadyStage key={stage.name} ready={ready} stage={stage} number={i + 1} />
        ))}
      </ol>
      <Gate ready={ready} heldBefore={heldBefore} />
      <ol className={className} start={3}>
        {after.map((stage, i) => (
          <ReadyStage key={stage.name} ready={ready} stage={stage} number={i + 3} />
        ))}
      </ol>
      {heldHere === undefined ? null : <HeldHere node={ready.node} stage={heldHere.name} />}
      {heldHere === undefined && lines < FULL_LINES ? (
        <div className="batches">
          <SyncHistory node={ready.node} historyUs={ready.syncHistoryUs} gate={ready.gate} />
          <PeerProgress node={ready.node} />
        </div>
      ) : null}
    </>
  );
}

function headline(ready: ReadyView | null, running: boolean): string {
  if (!running) return "does not run";
  if (ready === null) return "has had no work yet";
  if (ready.open) {
    return `taken at ${(ready.takenAtUs / 1e6).toFixed(3)} s${ready.mustSync ? ", must sync" : ""}`;
  }
  return ready.laterCount === 0 ? "done" : `done; ${ready.laterCount} since, no sync`;
}
