import type { Message } from "./schema.ts";

/** One request of the protocol: its versions, and the tables of what is asked and what is answered. */
export interface Api<in Request, in Response> {
  readonly key: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first version with compact lengths and tagged fields (KIP-482). */
  readonly flexibleSince: number;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}
