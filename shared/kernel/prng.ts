/** Random numbers in [0, 1). Injected everywhere; seeded in tests and wherever a choice must be stable. */
export type Rng = () => number;

/** mulberry32: small, fast, good enough for jitter and stable choices; never for secrets. */
export function seededRng(seed: number): Rng {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed that is the same for the same text (FNV-1a), e.g. a contact's id for its spintax choices. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** An integer in [low, high], both included. */
export function between(rng: Rng, low: number, high: number): number {
  return low + Math.floor(rng() * (high - low + 1));
}

/** Chance for what needs no repeating; tests seed their own. */
export const systemRng: Rng = () => Math.random();
