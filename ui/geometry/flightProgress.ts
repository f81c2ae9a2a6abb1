/** How far a message is on its way, and whether it was lost there. */
export interface FlightProgress {
  /** From 0 at the sender to 1 at the receiver. */
  readonly fraction: number;
  readonly lost: boolean;
}
interface Flight {
  readonly sentAtUs: number;
  readonly arrivesAtUs: number;
  readonly lostAtUs: number | null;
}

/**
 * Messages move at constant speed. A lost one stops where it was lost and keeps its cross until it
 * would have arrived. Null before it was sent and after it has arrived.
 */
export function flightProgress(flight: Flight, nowUs: number): FlightProgress | null {
  const { sentAtUs, arrivesAtUs, lostAtUs } = flight;
  if (nowUs < sentAtUs || nowUs >= arrivesAtUs) return null;
  const lost = lostAtUs !== null && nowUs >= lostAtUs;
  const reachedUs = lost ? lostAtUs : nowUs;
  return { fraction: (reachedUs - sentAtUs) / (arrivesAtUs - sentAtUs), lost };
}

/** The share of a span that has passed, from 0 to 1. */
export function spanProgress(startedAtUs: number, endsAtUs: number, nowUs: number): number {
  if (endsAtUs <= startedAtUs) return 1;
  return Math.min(1, Math.max(0, (nowUs - startedAtUs) / (endsAtUs - startedAtUs)));
}
