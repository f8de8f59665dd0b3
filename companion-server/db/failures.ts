import { ZodError } from 'zod';
import { InvariantError } from '#shared/kernel/assert.ts';

/**
 * What a failed call says about its connection and its transaction. `docs/operations.md` and the tests in
 * tests/database name where each code comes from.
 */

/** The text of the statement or its data were at fault; connection and transaction go on. */
const BY_STATEMENT = /^(SQLITE_CONSTRAINT|SQLITE_ERROR$|SQLITE_MISMATCH|SQLITE_RANGE|ARGS_|SQL_)/;
/** Refused before anything was kept: locked by somebody else, or rolled back by the server meanwhile. */
const NOTHING_KEPT =
  /^(SQLITE_BUSY|SQLITE_LOCKED|TRANSACTION_BUSY$|TRANSACTION_TIMEOUT$|TRANSACTION_CLOSED$|STREAM_EXPIRED$)/;
/** The connection to a libSQL server failed; whether the call took effect is not known. */
const CONNECTION_LOST = /^(HRANA_|SERVER_ERROR$|UNKNOWN$|UND_ERR_|E[A-Z]+$)/;

/** No answer within the deadline; whether the call took effect is not known. */
export class DatabaseSilent extends Error {
  override name = 'DatabaseSilent';
  readonly code = 'DATABASE_SILENT';
}

/** Whether the connection and an open transaction can still be trusted after this. */
export function isByStatement(error: unknown): boolean {
  const found = codes(error);
  return found.length > 0 && found.every((code) => BY_STATEMENT.test(code));
}

const DEFECTS = [InvariantError, ZodError, TypeError, RangeError, SyntaxError];

/** Whether the program or the data it met is at fault, not the database: asked again, the same would fail again. */
export function isDefect(error: unknown): boolean {
  if (codes(error).length > 0) return isByStatement(error);
  return DEFECTS.some((defect) => error instanceof defect);
}

/** Whether the failed call certainly kept nothing, so that its unit may run again as a whole. */
export function keptNothing(error: unknown): boolean {
  return codes(error).some((code) => NOTHING_KEPT.test(code));
}

/** Whether the call failed because its connection did; silence is not meant, it would only be waited for again. */
export function isConnectionLost(error: unknown): boolean {
  return codes(error).some((code) => CONNECTION_LOST.test(code));
}

/** Whether SQLite said that somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return codes(error).some((code) => code.startsWith('SQLITE_BUSY'));
}

/** The codes of the error and of what it wraps, outermost first. */
function codes(error: unknown): string[] {
  const found: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') found.push(at.code);
  }
  return found;
}
