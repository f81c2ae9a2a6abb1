import type { FlightView } from "./view.ts";

/** A sentence without its full stop: "ack of entry 20 from n1 to n2". */
export function flightLabel({
  title,
  from,
  to,
}: Pick<FlightView, "title" | "from" | "to">): string {
  return `${title} from ${from} to ${to}`;
}
