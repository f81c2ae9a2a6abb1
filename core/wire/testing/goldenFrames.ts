import { API_VERSIONS } from "../apis.ts";
import { encodeRequest, encodeResponse } from "../frame.ts";
import type { ClientApi } from "../request.ts";
import { hex, unhex } from "./hex.ts";
import { REQUEST_SAMPLES, RESPONSE_SAMPLES } from "./samples.ts";

export interface GoldenFrame {
  readonly api: ClientApi;
  readonly direction: "request" | "response";
  readonly version: number;
  readonly frame: Uint8Array;
}

const CORRELATION_ID = 0x01020304;
const CLIENT_ID = "golden";

/** The samples, encoded in every version. */
export function encodeSamples(): GoldenFrame[] {
  return API_VERSIONS.flatMap(({ api, apiKey, minVersion, maxVersion }) => {
    const frames: GoldenFrame[] = [];
    for (let version = minVersion; version <= maxVersion; version++) {
      const header = {
        apiKey,
        api,
        apiVersion: version,
        correlationId: CORRELATION_ID,
        clientId: CLIENT_ID,
      };
      const request = encodeRequest(REQUEST_SAMPLES[api], header);
      const response = encodeResponse(header, RESPONSE_SAMPLES[api]);
      frames.push({ api, direction: "request", version, frame: request });
      frames.push({ api, direction: "response", version, frame: response });
    }
    return frames;
  });
}

/** One line a frame: `produce request 3 00000012...`. Versions with the same body differ in the header. */
export function printFrames(frames: readonly GoldenFrame[]): string {
  return frames
    .map(({ api, direction, version, frame }) => `${api} ${direction} ${version} ${hex(frame)}\n`)
    .join("");
}

export function parseFrames(text: string): GoldenFrame[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [api, direction, version, digits = ""] = line.split(" ");
      const known = API_VERSIONS.find((range) => range.api === api);
      if (known === undefined || (direction !== "request" && direction !== "response")) {
        throw new Error(`not a golden frame: ${line}`);
      }
      return { api: known.api, direction, version: Number(version), frame: unhex(digits) };
    });
}
