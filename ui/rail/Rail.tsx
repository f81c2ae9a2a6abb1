import { Announcer } from "./Announcer.tsx";
import { Events } from "./Events.tsx";
import { NodeActions } from "./NodeActions.tsx";
import { Try } from "./Try.tsx";

/** What to do next, and what happened. */
export function Rail() {
  return (
    <aside className="rail">
      <Try />
      <NodeActions />
      <Events />
      <Announcer />
    </aside>
  );
}
