import { flightLabel, isSameList } from "@chronik/core/view";
import type { FlightView, WorldView } from "@chronik/core/view";

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

/** Of all of a picture but what it has a list of. */
const OTHER_THINGS = 50;
/** A partition with its replicas, of which more than numbers changed. */
const FORM_THINGS = 3;
/** A thing is about so many characters. */
const THING_CHARACTERS = 100;

/** In them mostly numbers change from one picture to the next: times, offsets, terms. */
type Forms = Pick<WorldView, "nodes" | "readies" | "logs" | "partitions" | "clients" | "flights">;

/**
 * A view as a film keeps it, which has room for little that is in no picture before: without what
 * takes most room and is looked at only where time stands still.
 */
export class KeptView {
  /** As in the view, or earlier ones that differ in numbers alone. */
  readonly forms: Forms;
  /** What became of their numbers. */
  readonly changes: string;
  readonly rest: Omit<WorldView, keyof Forms>;
  /** Of messages by what they are called; all pictures share them. */
  readonly #known: Map<string, FlightView>;
  /** How much of it is in no picture before, in things of about a hundred bytes. */
  readonly things: number;

  constructor(view: WorldView, before: KeptView | null) {
    const { nodes, readies, logs, partitions, clients, flights: all, ...rest } = view;
    const sinceUs = view.nowUs - ENDED_US;
    const flights = all
      .filter((one) => one.heldAtUs !== null || (one.lostAtUs ?? one.arrivesAtUs) >= sinceUs)
      .slice(-FLIGHTS_MAX);
    const writes = view.writes.filter(({ endsAtUs }) => endsAtUs >= sinceUs);
    const pending = view.pending.slice(0, PENDING_MAX);
    const notes = new Notes();
    this.#known = before === null ? new Map() : before.#known;
    this.forms = {
      nodes: formsOf(nodes, before?.forms.nodes, notes),
      readies: formsOf(readies, before?.forms.readies, notes),
      logs: formsOf(logs, before?.forms.logs, notes),
      partitions: formsOf(partitions, before?.forms.partitions, notes),
      clients: formsOfList(clients, before?.forms.clients, notes),
      flights: flights.map((flight) => formOfFlight(flight, this.#known, notes)),
    };
    this.changes = notes.text();
    this.rest = { ...rest, ...UNSEEN, writes, pending };
    const listed = flights.length + writes.length + pending.length;
    const told = FORM_THINGS * notes.newForms + this.changes.length / THING_CHARACTERS;
    this.things = OTHER_THINGS + listed + told;
  }

  /** The same view each time, but not the same object where numbers changed. */
  view(): WorldView {
    return { ...this.rest, ...filled(this.forms, new Changes(this.changes)) };
  }
}

/** The record of before if each value is like the one that it had, but for numbers. */
function formsOf<Value>(
  values: Readonly<Record<string, Value>>,
  before: Readonly<Record<string, Value>> = {},
  notes: Notes,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(values);
  const forms = entries.map(([key, value]): [string, Value] => [
    key,
    notes.formOf(value, before[key]),
  ]);
  const hasSameKeys = isSameList(Object.keys(values), Object.keys(before));
  const isSame = hasSameKeys && forms.every(([key, form]) => form === before[key]);
  return isSame ? before : Object.fromEntries(forms);
}

/** As `formsOf`, of a list. */
function formsOfList<Value>(
  values: readonly Value[],
  before: readonly Value[] = [],
  notes: Notes,
): readonly Value[] {
  const forms = values.map((value, at) => notes.formOf(value, before[at]));
  return isSameList(forms, before) ? before : forms;
}

/** That of another one that is called the same: heartbeats from n1 to n2 are alike. */
function formOfFlight(flight: FlightView, known: Map<string, FlightView>, notes: Notes) {
  const label = flightLabel(flight);
  const before = known.get(label);
  const form = notes.formOf(flight, before);
  if (before !== undefined || known.size < FORMS_MAX) known.set(label, form);
  return form;
}

/**
 * What became of the numbers of forms, in order: with commas between them, those that changed, each
 * behind how many numbers further on it stands than the last one, if not the very next.
 */
class Notes {
  newForms = 0;
  #entries: string[] = [];
  /** How many numbers there were, and up to which one it is noted what became of them. */
  #count = 0;
  #notedCount = 0;

  /** The one of before if nothing but numbers is another one than in it; else the value itself. */
  formOf<Value>(value: Value, before: Value | undefined): Value {
    const [length, count, notedCount] = [this.#entries.length, this.#count, this.#notedCount];
    if (before !== undefined && this.#isLike(value, before)) return before;
    // What was noted on the way to a difference is not so.
    this.#entries.length = length;
    this.#count = count;
    this.#notedCount = notedCount;
    this.newForms += 1;
    this.#isLike(value, value);
    return value;
  }

  text(): string {
    return this.#entries.join(",");
  }

  #isLike(value: unknown, form: unknown): boolean {
    if (typeof value === "number" && typeof form === "number") {
      this.#note(value, form);
      return true;
    }
    if (!isData(value) || !isData(form)) return value === form;
    const keys = Object.keys(value);
    const formKeys = Object.keys(form);
    return (
      keys.length === formKeys.length &&
      keys.every((key, at) => key === formKeys[at] && this.#isLike(value[key], form[key]))
    );
  }

  #note(value: number, before: number): void {
    this.#count += 1;
    if (value === before) return;
    const further = this.#count - this.#notedCount;
    this.#notedCount = this.#count;
    this.#entries.push(`${further === 1 ? "" : `${further}:`}${changeOf(value, before)}`);
  }
}

/** Whole numbers, as nearly all are, by their difference. */
function changeOf(value: number, before: number): string {
  const difference = value - before;
  const isWhole = Number.isSafeInteger(value) && Number.isSafeInteger(difference);
  return isWhole ? difference.toString(36) : `=${value}`;
}

/** Reads what was noted. */
class Changes {
  readonly #entries: readonly string[];
  #at = 0;
  /** Of the numbers up to the next one that changed. */
  #left = Infinity;
  #change = "";

  constructor(text: string) {
    this.#entries = text === "" ? [] : text.split(",");
    this.#read();
  }

  /** What became of the next number. */
  next(before: number): number {
    this.#left -= 1;
    if (this.#left > 0) return before;
    const change = this.#change;
    this.#read();
    return change.startsWith("=") ? Number(change.slice(1)) : before + parseInt(change, 36);
  }

  #read(): void {
    const entry = this.#entries[this.#at++];
    const colonAt = entry?.indexOf(":") ?? -1;
    this.#left = entry === undefined ? Infinity : colonAt === -1 ? 1 : parseInt(entry, 10);
    this.#change = entry?.slice(colonAt + 1) ?? "";
  }
}

/** The form itself where none of its numbers changed. */
function filled<Form>(form: Form, changes: Changes): Form;
function filled(form: unknown, changes: Changes): unknown {
  if (typeof form === "number") return changes.next(form);
  if (!isData(form)) return form;
  let value: Record<string, unknown> | null = null;
  for (const key of Object.keys(form)) {
    const now = filled(form[key], changes);
    if (now === form[key]) continue;
    value ??= copyOf(form);
    value[key] = now;
  }
  return value ?? form;
}

const isData = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** No key of a view is `__proto__`: they are its own fields and the names of nodes and partitions. */
const copyOf = (data: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.assign<object, Record<string, unknown>>(Array.isArray(data) ? [] : {}, data);
