import { normalizeSlug, parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { ListedPerson, ListRead } from '#shared/protocol/lists.ts';
import { textOf, visibleIn } from '../dom/find.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { circleRows, peopleCounted } from '../pages/circle.ts';

/** A list's page brings so many rows at a time. */
const BATCH = 10;

/** Whether the open page is a group's list of members: what it shows can be read where its query is not understood. */
export function isMembersPage(env: PageEnv, groupId: string | null): boolean {
  return groupId !== null && env.window.location.pathname.startsWith(`/groups/${groupId}/members`);
}

/**
 * The members that the page shows from `start` on, scrolling until they are there. LinkedIn adds rows only while the
 * tab can be seen, and at its own pace: what has come so far is not taken for all there is.
 */
export async function shownMembers(env: PageEnv, start: number, signal: AbortSignal): Promise<ListRead> {
  await waitFor(env, 'page', signal, () => circleRows(env).length > 0);
  for (;;) {
    const rows = circleRows(env);
    const found = rows.slice(start, start + BATCH);
    if (found.length === BATCH) return page(env, found, start + BATCH);
    rows.at(-1)?.scrollIntoView({ block: 'start' });
    const more = await waitFor(env, 'open', signal, () => circleRows(env).length > rows.length);
    if (more) continue;
    if (rows.length === 0) {
      return err({ code: 'layout_unknown', detail: 'The list of members was not found in its known form.' });
    }
    // A batch that is not full is the last one; a full one is it where the page itself counts no more.
    if (rows.length % BATCH > 0 || rows.length === peopleCounted(env)) return page(env, found, null);
    if (env.document.hidden) {
      const detail = 'LinkedIn adds members to this list only while its tab can be seen.';
      return err({ code: 'needs_visible_tab', detail });
    }
    return err({ code: 'timeout', detail: 'LinkedIn did not show the rest of this list in time.' });
  }
}

function page(env: PageEnv, rows: readonly HTMLElement[], next: number | null): ListRead {
  const people = rows.map((row) => personIn(env, row)).filter((one) => one !== null);
  return ok({ people, nameless: rows.length - people.length, total: null, next });
}

/** Whom a row is about: every profile link in it leads to them. */
function personIn(env: PageEnv, row: HTMLElement): ListedPerson | null {
  const links = visibleIn(env, row, 'circleProfile').map((link) => link.getAttribute('href') ?? '');
  const [identity, other] = new Map(
    links
      .map((href) => parseLinkedinUrl(new URL(href, env.window.location.origin).href))
      .map((one) => [JSON.stringify(one), one]),
  ).values();
  const name = textOf(visibleIn(env, row, 'circleName').at(0)).slice(0, 300);
  if (!identity || other !== undefined || name === '') return null;
  return {
    profileId: 'profileId' in identity ? identity.profileId : null,
    memberId: null,
    slug: 'slug' in identity ? normalizeSlug(identity.slug) : null,
    name,
    headline: textOf(visibleIn(env, row, 'circleHeadline').at(0)).slice(0, 500) || null,
    company: null,
    location: null,
    degree: null,
  };
}
