import type { PartitionView } from "@chronik/core/view";
import { useRef } from "react";
import { useView } from "../pageContext.ts";

/**
 * A partition as long as nothing changes but how far its logs have come: with traffic those move
 * all the time, and the matrix shows none of them.
 */
export function usePartitionShape(name: string): PartitionView | undefined {
  const last = useRef<PartitionView | undefined>(undefined);
  return useView((state) => {
    const next = state.world?.partitions[name];
    if (last.current === undefined || next === undefined || !sameShape(last.current, next)) {
      last.current = next;
    }
    return last.current;
  });
}

function sameShape(a: PartitionView, b: PartitionView): boolean {
  return (
    a.leader === b.leader &&
    a.leaderAlive === b.leaderAlive &&
    a.replicas === b.replicas &&
    a.isr === b.isr &&
    a.addingReplicas === b.addingReplicas &&
    a.belowMinIsr === b.belowMinIsr &&
    a.offline === b.offline &&
    a.mode === b.mode &&
    a.minInsyncReplicas === b.minInsyncReplicas
  );
}
