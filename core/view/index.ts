export type { DiskFault, DiskFaults } from "../sim/diskFaults.ts";
export type { ReadyStage } from "../broker/io.ts";
export type { ActionBody, RunOptions } from "../sim/run.ts";
export type { AdminCommand } from "../wire/request.ts";
export type {
  AdminAnswerView,
  ClientView,
  FrameFieldView,
  FrameView,
  GroupView,
  Inspected,
  InspectionView,
  LookupView,
  LossView,
  PendingView,
} from "./brokerPart.ts";
export { flightLabel } from "./flightLabel.ts";
export { EVENTS_MAX, LANES_WINDOW_US } from "./view.ts";
export type {
  CutView,
  DiskBytesView,
  DiskFieldView,
  DiskFileView,
  DiskItemView,
  DiskView,
  EventView,
  FlightKind,
  FlightView,
  GateView,
  LinkView,
  LogCellView,
  LogColumnView,
  LogHeadView,
  LookedAt,
  LogRowView,
  NetworkView,
  NodeView,
  PartitionView,
  ProgressView,
  QuorumView,
  ReadyItemView,
  ReadyStageView,
  ReadyView,
  RecordView,
  ReplicaLogView,
  RequestView,
  RichText,
  RoleView,
  RunMarkView,
  RunView,
  SafetyRuleView,
  SafetyView,
  SegmentView,
  SentenceView,
  StageState,
  SuggestedAction,
  SuggestionView,
  SummaryView,
  TermBandView,
  TimerView,
  Tone,
  WorldView,
  WriteView,
} from "./view.ts";
export { Projector } from "./project.ts";
export { isSameList, reuse } from "./reuse.ts";
export type { BrokerSource, ProcessSource, Readers, WorldSource } from "./source.ts";
