import {
  assertKnownKeys,
  DirectiveError,
  requiredValueOf,
  valueOf,
} from "../../raft/conformance/arguments.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import type { Flight, Payload } from "../network.ts";
import type { World } from "../world.ts";

const WITHIN_US = 10_000_000;

/** Until a message of that name is under way between these two; the newest of them. */
export function runToMessage(world: World, d: Directive): Flight {
  assertKnownKeys(d, new Set(["message", "from", "to"]));
  const name = requiredValueOf(d, "message");
  const [from, to] = [valueOf(d, "from"), valueOf(d, "to")];
  const isMeant = (flight: Flight): boolean =>
    nameOf(flight.payload) === name &&
    (from ?? flight.from.name) === flight.from.name &&
    (to ?? flight.to.name) === flight.to.name;
  const limitUs = world.nowUs + WITHIN_US;
  for (;;) {
    const found = underWay(world).findLast(isMeant);
    if (found !== undefined) return found;
    if (world.stepTimestamp() && world.nowUs <= limitUs) continue;
    throw new DirectiveError(`no such ${name} is sent within 10 s`);
  }
}

/** One line for each message under way, oldest first. */
export function messagesText(world: World): string {
  const lines = underWay(world).map((flight) => `${messageText(flight)}${whenText(flight)}\n`);
  return lines.length === 0 ? "nothing" : lines.join("");
}

/** "#37 from n2 to n1: MsgAppResp" */
export function messageText({ id, from, to, payload, isDuplicate }: Flight): string {
  const again = isDuplicate ? ", once more" : "";
  return `#${id} from ${from.name} to ${to.name}: ${nameOf(payload)}${again}`;
}

function whenText({ heldAtUs, isWaiting, arrivesAtUs }: Flight): string {
  if (isWaiting) return ", waits for an earlier one";
  if (heldAtUs !== null) return `, held since ${(heldAtUs / 1_000_000).toFixed(3)} s`;
  return `, arrives at ${(arrivesAtUs / 1_000_000).toFixed(3)} s`;
}

function underWay(world: World): readonly Flight[] {
  return world
    .flights()
    .filter(
      ({ arrivesAtUs, heldAtUs, lostAtUs }) =>
        lostAtUs === null && (heldAtUs !== null || arrivesAtUs > world.nowUs),
    );
}

/** By its protocol's name for it; an answer is named after what was asked. */
function nameOf(payload: Payload): string {
  switch (payload.kind) {
    case "raft":
      return payload.message.type;
    case "request":
      return payload.request.api;
    case "response":
      return `${payload.response.api}Answer`;
    case "clientFrame":
      return payload.api;
    case "serverFrame":
      return `${payload.api}Answer`;
    default:
      return payload.kind;
  }
}
