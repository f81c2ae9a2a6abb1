/** One glyph on the stage: a message, or as many of one direction of a link as `count` says. */
export interface FlightBundle<Flight> {
  /** The one sent last, which the glyph stands for. */
  readonly flight: Flight;
  readonly count: number;
}
interface Directed {
  readonly from: string;
  readonly to: string;
}

/**
 * At most about `max` glyphs: beyond that the fullest directions of links are shown as one glyph
 * each, until the rest fits. Every message is in exactly one of the results, in the given order.
 */
export function flightBundles<Flight extends Directed>(
  flights: readonly Flight[],
  max: number,
): readonly FlightBundle<Flight>[] {
  if (flights.length <= max) return flights.map((flight) => ({ flight, count: 1 }));
  const counts = new Map<string, number>();
  for (const flight of flights) counts.set(linkOf(flight), (counts.get(linkOf(flight)) ?? 0) + 1);
  const fullest = [...counts].toSorted(([, a], [, b]) => b - a);
  const bundled = new Set<string>();
  let glyphCount = flights.length;
  for (const [link, count] of fullest) {
    if (glyphCount <= max || count === 1) break;
    bundled.add(link);
    glyphCount -= count - 1;
  }
  const last = new Map(flights.map((flight) => [linkOf(flight), flight]));
  return flights.flatMap((flight): FlightBundle<Flight>[] => {
    const link = linkOf(flight);
    if (!bundled.has(link)) return [{ flight, count: 1 }];
    return last.get(link) === flight ? [{ flight, count: counts.get(link) ?? 1 }] : [];
  });
}

function linkOf({ from, to }: Directed): string {
  return `${from}>${to}`;
}
