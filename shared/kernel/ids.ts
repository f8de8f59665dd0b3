import { v7 } from 'uuid';

/** Makes ids. UUIDv7 text: sorted by time, never reused (SQLite reuses row ids after deletes). */
export type NewId = () => string;

export const systemNewId: NewId = () => v7();
