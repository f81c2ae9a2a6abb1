import type { Flight, RequestRecord } from "../sim/index.ts";
import type { decodeCompressedBatch } from "../wire/codecs.ts";
import type {
  describeRequest,
  describeResponse,
  FieldDescribed,
  FrameDescribed,
} from "../wire/describe.ts";
import type { splitBatches } from "../wire/index.ts";
import { FRAME_BYTES_SHOWN_MAX } from "./brokerPart.ts";
import type { FrameFieldView, FrameView, Inspected, InspectionView } from "./brokerPart.ts";
import { recordsOfBatch } from "./recordReader.ts";
import { hexOf } from "./recordFields.ts";
import { batchFields } from "./batchFields.ts";
import type { WorldSource } from "./source.ts";
import type { RecordView } from "./view.ts";

/** How frames are read for people to look at. */
export interface FrameReaders {
  readonly describeRequest: typeof describeRequest;
  readonly describeResponse: typeof describeResponse;
  readonly decodeCompressedBatch: typeof decodeCompressedBatch;
  readonly splitBatches: typeof splitBatches;
}

type Api = Parameters<FrameReaders["describeResponse"]>[1];

/** Shows the bytes of one request, and of its answer once there is one. */
export class Inspector {
  readonly #readers: FrameReaders;
  /** Each frame is read once for as long as its bytes are around. */
  readonly #known = new WeakMap<Uint8Array, FrameView>();
  /** It may be looked at for longer than the world knows it. */
  #flight: Flight | null = null;

  constructor(readers: FrameReaders) {
    this.#readers = readers;
  }

  /** Null for what has no bytes: brokers speak to each other in values. */
  inspect(world: WorldSource, what: Inspected | null): InspectionView | null {
    switch (what?.kind) {
      case undefined:
        this.#flight = null;
        return null;
      case "request": {
        const request = world.history.requests.findLast(({ id }) => id === what.id);
        return request === undefined ? null : this.#request(request);
      }
      case "flight":
        if (this.#flight?.id !== what.id) {
          this.#flight = world.flights().find(({ id }) => id === what.id) ?? null;
        }
        return this.#flight === null ? null : this.#flightView(this.#flight);
    }
  }

  #request({ frames }: RequestRecord): InspectionView | null {
    if (frames === null) return null;
    const { api, apiVersion, request, answer } = frames;
    const views = [this.#frame(request, api, apiVersion, false)];
    if (answer !== null) views.push(this.#frame(answer, api, apiVersion, true));
    return { title: api, frames: views };
  }

  #flightView({ payload, from, to }: Flight): InspectionView | null {
    if (payload.kind !== "clientFrame" && payload.kind !== "serverFrame") return null;
    const { frame, api, apiVersion } = payload;
    const isAnswer = payload.kind === "serverFrame";
    const title = `${api} from ${from.name} to ${to.name}`;
    return { title, frames: [this.#frame(frame, api, apiVersion, isAnswer)] };
  }

  #frame(frame: Uint8Array, api: Api, apiVersion: number, isAnswer: boolean): FrameView {
    let view = this.#known.get(frame);
    if (view === undefined) {
      const { describeRequest, describeResponse } = this.#readers;
      const described = isAnswer
        ? describeResponse(frame, api, apiVersion)
        : describeRequest(frame);
      const what = isAnswer ? "answer" : "request";
      view = this.#view(
        `${api} ${what}, version ${apiVersion}, ${frame.length} bytes`,
        frame,
        described,
      );
      this.#known.set(frame, view);
    }
    return view;
  }

  #view(title: string, frame: Uint8Array, { fields, malformed }: FrameDescribed): FrameView {
    const flat: FrameFieldView[] = [];
    const records: RecordView[] = [];
    for (const field of fields) this.#flatten(frame, field, 0, flat, records);
    return {
      title,
      hex: hexOf(frame.subarray(0, FRAME_BYTES_SHOWN_MAX)),
      hiddenBytes: Math.max(0, frame.length - FRAME_BYTES_SHOWN_MAX),
      fields: flat,
      records,
      problem: malformed === null ? null : `At byte ${malformed.offset}: ${malformed.message}`,
    };
  }

  #flatten(
    frame: Uint8Array,
    { name, type, value, offset, sizeBytes, children }: FieldDescribed,
    depth: number,
    flat: FrameFieldView[],
    records: RecordView[],
  ): void {
    flat.push({ name, type, value, position: offset, sizeBytes, depth });
    for (const child of children) this.#flatten(frame, child, depth + 1, flat, records);
    // The length before them says how many of the field's last bytes they are.
    const length = name === "records" ? Number.parseInt(value, 10) : 0;
    if (!(length > 0)) return;
    const batches = this.#readers.splitBatches(
      frame.subarray(offset + sizeBytes - length, offset + sizeBytes),
    );
    if (!batches.ok) return;
    for (const batch of batches.batches) {
      flat.push(...batchFields(batch, batch.byteOffset - frame.byteOffset, depth + 1));
      records.push(...recordsOfBatch(this.#readers.decodeCompressedBatch(batch), true));
    }
  }
}
