import type { Labels } from '../labels/index.ts';
import { fill } from '../labels/index.ts';
import { type Frame, sduiPage } from './frame.ts';
import { FIRST_ROWS, type Html, hashedClass, html } from './html.ts';
import type { ListRow, RailPerson, SentView } from './views.ts';

const DAY = 24 * 60 * 60 * 1000;

function sentLabel(labels: Labels, at: number, now: number): string {
  const days = Math.floor((now - at) / DAY);
  return days <= 0 ? labels.sentToday : fill(labels.sentAgo, { n: days });
}

/** Sent invitations. The Withdraw anchors' href is a trap until the page is wired. */
export function sentPage(frame: Frame, rows: ListRow[], now: number, hydrationDelayMs: number): Html {
  const { labels } = frame;
  const c = (name: string) => hashedClass(frame.build, name);
  const base = 'https://www.linkedin.com/mynetwork/invitation-manager';
  const items = rows.slice(0, FIRST_ROWS).map((row) => sentRow(frame, row, 'https://www.linkedin.com/', now));
  const main = html`<main id="workspace" class="${c('workspace')}" style="overflow:auto;height:90vh"><section aria-label="Primary content"><p>${labels.manageInvitations}</p><nav><ul><li><a href="${base}/received"><span><span>${labels.received}</span></span></a></li><li><a href="${base}/sent"><span><span>${labels.sent}</span></span></a></li></ul></nav><div data-sdui-screen="com.linkedin.sdui.flagshipnav.mynetwork.invitations.InvitationManager"></div><nav><ul><li><a href="${base}/sent/CONNECTION/"><span><span>${fill(labels.people, { n: rows.length })}</span></span></a></li></ul></nav><div data-testid="lazy-column" data-component-type="LazyColumn">${items}</div><div data-more="" style="height:1px"></div></section></main>`;
  const view: SentView = { kind: 'sent', rows, now, hydrationDelayMs, frame, labels };
  return sduiPage(frame, { title: `${labels.manageInvitations} | LinkedIn`, main, view, script: 'sent.ts' });
}

/** One sent invitation; those that come while one scrolls have another trap in their Withdraw. */
export function sentRow(frame: Frame, row: ListRow, href: string, now: number): Html {
  const { labels } = frame;
  const c = (name: string) => hashedClass(frame.build, name);
  return html`<hr role="presentation" class="${c('hr')}"><div role="listitem" class="${c('row')}"><div class="${c('inner')}"><a class="${c('photo')}" href="https://www.linkedin.com/in/${row.slug}/"><figure><svg id="person-accent-4" role="img"></svg></figure></a><div class="${c('box')}"><p class="${c('text')}">${row.name}</p><div><p><span>${row.headline}</span></p></div><div><p><span>${sentLabel(labels, row.at, now)}</span></p></div></div><div><a class="${c('button')}" aria-label="${fill(labels.withdrawAria, { name: row.name })}" href="${href}"><span><span>${labels.withdraw}</span></span></a></div></div>${row.note ? html`<div><p><span data-testid="expandable-text-box">${row.note}</span></p></div>` : null}</div>`;
}

/** Received invitations; answering happens on the profile page here. */
export function receivedPage(frame: Frame, rows: ListRow[]): Html {
  const { labels } = frame;
  const items = rows.map(
    (row) =>
      html`<div role="listitem"><a href="https://www.linkedin.com/in/${row.slug}/"></a><p>${row.name}</p><p>${row.headline}</p><a href="https://www.linkedin.com/in/${row.slug}/">${labels.accept}</a></div>`,
  );
  const main = html`<main id="workspace"><section><p>${labels.manageInvitations}</p><div data-testid="lazy-column">${items}</div></section></main>`;
  return sduiPage(frame, {
    title: `${labels.manageInvitations} | LinkedIn`,
    main,
    view: null,
    script: null,
  });
}

/** My Network: people whose Connect sends at once. */
export function networkPage(frame: Frame, people: RailPerson[]): Html {
  const { labels } = frame;
  const cards = people.map(
    (p) =>
      html`<div role="listitem"><a href="https://www.linkedin.com/in/${p.slug}/">${p.name}</a><button aria-label="${fill(labels.inviteAria, { name: p.name })}" data-member="${p.memberId}"><svg id="connect-small"></svg><span>${labels.connect}</span></button></div>`,
  );
  const main = html`<main id="workspace" data-sdui-screen="com.linkedin.sdui.flagshipnav.mynetwork.MyNetworkGrow"><section><h2>${labels.peopleYouMayKnow}</h2>${cards}</section></main>`;
  return sduiPage(frame, {
    title: `${labels.peopleYouMayKnow} | LinkedIn`,
    main,
    view: { labels },
    script: 'network.ts',
  });
}
