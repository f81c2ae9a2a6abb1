import type { PartitionView } from "@chronik/core/view";
import type { PageState } from "../page.ts";

/** The partition that was chosen, else the first there is. */
export function selectPartition(state: PageState): PartitionView | null {
  const name = state.selectedPartition ?? state.world?.partitionNames[0];
  return name === undefined ? null : (state.world?.partitions[name] ?? null);
}
