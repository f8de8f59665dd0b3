interface Named {
  name: string;
  company?: string | null;
}

/** Whether one name may be the other's: the company decides a doubtful one. */
export function isNamedAlike(one: Named, other: Named): boolean {
  const alike = likeness(one.name, other.name);
  return alike === 'same' || (alike === 'close' && sameCompany(one.company, other.company));
}

/**
 * How alike two names are: `same` (two words or more of one are all in the other, or both are one and the same word: not
 * every name has two), `close` (a word in common), else `different`.
 */
export function likeness(left: string, right: string): 'same' | 'close' | 'different' {
  const a = words(left);
  const b = words(right);
  if (a.length === 0 || b.length === 0) return 'different';
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  const inside = shorter.filter((word) => longer.includes(word));
  if (inside.length === shorter.length && (shorter.length >= 2 || longer.length === 1)) return 'same';
  return inside.length > 0 ? 'close' : 'different';
}

/** Whether a longer text names a person: all words of the name stand in it. */
export function mentions(text: string, name: string): boolean {
  const said = words(text);
  const wanted = words(name);
  return wanted.length > 0 && wanted.every((word) => said.includes(word));
}

/** Titles and degrees that people write into their names. */
const decorations = new Set([
  'dr',
  'prof',
  'phd',
  'mba',
  'msc',
  'bsc',
  'md',
  'ing',
  'dipl',
  'mr',
  'mrs',
  'ms',
]);

function words(name: string): string[] {
  const bare = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\([^)]*\)/gu, ' ');
  return bare.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !decorations.has(word));
}

function sameCompany(left: string | null | undefined, right: string | null | undefined): boolean {
  if (!left || !right) return false;
  const a = words(left).join(' ');
  const b = words(right).join(' ');
  return a !== '' && (a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `));
}
