import type { WalWriter } from "../wal/index.ts";
import type { Clock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { MetadataLog } from "./metadataLog.ts";
import type { MetadataState } from "./metadataState.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";

/** What the parts of one broker share. Each changes only what it owns. */
export interface BrokerContext {
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly out: Outbox;
  readonly wal: WalWriter;
  readonly partitions: Partitions;
  readonly state: MetadataState;
  readonly metadataLog: MetadataLog;
}
