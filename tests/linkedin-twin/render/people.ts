import { fill } from '../labels/index.ts';
import { type Frame, sduiPage } from './frame.ts';
import { type Html, hashedClass, html } from './html.ts';
import type { PeopleView, PersonRow } from './views.ts';

const SCREENS = {
  search: 'com.linkedin.sdui.flagshipnav.search.SearchResultsPeople',
  connections: 'com.linkedin.sdui.flagshipnav.mynetwork.ConnectionsList',
  attendees: 'com.linkedin.sdui.flagshipnav.events.EventAttendees',
  members: '',
} as const;

/** A list of people in the new stack; the script of the page fills it. */
export function peoplePage(frame: Frame, view: PeopleView, name = ''): Html {
  const { labels } = frame;
  const heads = {
    search: filters(frame),
    connections: html`<p>${view.rows.length} ${labels.connections}</p>`,
    attendees: html`<h2>${name}</h2><p>${labels.attendees}</p>`,
    members: html``,
  };
  const titles = {
    search: labels.searchTitle,
    connections: labels.connections,
    attendees: name,
    members: name,
  };
  const list =
    view.layout === 'search'
      ? html`<div role="list" data-rows=""></div>`
      : html`<div data-testid="lazy-column" data-component-type="LazyColumn" data-rows=""></div><div data-more=""></div>`;
  const empty = view.rows.length === 0 ? html`<h2>${labels.noResults}</h2>` : null;
  const main = html`<main id="workspace" data-sdui-screen="${SCREENS[view.layout]}" style="overflow:auto;height:90vh"><section>${heads[view.layout]}${empty}${list}${view.pages > 1 ? pagination(view) : null}</section></main>`;
  return sduiPage(frame, {
    title: `${titles[view.layout]} | LinkedIn`,
    main,
    view,
    script: 'people.ts',
  });
}

/** The commercial use limit: no rows, only this. */
export function searchLimitPage(frame: Frame): Html {
  const { labels } = frame;
  const main = html`<main id="workspace" data-sdui-screen="${SCREENS.search}"><section>${filters(frame)}<h2>${labels.searchLimit}</h2><p>${labels.searchLimitBody}</p><a href="https://www.linkedin.com/premium/products/?upsellOrderOrigin=SAMPLE">Premium</a></section></main>`;
  return sduiPage(frame, { title: `${labels.searchTitle} | LinkedIn`, main, view: null, script: null });
}

function filters({ labels }: Frame): Html {
  const degrees = [labels.degree1, labels.degree2, labels.degree3].map((text) => text.slice(2));
  return html`<div><div role="radio" aria-label="${labels.filterPeople}" aria-checked="true">${labels.filterPeople}</div>${degrees.map(
    (degree) => html`<div role="radio" aria-label="${fill(labels.filterDegree, { degree })}">${degree}</div>`,
  )}<button aria-label="${labels.allFilters}">${labels.allFilters}</button></div>`;
}

function pagination(view: PeopleView): Html {
  const { labels, page, pages } = view;
  const from = Math.max(1, Math.min(page - 2, pages - 4));
  const numbers = Array.from({ length: Math.min(5, pages) }, (_, i) => from + i);
  const next =
    page < pages ? html`<button data-page="${page + 1}"><span>${labels.next}</span></button>` : null;
  return html`<div>${numbers.map(
    (n) =>
      html`<button aria-label="${fill(labels.pageN, { n })}" data-page="${n}" aria-current="${String(n === page)}">${n}</button>`,
  )}${next}</div>`;
}

/** What stands inside the row's outer link, which is itself a link: only a script can build that. */
export function searchRowInside(view: PeopleView, row: PersonRow): Html {
  const { labels } = view;
  const c = (name: string) => hashedClass(view.build, name);
  const name = row.outside
    ? html`<p class="${c('name')}">${labels.outsideMember}</p>`
    : html`<p class="${c('name')}"><a class="${c('nameLink')}" href="${profileHref(row)}">${row.name}</a><span><span>• ${labels[`degree${row.degree}`].slice(2)}</span></span></p>`;
  const actions = row.outside ? null : html`<div data-display-contents="true">${rowAction(view, row)}</div>`;
  return html`<div class="${c('row')}"><div class="${c('inner')}"><figure><img data-loaded="true" alt=""></figure><div>${name}<div><p><span>${row.headline}</span></p></div><div><p><span>${row.location}</span></p></div></div><div><div id="SearchResults${row.memberId}" componentkey="SearchResults${row.memberId}">${actions}</div></div></div><div id="SearchResultssnippet_${row.memberId}"></div><div><p><span>${fill(labels.mutual, { name: 'Jordan Reyes' })}</span></p></div></div>`;
}

function rowAction(view: PeopleView, row: PersonRow): Html | null {
  const { labels } = view;
  const aria = (text: string) => fill(text, { name: row.name });
  const key = `ConnectButtonstate:invitation:urn:li:member:${row.memberId}`;
  if (view.layout === 'attendees' || row.relation === 'connected' || (row.messageable && row.followOnly)) {
    return html`<a aria-label="${aria(labels.messageAria)}" href="${composeHref(row, view.layout === 'attendees' ? 'EVENT_ATTENDEES' : 'SEARCH')}"><svg id="send-privately-small"></svg><span>${labels.message}</span></a>`;
  }
  if (row.relation === 'pending') {
    return html`<a aria-label="${aria(labels.pendingAria)}" href="${profileHref(row)}" componentkey="${key}_pending"><svg id="clock-small"></svg><span>${labels.pending}</span></a>`;
  }
  if (row.followOnly || row.relation === 'incoming') {
    return html`<button aria-label="${aria(labels.followAria)}"><span>${row.following ? labels.following : labels.follow}</span></button>`;
  }
  return html`<a aria-label="${aria(labels.inviteAria)}" href="/preload/search-custom-invite/?vanityName=${encodeURIComponent(row.slug)}" componentkey="${key}_connect"><span><svg id="connect-small" data-supported-dps="16x16"></svg><div><span><span>${labels.connect}</span></span></div></span></a>`;
}

/** One of the member's connections. */
export function connectionRow(view: PeopleView, row: PersonRow): Html {
  const { labels } = view;
  return html`<div role="listitem"><a href="${profileHref(row)}"><p>${row.name}</p></a><p>${row.headline}</p><p>${fill(labels.connectedOn, { date: row.connectedOn ?? '' })}</p><a aria-label="${fill(labels.messageAria, { name: row.name })}" href="${composeHref(row, 'CONNECTIONS')}"><span>${labels.message}</span></a></div>`;
}

/** A group's members in the old stack: a search field, and Message that opens the overlay. */
export function membersMain(frame: Frame, name: string, view: PeopleView): Html {
  const { labels } = frame;
  return html`<main class="scaffold-layout__main"><section class="artdeco-card"><h1 class="groups-members-list__title">${name}</h1><h2>${labels.groupMembers} (${view.rows.length})</h2><input type="text" class="groups-members-list__search" aria-label="${labels.searchMembers}" placeholder="${labels.searchMembers}"><ul class="artdeco-list groups-members-list__results-list" data-rows=""></ul><div data-more=""></div></section></main><aside id="msg-overlay" class="msg-overlay-container"></aside>`;
}

export function notMemberMain(frame: Frame, name: string): Html {
  return html`<main class="scaffold-layout__main"><section class="artdeco-card"><h1>${name}</h1><p>${frame.labels.notMember}</p><button class="artdeco-button artdeco-button--primary"><span class="artdeco-button__text">${frame.labels.join}</span></button></section></main>`;
}

/** What the list of attendees shows to somebody who does not attend. */
export function notAttendingPage(frame: Frame, name: string): Html {
  const { labels } = frame;
  const main = html`<main id="workspace" data-sdui-screen="${SCREENS.attendees}"><section><h2>${name}</h2><p>${labels.notMember}</p><button><span>${labels.attend}</span></button></section></main>`;
  return sduiPage(frame, { title: `${name} | LinkedIn`, main, view: null, script: null });
}

export function memberRow(view: PeopleView, row: PersonRow): Html {
  const { labels } = view;
  return html`<li class="artdeco-list__item groups-members-list__typeahead-result"><div class="ui-entity-action-row"><a class="ui-conditional-link-wrapper ui-entity-action-row__link" href="${profileHref(row)}"><div class="artdeco-entity-lockup__title"><span>${row.name}</span><span class="artdeco-entity-lockup__degree">${labels[`degree${row.degree}`]}</span></div><div class="artdeco-entity-lockup__subtitle">${row.headline}</div></a><button class="artdeco-button artdeco-button--2 artdeco-button--secondary" aria-label="${fill(labels.messageAria, { name: row.name })}" data-message="${row.profileId}"><span class="artdeco-button__text">${labels.message}</span></button></div></li>`;
}

function profileHref(row: PersonRow): string {
  return `https://www.linkedin.com/in/${encodeURIComponent(row.slug)}/`;
}

function composeHref(row: PersonRow, context: string): string {
  const urn = encodeURIComponent(`urn:li:fsd_profile:${row.profileId}`);
  return `/messaging/compose/?profileUrn=${urn}&recipient=${row.profileId}&screenContext=${context}&interop=msgOverlay`;
}
