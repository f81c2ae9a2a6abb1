import { SafetyChip } from "../bar/SafetyChip.tsx";
import { LogPanel } from "../log/LogPanel.tsx";
import { useLayout } from "../layout.ts";
import { useView } from "../pageContext.ts";
import type { PageState, PanelName } from "../page.ts";
import type { SidePanelChoice } from "../partitions/sidePanelChoice.ts";
import { SidePanel } from "../partitions/SidePanel.tsx";
import { Announcer } from "../rail/Announcer.tsx";
import { Events } from "../rail/Events.tsx";
import type { NodePanelChoice } from "../ready/nodePanelChoice.ts";
import { NodePanel } from "../ready/NodePanel.tsx";
import { Sentence } from "../stage/Sentence.tsx";
import { Stage } from "../stage/Stage.tsx";
import { TimePanel } from "../time/TimePanel.tsx";
import "../styles/embed.css";

interface EmbedBodyProps {
  readonly panels: readonly PanelName[];
  readonly choice: NodePanelChoice;
  readonly side: SidePanelChoice;
}

/** Only the panels that were asked for; the sentence and the safety chip are always there. */
export function EmbedBody({ panels, choice, side }: EmbedBodyProps) {
  const link = useView(({ scenario }) => scenario.link || addressOf(scenario));
  const isNarrow = useLayout() === "phone";
  const has = (name: PanelName): boolean => panels.includes(name);
  return (
    <>
      <header className="embed-bar">
        <SafetyChip compact={false} />
        <a className="button bare" href={link} target="_blank" rel="noopener">
          Open in Chronik Playground
        </a>
      </header>
      <main className="embed-panels">
        {has("cluster") ? (
          <Stage />
        ) : (
          <section className="stage" aria-label="Cluster">
            <Sentence />
          </section>
        )}
        {has("log") ? <LogPanel withLeader={false} /> : null}
        {has("ready") ? <NodePanel choice={choice} /> : null}
        {has("partitions") ? <SidePanel choice={side} /> : null}
        {has("events") ? <Events /> : null}
      </main>
      {has("time") ? (
        <div className={isNarrow ? "embed-time phone" : "embed-time"}>
          <TimePanel withLanes={!isNarrow} />
        </div>
      ) : null}
      <Announcer />
    </>
  );
}

/** While time runs there is no link to the moment: then to the run from its start. */
function addressOf({ name, seed }: PageState["scenario"]): string {
  return `${location.pathname}?${name === "" ? "" : `scenario=${name}&`}seed=${seed}`;
}
