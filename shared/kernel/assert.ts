/** Stays on in production: a broken invariant stops the unit of work, never goes on with wrong data. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/** Throws an `InvariantError` where the condition does not hold: a defect of ours, never bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** For exhaustive switches: the compiler proves that `value` cannot be here. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}

/** The value, or an InvariantError saying what was missing. */
export function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InvariantError(`missing: ${what}`);
  return value;
}
