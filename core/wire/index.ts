/** Kafka's protocol: record batches, requests and answers as values, and error codes. */
export { ErrorCode, errorName, isRetriable } from "./errorCode.ts";
export type { ErrorCodeName } from "./errorCode.ts";
export {
  BATCH_HEADER_BYTES,
  decodeRecordBatch,
  encodeRecordBatch,
  readBatchHeader,
  rewriteBatchOffsets,
  splitBatches,
  validateRecordBatch,
} from "./recordBatch.ts";
export type {
  BatchDecoded,
  BatchesSplit,
  BatchHeader,
  BatchRecord,
  BatchRefused,
  BatchValidated,
  RecordBatch,
  RecordBatchInput,
  RecordHeaderField,
  RecordInput,
} from "./recordBatch.ts";
export type {
  BrokerHeartbeatRequest,
  BrokerHeartbeatResponse,
  CreatableTopic,
  CreateTopicsRequest,
  CreateTopicsResponse,
  CurrentLeader,
  FetchPartition,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  JoinRequest,
  JoinResponse,
  MetadataPartition,
  MetadataRequest,
  MetadataResponse,
  ProducePartition,
  ProducePartitionResponse,
  ProduceRequest,
  ProduceResponse,
  RemoveNodeRequest,
  RemoveNodeResponse,
  Request,
  Response,
} from "./request.ts";
