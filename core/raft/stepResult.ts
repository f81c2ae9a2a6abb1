/** What became of a message or proposal. All but "ok" leave the node as it was. */
export type StepResult =
  | "ok"
  | "proposalDropped"
  | "readIndexDropped"
  | "requestSnapshotDropped"
  | "stepLocalMessage"
  | "stepMalformed"
  | "stepPeerNotFound";
