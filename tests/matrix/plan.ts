import type { TwinClick, TwinPerson } from '../linkedin-twin/index.ts';
import { fill, labels } from '../linkedin-twin/labels/index.ts';
import type { Case } from './dimensions.ts';
import type { Expected } from './expected.ts';

/** One control that a kind of step may click, as the page calls it. */
interface Allowed {
  name: string;
  how?: TwinClick['how'];
  /** What its link must lead to. */
  to?: string;
  /** LinkedIn swallows clicks: those that only open something may be repeated so often. */
  most: number;
  /** The one that acts. */
  acts?: true;
}

const OPENING = 4;

/** Everything that a step of this kind may click for this person. Whatever else is clicked is wrong, effect or not. */
function planOf({ kind, locale, relation }: Case, { slug, firstName, lastName }: TwinPerson): Allowed[] {
  const text = labels[locale === 'unknown' ? 'en' : locale];
  const name = `${firstName} ${lastName}`;
  const more = { name: text.more, most: 2 * OPENING };
  const send = { name: text.send, most: 1, acts: true } as const;
  const enter = { name: text.writeMessage, how: 'enter', most: 1, acts: true } as const;
  switch (kind) {
    case 'visit':
      return [];
    case 'connect':
    case 'note':
      return [
        more,
        { name: fill(text.inviteAria, { name }), to: `vanityName=${slug}`, most: OPENING },
        { name: text.connect, to: `vanityName=${slug}`, most: OPENING },
        { name: text.dismiss, most: 3 },
        kind === 'note'
          ? { name: text.addNote, most: 3 }
          : { name: text.sendWithoutNote, most: 1, acts: true },
        ...(kind === 'note' ? [{ name: text.sendInvitation, most: 1, acts: true } as const] : []),
      ];
    case 'message':
    case 'inmail':
      return [send, enter];
    case 'group':
      return [{ name: fill(text.messageAria, { name }), most: OPENING }, send, enter];
    case 'follow':
      return relation === 'connected'
        ? [more]
        : [
            more,
            { name: fill(text.followAria, { name }), most: 1, acts: true },
            { name: text.follow, most: 1, acts: true },
          ];
    case 'like':
      return [
        { name: text.reactionNone, most: 1, acts: true },
        { name: text.reactLike, most: 1, acts: true },
      ];
    case 'withdraw':
      return [
        { name: fill(text.pendingAria, { name }), most: OPENING },
        { name: fill(text.withdrawAria, { name }), most: 1, acts: true },
      ];
  }
}

/** What was clicked against the plan, each as one sentence. */
export function unplanned(
  each: Case,
  someone: TwinPerson,
  want: Expected,
  clicks: readonly TwinClick[],
): string[] {
  const plan = planOf(each, someone);
  const planned = (click: TwinClick) =>
    plan.find(
      ({ name, how = 'click', to }) =>
        name === click.name && how === click.how && (to === undefined || click.href?.includes(to)),
    );
  const strange = clicks
    .filter((click) => !planned(click))
    .map(({ how, control, name, href }) => `${how} on ${control} "${name}" ${href ?? ''}`);
  const often = plan
    .filter(({ most, ...one }) => clicks.filter((click) => planned(click)?.name === one.name).length > most)
    .map(({ name }) => `too many clicks on "${name}"`);
  const acts = clicks.filter((click) => planned(click)?.acts).length;
  const most = { none: 0, opening: 0, act: 1 }[want.clicks];
  const few = want.happens && acts < 1 ? ['nothing was clicked that acts'] : [];
  const many = acts > most ? [`${acts} clicks that act`] : [];
  const any = want.clicks === 'none' && clicks.length > 0 ? ['clicks where none is to be'] : [];
  return [...strange, ...often, ...few, ...many, ...any];
}

/**
 * LinkedIn's answers that a step of each kind may ask for (docs/linkedin-requests.md): until the click that acts, and at
 * each look for its effect. An invitation asks once more after each click on Connect that opened nothing; a thread is asked
 * for by each query id that is known.
 */
const mostReads: Record<Case['kind'], { before: number; look: number }> = {
  visit: { before: 3, look: 0 },
  connect: { before: 3 + OPENING, look: 1 },
  note: { before: 3 + OPENING, look: 1 },
  message: { before: 7, look: 3 },
  inmail: { before: 7, look: 3 },
  group: { before: 6, look: 3 },
  follow: { before: 4, look: 2 },
  like: { before: 3, look: 1 },
  withdraw: { before: 3, look: 3 },
};
/** One every 0.7 s in the 2 s that this suite gives it; LinkedIn may lead to another page, where looking begins anew. */
const LOOKS = 4;
const PAGES = 2;
/** Who is signed in, before the reading back and after it. */
const MEMBER = 2;

/** Reads beyond that, as sentences. */
export function tooManyReads({ kind }: Case, { before, after }: { before: number; after: number }): string[] {
  const most = mostReads[kind];
  const mostAfter = most.look === 0 ? 0 : (most.look * LOOKS + MEMBER) * PAGES;
  return [
    ...(before > most.before ? [`${before} reads until the click, at most ${most.before} wanted`] : []),
    ...(after > mostAfter ? [`${after} reads after the click, at most ${mostAfter} wanted`] : []),
  ];
}
