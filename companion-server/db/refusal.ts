/** Why the server does not open a database; the operator reads sentence and action. */
export class DatabaseRefused extends Error {
  override name = 'DatabaseRefused';
  constructor(
    readonly code:
      | 'database_in_use'
      | 'database_on_server'
      | 'database_unreachable'
      | 'damaged_backup'
      | 'empty_database'
      | 'foreign_database'
      | 'newer_database'
      | 'no_backup',
    sentence: string,
    readonly action: string,
    cause?: unknown,
  ) {
    super(`${sentence} ${action}`, { cause });
  }
}
