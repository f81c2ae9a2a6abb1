import { brokerSuite } from "./broker.ts";
import { raftSuite } from "./raft.ts";
import type { Suite } from "./suite.ts";
import { walSuite } from "./wal.ts";
import { wireSuite } from "./wire.ts";

/** Everything that `npm run bench` can measure. */
export const suites: readonly Suite[] = [raftSuite, walSuite, wireSuite, brokerSuite];
