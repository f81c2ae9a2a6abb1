import { Suspense } from "react";
import type { ReactNode } from "react";
import { NodePill } from "../glyph/NodePill.tsx";
import { later } from "../later.ts";
import { useView } from "../pageContext.ts";
import type { NodePanelChoice } from "./nodePanelChoice.ts";
import { ReadyPanel } from "./ReadyPanel.tsx";

/** Only who looks at a disk needs it. */
const DiskPanel = later(async () => (await import("../disk/DiskPanel.tsx")).DiskPanel, NoDiskPanel);

/** What the selected node works on, or what its disk holds. */
export function NodePanels({ choice }: { choice: NodePanelChoice }) {
  // Before the first picture nothing is known to stand still.
  const runs = useView(
    (state) => (state.world?.nodes[state.selectedNode]?.process ?? "running") === "running",
  );
  const number = useView((state) => state.world?.readies[state.selectedNode]?.number ?? 0);
  const shown = choice.shown(runs);
  const head = (
    <div className="panel-switch" role="group" aria-label="Panel of the node">
      <Choice pressed={shown === "ready"} onClick={() => choice.choose("ready", runs)}>
        Ready {runs && number > 0 ? <span>{number}</span> : null}
      </Choice>
      <Choice pressed={shown === "disk"} onClick={() => choice.choose("disk", runs)}>
        Disk
      </Choice>
    </div>
  );
  if (shown === "ready") return <ReadyPanel head={head} />;
  return (
    <Suspense fallback={<DiskSentence head={head} text="Reading the disk …" />}>
      <DiskPanel head={head} />
    </Suspense>
  );
}

/** The page goes on without a part that cannot be loaded. */
function NoDiskPanel({ head }: { head: ReactNode }) {
  return (
    <DiskSentence head={head} text="This part of the page could not be loaded. Reload the page." />
  );
}

/** In the place of the panel, while there is none. */
function DiskSentence({ head, text }: { head: ReactNode; text: string }) {
  const node = useView((state) => state.selectedNode);
  return (
    <section className="ready" aria-label="Disk">
      <div className="panel-head">
        {head}
        <NodePill node={node} />
      </div>
      <p className="small quiet gone">{text}</p>
    </section>
  );
}

interface ChoiceProps {
  readonly pressed: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Choice({ pressed, onClick, children }: ChoiceProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-keyshortcuts="D"
      title="Ready or disk  D"
      onClick={onClick}
    >
      {children}
    </button>
  );
}
