const READS = /^\s*select\b/i;
const WRITES = /^\s*(?:insert(?:\s+or\s+\w+)?\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+["`]?(\w+)/i;
/** What begins and ends a unit in a shared transaction: it writes nothing, and what it takes back was never handed on. */
const FRAMES = /^\s*(?:savepoint|release|rollback|begin|commit|pragma)\b/i;

/** Whether a statement only reads. */
export function isRead(text: string): boolean {
  return READS.test(text);
}

/** The table that a statement writes to; null: it may write to any. */
export function tableWritten(text: string): string | null {
  return WRITES.exec(text)?.[1] ?? null;
}

/** Whether a statement leaves what is known of the database's tables true. */
export function changesNothing(text: string): boolean {
  return READS.test(text) || FRAMES.test(text);
}
