import type { PanelProps } from "../partitions/SidePanel.tsx";
import { ClientList } from "./ClientList.tsx";
import { Groups } from "./Groups.tsx";
import { Losses } from "./Losses.tsx";
import { Pending } from "./Pending.tsx";
import { StartClients } from "./StartClients.tsx";
import "../styles/cluster.css";

/** Programs that send and read by themselves, what they share, and what they have lost. */
export function ClientsPanel({ head }: PanelProps) {
  return (
    <section className="partitions cluster" aria-label="Clients">
      <div className="panel-head">{head}</div>
      <StartClients />
      <ClientList />
      <Pending />
      <Groups />
      <Losses />
    </section>
  );
}
