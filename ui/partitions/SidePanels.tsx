import { Suspense } from "react";
import type { ComponentType } from "react";
import { later } from "../later.ts";
import { useView } from "../pageContext.ts";
import { PartitionsPanel } from "./PartitionsPanel.tsx";
import type { PanelProps } from "./SidePanel.tsx";
import type { SidePanelChoice, SidePanelName } from "./sidePanelChoice.ts";

/** Nobody needs them before asking for them. */
const PANELS: Readonly<Record<Exclude<SidePanelName, "Partitions">, ComponentType<PanelProps>>> = {
  Clients: later(async () => (await import("../clients/ClientsPanel.tsx")).ClientsPanel, NoPanel),
  Admin: later(async () => (await import("../admin/AdminPanel.tsx")).AdminPanel, NoPanel),
  Request: later(async () => (await import("../request/RequestPanel.tsx")).RequestPanel, NoPanel),
  Compare: later(async () => (await import("../compare/ComparePanel.tsx")).ComparePanel, NoPanel),
};
const SHORTCUTS = { Partitions: "N", Clients: "C", Admin: "A" } as const;

/** One of the cluster's panels, with the names of the others at its head. */
export function SidePanels({ choice }: { choice: SidePanelChoice }) {
  const { shown, show, focusWanted } = choice;
  const compared = useView((state) => state.comparison?.name ?? null);
  const head = (
    <div className="panel-switch" role="group" aria-label="Panel of the cluster">
      {(["Partitions", "Clients", "Admin"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={shown === name}
          aria-keyshortcuts={SHORTCUTS[name]}
          title={SHORTCUTS[name]}
          onClick={() => show(name)}
        >
          {name}
        </button>
      ))}
      {compared === null ? null : (
        <button type="button" aria-pressed={shown === "Compare"} onClick={() => show("Compare")}>
          Compare
        </button>
      )}
    </div>
  );
  if (shown === "Partitions") return <PartitionsPanel head={head} focusWanted={focusWanted} />;
  const Panel = PANELS[shown];
  return (
    <Suspense fallback={<OneSentence head={head} text="Loading …" />}>
      <Panel head={head} />
    </Suspense>
  );
}

function NoPanel({ head }: PanelProps) {
  return (
    <OneSentence head={head} text="This part of the page could not be loaded. Reload the page." />
  );
}

function OneSentence({ head, text }: PanelProps & { readonly text: string }) {
  return (
    <section className="partitions" aria-label="Details of the cluster">
      <div className="panel-head">{head}</div>
      <p className="small quiet">{text}</p>
    </section>
  );
}
