import type { ClientView } from "@chronik/core/view";
import type { Point, RingLayout } from "../geometry/ringLayout.ts";

export const NO_CLIENTS: readonly ClientView[] = [];

const PITCH = 26;

/** So many stand under the first client; the others share the last place. */
export function clientPlaceCount(ring: RingLayout): number {
  return ring.crowded || ring.compact ? 1 : 3;
}

/** Where a client stands: c1, whose requests a person sends, in the corner, the others below. */
export function clientPlace(name: string, clients: readonly string[], ring: RingLayout): Point {
  const at = clients.indexOf(name);
  return at < 0 ? ring.client : clientPlaceAt(Math.min(at, clientPlaceCount(ring) - 1), ring);
}

export function clientPlaceAt(at: number, { client }: RingLayout): Point {
  return { x: client.x, y: client.y + (at + 1) * PITCH };
}
