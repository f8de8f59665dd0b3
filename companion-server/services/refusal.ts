/** A field of the input at fault; `field` is its path, e.g. "smtp.password". */
export interface FieldFault {
  field: string;
  message: string;
}

/**
 * Why a service does not do what was asked: a stable code, a sentence and what to do. Thrown, so that it
 * also ends the transaction it happens in; http/problem.ts turns it into problem details.
 */
export class Refusal extends Error {
  override name = 'Refusal';
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 502 | 503,
    readonly code: string,
    readonly detail: string,
    readonly action: string | null = null,
    readonly fields: FieldFault[] = [],
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Also the answer for things of another workspace: their existence is not told. */
export function notFound(what: string): Refusal {
  return new Refusal(404, 'not_found', `This ${what} does not exist.`, 'Go back to the list and reload it.');
}

/** 403 `not_allowed`: who asks may not do this. */
export function notAllowed(detail: string, action: string): Refusal {
  return new Refusal(403, 'not_allowed', detail, action);
}

/** There are as many as a workspace may have; `what`: in the plural. */
export function tooMany(what: string, atMost: number, action: string): Refusal {
  return new Refusal(409, `too_many_${what}`, `There are ${atMost} ${what}, more are not possible.`, action);
}

/** One field is wrong. */
export function invalid(field: string, code: string, message: string, action: string | null = null): Refusal {
  return new Refusal(422, code, message, action, [{ field, message }]);
}
