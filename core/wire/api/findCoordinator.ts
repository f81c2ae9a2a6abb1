import type { Api } from "../api.ts";
import type { FindCoordinatorRequest, FindCoordinatorResponse } from "../request.ts";
import { flat, int16, int32, int8, list, message, nullable, since, string } from "../schema.ts";
import { struct, until } from "../schema.ts";

/** Several keys in one request from this version on (KIP-699); the order of the fields changes too. */
const KEYS_SINCE = 4;
const keys = list(string, KEYS_SINCE);

export const findCoordinator: Api<FindCoordinatorRequest, FindCoordinatorResponse> = {
  key: 10,
  minVersion: 0,
  maxVersion: 6,
  flexibleSince: 3,
  request: message({
    _onlyKey: until(KEYS_SINCE - 1, flat({ keys })),
    keyType: since(1, int8),
    _allKeys: since(KEYS_SINCE, flat({ keys })),
  }),
  response: message({
    _throttleTimeMs: since(1, int32),
    coordinators: list(
      struct({
        key: since(KEYS_SINCE, string),
        _errorFirst: until(
          KEYS_SINCE - 1,
          flat({ errorCode: int16, errorMessage: since(1, nullable(string)) }),
        ),
        nodeId: int32,
        host: string,
        port: int32,
        _errorLast: since(KEYS_SINCE, flat({ errorCode: int16, errorMessage: nullable(string) })),
      }),
      KEYS_SINCE,
    ),
  }),
};
