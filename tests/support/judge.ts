import type { LedgerEntry } from '../linkedin-twin/types.ts';
import type { SentMail } from '../mail-sandbox/index.ts';
import type { CastMember } from './cast.ts';

/** Something a person really received, as the simulated LinkedIn and the mailboxes saw it. */
export interface Effect {
  /** The contact's slug; null when it went to nobody of the cast. */
  slug: string | null;
  kind: 'invite' | 'message' | 'email';
  /** Which step of its kind it is: a text for messages, the subject for emails. Nobody is invited twice. */
  step: string;
  /** All of it, for the greeting. */
  text: string;
  at: number;
}

/** What the server says it did, from the contacts' activity logs. */
export interface RecordedStep {
  slug: string;
  kind: Effect['kind'];
}

export interface Verdict {
  /** Effects that reached people. */
  done: number;
  /** Effects beyond the first of the same step for the same person. */
  twice: number;
  /** Effects for somebody else, with somebody else's name, or clicks on other people's controls. */
  wrongPerson: number;
  /** Steps that only one of the two records has. */
  mismatch: number;
  /** Effects after the person had replied. */
  afterReply: number;
}

/** The effects of one rep, oldest first. Mail of the automation only: what went to people outside. */
export function effectsOf(
  ledger: readonly LedgerEntry[],
  mails: readonly SentMail[],
  cast: readonly CastMember[],
): Effect[] {
  const slugOf = new Map(cast.map(({ person }) => [person.profileId, person.slug]));
  const slugOfMail = new Map(
    cast.flatMap(({ email, person }) => (email ? [[email, person.slug] as const] : [])),
  );
  const onLinkedin = ledger.flatMap((entry): Effect[] =>
    entry.kind === 'invite' || entry.kind === 'message' || entry.kind === 'stray'
      ? [
          {
            slug: entry.kind === 'stray' ? null : (slugOf.get(entry.targetProfileId ?? '') ?? null),
            kind: entry.kind === 'message' ? 'message' : 'invite',
            step: entry.kind === 'message' ? (entry.text ?? '') : '',
            text: entry.text ?? '',
            at: entry.at,
          },
        ]
      : [],
  );
  const byMail = mails.flatMap((mail) =>
    mail.to.map(
      (to): Effect => ({
        slug: slugOfMail.get(to) ?? null,
        kind: 'email',
        step: mail.subject,
        text: mail.raw,
        at: mail.at,
      }),
    ),
  );
  return [...onLinkedin, ...byMail].sort((a, b) => a.at - b.at);
}

/** Says whether what people received is what they were meant to receive, and what the server believes. */
export function judge(
  effects: readonly Effect[],
  recorded: readonly RecordedStep[],
  cast: readonly CastMember[],
  repliedAt: ReadonlyMap<string, number>,
): Verdict {
  const count = new Map<string, number>();
  const steps = new Map<string, number>();
  let wrongPerson = 0;
  let afterReply = 0;
  for (const effect of effects) {
    const member = cast.find(({ person }) => person.slug === effect.slug);
    const greeted = !effect.text || (member && effect.text.includes(member.person.firstName));
    if (!member || !greeted) {
      wrongPerson++;
      continue;
    }
    const key = `${effect.slug} ${effect.kind}`;
    count.set(key, (count.get(key) ?? 0) + 1);
    const step = `${key} ${effect.step}`;
    steps.set(step, (steps.get(step) ?? 0) + 1);
    if (effect.at > (repliedAt.get(member.person.slug) ?? Number.POSITIVE_INFINITY)) afterReply++;
  }
  const believed = new Map<string, number>();
  for (const { slug, kind } of recorded)
    believed.set(`${slug} ${kind}`, (believed.get(`${slug} ${kind}`) ?? 0) + 1);
  let mismatch = 0;
  for (const key of new Set([...count.keys(), ...believed.keys()])) {
    mismatch += Math.abs((count.get(key) ?? 0) - (believed.get(key) ?? 0));
  }
  return {
    done: effects.length - wrongPerson,
    twice: [...steps.values()].reduce((sum, n) => sum + n - 1, 0),
    wrongPerson,
    mismatch,
    afterReply,
  };
}
