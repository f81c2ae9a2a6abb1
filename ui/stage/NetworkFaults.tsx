import type { RingLayout } from "../geometry/ringLayout.ts";
import { Cuts } from "./Cuts.tsx";
import { LinkMarks } from "./LinkMarks.tsx";

/** What the network does to messages: cuts, and links that lose or delay them. */
export function NetworkFaults({ ring, names }: { ring: RingLayout; names: readonly string[] }) {
  return (
    <>
      <LinkMarks ring={ring} names={names} />
      <Cuts ring={ring} names={names} />
    </>
  );
}
