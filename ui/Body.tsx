import { Suspense } from "react";
import { later, Nothing } from "./later.ts";
import type { Layout } from "./layout.ts";
import { LogPanel } from "./log/LogPanel.tsx";
import type { SidePanelChoice } from "./partitions/sidePanelChoice.ts";
import { SidePanel } from "./partitions/SidePanel.tsx";
import { Announcer } from "./rail/Announcer.tsx";
import { Events } from "./rail/Events.tsx";
import { FoldedRail } from "./rail/FoldedRail.tsx";
import { NodeActions } from "./rail/NodeActions.tsx";
import { Rail } from "./rail/Rail.tsx";
import { Try } from "./rail/Try.tsx";
import { TryLine } from "./rail/TryLine.tsx";
import type { NodePanelChoice } from "./ready/nodePanelChoice.ts";
import { NodePanel } from "./ready/NodePanel.tsx";
import { Stage } from "./stage/Stage.tsx";
import { Tabs } from "./Tabs.tsx";
import type { TabName } from "./Tabs.tsx";
import { TimePanel } from "./time/TimePanel.tsx";
import { Turn } from "./Turn.tsx";

/** Only a phone has the lanes upright, in a tab of its own. */
const VerticalLanes = later(
  async () => (await import("./time/VerticalLanes.tsx")).VerticalLanes,
  Nothing,
);

interface BodyProps {
  readonly layout: Layout;
  readonly tab: TabName;
  readonly onTab: (tab: TabName) => void;
  readonly choice: NodePanelChoice;
  readonly side: SidePanelChoice;
  readonly railOpen: boolean;
  readonly onRail: () => void;
}

/** Everything under the bar, in the arrangement that fits the window. */
export function Body({ layout, tab, onTab, choice, side, railOpen, onRail }: BodyProps) {
  switch (layout) {
    case "full":
      return (
        <>
          <Turn of="rail">
            <Rail />
          </Turn>
          <main className="middle-column">
            <Stage />
            <Turn of="log">
              <LogPanel withLeader />
            </Turn>
          </main>
          <section className="side" aria-label="Details">
            <BothPanels choice={choice} side={side} />
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
            <Turn of="log">
              <LogPanel withLeader={false} />
            </Turn>
          </main>
          <section className="side" aria-label="Details">
            {layout === "folded" ? (
              <BothPanels choice={choice} side={side} />
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

function BothPanels({ choice, side }: Pick<BodyProps, "choice" | "side">) {
  return (
    <>
      <Turn of="node">
        <NodePanel choice={choice} />
      </Turn>
      <Turn of="side">
        <SidePanel choice={side} />
      </Turn>
    </>
  );
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
              <NodePanel choice={choice} />
              <NodeActions />
            </>
          ) : null}
          {tab === "Partitions" ? <SidePanel choice={side} /> : null}
          {tab === "Events" ? (
            <>
              <Suspense>
                <VerticalLanes />
              </Suspense>
              <Events />
            </>
          ) : null}
        </div>
      </main>
      <Try />
      <TimePanel withLanes={false} />
      <Announcer />
    </>
  );
}
