import type { Argument, Directive } from "./dataFile.ts";

/**
 * A directive that says nothing a grammar understands, so that no transcript could be right. etcd's
 * harness ends the test at such a place.
 */
export class DirectiveError extends Error {
  override readonly name = "DirectiveError";
}

/** The names that stand alone, in their order: node ids in most commands. */
export const bareKeys = (d: Directive): readonly string[] =>
  d.args.filter((arg) => arg.values.length === 0).map((arg) => arg.key);

/** The bare name at `position`, from 0; `what` says what it stands for. */
export function bareKey(d: Directive, position: number, what: string): string {
  const arg = d.args[position];
  if (arg !== undefined && arg.values.length === 0) return arg.key;
  throw new DirectiveError(`${d.command}: argument ${position + 1} must be ${what}`);
}

export const valuesOf = (d: Directive, key: string): readonly string[] =>
  d.args.filter((arg) => arg.key === key).flatMap((arg) => arg.values);

/** The last value of `key`; undefined if it is not there. */
export const valueOf = (d: Directive, key: string): string | undefined => valuesOf(d, key).at(-1);

export function requiredValueOf(d: Directive, key: string): string {
  const value = valueOf(d, key);
  if (value === undefined) throw new DirectiveError(`missing argument: ${key}`);
  return value;
}

/** A number as it is counted here: nothing negative, nothing in parts. */
export function wholeNumber(text: string, what: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new DirectiveError(`${what} must be a whole number, not ${JSON.stringify(text)}`);
}

/** In all the ways in which Go writes it. */
export function truthValue(text: string, what: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new DirectiveError(`${what} must be true or false, not ${JSON.stringify(text)}`);
}

/** Refuses names that a command does not know: a misspelt option must not pass for a default. */
export function assertKnownKeys(d: Directive, known: ReadonlySet<string>): void {
  const isStrange = (arg: Argument): boolean => arg.values.length > 0 && !known.has(arg.key);
  const strange = d.args.find(isStrange);
  if (strange === undefined) return;
  const list = known.size === 0 ? "none" : [...known].join(", ");
  throw new DirectiveError(`${d.command} has no option ${strange.key}; it knows ${list}`);
}

/** Input that a command has no use for is most often the next directive, after a missing rule. */
export function assertNoInput(d: Directive): void {
  if (d.input === "") return;
  const first = d.input.split("\n", 1)[0]!;
  throw new DirectiveError(
    `${d.command} takes no input, yet has ${JSON.stringify(first)}: is a ---- line missing above it?`,
  );
}
