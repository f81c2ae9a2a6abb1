import type { Api } from "../api.ts";
import type { InitProducerIdRequest, InitProducerIdResponse } from "../request.ts";
import { int16, int32, int64, message, nullable, orElse, since, string } from "../schema.ts";

export const initProducerId: Api<InitProducerIdRequest, InitProducerIdResponse> = {
  key: 22,
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 2,
  request: message({
    transactionalId: nullable(string),
    transactionTimeoutMs: int32,
    producerId: since(3, orElse(-1, int64)),
    producerEpoch: since(3, orElse(-1, int16)),
  }),
  response: message({
    _throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64,
    producerEpoch: int16,
  }),
};
