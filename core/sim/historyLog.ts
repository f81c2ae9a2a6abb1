import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type {
  History,
  OperationRecord,
  RequestFacts,
  RequestOutcome,
  RequestRecord,
} from "./history.ts";

/** A history while it is written. */
export class HistoryLog implements History {
  readonly #requests: RequestRecord[] = [];
  readonly #operations: OperationRecord[] = [];

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  get operations(): readonly OperationRecord[] {
    return this.#operations;
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
    const id = this.#requests.length + 1;
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
    });
    return id;
  }

  endRequest(id: number, outcome: RequestOutcome, nowUs: number): void {
    const request = this.#requests[id - 1];
    assert(request?.outcome.kind === "waiting", "a request ends once");
    this.#requests[id - 1] = { ...request, endedAtUs: nowUs, outcome };
  }
}
