import { Suspense, useCallback, useState } from "react";
import { SHEETS } from "./bar/sheets.ts";
import type { SheetName } from "./bar/sheets.ts";
import { TopBar } from "./bar/TopBar.tsx";
import { Body } from "./Body.tsx";
import { useBrushing } from "./brush.ts";
import type { LayoutDeed } from "./command/command.ts";
import { Acting } from "./gesture/Acting.tsx";
import { Definitions } from "./glyph/Definitions.tsx";
import { later, Nothing } from "./later.ts";
import { useLayout } from "./layout.ts";
import { Problem } from "./notice/Problem.tsx";
import { Toast } from "./notice/Toast.tsx";
import { usePage, useView } from "./pageContext.ts";
import { useSidePanelChoice } from "./partitions/sidePanelChoice.ts";
import { EVENT_SEARCH } from "./rail/eventSearch.ts";
import { useNodePanelChoice } from "./ready/nodePanelChoice.ts";
import { useFileDrop } from "./share/fileDrop.ts";
import type { TabName } from "./Tabs.tsx";
import "./styles/page.css";

/** A page inside another page: another layout, which most visits never see. */
const EmbedBody = later(async () => (await import("./embed/EmbedBody.tsx")).EmbedBody, Nothing);

/** The whole page. Its parts subscribe to what they show; this one only lays them out. */
export function Page() {
  const layout = useLayout();
  const embed = useView((state) => state.embed);
  const [sheet, setSheet] = useState<SheetName | null>(null);
  const [tab, setTab] = useState<TabName>("Ready");
  const [railOpen, setRailOpen] = useState(false);
  const choice = useNodePanelChoice();
  const side = useSidePanelChoice();
  const toggleSheet = (name: SheetName): void => setSheet((open) => (open === name ? null : name));
  const closeSheet = useCallback(() => setSheet(null), []);
  const compared = useView((state) => state.comparison?.name ?? null);
  const [comparedBefore, setComparedBefore] = useState(compared);
  // A comparison takes the side panel: where that one is a tab, the tab comes to the front.
  if (compared !== comparedBefore) {
    setComparedBefore(compared);
    if (compared !== null) setTab("Partitions");
  }
  const { dispatch, store } = usePage();
  const onDeed = (deed: LayoutDeed): void => {
    switch (deed) {
      case "toggleHelp":
        return toggleSheet("help");
      case "figures":
      case "share":
        return toggleSheet(deed);
      case "showAdmin":
      case "showDials":
      case "showClients":
        setTab("Partitions");
        return side.show(deed === "showClients" ? "Clients" : "Admin");
      case "focusProduce":
        setTab("Partitions");
        return side.focusProduce();
      case "toggleDisk": {
        const { world, selectedNode } = store.getState();
        setTab("Ready");
        return choice.toggle(world?.nodes[selectedNode]?.process === "running");
      }
      case "findEvent":
        setTab("Events");
        setRailOpen(true);
        // The field may only now come onto the page.
        requestAnimationFrame(() => document.getElementById(EVENT_SEARCH)?.focus());
        return;
      case "close":
        closeSheet();
        setRailOpen(false);
        dispatch({ kind: "brush", id: null });
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    }
  };
  useBrushing();
  useFileDrop();
  const Sheet = sheet === null ? Nothing : SHEETS[sheet];
  return (
    <div className={`app ${embed === null ? layout : "embed"}`}>
      <Definitions />
      <Acting onLayout={onDeed} />
      <Problem />
      {embed === null ? (
        <>
          <TopBar compact={layout === "phone"} sheet={sheet} onSheet={toggleSheet} />
          <Body
            layout={layout}
            tab={tab}
            onTab={setTab}
            choice={choice}
            side={side}
            railOpen={railOpen}
            onRail={() => setRailOpen((open) => !open)}
          />
        </>
      ) : (
        <Suspense>
          <EmbedBody panels={embed} choice={choice} side={side} />
        </Suspense>
      )}
      <Suspense>
        <Sheet onClose={closeSheet} />
      </Suspense>
      <Toast />
    </div>
  );
}
