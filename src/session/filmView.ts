import { flightLabel } from "@chronik/core/view";
import type { FlightView, NodeView, PartitionView, ReadyView, WorldView } from "@chronik/core/view";

/**
 * The messages of the last seconds are most of what is new in a picture, and most of what the page
 * would have to draw anew while somebody drags: it has what is under way and what just ended.
 */
const ENDED_US = 100_000;
const FLIGHTS_MAX = 64;
/** Messages that come again and again have been seen before there are so many different ones. */
const FORMS_MAX = 512;
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
  readonly readies: readonly Kept<ReadyView>[];
  readonly partitions: readonly Kept<PartitionView>[];
  readonly flights: Kept<readonly FlightView[]>;
  /** Of messages by what they are called; all pictures share them. */
  readonly #forms: Map<string, FlightView>;
  readonly rest: Omit<WorldView, "nodes" | "readies" | "partitions" | "flights">;
  /** How much of it is in no picture before, in things of about a hundred bytes. */
  readonly things: number;

  constructor(view: WorldView, before: KeptView | null) {
    const { nodes, readies, partitions, flights: all, ...rest } = view;
    const sinceUs = view.nowUs - ENDED_US;
    const flights = all
      .filter((one) => one.heldAtUs !== null || (one.lostAtUs ?? one.arrivesAtUs) >= sinceUs)
      .slice(-FLIGHTS_MAX);
    const writes = view.writes.filter(({ endsAtUs }) => endsAtUs >= sinceUs);
    const pending = view.pending.slice(0, PENDING_MAX);
    this.nodes = keepEach(Object.values(nodes), before?.nodes);
    this.readies = keepEach(Object.values(readies), before?.readies);
    this.partitions = keepEach(Object.values(partitions), before?.partitions);
    this.#forms = before === null ? new Map() : before.#forms;
    this.flights = keepFlights(flights, this.#forms);
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
      nodes: byKey(this.nodes.map(shown), ({ name }) => name),
      readies: byKey(this.readies.map(shown), ({ node }) => node),
      partitions: byKey(this.partitions.map(shown), ({ name }) => name),
      flights: shown(this.flights),
    };
  }
}

/** From one picture to the next mostly numbers change: times, offsets, terms. */
interface Kept<Value> {
  /** The value, or an earlier one that differs from it in numbers alone. */
  readonly form: Value;
  /** What became of each of its numbers, in order, with commas between them; empty: nothing. */
  readonly changes: string;
}

const byKey = <Item>(list: readonly Item[], keyOf: (item: Item) => string) =>
  Object.fromEntries(list.map((item) => [keyOf(item), item]));

/** Each in the form that the one in its place had before, if it is like that. */
function keepEach<Value>(
  values: readonly Value[],
  before: readonly Kept<Value>[] = [],
): readonly Kept<Value>[] {
  return values.map((value, at) => {
    const last = before[at];
    const noted: string[] = [];
    if (last === undefined || !noteChanges(value, last.form, noted)) {
      return { form: value, changes: "" };
    }
    const changes = joined(noted);
    return changes === last.changes ? last : { form: last.form, changes };
  });
}

/** Each in the form of another one that is called the same: heartbeats from n1 to n2 are alike. */
function keepFlights(
  flights: readonly FlightView[],
  forms: Map<string, FlightView>,
): Kept<readonly FlightView[]> {
  const noted: string[] = [];
  const form = flights.map((flight) => {
    const label = flightLabel(flight);
    const known = forms.get(label);
    const count = noted.length;
    if (known !== undefined && noteChanges(flight, known, noted)) return known;
    noted.length = count;
    noteChanges(flight, flight, noted);
    if (known !== undefined || forms.size < FORMS_MAX) forms.set(label, flight);
    return flight;
  });
  return { form, changes: joined(noted) };
}

/** Notes what became of the form's numbers. False if anything else in the value is another one. */
function noteChanges(value: unknown, form: unknown, noted: string[]): boolean {
  if (typeof value === "number" && typeof form === "number") {
    noted.push(changeOf(value, form));
    return true;
  }
  if (!isData(value) || !isData(form)) return value === form;
  const keys = Object.keys(value);
  const formKeys = Object.keys(form);
  return (
    keys.length === formKeys.length &&
    keys.every((key, at) => key === formKeys[at] && noteChanges(value[key], form[key], noted))
  );
}

/** Whole numbers, as nearly all are, by their difference. */
function changeOf(value: number, before: number): string {
  if (value === before) return "";
  const difference = value - before;
  const isWhole = Number.isSafeInteger(value) && Number.isSafeInteger(difference);
  return isWhole ? difference.toString(36) : `=${value}`;
}

const changed = (before: number, change: string): number =>
  change.startsWith("=") ? Number(change.slice(1)) : before + parseInt(change, 36);

const joined = (noted: readonly string[]): string =>
  noted.every((change) => change === "") ? "" : noted.join(",");

function shown<Value>({ form, changes }: Kept<Value>): Value {
  return changes === "" ? form : (filled(form, changes.split(",").values()) as Value);
}

function filled(form: unknown, changes: Iterator<string, undefined>): unknown {
  if (typeof form === "number") {
    const change = changes.next().value ?? "";
    return change === "" ? form : changed(form, change);
  }
  if (Array.isArray(form)) return form.map((one) => filled(one, changes));
  if (!isData(form)) return form;
  const value: Record<string, unknown> = {};
  for (const key of Object.keys(form)) value[key] = filled(form[key], changes);
  return value;
}

const isData = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
