/** A rule that this package promises to keep was broken. It is never a protocol condition. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States a rule that must hold. Stays on in production: a node that breaks a rule stops before it
 * can spread what it got wrong.
 *
 * @throws InvariantError when `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Makes a `switch` over a union exhaustive, for the compiler and at run time. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable case: ${JSON.stringify(value)}`);
}
