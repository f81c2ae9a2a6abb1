import type { PanelProps } from "../partitions/SidePanel.tsx";
import { Console } from "./Console.tsx";
import { Dials } from "./Dials.tsx";
import { NewTopic } from "./NewTopic.tsx";
import { Nodes } from "./Nodes.tsx";
import { Topics } from "./Topics.tsx";
import "../styles/cluster.css";

/** Topics and nodes come and go here; the console says the same in an administrator's words. */
export function AdminPanel({ head }: PanelProps) {
  return (
    <section className="partitions cluster" aria-label="Admin">
      <div className="panel-head">{head}</div>
      <NewTopic />
      <Topics />
      <Nodes />
      <Console />
      <Dials />
    </section>
  );
}
