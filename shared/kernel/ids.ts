import { v7 } from 'uuid';

/** Makes ids. UUIDv7 text: sorted by time, never reused (SQLite reuses row ids after deletes). */
export type NewId = () => string;

/** UUIDv7 of this process: each is greater than the one before. */
export const systemNewId: NewId = () => {
  const now = Date.now();
  if (now > last.msecs) last = { msecs: now, seq: firstSeq() };
  // Within a millisecond they count up; after four billion the next millisecond begins early.
  else if (++last.seq > 0xffff_ffff) last = { msecs: last.msecs + 1, seq: 0 };
  return v7({ ...last, random: randomBytes() });
};

/** The moment of the latest id, and its number there. */
let last = { msecs: 0, seq: 0 };

/** Leaves room for as many ids within the same millisecond as anything can make. */
const firstSeq = () => new DataView(randomBytes().slice().buffer).getUint32(0) >>> 1;

const BYTES = 16;
/** Drawn for many ids at once: a draw costs more than all the rest of an id. */
const pool = new Uint8Array(256 * BYTES);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += BYTES;
  return pool.subarray(used - BYTES, used);
}

/** Where the ids made since a moment begin: older ones sort before it. */
export function firstIdSince(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
