/** Why the server does not open a database; the operator reads sentence and action. */
export class DatabaseRefused extends Error {
  override name = 'DatabaseRefused';
  constructor(
    readonly code: 'database_in_use' | 'foreign_database' | 'newer_database',
    sentence: string,
    readonly action: string,
  ) {
    super(`${sentence} ${action}`);
  }
}

/** Whether SQLite said that somebody else holds the lock; looks through wrapped errors. */
export function isBusy(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return true;
  }
  return false;
}
