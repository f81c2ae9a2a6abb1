import type { Flight } from "../sim/index.ts";
import type { FlightView } from "./view.ts";

/** Every message that is shown, as one object for as long as nothing about it changes. */
export class FlightViews {
  #known: ReadonlyMap<number, FlightView> = new Map();

  /** In the order in which they were sent, so that the list only slides. */
  of(flights: readonly Flight[], viewOf: (flight: Flight) => FlightView): readonly FlightView[] {
    const views = new Map<number, FlightView>();
    const ids = new Uint32Array(flights.length);
    for (const [at, flight] of flights.entries()) {
      const { id } = flight;
      const known = this.#known.get(id);
      ids[at] = id;
      views.set(id, known !== undefined && isAsBefore(known, flight) ? known : viewOf(flight));
    }
    this.#known = views;
    // Numbers are sorted without asking a function a thousand times which of two comes first.
    ids.sort();
    const inOrder: FlightView[] = [];
    for (const id of ids) inOrder.push(views.get(id)!);
    return inOrder;
  }
}

/** Unless it is lost or somebody touches it, all about a message is clear when it is sent. */
function isAsBefore(known: FlightView, flight: Flight): boolean {
  return (
    known.lostAtUs === flight.lostAtUs &&
    known.heldAtUs === flight.heldAtUs &&
    known.isWaiting === flight.isWaiting &&
    known.arrivesAtUs === flight.arrivesAtUs
  );
}
