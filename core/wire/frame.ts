import { assert } from "../base/assert.ts";
import { ByteWriter } from "../base/bytes.ts";
import { joinGroupAsMeant } from "./api/joinGroup.ts";
import { leaveGroupAsWritten } from "./api/leaveGroup.ts";
import { APIS, apiOfKey, hasResponseTags, hasVersion, isFlexible } from "./apis.ts";
import { REQUEST_HEADER, RESPONSE_HEADER } from "./apis.ts";
import type { ResponseOf } from "./apis.ts";
import { StructCodec } from "./codec.ts";
import { ErrorCode } from "./errorCode.ts";
import { FrameReader } from "./frameReader.ts";
import type { Malformed } from "./frameReader.ts";
import type { ClientApi, ClientRequest, ClientResponse } from "./request.ts";
import type { Values } from "./schema.ts";

/**
 * Requests and answers as Kafka's frames: four bytes that say how many follow, a header, and the
 * fields of the message in one version. Bytes behind the last field are tolerated: clients send some.
 */

/** As much as Kafka's brokers take (socket.request.max.bytes). */
export const FRAME_BYTES_MAX = 104_857_600;

export interface RequestHeader {
  readonly apiKey: number;
  /** Null when no table is for the key. */
  readonly api: ClientApi | null;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export type RequestDecoded =
  | { readonly ok: true; readonly header: RequestHeader; readonly request: ClientRequest }
  /** A key or a version that no table is for: what follows the header cannot be read. */
  | { readonly ok: false; readonly kind: "unsupportedVersion"; readonly header: RequestHeader }
  | RequestMalformed;

interface RequestMalformed extends Malformed {
  readonly ok: false;
  readonly kind: "malformed";
  /** Null when not even the header could be read. */
  readonly header: RequestHeader | null;
}

export type ResponseDecoded<A extends ClientApi> =
  | { readonly ok: true; readonly correlationId: number; readonly response: ResponseOf<A> }
  | ResponseMalformed;

interface ResponseMalformed extends Malformed {
  readonly ok: false;
}

/** What a client chooses of the header. */
export interface RequestFrameOptions {
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** Byte strings of the request are windows on the frame. */
export function decodeRequest(frame: Uint8Array): RequestDecoded {
  const reader = new FrameReader(frame);
  readSize(reader);
  const fields = read(reader, REQUEST_HEADER_CODEC) as Omit<RequestHeader, "api"> | null;
  if (fields === null) return { ok: false, kind: "malformed", header: null, ...reader.malformed() };
  const { apiKey, apiVersion, correlationId, clientId } = fields;
  const api = apiOfKey(apiKey);
  const header = { apiKey, api, apiVersion, correlationId, clientId };
  if (api === null || !hasVersion(api, apiVersion)) {
    return { ok: false, kind: "unsupportedVersion", header };
  }
  if (isFlexible(api, apiVersion)) read(reader, TAGS_CODEC);
  const codec = messageCodec(api, "request", apiVersion);
  const request = read(reader, codec) as ClientRequest | null;
  if (request === null) return { ok: false, kind: "malformed", header, ...reader.malformed() };
  return {
    ok: true,
    header,
    request: request.api === "joinGroup" ? joinGroupAsMeant(request, apiVersion) : request,
  };
}

/** `header` is that of the request, whose version is the answer's too. */
export function encodeResponse(header: RequestHeader, response: ClientResponse): Uint8Array {
  const { apiVersion, correlationId } = header;
  const { api } = response;
  assert(api === header.api, `${api} is no answer to ${header.api}`);
  const writer = new ByteWriter("big", sizeHintBytes(response));
  writer.i32(0);
  write(writer, RESPONSE_HEADER_CODEC, { correlationId });
  if (hasResponseTags(api, apiVersion)) write(writer, TAGS_CODEC, {});
  const written = api === "leaveGroup" ? leaveGroupAsWritten(response, apiVersion) : response;
  write(writer, messageCodec(api, "response", apiVersion), written);
  return framed(writer);
}

/**
 * The answer to an ApiVersions request of a version that this broker does not know (KIP-511): in the
 * layout of version 0, which every client reads, with the versions of ApiVersions to go on with.
 */
export function unsupportedVersionResponse(header: RequestHeader): Uint8Array {
  const { key: apiKey, minVersion, maxVersion } = APIS.apiVersions;
  return encodeResponse(
    { ...header, apiVersion: 0 },
    {
      api: "apiVersions",
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey, minVersion, maxVersion }],
    },
  );
}

/** What a client sends. The version must be one of `API_VERSIONS`. */
export function encodeRequest(request: ClientRequest, options: RequestFrameOptions): Uint8Array {
  const { api } = request;
  const { apiVersion, correlationId, clientId } = options;
  const writer = new ByteWriter("big", sizeHintBytes(request));
  writer.i32(0);
  const apiKey = APIS[api].key;
  write(writer, REQUEST_HEADER_CODEC, { apiKey, apiVersion, correlationId, clientId });
  if (isFlexible(api, apiVersion)) write(writer, TAGS_CODEC, {});
  write(writer, messageCodec(api, "request", apiVersion), request);
  return framed(writer);
}

/** `api` and `apiVersion` are those of the request that the frame answers. */
export function decodeResponse<A extends ClientApi>(
  frame: Uint8Array,
  api: A,
  apiVersion: number,
): ResponseDecoded<A> {
  const reader = new FrameReader(frame);
  readSize(reader);
  const header = read(reader, RESPONSE_HEADER_CODEC) as { correlationId: number } | null;
  if (hasResponseTags(api, apiVersion)) read(reader, TAGS_CODEC);
  const version = api === "apiVersions" && refusesVersion(frame) ? 0 : apiVersion;
  const response = read(reader, messageCodec(api, "response", version)) as ResponseOf<A> | null;
  if (header !== null && response !== null) {
    return { ok: true, correlationId: header.correlationId, response };
  }
  return { ok: false, ...reader.malformed() };
}

/** Which request a frame answers; null if it is too short to say so. */
export function peekCorrelationId(responseFrame: Uint8Array): number | null {
  const reader = new FrameReader(responseFrame);
  reader.i32();
  const correlationId = reader.i32();
  return reader.failed ? null : correlationId;
}

const REQUEST_HEADER_CODEC = new StructCodec(REQUEST_HEADER, { version: 0, isFlexible: false });
const RESPONSE_HEADER_CODEC = new StructCodec(RESPONSE_HEADER, { version: 0, isFlexible: false });
/** What ends a header in flexible versions: tagged fields, of which none is known. */
const TAGS_CODEC = new StructCodec({}, { version: 0, isFlexible: true });

type Direction = "request" | "response";

/** Made when a version is first met: a client uses few. */
const messageCodecs = new Map<string, StructCodec>();

function messageCodec(api: ClientApi, direction: Direction, version: number): StructCodec {
  const name = `${api} ${direction} ${version}`;
  let codec = messageCodecs.get(name);
  if (codec === undefined) {
    assert(hasVersion(api, version), `${api} has no version ${version}`);
    const at = { version, isFlexible: isFlexible(api, version) };
    codec = new StructCodec(APIS[api][direction].fields, at, at.isFlexible, { api });
    messageCodecs.set(name, codec);
  }
  return codec;
}

/** Whether an answer to ApiVersions says that its version is unknown, and so is in that of 0 (KIP-511). */
function refusesVersion(frame: Uint8Array): boolean {
  const reader = new FrameReader(frame);
  reader.bytes(8);
  return reader.i16() === ErrorCode.UNSUPPORTED_VERSION;
}

function readSize(reader: FrameReader): void {
  const sizeBytes = reader.i32();
  const restBytes = reader.remaining;
  if (!reader.failed && sizeBytes !== restBytes) {
    reader.refuse(`${restBytes} bytes follow, not ${sizeBytes}`);
  }
  if (reader.failed) reader.locate(0, ".size");
}

/** Null if the reader has failed, before or now. Else what the codec's table carries: see `Api`. */
function read(reader: FrameReader, codec: StructCodec): object | null {
  if (reader.failed) return null;
  const value = codec.read(reader);
  return reader.failed ? null : value;
}

function write(writer: ByteWriter, codec: StructCodec, message: object): void {
  // An interface has no index signature, though all its fields are values: see `Api`.
  codec.write(writer, message as Values);
}

function framed(writer: ByteWriter): Uint8Array {
  writer.patchU32(0, writer.size - 4);
  return writer.take();
}

/** Enough for the records of a message, so that they are not copied again and again as it grows. */
function sizeHintBytes(message: ClientRequest | ClientResponse): number {
  let sizeBytes = 256;
  if (message.api === "produce" || message.api === "fetch") {
    for (const partition of message.partitions) {
      sizeBytes += 64;
      if ("records" in partition) sizeBytes += partition.records?.length ?? 0;
    }
  }
  return sizeBytes;
}
