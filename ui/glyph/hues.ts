import type { FlightKind } from "@chronik/core/view";

/** The class of a term's fill; prefix it with "on-", "stroke-" or "stroke-on-" for the others. */
export function termClass(term: number): string {
  return `term-${term % 6}`;
}

export function hatchClass(term: number): string {
  return `hatched-${term % 6}`;
}

export type MessageHue = "vote" | "append" | "snapshot" | "client";

export function messageHue(kind: FlightKind): MessageHue {
  switch (kind) {
    case "vote":
    case "preVote":
      return "vote";
    case "append":
    case "heartbeat":
      return "append";
    case "snapshot":
      return "snapshot";
    case "produce":
    case "fetch":
    case "client":
      return "client";
  }
}
