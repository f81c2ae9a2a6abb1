import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import type { ComponentType } from "react";
import { TopBar } from "./bar/TopBar.tsx";
import { Definitions } from "./glyph/Definitions.tsx";
import { useKeyboard } from "./keyboard.ts";
import type { OtherKey } from "./keyboard.ts";
import { useLayout } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { LogPanel } from "./log/LogPanel.tsx";
import { Problem } from "./notice/Problem.tsx";
import { Toast } from "./notice/Toast.tsx";
import { usePage } from "./pageContext.ts";
import { PartitionsPanel } from "./partitions/PartitionsPanel.tsx";
import { PRODUCE_FOCUS } from "./partitions/ProduceForm.tsx";
import { Announcer } from "./rail/Announcer.tsx";
import { Events } from "./rail/Events.tsx";
import { NodeActions } from "./rail/NodeActions.tsx";
import { Rail } from "./rail/Rail.tsx";
import { Try } from "./rail/Try.tsx";
import { TryLine } from "./rail/TryLine.tsx";
import { useNodePanelChoice } from "./ready/nodePanelChoice.ts";
import type { NodePanelChoice } from "./ready/nodePanelChoice.ts";
import { NodePanel } from "./ready/NodePanel.tsx";
import { Stage } from "./stage/Stage.tsx";
import { Tabs } from "./Tabs.tsx";
import type { TabName } from "./Tabs.tsx";
import { TimePanel } from "./time/TimePanel.tsx";
import "./styles/page.css";

/** Nobody needs it before asking for it. */
const HelpSheet = lazy(async (): Promise<{ default: ComponentType<{ onClose: () => void }> }> => {
  const sheet = await import("./notice/HelpSheet.tsx").catch(() => null);
  return { default: sheet?.HelpSheet ?? (() => null) };
});

/** The whole page. Its parts subscribe to what they show; this one only lays them out. */
export function Page() {
  const layout = useLayout();
  const [help, setHelp] = useState(false);
  const [tab, setTab] = useState<TabName>("Ready");
  const [railOpen, setRailOpen] = useState(false);
  const { dispatch, store } = usePage();
  const choice = useNodePanelChoice();
  const { toggle } = choice;
  const [focusWanted, setFocusWanted] = useState(0);
  const onKey = useCallback(
    (kind: OtherKey) => {
      if (kind === "toggleHelp") setHelp((open) => !open);
      if (kind === "focusProduce") {
        setTab("Partitions");
        setFocusWanted((wanted) => wanted + 1);
      }
      if (kind === "toggleDisk") {
        const { world, selectedNode } = store.getState();
        setTab("Ready");
        toggle(world?.nodes[selectedNode]?.process === "running");
      }
      if (kind === "close") {
        setHelp(false);
        setRailOpen(false);
        dispatch({ kind: "brush", id: null });
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }
    },
    [dispatch, store, toggle],
  );
  useKeyboard(onKey);
  useEffect(() => {
    if (focusWanted > 0) document.getElementById(PRODUCE_FOCUS)?.focus();
  }, [focusWanted]);
  return (
    <div className={`app ${layout}`}>
      <Definitions />
      <TopBar
        compact={layout === "phone"}
        helpOpen={help}
        onHelp={() => setHelp((open) => !open)}
      />
      <Problem />
      <Body
        layout={layout}
        tab={tab}
        onTab={setTab}
        choice={choice}
        railOpen={railOpen}
        onRail={() => setRailOpen((open) => !open)}
      />
      {help ? (
        <Suspense>
          <HelpSheet onClose={() => setHelp(false)} />
        </Suspense>
      ) : null}
      <Toast />
    </div>
  );
}

interface BodyProps {
  readonly layout: Layout;
  readonly tab: TabName;
  readonly onTab: (tab: TabName) => void;
  readonly choice: NodePanelChoice;
  readonly railOpen: boolean;
  readonly onRail: () => void;
}

function Body({ layout, tab, onTab, choice, railOpen, onRail }: BodyProps) {
  switch (layout) {
    case "full":
      return (
        <>
          <Rail />
          <main className="middle-column">
            <Stage />
            <LogPanel withLeader />
          </main>
          <section className="side" aria-label="Details">
            <NodePanel choice={choice} />
            <PartitionsPanel />
          </section>
          <TimePanel withLanes />
        </>
      );
    case "folded":
    case "tabbed":
      return (
        <>
          <FoldedRail open={railOpen} onToggle={onRail} />
          <main className="middle-column">
            <Stage>
              <TryLine />
            </Stage>
            <LogPanel withLeader={false} />
          </main>
          <section className="side" aria-label="Details">
            {layout === "folded" ? (
              <>
                <NodePanel choice={choice} />
                <PartitionsPanel />
              </>
            ) : (
              <SideTabs tab={tab} onTab={onTab} choice={choice} />
            )}
          </section>
          <TimePanel withLanes />
        </>
      );
    case "phone":
      return <PhoneBody tab={tab} onTab={onTab} choice={choice} />;
  }
}

type TabbedProps = Pick<BodyProps, "tab" | "onTab" | "choice">;

function SideTabs({ tab, onTab, choice }: TabbedProps) {
  const selected = tab === "Partitions" ? "Partitions" : "Ready";
  return (
    <>
      <Tabs names={["Ready", "Partitions"]} selected={selected} onSelect={onTab} />
      {selected === "Ready" ? <NodePanel choice={choice} /> : <PartitionsPanel />}
    </>
  );
}

/** The rail as a strip; it opens over the stage's left edge. */
function FoldedRail({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  return (
    <div className="folded-rail">
      <button type="button" className="button bare" aria-expanded={open} onClick={onToggle}>
        Try, events
      </button>
      {open ? <Rail /> : <Announcer />}
    </div>
  );
}

function PhoneBody({ tab, onTab, choice }: TabbedProps) {
  return (
    <>
      <main className="middle-column">
        <Stage />
        <Tabs names={["Log", "Ready", "Partitions", "Events"]} selected={tab} onSelect={onTab} />
        <div className="panel" role="tabpanel" tabIndex={0} aria-label={`${tab} panel`}>
          {tab === "Log" ? <LogPanel withLeader={false} /> : null}
          {tab === "Ready" ? (
            <>
              <NodeActions />
              <NodePanel choice={choice} />
            </>
          ) : null}
          {tab === "Partitions" ? <PartitionsPanel /> : null}
          {tab === "Events" ? <Events /> : null}
        </div>
      </main>
      <Try />
      <TimePanel withLanes={false} />
      <Announcer />
    </>
  );
}
