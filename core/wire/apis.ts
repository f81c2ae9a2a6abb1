import type { Api } from "./api.ts";
import { apiVersions } from "./api/apiVersions.ts";
import { createTopics } from "./api/createTopics.ts";
import { fetch } from "./api/fetch.ts";
import { findCoordinator } from "./api/findCoordinator.ts";
import { heartbeat } from "./api/heartbeat.ts";
import { initProducerId } from "./api/initProducerId.ts";
import { joinGroup } from "./api/joinGroup.ts";
import { leaveGroup } from "./api/leaveGroup.ts";
import { listOffsets } from "./api/listOffsets.ts";
import { metadata } from "./api/metadata.ts";
import { offsetCommit } from "./api/offsetCommit.ts";
import { offsetFetch } from "./api/offsetFetch.ts";
import { produce } from "./api/produce.ts";
import { syncGroup } from "./api/syncGroup.ts";
import type { ClientApi, ClientRequest, ClientResponse } from "./request.ts";
import { int16, int32, nullable, string } from "./schema.ts";
import type { Table } from "./schema.ts";

export type RequestOf<A extends ClientApi> = Extract<ClientRequest, { readonly api: A }>;
export type ResponseOf<A extends ClientApi> = Extract<ClientResponse, { readonly api: A }>;

/** Everything that clients may ask, in the order of the keys. */
export const APIS: { readonly [A in ClientApi]: Api<RequestOf<A>, ResponseOf<A>> } = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  apiVersions,
  createTopics,
  initProducerId,
};

/**
 * In front of every request. Tagged fields follow if the version of the request is flexible, but the
 * client id is never compact.
 */
export const REQUEST_HEADER: Table = {
  apiKey: int16,
  apiVersion: int16,
  correlationId: int32,
  clientId: nullable(string),
};
/** In front of every answer. */
export const RESPONSE_HEADER: Table = { correlationId: int32 };

export interface ApiVersionRange {
  readonly api: ClientApi;
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** What frames can be read and written, by key. */
export const API_VERSIONS: readonly ApiVersionRange[] = (Object.keys(APIS) as ClientApi[]).map(
  (api) => {
    const { key, minVersion, maxVersion } = APIS[api];
    return { api, apiKey: key, minVersion, maxVersion };
  },
);

/** Null for a key that no table is for. */
export function apiOfKey(apiKey: number): ClientApi | null {
  return API_VERSIONS.find((range) => range.apiKey === apiKey)?.api ?? null;
}

export function hasVersion(api: ClientApi, version: number): boolean {
  const { minVersion, maxVersion } = APIS[api];
  return minVersion <= version && version <= maxVersion;
}

export function isFlexible(api: ClientApi, version: number): boolean {
  return version >= APIS[api].flexibleSince;
}

/** KIP-511: a client reads the header of an answer to ApiVersions before it knows any version. */
export function hasResponseTags(api: ClientApi, version: number): boolean {
  return api !== "apiVersions" && isFlexible(api, version);
}
