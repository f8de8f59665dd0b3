import type { LinkedinList } from '#shared/identity/linkedinList.ts';
import { unreachable } from '#shared/kernel/assert.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { ListPage, ListRead } from '#shared/protocol/lists.ts';
import type { PageEnv } from '../env.ts';
import { StepStop } from '../failure.ts';
import { memberAnswering } from '../guards.ts';
import { getJson, problem, type Read } from '../reads/http.ts';
import { withDecoration, withKnownIds } from '../reads/queryIds.ts';
import * as queries from './queries.ts';
import * as rows from './rows.ts';
import { isMembersPage, shownMembers } from './shown.ts';

/** What the importing side asks for: `count` people from `start` on, read as `expectedMemberId`. */
export interface ListRequest {
  list: LinkedinList;
  start: number;
  count: number;
  expectedMemberId: string | null;
}

/** LinkedIn shows no more of one search than this. */
const DEEPEST = { people_search: 1_000, event_attendees: 1_000, sales_search: 2_500 } as const;

/** The site's own queries; their ids are in the catalogue. */
const queryNames = {
  group_members: 'voyagerGroupsDashGroupMemberships',
  post_reactors: 'voyagerSocialDashReactions',
} as const;

const LIMIT = {
  code: 'search_limit_reached',
  detail: 'LinkedIn shows no more search results this month.',
} as const;

/**
 * One page of a list by the page's own GETs: nothing is clicked or shown. Where the query for a group's members is not
 * understood any more, the rows of the group's own page, if that is the open one.
 */
export async function readListPage(
  env: PageEnv,
  request: ListRequest,
  signal: AbortSignal,
): Promise<ListRead> {
  try {
    await memberAnswering(env, request.expectedMemberId, signal);
    const read = await readKind(env, request, signal);
    if (read === 'limit') return err(LIMIT);
    const { kind, id } = request.list;
    if (!read.ok && read.error.kind === 'changed' && kind === 'group_members' && isMembersPage(env, id)) {
      const shown = await shownMembers(env, request.start, signal);
      await memberAnswering(env, request.expectedMemberId, signal);
      return shown;
    }
    if (!read.ok) {
      const { code, detail } = read.error.failure;
      return err({ code: read.error.refused ? 'list_refused' : code, detail });
    }
    await memberAnswering(env, request.expectedMemberId, signal);
    return read;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StepStop) return err({ code: error.failure.code, detail: error.failure.detail });
    throw error;
  }
}

function readKind(
  env: PageEnv,
  request: ListRequest,
  signal: AbortSignal,
): Promise<Read<ListPage> | 'limit'> {
  const { list } = request;
  switch (list.kind) {
    case 'people_search':
    case 'event_attendees':
      return readSearch(env, request, DEEPEST[list.kind], signal);
    case 'connections':
      return readConnections(env, request, signal);
    case 'group_members':
    case 'post_reactors':
      return readQuery(env, request, list.kind, signal);
    case 'sales_search':
    case 'sales_list':
      return readLeads(env, request, signal);
    default:
      return unreachable(list.kind);
  }
}

async function readSearch(
  env: PageEnv,
  { list, start }: ListRequest,
  deepest: number,
  signal: AbortSignal,
): Promise<Read<ListPage> | 'limit'> {
  const read = await withDecoration(env, 'peopleSearch', (id) =>
    getJson(env, queries.peopleSearch(list, id, start), rows.clustersAnswer, signal),
  );
  if (!read.ok) return read;
  const { data } = read.value;
  const total = data.metadata?.totalResultCount ?? data.paging?.total ?? null;
  const found = rows.peopleFound(read.value);
  const items = data.elements.flatMap((element) => element.items);
  // A banner in place of every result is the month's limit; beside results it is an advertisement.
  const banner = items.some(({ itemUnion }) => itemUnion.bannerCard !== undefined);
  if (found.length === 0 && banner && (total === null || total > start)) return 'limit';
  return page(found, { start, asked: queries.perPage[list.kind], total, deepest });
}

async function readConnections(
  env: PageEnv,
  { start }: ListRequest,
  signal: AbortSignal,
): Promise<Read<ListPage>> {
  const read = await withDecoration(env, 'connectionList', (id) =>
    getJson(env, queries.connections(id, start), rows.collectionAnswer, signal),
  );
  if (!read.ok) return read;
  const { data, included } = read.value;
  const found = rows.profilesOf(connected(data['*elements'] ?? []), included, 1);
  return page(found, { start, asked: queries.perPage.connections, total: data.paging?.total ?? null });
}

/** `urn:li:fsd_connection:<profile id>` -> the profile's urn. */
function connected(urns: readonly string[]): string[] {
  return urns.map((urn) => urn.replace('urn:li:fsd_connection:', 'urn:li:fsd_profile:'));
}

async function readQuery(
  env: PageEnv,
  { list, start }: ListRequest,
  kind: 'group_members' | 'post_reactors',
  signal: AbortSignal,
): Promise<Read<ListPage>> {
  const address = kind === 'group_members' ? queries.groupMembers : queries.postReactors;
  const name = queryNames[kind];
  const read = await withKnownIds(env, name, (id) =>
    getJson(env, address(list.id ?? '', `${name}.${id}`, start), rows.graphqlAnswer, signal),
  );
  if (!read.ok) return read;
  const root = rows.rootOf(read.value);
  if (!root) return problem('changed', 'layout_unknown', 'The list has a shape that is not known.');
  const found = rows.profilesOf(root['*elements'] ?? [], read.value.included, null);
  return page(found, { start, asked: queries.perPage[kind], total: root.paging?.total ?? null });
}

/** Leads, and of each its own data: only that says where the public profile is. */
async function readLeads(
  env: PageEnv,
  { list, start, count }: ListRequest,
  signal: AbortSignal,
): Promise<Read<ListPage>> {
  const read =
    list.kind === 'sales_list'
      ? await withDecoration(env, 'leadList', (id) =>
          getJson(env, queries.salesList(list.id ?? '', id, start), rows.leadsAnswer, signal),
        )
      : await withDecoration(env, 'leadSearch', (id) =>
          getJson(env, queries.salesSearch(list, id, start), rows.leadsAnswer, signal),
        );
  if (!read.ok) return read;
  const asked = Math.min(count, queries.perPage[list.kind]);
  const found: rows.Row[] = [];
  for (const lead of read.value.elements.slice(0, asked)) {
    const own = await readLead(env, lead, signal);
    if (!own.ok) return own;
    found.push(own.value);
  }
  const total = read.value.paging?.total ?? null;
  return list.kind === 'sales_search'
    ? page(found, { start, asked, total, deepest: DEEPEST.sales_search })
    : page(found, { start, asked, total });
}

async function readLead(env: PageEnv, lead: rows.Lead, signal: AbortSignal): Promise<Read<rows.Row>> {
  const address = rows.leadAddress(lead.entityUrn);
  if (address === null) return ok('unknown');
  const read = await getJson(env, address, rows.leadAnswer, signal);
  if (read.ok) return ok(rows.personOfLead(lead, read.value));
  // Somebody who left LinkedIn is no reason to stop the list.
  return read.error.kind === 'missing' ? ok(null) : read;
}

/** A row that is not understood counts as nameless; a page of which most are not, or none comes, is not understood. */
function page(
  found: readonly rows.Row[],
  at: { start: number; asked: number; total: number | null; deepest?: number },
): Read<ListPage> {
  const people = found.filter((one) => one !== null && one !== 'unknown');
  const unknown = found.filter((one) => one === 'unknown').length;
  const nobody = found.length === 0 && at.start === 0 && (at.total ?? 0) > 0;
  if (nobody || unknown * 2 > found.length) {
    return problem('changed', 'layout_unknown', 'The people of this list have a shape that is not known.');
  }
  // Tried again later from here, then stopped with a word: an import that lacks people is not finished.
  const rest = Math.min(at.total ?? 0, at.deepest ?? Number.POSITIVE_INFINITY) - at.start;
  if (found.length === 0 && rest > 0) {
    return problem(
      'trouble',
      'linkedin_error',
      `LinkedIn gave an empty page, with ${rest} people left to come.`,
    );
  }
  const end = at.start + Math.max(found.length, Math.min(at.asked, (at.total ?? 0) - at.start));
  const isLast =
    found.length === 0 ||
    (at.total === null ? found.length < at.asked : end >= at.total) ||
    (at.deepest !== undefined && end >= at.deepest);
  return ok({ people, nameless: found.length - people.length, total: at.total, next: isLast ? null : end });
}
