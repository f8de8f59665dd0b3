import type { LinkedinList } from '#shared/identity/linkedinList.ts';

/** The page's own GET for each kind of list. `start` counts people from 0. */

/** People that one request brings: what the list's own page brings. */
export const perPage = {
  people_search: 10,
  event_attendees: 10,
  connections: 40,
  group_members: 10,
  post_reactors: 10,
  sales_search: 25,
  sales_list: 25,
} as const satisfies Record<LinkedinList['kind'], number>;

/** People search with the filters of the page's address, and the attendees of an event. */
export function peopleSearch(list: LinkedinList, decorationId: string, start: number): string {
  const asked = new URL(list.url).searchParams;
  const filters = new Map<string, string[]>([['resultType', ['PEOPLE']]]);
  for (const [name, value] of asked) {
    const values = name === 'keywords' || !/^[a-zA-Z]+$/u.test(name) ? null : listIn(value);
    if (values) filters.set(name, values);
  }
  if (list.kind === 'event_attendees' && list.id) filters.set('eventAttending', [list.id]);
  const keywords = asked.get('keywords');
  const parts = [
    ...(keywords ? [`keywords:${word(keywords)}`] : []),
    'flagshipSearchIntent:SEARCH_SRP',
    `queryParameters:(${[...filters].map(([name, all]) => `${name}:List(${all.map(word).join(',')})`).join(',')})`,
  ];
  return `/voyager/api/search/dash/clusters?decorationId=${decorationId}&origin=GLOBAL_SEARCH_HEADER&q=all&query=(${parts.join(',')})&start=${start}&count=${perPage.people_search}`;
}

/** The member's own connections, newest first. */
export function connections(decorationId: string, start: number): string {
  return `/voyager/api/relationships/dash/connections?decorationId=${decorationId}&count=${perPage.connections}&q=search&sortType=RECENTLY_ADDED&start=${start}`;
}

/** Members of a group. */
export function groupMembers(groupId: string, queryId: string, start: number): string {
  const group = encodeURIComponent(`urn:li:fsd_group:${groupId}`);
  return graphql(queryId, [
    `count:${perPage.group_members}`,
    'filters:List()',
    `groupUrn:${group}`,
    'membershipStatuses:List(OWNER,MANAGER,MEMBER)',
    `start:${start}`,
  ]);
}

/** Who reacted to a post. */
export function postReactors(activityId: string, queryId: string, start: number): string {
  const thread = encodeURIComponent(`urn:li:activity:${activityId}`);
  return graphql(queryId, [`count:${perPage.post_reactors}`, `start:${start}`, `threadUrn:${thread}`]);
}

/** A search of Sales Navigator: a saved one, or the page's own query. */
export function salesSearch(list: LinkedinList, decorationId: string, start: number): string {
  const asked = new URL(list.url).searchParams;
  const saved = asked.get('savedSearchId');
  const query = asked.get('query') ?? keywordsOnly(asked.get('keywords') ?? '');
  const what = saved
    ? `q=savedSearchId&savedSearchId=${encodeURIComponent(saved)}`
    : `q=searchQuery&query=${restli(query)}`;
  return `/sales-api/salesApiLeadSearch?${what}&start=${start}&count=${perPage.sales_search}&decorationId=${decorationId}`;
}

/** The leads of a list of Sales Navigator, those saved last first. */
export function salesList(listId: string, decorationId: string, start: number): string {
  const query = `(spotlightParam:(selectedType:ALL),doFetchSpotlights:true,doFetchHits:true,doFetchFilters:false,pivotParam:(com.linkedin.sales.search.LeadListPivotRequest:(list:urn%3Ali%3Afs_salesList%3A${listId},sortCriteria:CREATED_TIME,sortOrder:DESCENDING)),list:(scope:LEAD,includeAll:false,excludeAll:false,includedValues:List((id:${listId}))))`;
  return `/sales-api/salesApiPeopleSearch?q=peopleSearchQuery&query=${query}&start=${start}&count=${perPage.sales_list}&decorationId=${decorationId}`;
}

function keywordsOnly(keywords: string): string {
  return `(spellCorrectionEnabled:true,keywords:${word(keywords)})`;
}

function graphql(queryId: string, variables: string[]): string {
  return `/voyager/api/graphql?variables=(${variables.join(',')})&queryId=${queryId}`;
}

/** A filter's value in the address: a JSON list of texts, or one text. */
function listIn(value: string): string[] | null {
  if (!value.startsWith('[')) return value === '' ? null : [value];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.map(String).filter(Boolean) : null;
  } catch {
    return null;
  }
}

/** A value inside a query: what divides its parts is escaped, too. */
function word(text: string): string {
  return encodeURIComponent(text).replace(/[()']/gu, (each) => `%${each.charCodeAt(0).toString(16)}`);
}

/** The address bar's query as it is, with only what an address cannot hold escaped. */
function restli(query: string): string {
  return query.replace(/[^\w():,.~%*!$'@/-]/gu, (each) => encodeURIComponent(each));
}
