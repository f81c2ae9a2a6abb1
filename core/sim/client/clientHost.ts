import type { NodeId } from "../../base/ids.ts";
import type { ClientWorld } from "../clientSide.ts";
import type { ClientPayload } from "../network.ts";

/** What one client needs of the world. */
export interface ClientHost extends Pick<
  ClientWorld,
  "nowUs" | "requestSent" | "requestEnded" | "operationEnded" | "wipeAndJoin"
> {
  /** A connection to that node, by a number of its own. Nothing travels until something is sent. */
  connect(node: NodeId): number;
  send(payload: ClientPayload): void;
  /** Calls `wake` after so long; it says whether anything came of that. */
  startTimer(afterUs: number, wake: () => boolean): void;
}
