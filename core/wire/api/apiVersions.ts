import type { Api } from "../api.ts";
import type { ApiVersionsRequest, ApiVersionsResponse } from "../request.ts";
import { bool, int16, int32, int64, list, message, orElse, since, string } from "../schema.ts";
import { struct, tagged } from "../schema.ts";

/** KIP-584. */
const feature = struct({ _name: string, _min: int16, _max: int16 });

export const apiVersions: Api<ApiVersionsRequest, ApiVersionsResponse> = {
  key: 18,
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 3,
  request: message({
    clientSoftwareName: since(3, string),
    clientSoftwareVersion: since(3, string),
  }),
  response: message({
    errorCode: int16,
    apiKeys: list(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
    _throttleTimeMs: since(1, int32),
    _supportedFeatures: since(3, tagged(0, list(feature))),
    _finalizedFeaturesEpoch: since(3, tagged(1, orElse(-1, int64))),
    _finalizedFeatures: since(3, tagged(2, list(feature))),
    _zkMigrationReady: since(3, tagged(3, bool)),
  }),
};
