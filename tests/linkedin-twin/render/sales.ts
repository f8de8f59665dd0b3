import { fill, type Labels } from '../labels/index.ts';
import { type Html, html } from './html.ts';
import type { LeadRow, LeadsView, LeadView } from './views.ts';

/** A lead search or list: empty rows that the script fills while they can be seen. */
export function leadsMain(view: LeadsView, title: string, total: number): Html {
  const { labels, page, pages } = view;
  const rows = view.rows.map(() => html`<li class="artdeco-list__item pl3 pv3"></li>`);
  const button = (label: string, to: number, off: boolean) =>
    html`<button aria-label="${label}" data-page="${to}" class="artdeco-button${off ? ' artdeco-button--disabled' : ''}">${label}</button>`;
  return html`<main><h1>${title}</h1><span>${fill(labels.salesLeads, { n: total })}</span><ol class="artdeco-list">${rows}</ol><div class="artdeco-pagination">${button(labels.previous, page - 1, page <= 1)}<ul><li data-test-pagination-page-btn="${page}" class="selected"><button>${page}</button></li></ul>${button(labels.next, page + 1, page >= pages)}</div></main><div id="hue-web-menu-outlet"></div>`;
}

export function leadRowInside(labels: Labels, lead: LeadRow): Html {
  return html`<div data-x-search-result="LEAD"><input type="checkbox" aria-label="${lead.name}"><a data-lead-search-result="profile-link" href="/sales/lead/${lead.key}"><span data-anonymize="person-name">${lead.name}</span></a><span class="artdeco-entity-lockup__degree">${labels[`degree${lead.degree}`]}</span><span data-anonymize="title">${lead.headline}</span> <a data-anonymize="company-name" href="/sales/company/9${lead.memberId}">${lead.company}</a><span data-anonymize="location">${lead.location}</span><div data-anonymize="person-blurb">${lead.headline}</div><button aria-label="${fill(labels.salesMore, { name: lead.name })}" aria-expanded="false">…</button></div>`;
}

/** One lead: Message, and everything else in the overflow menu. */
export function leadMain({ lead, labels }: LeadView): Html {
  return html`<main><h1 data-anonymize="person-name">${lead.name}</h1><span class="artdeco-entity-lockup__degree">${labels[`degree${lead.degree}`]}</span><span data-anonymize="headline">${lead.headline}</span><span data-anonymize="company-name">${lead.company}</span><span data-anonymize="location">${lead.location}</span><button data-anchor-send-inmail="" class="artdeco-button">${labels.message}</button><button data-x--lead-actions-bar-overflow-menu="" aria-label="${labels.salesOverflow}" aria-expanded="false" class="artdeco-button">…</button></main><div id="hue-web-menu-outlet"></div>`;
}

export function leadMenu({ lead, labels }: LeadView): Html {
  const connect =
    lead.relation === 'connected'
      ? null
      : html`<li><button data-lead-connect="">${lead.relation === 'pending' ? labels.salesPending : labels.salesConnect}</button></li>`;
  return html`<ul>${connect}<li><a href="https://www.linkedin.com/in/${encodeURIComponent(lead.slug)}" target="_blank">${labels.salesView}</a></li><li><button>${labels.salesCopy}</button></li></ul>`;
}

export function leadConnectDialog({ lead, labels }: LeadView): Html {
  return html`<div role="dialog" class="artdeco-modal"><h2>${fill(labels.salesInvite, { first: lead.firstName })}</h2><textarea id="connect-cta-form__invitation" maxlength="300"></textarea><input id="connect-cta-form__email" type="email" hidden><button class="artdeco-modal__dismiss" aria-label="${labels.dismiss}">×</button><button class="button-primary-medium connect-cta-form__send">${labels.salesSendInvite}</button></div>`;
}

/** The message overlay; what it costs stands above the fields. */
export function leadMessageOverlay({ lead, labels, terms, credits }: LeadView): Html {
  const cost = {
    message: null,
    open: fill(labels.inmailFree, { name: lead.name }),
    inmail: fill(labels.inmailCredits, { n: credits }),
    upsell: labels.inmailUpsell,
    refused: fill(labels.inmailRefused, { name: lead.name }),
  }[terms];
  const fields =
    terms === 'upsell' || terms === 'refused'
      ? null
      : html`<input name="subject" placeholder="${labels.salesSubject}" maxlength="200"><textarea name="message" placeholder="${labels.salesBody}" maxlength="1900"></textarea><button class="artdeco-button artdeco-button--primary" data-send="" disabled>${labels.send}</button>`;
  return html`<section class="message-overlay" role="region"><header><h2>${lead.name}</h2><button aria-label="${labels.dismiss}">×</button></header><p class="inmail-credits">${cost}</p><div data-history=""></div>${fields}</section>`;
}

/** Where members without a seat land. The sources do not show this page. */
export function noSeatMain(labels: Labels): Html {
  return html`<main><h1>${labels.salesNoSeat}</h1><a href="https://www.linkedin.com/premium/products/?intentType=SALES">Premium</a></main>`;
}
