import { connectionRow, memberRow, searchRowInside } from '../render/people.ts';
import type { PeopleView, PersonRow } from '../render/views.ts';
import { connectByDialog, messageByOverlay } from './connect.ts';
import { lazily } from './lazy.ts';
import { hydrateAfter, pageView, sduiRequest } from './page.ts';

const view = pageView<PeopleView>();
const { labels } = view;
const box = document.querySelector('[data-rows]');

/** A link inside a link: the parser would take the two apart, a script does not. */
function nestedRow(row: PersonRow): HTMLElement {
  const item = document.createElement('div');
  item.setAttribute('role', 'listitem');
  const outer = document.createElement('a');
  if (!row.outside) outer.href = `https://www.linkedin.com/in/${encodeURIComponent(row.slug)}/`;
  outer.innerHTML = searchRowInside(view, row).text;
  const contents = document.createElement('div');
  contents.setAttribute('data-display-contents', 'true');
  contents.append(outer);
  item.append(contents);
  return item;
}

function add(row: PersonRow): void {
  if (view.layout === 'search' || view.layout === 'attendees') {
    box?.append(nestedRow(row));
    box?.insertAdjacentHTML('beforeend', '<hr role="presentation">');
  } else {
    const item = view.layout === 'members' ? memberRow(view, row) : connectionRow(view, row);
    box?.insertAdjacentHTML('beforeend', item.text);
  }
}

let shown = view.rows;

/** Draws the list anew; a search shows its page at once, the others ten rows at a time. */
function draw(rows: PersonRow[]): void {
  shown = rows;
  if (!box) return;
  box.innerHTML = '';
  if (view.layout === 'search') {
    for (const row of rows) add(row);
    return;
  }
  const old = document.querySelector('[data-more]');
  const more = document.createElement('div');
  more.setAttribute('data-more', '');
  more.style.height = '1px';
  old?.replaceWith(more);
  lazily(more, rows.length, (from, to) => {
    for (const row of rows.slice(from, to)) add(row);
  });
}

function rowOf(control: Element): PersonRow | null {
  const item = control.closest('[role=listitem], .groups-members-list__typeahead-result');
  const items = [...(box?.querySelectorAll('[role=listitem], .groups-members-list__typeahead-result') ?? [])];
  return item ? (shown[items.indexOf(item)] ?? null) : null;
}

function redrawRow(row: PersonRow): void {
  const key = document.querySelector(`[id="SearchResults${row.memberId}"]`)?.closest('a');
  if (key) key.innerHTML = searchRowInside(view, row).text;
}

async function follow(row: PersonRow): Promise<void> {
  row.following = !row.following;
  redrawRow(row);
  await sduiRequest('addaUpdateFollowState', 'search', {
    memberUrn: { memberId: row.memberId },
    followStateType: row.following ? 'FollowStateType_FOLLOW_ACTIVE' : 'FollowStateType_FOLLOW_INACTIVE',
  });
}

function onClick(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const page = event.target.closest('[data-page]')?.getAttribute('data-page');
  if (page) {
    const next = new URL(location.href);
    next.searchParams.set('page', page);
    location.assign(next.href);
    return;
  }
  const writer = event.target.closest('[data-message]')?.getAttribute('data-message');
  if (writer) {
    void messageByOverlay(writer, labels);
    return;
  }
  const control = event.target.closest('[id^="SearchResults"] a, [id^="SearchResults"] button');
  const row = control && rowOf(control);
  if (!control || !row) return;
  if (control.getAttribute('componentkey')?.endsWith('_connect')) {
    event.preventDefault();
    void connectByDialog(row.slug, 'search', labels, () => {
      row.relation = 'pending';
      redrawRow(row);
    });
  } else if (view.layout === 'attendees') {
    event.preventDefault();
    void messageByOverlay(row.profileId, labels);
  } else if (control.tagName === 'BUTTON') {
    event.preventDefault();
    void follow(row);
  }
}

document.querySelector('.groups-members-list__search')?.addEventListener('input', (event) => {
  const wanted = event.target instanceof HTMLInputElement ? event.target.value.trim().toLowerCase() : '';
  draw(view.rows.filter((row) => row.name.toLowerCase().includes(wanted)));
});

draw(view.rows);
hydrateAfter(view.hydrationDelayMs, () => document.addEventListener('click', onClick));
