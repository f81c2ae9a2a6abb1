import { flightLabel } from "@chronik/core/view";
import type { FlightView, NodeView, PartitionView, WorldView } from "@chronik/core/view";

/**
 * In a busy cluster the messages of the last seconds are most of what is new in a picture, and most
 * of what the page would have to draw anew while somebody drags. So many are under way.
 */
const FLIGHTS_MAX = 64;
/** As many as are shown in words. */
const PENDING_MAX = 8;
const UNSEEN = { disks: {}, diskBytes: {}, inspection: null, lookups: [] };

/** A partition in which more than numbers changed, with its replicas. */
const PARTITION_THINGS = 3;
/** All of a picture but its partitions, and what it has a list of. */
const OTHER_THINGS = 100;

/**
 * A view as a film keeps it, which has room for little that is in no picture before: without what
 * takes most room and is looked at only where time stands still.
 */
export class KeptView {
  readonly nodes: readonly Kept<NodeView>[];
  readonly partitions: readonly Kept<PartitionView>[];
  readonly flights: Kept<readonly FlightView[]>;
  readonly rest: Omit<WorldView, "nodes" | "partitions" | "flights">;
  /** How much of it is in no picture before, in things of about a hundred bytes. */
  readonly things: number;

  constructor(view: WorldView, before: KeptView | null) {
    const { nodes, partitions, flights: all, ...rest } = view;
    const flights = all.slice(-FLIGHTS_MAX);
    const oldest = flights.length < all.length ? flights[0] : undefined;
    const sinceUs = oldest === undefined ? 0 : (oldest.lostAtUs ?? oldest.arrivesAtUs);
    const writes = view.writes.filter(({ endsAtUs }) => endsAtUs >= sinceUs);
    const pending = view.pending.slice(0, PENDING_MAX);
    this.nodes = keepEach(Object.values(nodes), before?.nodes);
    this.partitions = keepEach(Object.values(partitions), before?.partitions);
    this.flights = keepFlights(flights, before?.flights.form ?? []);
    this.rest = { ...rest, ...UNSEEN, writes, pending };
    this.things = OTHER_THINGS + flights.length + writes.length + pending.length;
    for (const [at, partition] of this.partitions.entries()) {
      const last = before?.partitions[at];
      if (partition === last) continue;
      this.things += partition.form === last?.form ? 1 : PARTITION_THINGS;
    }
  }

  /** The same view each time, but not the same object. */
  view(): WorldView {
    return {
      ...this.rest,
      nodes: byName(this.nodes.map(shown)),
      partitions: byName(this.partitions.map(shown)),
      flights: shown(this.flights),
    };
  }
}

/**
 * From one picture to the next mostly numbers change: times, offsets, terms. They are kept apart, in
 * order, and the rest of the value (its form, whose own numbers mean nothing) is that of an earlier
 * one. Null: the form is the value.
 */
interface Kept<Value> {
  readonly form: Value;
  readonly numbers: readonly number[] | null;
}

const byName = <Named extends { readonly name: string }>(list: readonly Named[]) =>
  Object.fromEntries(list.map((one) => [one.name, one]));

/** Each in the form that the one in its place had before, if it is like that. */
function keepEach<Value>(
  values: readonly Value[],
  before: readonly Kept<Value>[] = [],
): readonly Kept<Value>[] {
  return values.map((value, at) => {
    const last = before[at];
    if (last === undefined) return { form: value, numbers: null };
    if (last.form === value && last.numbers === null) return last;
    const numbers: number[] = [];
    if (!takeNumbers(value, last.form, numbers)) return { form: value, numbers: null };
    return isSame(numbers, last.numbers) ? last : { form: last.form, numbers: numbers.slice() };
  });
}

/** Each in the form of the last one that is called the same: heartbeats from n1 to n2 are alike. */
function keepFlights(
  flights: readonly FlightView[],
  before: readonly FlightView[],
): Kept<readonly FlightView[]> {
  const forms = new Map(before.map((one) => [flightLabel(one), one]));
  const numbers: number[] = [];
  const form = flights.map((flight) => {
    const label = flightLabel(flight);
    const known = forms.get(label);
    const count = numbers.length;
    if (known !== undefined && takeNumbers(flight, known, numbers)) return known;
    numbers.length = count;
    takeNumbers(flight, flight, numbers);
    forms.set(label, flight);
    return flight;
  });
  return { form, numbers: numbers.slice() };
}

/** Adds the numbers in a value, in order. False if anything else in it is not as in the form. */
function takeNumbers(value: unknown, form: unknown, numbers: number[]): boolean {
  if (typeof value === "number") {
    numbers.push(value);
    return typeof form === "number";
  }
  if (!isData(value) || !isData(form)) return value === form;
  const keys = Object.keys(value);
  const formKeys = Object.keys(form);
  return (
    keys.length === formKeys.length &&
    keys.every((key, at) => key === formKeys[at] && takeNumbers(value[key], form[key], numbers))
  );
}

function shown<Value>({ form, numbers }: Kept<Value>): Value {
  return numbers === null ? form : (filled(form, numbers.values()) as Value);
}

function filled(form: unknown, numbers: Iterator<number>): unknown {
  if (typeof form === "number") return numbers.next().value;
  if (Array.isArray(form)) return form.map((one) => filled(one, numbers));
  if (!isData(form)) return form;
  const value: Record<string, unknown> = {};
  for (const key of Object.keys(form)) value[key] = filled(form[key], numbers);
  return value;
}

const isData = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isSame = (one: readonly number[], other: readonly number[] | null): boolean =>
  one.length === other?.length && one.every((number, at) => number === other[at]);
