import { seededRng } from '#shared/kernel/prng.ts';

/** What one case is made of. Every value of a dimension is tried with every value of every other that fits. */
export const dimensions = {
  kind: ['visit', 'connect', 'note', 'message', 'inmail', 'group', 'follow', 'like', 'withdraw'],
  /** Where the two stand, and what LinkedIn lets the rep do with this person. */
  relation: [
    'row',
    'menu',
    'absent',
    'email',
    'pending',
    'incoming',
    'connected',
    'withdrawn',
    'gone',
    'unavailable',
    'someone_else',
  ],
  /** Which bridge carries the dialogs; or the old stack for the person's own pages. */
  front: ['shadow', 'iframe', 'ember'],
  locale: ['en', 'de', 'fr', 'unknown'],
  fault: [
    'none',
    'slow',
    'answer_429',
    'answer_999',
    'answer_500',
    'answer_login',
    'answer_html',
    'answer_error',
    'answer_silent',
    'answer_lost',
    'answer_hangs',
    'read_429',
    'read_999',
    'read_login',
    'read_hangs',
    'check_before',
    'check_between',
    'logout_between',
    'reloaded',
    'other_member',
    'no_text',
    'long_note',
    'new_query_ids',
    'weekly_block',
    'weekly_warn',
    'no_notes',
    'no_invites',
    'enter_sends',
  ],
} as const;

type Name = keyof typeof dimensions;
export type Case = { [K in Name]: (typeof dimensions)[K][number] };

const names = Object.keys(dimensions) as Name[];

/** Whether the click that counts is reached at all: only then can something go wrong at it. */
function acts({ kind, relation, front, locale }: Case): boolean {
  if (locale === 'unknown' || ['gone', 'unavailable', 'someone_else'].includes(relation)) return false;
  switch (kind) {
    case 'visit':
      return false;
    case 'connect':
    case 'note':
      return front !== 'ember' && (relation === 'row' || relation === 'menu' || relation === 'withdrawn');
    case 'follow':
      return front !== 'ember' && relation !== 'connected';
    case 'withdraw':
      return front !== 'ember' && relation === 'pending';
    case 'message':
      return relation === 'connected';
    case 'inmail':
      return !['absent', 'email', 'connected'].includes(relation);
    case 'group':
    case 'like':
      return true;
  }
}

/** Faults of a kind of their own; all others may meet every kind. */
const only: Partial<Record<Case['fault'], readonly Case['kind'][]>> = {
  weekly_block: ['connect', 'note'],
  weekly_warn: ['connect', 'note'],
  no_notes: ['connect', 'note'],
  no_invites: ['connect', 'note'],
  new_query_ids: ['message', 'inmail', 'group'],
  enter_sends: ['message', 'inmail', 'group'],
  no_text: ['message'],
  long_note: ['note'],
  // That every kind asks first who is signed in is told by the other reads that fail; this one takes its time.
  read_hangs: ['visit', 'connect', 'message'],
};
/** Faults that end a case before the person is looked at. */
const masking: readonly Case['fault'][] = [
  'read_429',
  'read_999',
  'read_login',
  'read_hangs',
  'check_before',
  'other_member',
];
/** Faults that show before anything is clicked; all others are about the click. */
const early: readonly Case['fault'][] = ['none', 'slow', ...masking];

/** Whether a case says anything: a fault at the click needs a click. */
function fits(each: Case): boolean {
  const { kind, relation, fault, locale } = each;
  // Where the address names the person by id, nobody else can stand there.
  if (relation === 'someone_else' && ['message', 'inmail', 'group', 'like'].includes(kind)) return false;
  if (!(only[fault]?.includes(kind) ?? true)) return false;
  if (!early.includes(fault)) {
    if (!acts(each)) return false;
    // Somebody who cannot be asked again is refused for that, whatever else is wrong.
    return relation !== 'withdrawn' || (kind !== 'connect' && kind !== 'note');
  }
  return locale !== 'unknown' || fault === 'none' || fault === 'slow' || fault === 'check_before';
}

/** Every case that makes sense. */
export function* product(): Generator<Case> {
  for (const kind of dimensions.kind)
    for (const relation of dimensions.relation)
      for (const fault of dimensions.fault) {
        for (const front of dimensions.front)
          for (const locale of dimensions.locale) {
            const each = { kind, relation, front, locale, fault };
            if (fits(each)) yield each;
          }
      }
}

/** The pairs that a case says something about: where a fault hides the person, only those of the fault with the rest. */
function pairsOf(each: Case): string[] {
  const isMasked = masking.includes(each.fault);
  return names.flatMap((a, i) =>
    names
      .slice(i + 1)
      .filter((b) => !isMasked || (b === 'fault' && a !== 'relation'))
      .map((b) => `${a}:${each[a]} ${b}:${each[b]}`),
  );
}

/** From so many cases that cover a wanted pair the one is taken that covers the most others. */
const SAMPLE = 60;

/** A small set of cases in which every possible pair of values occurs: greedy, and the same for one seed. */
export function pairwiseCover(seed: number): Case[] {
  const byPair = new Map<string, Case[]>();
  for (const each of product()) {
    for (const pair of pairsOf(each)) {
      const known = byPair.get(pair);
      if (known) known.push(each);
      else byPair.set(pair, [each]);
    }
  }
  // The rarest pairs first: what is left in the end fits into any case.
  const open = new Set([...byPair].sort(([, a], [, b]) => a.length - b.length).map(([pair]) => pair));
  const rng = seededRng(seed);
  const chosen: Case[] = [];
  for (const wanted of open) {
    const fitting = byPair.get(wanted) ?? [];
    const sample = Array.from({ length: SAMPLE }, () => fitting[Math.floor(rng() * fitting.length)]);
    const gainOf = (each: Case) => pairsOf(each).filter((pair) => open.has(pair)).length;
    const best = sample.reduce((a, b) => (a && b && gainOf(b) > gainOf(a) ? b : a));
    if (!best) continue;
    for (const pair of pairsOf(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen;
}
