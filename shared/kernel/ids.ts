import { v7 } from 'uuid';

/** Makes ids. UUIDv7 text: sorted by time, never reused (SQLite reuses row ids after deletes). */
export type NewId = () => string;

export const systemNewId: NewId = () => v7();

/** Where the ids made since a moment begin: older ones sort before it. */
export function firstIdSince(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
