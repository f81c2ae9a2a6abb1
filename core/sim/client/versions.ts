import { API_VERSIONS } from "../../wire/index.ts";
import type { ApiVersionsResponse, ClientApi } from "../../wire/index.ts";

/** The newest versions before flexible ones, which clients of those years speak. */
const CLASSIC_MAX: Readonly<Record<ClientApi, number>> = {
  produce: 8,
  fetch: 11,
  listOffsets: 5,
  metadata: 8,
  offsetCommit: 7,
  offsetFetch: 5,
  findCoordinator: 2,
  joinGroup: 5,
  heartbeat: 3,
  leaveGroup: 3,
  syncGroup: 3,
  apiVersions: 2,
  createTopics: 4,
  initProducerId: 1,
};

export type Versions = ReadonlyMap<ClientApi, number>;

/** The newest version of ApiVersions that a client dares to begin with. */
export function firstVersion(isClassic: boolean): number {
  const own = API_VERSIONS.find(({ api }) => api === "apiVersions")?.maxVersion ?? 0;
  return isClassic ? CLASSIC_MAX.apiVersions : own;
}

/** For each request the highest version that both sides know. What one does not know is missing. */
export function chooseVersions({ apiKeys }: ApiVersionsResponse, isClassic: boolean): Versions {
  const chosen = new Map<ClientApi, number>();
  for (const { api, apiKey, minVersion, maxVersion } of API_VERSIONS) {
    const offered = apiKeys.find((each) => each.apiKey === apiKey);
    if (offered === undefined) continue;
    const own = isClassic ? Math.min(maxVersion, CLASSIC_MAX[api]) : maxVersion;
    const version = Math.min(own, offered.maxVersion);
    if (version >= Math.max(minVersion, offered.minVersion)) chosen.set(api, version);
  }
  return chosen;
}
