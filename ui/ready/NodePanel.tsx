import { Suspense } from "react";
import { later } from "../later.ts";
import type { NodePanelChoice } from "./nodePanelChoice.ts";

/** A node has had no work before the first pictures. */
const NodePanels = later(async () => (await import("./NodePanels.tsx")).NodePanels, NoPanel);

/** What the selected node works on, or what its disk holds. */
export function NodePanel({ choice }: { choice: NodePanelChoice }) {
  return (
    <Suspense fallback={<NoPanel />}>
      <NodePanels choice={choice} />
    </Suspense>
  );
}

/** Keeps its room. */
function NoPanel() {
  return (
    <section className="ready" aria-label="Ready">
      <div className="panel-head">
        <h2>Ready</h2>
      </div>
    </section>
  );
}
