import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { API_VERSIONS, APIS } from "./apis.ts";
import { decodeRequest, decodeResponse } from "./frame.ts";
import type { Values } from "./schema.ts";
import { carried } from "./testing/carried.ts";
import { encodeSamples, parseFrames, printFrames } from "./testing/goldenFrames.ts";
import { REQUEST_SAMPLES, RESPONSE_SAMPLES } from "./testing/samples.ts";

/** Written anew with REWRITE=1; the difference is the review. */
const FILE = new URL("golden/frames.txt", import.meta.url);
if (process.env["REWRITE"] === "1") writeFileSync(FILE, printFrames(encodeSamples()));
const golden = parseFrames(readFileSync(FILE, "utf8"));

test("every request and answer of every version is written as its golden bytes", () => {
  expect(printFrames(encodeSamples())).toBe(printFrames(golden));
});

test.each(API_VERSIONS)("golden bytes of $api are read as what they say", ({ api }) => {
  const frames = golden.filter((frame) => frame.api === api);
  expect(frames.length).toBeGreaterThan(0);
  for (const { direction, version, frame } of frames) {
    const sample = direction === "request" ? REQUEST_SAMPLES[api] : RESPONSE_SAMPLES[api];
    const expected = carried(
      { ...sample } as unknown as Values,
      APIS[api][direction].fields,
      version,
    );
    // What two versions mean by less: see `joinGroupAsMeant` and `leaveGroupAsWritten`.
    if (api === "joinGroup" && direction === "request" && version === 0) {
      expected["rebalanceTimeoutMs"] = REQUEST_SAMPLES.joinGroup.sessionTimeoutMs;
    }
    if (api === "leaveGroup" && direction === "response" && version < 3) {
      expected["errorCode"] = RESPONSE_SAMPLES.leaveGroup.members[0]!.errorCode;
    }
    expect(messageIn(frame, direction, api, version), `${direction} ${version}`).toEqual(expected);
  }
});

function messageIn(
  frame: Uint8Array,
  direction: "request" | "response",
  api: (typeof API_VERSIONS)[number]["api"],
  version: number,
): object {
  const decoded =
    direction === "request" ? decodeRequest(frame) : decodeResponse(frame, api, version);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded));
  return "request" in decoded ? decoded.request : decoded.response;
}

test("every truncation of every golden frame is refused, at a place inside it", () => {
  for (const { api, direction, version, frame } of golden) {
    for (let sizeBytes = 0; sizeBytes < frame.length; sizeBytes++) {
      const cut = frame.slice(0, sizeBytes);
      // The size made right again, so that it is not what is noticed.
      if (sizeBytes >= 4) new DataView(cut.buffer).setInt32(0, sizeBytes - 4);
      const decoded =
        direction === "request" ? decodeRequest(cut) : decodeResponse(cut, api, version);
      const what = `${api} ${direction} ${version} cut to ${sizeBytes}`;
      expect(decoded, what).toMatchObject({ ok: false });
      if (decoded.ok || !("offset" in decoded)) continue;
      expect(decoded.offset, what).toBeLessThanOrEqual(sizeBytes);
      expect(decoded.offset, what).toBeGreaterThanOrEqual(0);
      expect(decoded.path, what).not.toBe("");
    }
    const whole = frame.subarray(0, -1);
    expect(
      direction === "request" ? decodeRequest(whole) : decodeResponse(whole, api, version),
    ).toMatchObject({ ok: false, offset: 0, path: "size" });
  }
});
