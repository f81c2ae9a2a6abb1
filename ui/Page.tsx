import { Suspense, useCallback, useEffect, useState } from "react";
import { TopBar } from "./bar/TopBar.tsx";
import { useBrushing } from "./brush.ts";
import { Definitions } from "./glyph/Definitions.tsx";
import { useKeyboard } from "./keyboard.ts";
import type { OtherKey } from "./keyboard.ts";
import { later, Nothing } from "./later.ts";
import { useLayout } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { LogPanel } from "./log/LogPanel.tsx";
import { Problem } from "./notice/Problem.tsx";
import { Toast } from "./notice/Toast.tsx";
import { usePage } from "./pageContext.ts";
import { PRODUCE_FOCUS } from "./partitions/ProduceForm.tsx";
import { SidePanel } from "./partitions/SidePanel.tsx";
import { useSidePanelChoice } from "./partitions/sidePanelChoice.ts";
import type { SidePanelChoice } from "./partitions/sidePanelChoice.ts";
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
const HelpSheet = later(async () => (await import("./notice/HelpSheet.tsx")).HelpSheet, Nothing);

/** The whole page. Its parts subscribe to what they show; this one only lays them out. */
export function Page() {
  const layout = useLayout();
  const [help, setHelp] = useState(false);
  const [tab, setTab] = useState<TabName>("Ready");
  const [railOpen, setRailOpen] = useState(false);
  const { dispatch, store } = usePage();
  const choice = useNodePanelChoice();
  const side = useSidePanelChoice();
  const { show } = side;
  const { toggle } = choice;
  const [focusWanted, setFocusWanted] = useState(0);
  const onKey = useCallback(
    (kind: OtherKey) => {
      if (kind === "toggleHelp") setHelp((open) => !open);
      if (kind === "showAdmin" || kind === "showClients") {
        setTab("Partitions");
        show(kind === "showAdmin" ? "Admin" : "Clients");
      }
      if (kind === "focusProduce") {
        setTab("Partitions");
        show("Partitions");
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
    [dispatch, store, toggle, show],
  );
  useKeyboard(onKey);
  useBrushing();
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
        side={side}
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
  readonly side: SidePanelChoice;
  readonly railOpen: boolean;
  readonly onRail: () => void;
}

function Body({ layout, tab, onTab, choice, side, railOpen, onRail }: BodyProps) {
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
            <SidePanel choice={side} />
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
                <SidePanel choice={side} />
              </>
            ) : (
              <SideTabs tab={tab} onTab={onTab} choice={choice} side={side} />
            )}
          </section>
          <TimePanel withLanes />
        </>
      );
    case "phone":
      return <PhoneBody tab={tab} onTab={onTab} choice={choice} side={side} />;
  }
}

type TabbedProps = Pick<BodyProps, "tab" | "onTab" | "choice" | "side">;

function SideTabs({ tab, onTab, choice, side }: TabbedProps) {
  const selected = tab === "Partitions" ? "Partitions" : "Ready";
  return (
    <>
      <Tabs names={["Ready", "Partitions"]} selected={selected} onSelect={onTab} />
      {selected === "Ready" ? <NodePanel choice={choice} /> : <SidePanel choice={side} />}
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

function PhoneBody({ tab, onTab, choice, side }: TabbedProps) {
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
          {tab === "Partitions" ? <SidePanel choice={side} /> : null}
          {tab === "Events" ? <Events /> : null}
        </div>
      </main>
      <Try />
      <TimePanel withLanes={false} />
      <Announcer />
    </>
  );
}
