import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { SentInvitationRead, SentInvitationsRead } from '#shared/protocol/linkedin.ts';
import { textOf } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { slugInPath } from '../identity.ts';
import { css } from '../selectors/catalogue.ts';
import { included, listed, listing, memberIdOf, ofType, profileIdOf } from './entities.ts';
import { getJson, getPage, problem, type Read, thereFor } from './http.ts';

const PAGE = 100;
/** Enough for as many as anybody has pending. */
const MAX_REQUESTS = 25;
const SENT_PAGE = '/mynetwork/invitation-manager/sent/CONNECTION/';

const invitation = z.looseObject({
  entityUrn: z.string(),
  invitationType: z.string().nullish(),
  sentTime: z.number().int().nullish(),
  toMemberId: z.string().nullish(),
  '*toMember': z.string().nullish(),
});
const person = z.looseObject({
  entityUrn: z.string(),
  objectUrn: z.string().nullish(),
  publicIdentifier: z.string().nullish(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
});
const answer = z.looseObject({ data: listing, included });

/** All pending invitations of the member, newest first. The page's list where the call is not understood. */
export async function readSentList(env: PageEnv, signal: AbortSignal): Promise<Read<SentInvitationsRead>> {
  const asked = await askForAll(env, signal);
  return asked.ok || asked.error.kind === 'stop' ? asked : fromPage(env, signal);
}

async function askForAll(env: PageEnv, signal: AbortSignal): Promise<Read<SentInvitationsRead>> {
  const found = new Map<string, SentInvitationRead>();
  let seen = 0;
  for (let turn = 0; turn < MAX_REQUESTS; turn++) {
    const path = `/voyager/api/relationships/sentInvitationViewsV2?q=invitationType&invitationType=CONNECTION&start=${seen}&count=${PAGE}`;
    const read = await getJson(env, path, answer, signal);
    if (!read.ok) return read;
    const invitations = invitationsIn(read.value);
    if (!invitations)
      return problem('changed', 'layout_unknown', 'The sent invitations have a shape that is not known.');
    // LinkedIn may give fewer at a time than asked for: only an empty answer is the end.
    const count = read.value.data['*elements']?.length ?? 0;
    if (count === 0) return ok({ invitations: [...found.values()], complete: found.size === seen });
    const before = found.size;
    for (const one of invitations) found.set(one.invitationUrn ?? one.name, one);
    if (found.size === before) break;
    seen += count;
  }
  return ok({ invitations: [...found.values()], complete: false });
}

/** Null where one of them does not say whom it invites: then nobody can be said to be missing. */
function invitationsIn({ data, included }: z.infer<typeof answer>): SentInvitationRead[] | null {
  const people = ofType(included, 'MiniProfile', person);
  const invitations = listed({ list: data, included }, 'Invitation', invitation);
  if (!people || !invitations) return null;
  const read = invitations
    .filter((one) => one.invitationType !== 'RECEIVED')
    .map((one) => {
      const profileId = profileIdOf(one['*toMember']) ?? one.toMemberId ?? null;
      const who = people.find((other) => profileIdOf(other.entityUrn) === profileId);
      const number = /(\d+)\)?$/u.exec(one.entityUrn)?.[1];
      return {
        invitationUrn: number ? `urn:li:fsd_invitation:${number}` : null,
        profileId,
        memberId: memberIdOf(who?.objectUrn),
        slug: who?.publicIdentifier ?? null,
        name: [who?.firstName, who?.lastName].filter(Boolean).join(' ').slice(0, 300),
        sentAt: one.sentTime ?? null,
      };
    });
  return read.every(({ profileId }) => profileId !== null) ? read : null;
}

/** The list as its page shows it: the open one if it is that page, else a copy of its own. */
async function fromPage(env: PageEnv, signal: AbortSignal): Promise<Read<SentInvitationsRead>> {
  const open = env.window.location.pathname.startsWith('/mynetwork/invitation-manager/sent');
  const page = open ? ok(env.document) : thereFor(await getPage(env, SENT_PAGE, signal));
  if (!page.ok) return page;
  const count = countIn(env, page.value);
  const invitations = [...page.value.querySelectorAll(css(env, 'sentRow'))].flatMap(
    (row) => rowOf(env, row) ?? [],
  );
  if (count === null && invitations.length === 0)
    return problem('changed', 'layout_unknown', 'The page of sent invitations was not understood.');
  return ok({ invitations, complete: count === invitations.length });
}

function rowOf(env: PageEnv, row: Element): SentInvitationRead | null {
  const slug = slugInPath(row.querySelector(css(env, 'sentProfile'))?.getAttribute('href') ?? '');
  if (slug === null) return null;
  const name = textOf(row.querySelector(css(env, 'sentName'))).slice(0, 300);
  return { invitationUrn: null, profileId: null, memberId: null, slug, name, sentAt: null };
}

/** The number in "People (40)". */
function countIn(env: PageEnv, page: Document): number | null {
  const digits = textOf(page.querySelector(css(env, 'sentCount'))).replace(/\D/gu, '');
  return digits === '' ? null : Number(digits);
}
