import { Suspense } from "react";
import type { ReactNode } from "react";
import { later } from "../later.ts";
import type { SidePanelChoice } from "./sidePanelChoice.ts";

/** What each of the panels is given: the names of all of them, for its head. */
export interface PanelProps {
  readonly head: ReactNode;
}

/** There is nothing in it before the cluster has come so far, so it comes after the first picture. */
const Panels = later(async () => (await import("./SidePanels.tsx")).SidePanels, NotLoaded);

/** What the cluster keeps, who uses it, and how it is administered. */
export function SidePanel({ choice }: { choice: SidePanelChoice }) {
  return (
    <Suspense fallback={<Quiet text="" />}>
      <Panels choice={choice} />
    </Suspense>
  );
}

function NotLoaded() {
  return <Quiet text="This part of the page could not be loaded. Reload the page." />;
}

/** Takes the room of the panel while there is none. */
function Quiet({ text }: { text: string }) {
  return (
    <section className="partitions" aria-label="Partitions">
      <div className="panel-head">
        <h2>Partitions</h2>
      </div>
      <p className="small quiet">{text}</p>
    </section>
  );
}
