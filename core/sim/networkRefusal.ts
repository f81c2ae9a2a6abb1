import type { Cut, LinkFault, NetworkSettings } from "./linkFaults.ts";
import type { Flight } from "./network.ts";
import type { MessageAction, NetworkAction, SetLinkAction, SetNetworkAction } from "./run.ts";

/** What decides whether something can be done to the network, or to what travels on it. */
export interface NetworkSituation {
  /** The brokers are n1 up to this one. */
  readonly nodeCount: number;
  readonly cuts: readonly Cut[];
  readonly links: readonly LinkFault[];
  readonly settings: NetworkSettings;
  readonly sentCount: number;
  /** Null when it is not under way. */
  readonly flight: (message: number) => Flight | null;
}

const LATENCY_MIN_US = 2;
const LATENCY_MAX_US = 10_000_000;
const PERCENT_MAX = 100;

/** Why it makes no sense now, in one sentence; null when it does. */
export function refusalOfNetworkAction(
  action: NetworkAction,
  situation: NetworkSituation,
): string | null {
  switch (action.kind) {
    case "cut":
      return refusalOfCut(action.nodes, situation);
    case "heal":
      return refusalOfHeal(action.nodes ?? null, situation);
    case "setLink":
      return refusalOfLink(action, situation);
    case "setNetwork":
      return refusalOfSettings(action, situation);
    default:
      return refusalOfMessage(action, situation);
  }
}

function refusalOfCut(
  nodes: readonly number[],
  { nodeCount, cuts }: NetworkSituation,
): string | null {
  const unknown = nodes.find((node) => !isBetween(node, 1, nodeCount));
  if (unknown !== undefined) return unknownNode(unknown, nodeCount);
  if (new Set(nodes).size !== nodes.length) return "A cut names a node twice.";
  if (nodes.length === 0 || nodes.length === nodeCount) {
    return "A cut needs brokers on both of its sides.";
  }
  const isThere = cuts.some(
    (cut) => cut.nodes.length === nodes.length && cut.nodes.every((node) => nodes.includes(node)),
  );
  return isThere ? `${names(nodes)} cut off already.` : null;
}

function refusalOfHeal(
  nodes: readonly number[] | null,
  { nodeCount, cuts }: NetworkSituation,
): string | null {
  const unknown = nodes?.find((node) => !isBetween(node, 1, nodeCount));
  if (unknown !== undefined) return unknownNode(unknown, nodeCount);
  if (cuts.length === 0) return "Nothing is cut.";
  if (nodes === null) return null;
  const isCut = cuts.some((cut) => cut.nodes.some((node) => nodes.includes(node)));
  return isCut ? null : `${names(nodes)} not cut off.`;
}

function refusalOfLink(
  action: SetLinkAction,
  { nodeCount, links }: NetworkSituation,
): string | null {
  const { from, to, bothWays, lossPercent, extraLatencyUs } = action;
  const unknown = [from, to].find((node) => !isBetween(node, 1, nodeCount));
  if (unknown !== undefined) return unknownNode(unknown, nodeCount);
  if (from === to) return `A link joins two brokers; n${from} reaches itself without one.`;
  if (!isBetween(lossPercent, 0, PERCENT_MAX)) return LOSS_SENTENCE;
  if (!isBetween(extraLatencyUs, 0, LATENCY_MAX_US)) {
    return "A link adds 0 to 10 seconds to what is sent on it.";
  }
  const isThere = isLike(action, faultOf(links, from, to));
  if (!isThere || (bothWays && !isLike(action, faultOf(links, to, from)))) return null;
  return `The link from n${from} to n${to} is like that already.`;
}

const LOSS_SENTENCE = "Of a hundred messages 0 to 100 are lost, a whole number.";

function faultOf(links: readonly LinkFault[], from: number, to: number): LinkFault | null {
  return links.find((link) => link.from === from && link.to === to) ?? null;
}

function isLike(action: SetLinkAction, fault: LinkFault | null): boolean {
  return (
    action.isCut === (fault?.isCut ?? false) &&
    action.lossPercent === (fault?.lossPercent ?? 0) &&
    action.extraLatencyUs === (fault?.extraLatencyUs ?? 0)
  );
}

function refusalOfSettings(
  { latencyMinUs, latencyMaxUs, lossPercent }: SetNetworkAction,
  { settings }: NetworkSituation,
): string | null {
  if (
    !isBetween(latencyMinUs, LATENCY_MIN_US, LATENCY_MAX_US) ||
    !isBetween(latencyMaxUs, LATENCY_MIN_US, LATENCY_MAX_US)
  ) {
    return "A message takes 2 microseconds to 10 seconds.";
  }
  if (latencyMinUs > latencyMaxUs) return "The least latency is above the greatest.";
  if (!isBetween(lossPercent, 0, PERCENT_MAX)) return LOSS_SENTENCE;
  const isSame =
    settings.latencyMinUs === latencyMinUs &&
    settings.latencyMaxUs === latencyMaxUs &&
    settings.lossPercent === lossPercent;
  return isSame ? "The network is like that already." : null;
}

function refusalOfMessage(
  action: MessageAction,
  { sentCount, flight: find }: NetworkSituation,
): string | null {
  const { message } = action;
  if (!isBetween(message, 1, sentCount)) return `There is no message ${message}.`;
  const flight = find(message);
  if (flight === null) return `Message ${message} is no longer under way.`;
  if (action.kind === "dropMessage") return refusalOfDrop(flight);
  if (action.kind === "duplicateMessage") return refusalOfDuplicate(flight);
  if (flight.isWaiting) return `Message ${message} waits for an earlier one of its connection.`;
  const isHeld = flight.heldAtUs !== null;
  switch (action.kind) {
    case "holdMessage":
      return isHeld ? `Message ${message} is held already.` : null;
    case "releaseMessage":
      return isHeld ? null : `Message ${message} is not held.`;
    case "delayMessage":
      return isBetween(action.byUs, 1, LATENCY_MAX_US)
        ? null
        : "A message is delayed by 1 microsecond to 10 seconds.";
  }
}

function refusalOfDrop({ payload }: Flight): string | null {
  if (payload.kind !== "connectionClosed") return null;
  return "That a connection is over cannot get lost: its end is noticed anyway.";
}

function refusalOfDuplicate({ from, to }: Flight): string | null {
  if (from.kind === "node" && to.kind === "node") return null;
  return "A client's connection delivers everything once, so only what brokers send each other can come twice.";
}

export function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

export function unknownNode(node: number, nodeCount: number): string {
  return `There is no n${node}; the brokers are n1 to n${nodeCount}.`;
}

function names(nodes: readonly number[]): string {
  return `${nodes.map((node) => `n${node}`).join(" and ")} ${nodes.length === 1 ? "is" : "are"}`;
}
