import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import type {
  AcknowledgedRecord,
  CommittedOffset,
  History,
  OperationRecord,
  ReadRun,
  RequestFacts,
  RequestFrames,
  RequestOutcome,
  RequestRecord,
  Seek,
  StaleRead,
  UnacknowledgedRecord,
} from "./history.ts";

/** More requests than a picture shows; beyond twice as many the older half is forgotten. */
const REQUESTS_KEPT = 5_000;
/** Of everything else, where not all is kept: more than a person looks back for. */
const NOTES_KEPT = 10_000;

/** A history while it is written. */
export class HistoryLog implements History {
  readonly #keepsAll: boolean;
  #requests: RequestRecord[] = [];
  #requestCount = 0;
  readonly #operations: OperationRecord[] = [];
  readonly #acknowledgedEnds = new Map<PartitionKey, number>();
  readonly #acknowledged: AcknowledgedRecord[] = [];
  readonly unacknowledged: UnacknowledgedRecord[] = [];
  readonly reads: ReadRun[] = [];
  readonly seeks: Seek[] = [];
  readonly commits: CommittedOffset[] = [];
  readonly staleReads: StaleRead[] = [];

  /** What is checked in the end needs all of it; a page that runs for hours has no room for that. */
  constructor(keepsAll = true) {
    this.#keepsAll = keepsAll;
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  get operations(): readonly OperationRecord[] {
    return this.#operations;
  }

  get acknowledged(): readonly AcknowledgedRecord[] {
    return this.#acknowledged;
  }

  startOperation(client: number, kind: OperationRecord["kind"], nowUs: number): number {
    const id = this.#operations.length + 1;
    this.#operations.push({
      id,
      client,
      kind,
      startedAtUs: nowUs,
      endedAtUs: null,
      state: "running",
    });
    return id;
  }

  endOperation(id: number, state: "done" | "gaveUp", nowUs: number): void {
    const operation = this.#operations[id - 1];
    assert(operation?.state === "running", "an operation ends once");
    this.#operations[id - 1] = { ...operation, endedAtUs: nowUs, state };
  }

  sendRequest(
    client: number,
    operation: number,
    attempt: number,
    node: NodeId,
    facts: RequestFacts,
    nowUs: number,
  ): number {
    if (this.#requests.length >= 2 * REQUESTS_KEPT) {
      this.#requests = this.#requests.slice(REQUESTS_KEPT);
      if (!this.#keepsAll) this.#forget();
    }
    const id = ++this.#requestCount;
    this.#requests.push({
      id,
      client,
      operation,
      attempt,
      node,
      facts,
      sentAtUs: nowUs,
      endedAtUs: null,
      outcome: { kind: "waiting" },
      frames: null,
    });
    return id;
  }

  /** A request has gone out, or its answer has come in. */
  noteFrames(id: number, frames: RequestFrames): void {
    const at = id - (this.#requests[0]?.id ?? 0);
    const request = at < 0 ? undefined : this.#requests[at];
    if (request !== undefined) this.#requests[at] = { ...request, frames };
  }

  /** A request that was forgotten meanwhile ends unseen. */
  endRequest(id: number, outcome: RequestOutcome, nowUs: number): void {
    const at = id - (this.#requests[0]?.id ?? 0);
    if (at < 0) return;
    const request = this.#requests[at];
    assert(request?.outcome.kind === "waiting", "a request ends once");
    this.#requests[at] = { ...request, endedAtUs: nowUs, outcome };
  }

  acknowledge(record: AcknowledgedRecord): void {
    this.#acknowledged.push(record);
    if (record.acks !== -1) return;
    const key = partitionKey(record.topic, record.partition);
    const end = Math.max(record.offset + 1, this.acknowledgedEnd(key));
    this.#acknowledgedEnds.set(key, end);
  }

  /** The offset behind the last record of the partition that was acknowledged with acks=all. */
  acknowledgedEnd(key: PartitionKey): number {
    return this.#acknowledgedEnds.get(key) ?? 0;
  }

  #forget(): void {
    const { unacknowledged, reads, seeks, commits, staleReads } = this;
    for (const notes of [this.#acknowledged, unacknowledged, reads, seeks, commits, staleReads]) {
      notes.splice(0, notes.length - NOTES_KEPT);
    }
  }
}
