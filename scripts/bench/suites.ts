import { raftSuite } from "./raft.ts";
import type { Suite } from "./suite.ts";

/** Everything that `npm run bench` can measure. */
export const suites: readonly Suite[] = [raftSuite];
