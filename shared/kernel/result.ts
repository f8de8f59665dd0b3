/** Success or a failure as a value. Failures carry a code, a sentence and what to do. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };

/** A result that worked. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** A result that failed, and why. */
export function err<E>(error: E): { ok: false; error: E } {
  return { ok: false, error };
}
