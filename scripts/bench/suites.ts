import { raftSuite } from "./raft.ts";
import type { Suite } from "./suite.ts";
import { walSuite } from "./wal.ts";

/** Everything that `npm run bench` can measure. */
export const suites: readonly Suite[] = [raftSuite, walSuite];
