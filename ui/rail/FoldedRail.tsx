import { Announcer } from "./Announcer.tsx";
import { Rail } from "./Rail.tsx";

/** The rail as a strip; it opens over the stage's left edge. */
export function FoldedRail({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  return (
    <div className="folded-rail">
      <button type="button" className="button bare" aria-expanded={open} onClick={onToggle}>
        Try, events
      </button>
      {open ? <Rail /> : <Announcer />}
    </div>
  );
}
