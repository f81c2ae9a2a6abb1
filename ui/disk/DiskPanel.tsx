import type { DiskItemView, DiskView } from "@chronik/core/view";
import { useState } from "react";
import type { ReactNode } from "react";
import { NodePill } from "../glyph/NodePill.tsx";
import { useLook } from "../look.ts";
import { usePage, useView } from "../pageContext.ts";
import { Bytes } from "./Bytes.tsx";
import { FaultControls } from "./FaultControls.tsx";
import { ItemStrip } from "./ItemStrip.tsx";
import { Segments } from "./Segments.tsx";
import "../styles/disk.css";

/** What a person has picked; `byte` counts from the start of the item. */
interface Picked {
  readonly id: string;
  readonly byte: number | null;
}

/** The selected node's log as it stands on its disk, byte for byte, and how to break it. */
export function DiskPanel({ head }: { head: ReactNode }) {
  const disk = useDiskOfSelected();
  const selected = useView((state) => state.selectedNode);
  const node = disk?.node ?? selected;
  const [picked, setPicked] = useState<Picked | null>(null);
  const items = disk === null ? [] : itemsOf(disk);
  // What cannot be read is what a person wants to see first.
  const shown =
    items.find(({ id }) => id === picked?.id) ?? disk?.unreadable ?? items.at(-1) ?? null;
  const byte = shown?.id === picked?.id ? (picked?.byte ?? null) : null;
  return (
    <section className="ready disk-panel" aria-label="Disk">
      <div className="panel-head">
        {head}
        <NodePill node={node} />
        {disk === null || disk.note.tone !== "plain" ? null : (
          <span className="small quiet cut-short" title={disk.note.text}>
            {disk.note.text}
          </span>
        )}
      </div>
      {disk === null ? (
        <p className="small quiet gone">Reading the disk …</p>
      ) : (
        <>
          <Trouble disk={disk} />
          <Segments disk={disk} />
          {shown === null ? (
            <div className="bytes" />
          ) : (
            <>
              <ItemStrip
                disk={disk}
                items={items}
                selected={shown.id}
                onSelect={(id) => setPicked({ id, byte: null })}
              />
              <Bytes
                key={shown.id}
                node={node}
                item={shown}
                selected={byte}
                onSelect={(at) => setPicked({ id: shown.id, byte: at })}
              />
            </>
          )}
          <FaultControls disk={disk} />
        </>
      )}
    </section>
  );
}

/** Until the disk of another node has come, the one before stays. */
function useDiskOfSelected(): DiskView | null {
  useLook(
    "disk",
    useView((state) => state.selectedNode),
  );
  return useView(({ world }) => (world === null ? null : (Object.values(world.disks)[0] ?? null)));
}

/** Damage that stands further back than the items that are listed is put before them. */
function itemsOf({ items, unreadable }: DiskView): readonly DiskItemView[] {
  if (unreadable === null || items.some(({ id }) => id === unreadable.id)) return items;
  return [unreadable, ...items];
}

/** What is wrong with the disk, in full, and the way out where there is one. */
function Trouble({ disk }: { disk: DiskView }) {
  const { dispatch } = usePage();
  const damaged = useView((state) => state.world?.nodes[disk.node]?.isDamaged ?? false);
  const { text, tone } = disk.note;
  if (tone === "plain") return null;
  return (
    <div className="trouble">
      <p className={`small tone-${tone}`}>{text}</p>
      {damaged ? (
        <button
          type="button"
          className="button primary"
          aria-label={`Repair ${disk.node}`}
          title="The cluster removes it, its disk is wiped, and it comes back as a learner"
          onClick={() => dispatch({ kind: "repair", node: disk.node })}
        >
          Repair
        </button>
      ) : null}
    </div>
  );
}
