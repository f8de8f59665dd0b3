import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { endOf, person, rep, runStep, stepFor, targetOf } from '../dom/support/twin.ts';
import type { Fault, TwinPerson } from '../linkedin-twin/index.ts';
import type { Case } from './dimensions.ts';
import { expectedOf } from './expected.ts';
import { effectsSince, type Lane } from './lane.ts';
import { tooManyReads, unplanned } from './plan.ts';

export interface Outcome {
  ends: string;
  /** Each effect at LinkedIn as one line: what, at whom, with which text. */
  effects: string[];
  /** The line that its one effect would be. */
  own: string;
  /** What was clicked that the plan of its kind does not hold. */
  unplanned: string[];
  /** LinkedIn's answers that were asked for until the click that acts, and to read its effect back. */
  reads: { before: number; after: number };
}

const stepKinds = {
  visit: 'visit',
  connect: 'connect',
  note: 'connect',
  message: 'message',
  inmail: 'inmail',
  group: 'group_message',
  follow: 'follow',
  like: 'like',
  withdraw: 'withdraw',
} as const satisfies Record<Case['kind'], LinkedinStep['kind']>;

const ledgerKinds: Record<Case['kind'], string> = {
  visit: '-',
  connect: 'invite',
  note: 'invite',
  message: 'message',
  inmail: 'inmail',
  group: 'message',
  follow: 'follow',
  like: 'like',
  withdraw: 'withdraw',
};

/** Which of LinkedIn's answers the step waits for. */
const faultOn: Record<Case['kind'], Fault['on']> = {
  visit: 'page',
  connect: 'invite',
  note: 'invite',
  message: 'message',
  inmail: 'message',
  group: 'message',
  follow: 'follow',
  like: 'like',
  withdraw: 'withdraw',
};

const answers: Partial<Record<Case['fault'], Fault['effect']>> = {
  answer_429: '429',
  answer_999: '999',
  answer_500: '500',
  answer_login: 'redirect_login',
  answer_html: 'html_in_200',
  answer_error: 'error_toast',
  answer_silent: 'close_without_success',
  answer_lost: 'drop_after_effect',
  answer_hangs: 'hang',
};

let people = 0;

/** Plays one case in a lane: LinkedIn set up as the case says, then the step as the runner does it. */
export async function runCase(lane: Lane, each: Case): Promise<Outcome> {
  people += 1;
  const { twin } = lane;
  await lane.reset(each.fault === 'other_member' ? 'stranger' : 'rep');
  const activityId = String(7_300_000_000_000_000_000n + BigInt(people));
  const someone = personFor(each, activityId);
  twin.control.addPerson(someone);
  arrange(lane, each, someone);
  const step = stepOf(each, someone);
  const seen = twin.ledger().length;
  const clicked = twin.clicks().length;
  const asked = twin.toolRequests().length;
  let ready: number | null = null;
  const run = await runStep(lane.page, step, () => {
    ready = twin.toolRequests().length;
    return between(lane, each);
  });
  const all = twin.toolRequests().length;
  const text = each.kind === 'like' ? activityId : (step.text ?? '-');
  return {
    ends: endOf(run),
    effects: effectsSince(twin, seen).map((e) => `${e.kind} ${e.targetSlug ?? '?'} ${e.text ?? '-'}`),
    unplanned: unplanned(each, someone, expectedOf(each), twin.clicks().slice(clicked)),
    reads: { before: (ready ?? all) - asked, after: all - (ready ?? all) },
    own: `${ledgerKinds[each.kind]} ${someone.slug} ${text}`,
  };
}

function personFor({ relation, front }: Case, activityId: string): TwinPerson {
  const placement = { menu: 'menu', absent: 'absent', email: 'email_gate' } as const;
  return person(`5${people}`, {
    connectPlacement: relation in placement ? placement[relation as keyof typeof placement] : 'row',
    ...(front === 'ember'
      ? { frontEnd: 'ember', activityFrontEnd: 'ember' }
      : { inviteSurface: front, messageSurface: front }),
    // For `menu` and `absent` see expected.ts: a credit, no InMail at all; for all others it is free.
    openProfile: !['menu', 'absent', 'email'].includes(relation),
    noInmail: relation === 'absent',
    gone: relation === 'gone',
    unavailable: relation === 'unavailable',
    posts: [
      {
        activityId: `9${activityId}`,
        text: 'Somebody else wrote this',
        repostOf: { slug: 'noor-vale', name: 'Noor Vale' },
      },
      { activityId, text: 'Two more berths from May.' },
    ],
  });
}

function arrange({ twin }: Lane, { kind, relation, front, locale, fault }: Case, someone: TwinPerson): void {
  const { control } = twin;
  const { memberId } = rep;
  if (relation === 'pending' || relation === 'connected' || relation === 'withdrawn') {
    control.setRelation(memberId, someone.slug, relation);
  }
  if (relation === 'incoming') control.inviteFromOutside(memberId, someone.slug);
  if (kind === 'inmail' && relation === 'email') control.setQuota(memberId, { inmailCredits: 0 });
  const circle = front === 'ember' ? ('group' as const) : ('event' as const);
  control.setCircle({
    kind: circle,
    id: '4711',
    name: 'Freight',
    people: [rep.profileId, 'casey-field', someone.profileId],
  });
  if (locale === 'unknown') control.setLocale('en', 'it');
  else control.setLocale(locale);
  const effect = answers[fault];
  if (effect) control.armFault({ on: faultOn[kind], effect, times: 1 });
  const reads = {
    read_429: '429',
    read_999: '999',
    read_login: 'redirect_login',
    read_hangs: 'hang',
  } as const;
  if (fault in reads) control.armFault({ on: 'api', effect: reads[fault as keyof typeof reads], times: 1 });
  if (fault === 'slow') control.setHydrationDelay(1_200);
  if (fault === 'check_before') control.requireChallenge(memberId, 'captcha');
  if (fault === 'weekly_block') control.setQuota(memberId, { weeklyInvitesLeft: 0 });
  if (fault === 'weekly_warn') control.setQuota(memberId, { weeklyInvitesLeft: 5, weeklyWarnAt: 5 });
  if (fault === 'no_notes') control.setQuota(memberId, { notesLeft: 0 });
  if (fault === 'no_invites') control.setQuota(memberId, { invitesRestricted: true });
  if (fault === 'enter_sends') control.setSendMode(memberId, 'enter');
  if (fault === 'new_query_ids') control.rotateQueryIds();
}

/** What happens between the last check and the click. */
async function between({ twin, page }: Lane, { fault }: Case): Promise<void> {
  if (fault === 'check_between') twin.control.requireChallenge(rep.memberId, 'email_pin');
  if (fault === 'logout_between') twin.control.logout(rep.memberId);
  if (fault === 'reloaded') await page.reload({ waitUntil: 'domcontentloaded' });
}

function stepOf({ kind, relation, front, fault }: Case, someone: TwinPerson): LinkedinStep {
  const elsewhere: Partial<LinkedinTarget> =
    relation === 'someone_else' ? { profileId: null, memberId: '999999999' } : {};
  const note = `Hello ${someone.firstName}, note ${people}.`;
  // Longer than a Basic account's 200 characters, not longer than the 300 of a paid plan.
  const written = kind === 'note' ? { text: fault === 'long_note' ? note.padEnd(250, '.') : note } : {};
  const circle = { kind: front === 'ember' ? ('group' as const) : ('event' as const), id: '4711' };
  return stepFor(stepKinds[kind], targetOf(someone, elsewhere), {
    ...written,
    ...(fault === 'no_text' ? { text: ' ' } : {}),
    whenNoNote: kind === 'note' ? 'wait' : null,
    subject: kind === 'inmail' ? 'Berths in May' : null,
    inmailPolicy: kind === 'inmail' ? 'spend_credit' : null,
    circle: kind === 'group' ? circle : null,
  });
}

/** The most reads that a case of each kind asked for, until the click that acts and after it. */
export const mostReads = new Map<Case['kind'], Outcome['reads']>();

function noteReads(kind: Case['kind'], { before, after }: Outcome['reads']): void {
  const most = mostReads.get(kind) ?? { before: 0, after: 0 };
  mostReads.set(kind, { before: Math.max(before, most.before), after: Math.max(after, most.after) });
}

export function nameOf(each: Case): string {
  return Object.values(each).join(' · ');
}

/** Plays a case; a sentence where it ends otherwise, or does something else, than specified. */
export async function whatIsWrong(lane: Lane, each: Case): Promise<string | null> {
  const want = expectedOf(each);
  const got = await runCase(lane, each).catch((error: unknown) => ({
    ends: String(error),
    effects: [],
    own: '',
    unplanned: [],
    reads: { before: 0, after: 0 },
  }));
  noteReads(each.kind, got.reads);
  const effects = want.happens ? [got.own] : [];
  if (got.ends !== want.ends || got.effects.join('\n') !== effects.join('\n'))
    return `${nameOf(each)}: ${want.ends} [${effects}] expected, ${got.ends} [${got.effects}] seen`;
  const beside = [...got.unplanned, ...tooManyReads(each, got.reads)];
  return beside.length > 0 ? `${nameOf(each)}: ${beside.join('; ')}` : null;
}
