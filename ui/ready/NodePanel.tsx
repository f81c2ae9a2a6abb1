import { lazy, Suspense } from "react";
import type { ReactNode } from "react";
import { useView } from "../pageContext.ts";
import type { NodePanelChoice } from "./nodePanelChoice.ts";
import { ReadyPanel } from "./ReadyPanel.tsx";

/** Only who looks at a disk needs it. */
const DiskPanel = lazy(async () => {
  const panel = await import("../disk/DiskPanel.tsx");
  return { default: panel.DiskPanel };
});

/** What the selected node works on, or what its disk holds. */
export function NodePanel({ choice }: { choice: NodePanelChoice }) {
  const runs = useView((state) => state.world?.nodes[state.selectedNode]?.process === "running");
  const number = useView((state) => state.world?.readies[state.selectedNode]?.number ?? 0);
  const shown = choice.shown(runs);
  const head = (
    <div className="panel-switch" role="group" aria-label="Panel of the node">
      <Choice pressed={shown === "ready"} onClick={() => choice.choose("ready", runs)}>
        {runs && number > 0 ? `Ready ${number}` : "Ready"}
      </Choice>
      <Choice pressed={shown === "disk"} onClick={() => choice.choose("disk", runs)}>
        Disk
      </Choice>
    </div>
  );
  const ready = <ReadyPanel head={head} />;
  if (shown === "ready") return ready;
  return (
    <Suspense fallback={ready}>
      <DiskPanel head={head} />
    </Suspense>
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
