import * as fc from "fast-check";
import { expect, test } from "vitest";
import { API_VERSIONS, APIS } from "./apis.ts";
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from "./frame.ts";
import type { ClientRequest, ClientResponse } from "./request.ts";
import { anyFields } from "./testing/anyMessage.ts";
import { carried } from "./testing/carried.ts";

const versions = API_VERSIONS.flatMap(({ api, apiKey, minVersion, maxVersion }) =>
  Array.from({ length: maxVersion - minVersion + 1 }, (_, at) => ({
    api,
    apiKey,
    version: minVersion + at,
  })),
);
/** Of each version; neighbours differ little. */
const RUNS = 30;
const anyHeader = fc.record({
  correlationId: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  clientId: fc.option(fc.string({ unit: "binary", maxLength: 5 })),
});

test.each(versions)("requests of $api $version come back", ({ api, apiKey, version }) => {
  const { fields } = APIS[api].request;
  fc.assert(
    fc.property(anyFields(fields, version), anyHeader, (drawn, chosen) => {
      const sent = { ...drawn, api };
      const options = { ...chosen, apiVersion: version };
      const frame = encodeRequest(sent as unknown as ClientRequest, options);
      const request = carried(sent, fields, version);
      if (api === "joinGroup" && version === 0) {
        request["rebalanceTimeoutMs"] = request["sessionTimeoutMs"]!;
      }
      const expected = {
        ok: true,
        header: { ...chosen, apiKey, api, apiVersion: version },
        request,
      };
      expect(decodeRequest(frame)).toEqual(expected);
      expect(decodeRequest(withTrailingBytes(frame))).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});

test.each(versions)("answers of $api $version come back", ({ api, apiKey, version }) => {
  const { fields } = APIS[api].response;
  fc.assert(
    fc.property(anyFields(fields, version), anyHeader, (drawn, chosen) => {
      // 35 says that what follows is in the layout of version 0.
      fc.pre(api !== "apiVersions" || drawn["errorCode"] !== 35);
      const sent = { ...drawn, api };
      const header = { ...chosen, apiKey, api, apiVersion: version };
      const frame = encodeResponse(header, sent as unknown as ClientResponse);
      const response = carried(sent, fields, version);
      if (api === "leaveGroup" && version < 3) delete response["errorCode"];
      const decoded = decodeResponse(frame, api, version);
      expect(decoded).toMatchObject({ ok: true, correlationId: chosen.correlationId, response });
      expect(decodeResponse(withTrailingBytes(frame), api, version)).toEqual(decoded);
    }),
    { numRuns: RUNS },
  );
});

function withTrailingBytes(frame: Uint8Array): Uint8Array {
  const longer = new Uint8Array(frame.length + 3);
  longer.set(frame);
  new DataView(longer.buffer).setInt32(0, longer.length - 4);
  return longer;
}
