import { decodeCompressedBatch } from "../codecs.ts";
import { describeRequest, describeResponse } from "../describe.ts";
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from "../frame.ts";
import { BATCH_HEADER_BYTES, splitBatches } from "../recordBatch.ts";
import { COMPRESSED_BATCHES, PLAIN_BATCH, withRightChecksum } from "./compressed.ts";
import { encodeSamples } from "./goldenFrames.ts";
import type { GoldenFrame } from "./goldenFrames.ts";
import { mutated, mutatedFrame, pick } from "./mutation.ts";
import type { Choices } from "./mutation.ts";

export interface FuzzCounts {
  frames: number;
  batches: number;
  "still read": number;
  malformed: number;
  "of an unknown version": number;
  "still batches": number;
  "refused batches": number;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Which mutations, `to` not included. Each depends on the seed and its own number alone. */
  readonly from: number;
  readonly to: number;
}

/** One in so many is a batch with compressed records instead of a frame. */
const BATCH_EVERY = 8;
/** One in so many is described as well, which takes longer. */
const DESCRIBE_EVERY = 16;

/**
 * Reads mutated frames and batches. What can be read of them must be possible to write, too: a
 * broker answers with the names that it was asked about.
 *
 * @throws Error that names seed and number of the mutation when a reader throws.
 */
export function fuzzWire({ seed, from, to }: FuzzOptions): FuzzCounts {
  const frames = encodeSamples();
  const batches = [PLAIN_BATCH, ...COMPRESSED_BATCHES];
  const counts: FuzzCounts = {
    frames: 0,
    batches: 0,
    "still read": 0,
    malformed: 0,
    "of an unknown version": 0,
    "still batches": 0,
    "refused batches": 0,
  };
  for (let at = from; at < to; at++) {
    const chance = new Chance(seed, at);
    try {
      if (at % BATCH_EVERY === 0) fuzzBatch(chance, batches, counts);
      else fuzzFrame(chance, frames, at % DESCRIBE_EVERY === 1, counts);
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`mutation ${at} of seed ${seed}: ${reason}`, { cause: error });
    }
  }
  return counts;
}

function fuzzFrame(
  chance: Chance,
  frames: readonly GoldenFrame[],
  isDescribed: boolean,
  counts: FuzzCounts,
): void {
  const { api, direction, version, frame } = pick(chance, frames);
  const bytes = mutatedFrame(chance, frame, pick(chance, frames).frame);
  counts.frames++;
  if (direction === "request") {
    const decoded = decodeRequest(bytes);
    if (isDescribed) describeRequest(bytes);
    if (decoded.ok) encodeRequest(decoded.request, decoded.header);
    if (decoded.ok) counts["still read"]++;
    else if (decoded.kind === "malformed") counts.malformed++;
    else counts["of an unknown version"]++;
    return;
  }
  const decoded = decodeResponse(bytes, api, version);
  if (isDescribed) describeResponse(bytes, api, version);
  if (decoded.ok) {
    const header = { apiKey: 0, api, apiVersion: version, correlationId: 0, clientId: null };
    encodeResponse(header, decoded.response);
    counts["still read"]++;
  } else {
    counts.malformed++;
  }
}

function fuzzBatch(chance: Chance, batches: readonly Uint8Array[], counts: FuzzCounts): void {
  const bytes = mutated(chance, pick(chance, batches), pick(chance, batches), BATCH_HEADER_BYTES);
  splitBatches(bytes);
  if (bytes.length >= BATCH_HEADER_BYTES && chance.below(8) > 0) withRightChecksum(bytes);
  counts.batches++;
  if (decodeCompressedBatch(bytes).ok) counts["still batches"]++;
  else counts["refused batches"]++;
}

/** Random enough for this, and quick to start for every mutation: Marsaglia's xorshift (2003). */
class Chance implements Choices {
  #state: number;

  constructor(seed: number, stream: number) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(stream + 1, 0x85eb_ca6b)) | 1;
    for (let i = 0; i < 4; i++) this.below(1);
  }

  /** From 0 up to, and without, `n`. */
  below(n: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % n;
  }
}
