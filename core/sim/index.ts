export type { ClientProbe, ConsumerProbe, ProducerProbe } from "./client/clientProbe.ts";
export type { WorldParts } from "./clientSide.ts";
export type { Rule, Violation } from "./checkers/checker.ts";
export type { Loss } from "./checkers/partitionHistory.ts";
export type { DiskWrite } from "./disk.ts";
export { DISK_FAULTS } from "./diskFaults.ts";
export type { DiskFault, DiskFaults, DiskFile, DiskProbe } from "./diskFaults.ts";
export type { Endpoint } from "./endpoint.ts";
export type {
  History,
  OperationRecord,
  ReadRecord,
  RequestFacts,
  RequestOutcome,
  RequestRecord,
} from "./history.ts";
export type { Cut, LinkFault, NetworkSettings } from "./linkFaults.ts";
export type { Flight, Payload } from "./network.ts";
export type { Process } from "./process.ts";
export { RECENT_US } from "./recent.ts";
export { DEFAULT_RUN_OPTIONS, firstActionAtUs, NODES_MAX } from "./run.ts";
export type { Action, ActionBody, ActionResult, Run, RunOptions } from "./run.ts";
export { firstVisit, threeBrokers } from "./scenario.ts";
export { World } from "./world.ts";
export type { WorldHooks } from "./world.ts";
export type { Happening, WorldEvent } from "./worldEvent.ts";
