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
  /** Since when it stands still; it does until this is null again. */
  readonly heldAtUs: number | null;
  /** Since when it moves as it moves now, and how far it was then: a release or a delay begins anew. */
  readonly movesFromUs: number;
  readonly movesFromFraction: number;
}

/**
 * Messages move at constant speed. A lost one stops where it was lost, with a cross for `crossUs`
 * of simulated time; a held one stands where it was stopped. Null before it was sent and after it
 * has arrived.
 */
export function flightProgress(
  flight: Flight,
  nowUs: number,
  crossUs: number,
): FlightProgress | null {
  const { sentAtUs, lostAtUs, heldAtUs } = flight;
  if (nowUs < sentAtUs) return null;
  if (lostAtUs !== null && nowUs >= lostAtUs) {
    return nowUs < lostAtUs + crossUs ? { fraction: shareOf(flight, lostAtUs), lost: true } : null;
  }
  if (heldAtUs !== null)
    return { fraction: shareOf(flight, Math.min(nowUs, heldAtUs)), lost: false };
  return nowUs < flight.arrivesAtUs ? { fraction: shareOf(flight, nowUs), lost: false } : null;
}

function shareOf({ movesFromUs, movesFromFraction, arrivesAtUs }: Flight, atUs: number): number {
  const share = spanProgress(movesFromUs, arrivesAtUs, atUs);
  return movesFromFraction + (1 - movesFromFraction) * share;
}

/** The share of a span that has passed, from 0 to 1. */
export function spanProgress(startedAtUs: number, endsAtUs: number, nowUs: number): number {
  if (endsAtUs <= startedAtUs) return 1;
  return Math.min(1, Math.max(0, (nowUs - startedAtUs) / (endsAtUs - startedAtUs)));
}
