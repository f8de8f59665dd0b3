import { leadConnectDialog, leadMenu, leadMessageOverlay, leadRowInside } from '../render/sales.ts';
import type { LeadsView, LeadView } from '../render/views.ts';
import { call, pageView } from './page.ts';
import { toast } from './toast.ts';

const view = pageView<LeadsView | LeadView>();
const { labels } = view;

/** A row is empty until it can be seen. */
function fillRowsInSight({ rows }: LeadsView): void {
  const items = [...document.querySelectorAll('.artdeco-list > .artdeco-list__item')];
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const lead = rows[items.indexOf(target)];
      if (!isIntersecting || !lead) continue;
      target.innerHTML = leadRowInside(labels, lead).text;
      observer.unobserve(target);
    }
  });
  for (const item of items) observer.observe(item);
}

function outlet(): HTMLElement {
  const found = document.getElementById('hue-web-menu-outlet');
  if (!found) throw new Error('no menu outlet');
  return found;
}

function toggleMenu(lead: LeadView, button: Element): void {
  const open = button.getAttribute('aria-expanded') === 'true';
  button.setAttribute('aria-expanded', String(!open));
  outlet().innerHTML = open ? '' : leadMenu(lead).text;
}

function openConnect(lead: LeadView): void {
  outlet().innerHTML = '';
  if (lead.lead.relation !== 'none') return;
  const modals = document.getElementById('modal-outlet');
  if (!modals) return;
  modals.innerHTML = leadConnectDialog(lead).text;
  modals.querySelector('.artdeco-modal__dismiss')?.addEventListener('click', () => {
    modals.innerHTML = '';
  });
  modals.querySelector('.connect-cta-form__send')?.addEventListener('click', () => {
    const note = modals.querySelector('textarea')?.value.trim();
    modals.innerHTML = '';
    void connect(lead, note ?? '');
  });
}

async function connect(lead: LeadView, note: string): Promise<void> {
  const answer = await call('POST', '/sales-api/salesApiConnection?action=connectV2', 'sales', {
    member: lead.lead.key.split(',')[0],
    ...(note ? { message: note } : {}),
  });
  if (answer.kind !== 'json') return;
  if (answer.status !== 200) return toast(document, 'error', labels.toastFailed);
  lead.lead.relation = 'pending';
}

function openMessage(lead: LeadView): void {
  document.querySelector('.message-overlay')?.remove();
  document.body.insertAdjacentHTML('beforeend', leadMessageOverlay(lead).text);
  const box = document.querySelector('.message-overlay');
  const send = box?.querySelector<HTMLButtonElement>('[data-send]');
  const text = () => box?.querySelector('textarea')?.value.trim() ?? '';
  box?.querySelector('header button')?.addEventListener('click', () => box.remove());
  box?.addEventListener('input', () => {
    if (send) send.disabled = text() === '';
  });
  send?.addEventListener('click', () => {
    send.disabled = true;
    void sendMessage(lead, box?.querySelector('input')?.value.trim() ?? '', text());
  });
}

async function sendMessage(lead: LeadView, subject: string, body: string): Promise<void> {
  const answer = await call('POST', '/sales-api/salesApiMessageActions?action=createMessage', 'sales', {
    createMessageRequest: {
      recipients: [`urn:li:fs_salesProfile:(${lead.lead.key})`],
      ...(subject ? { subject } : {}),
      body,
      copyToCrm: false,
      trackingId: crypto.randomUUID(),
    },
  });
  if (answer.kind !== 'json') return;
  if (answer.status !== 200) return toast(document, 'error', labels.toastMessageFailed);
  const history = document.querySelector('.message-overlay [data-history]');
  if (history) history.textContent = labels.salesSent;
}

document.addEventListener('click', (event) => {
  if (!(event.target instanceof Element)) return;
  const page = event.target.closest('[data-page]:not(.artdeco-button--disabled)')?.getAttribute('data-page');
  if (page) {
    const next = new URL(location.href);
    next.searchParams.set('page', page);
    location.assign(next.href);
  }
  if (view.kind !== 'lead') return;
  const overflow = event.target.closest('[data-x--lead-actions-bar-overflow-menu]');
  if (overflow) toggleMenu(view, overflow);
  else if (event.target.closest('[data-lead-connect]')) openConnect(view);
  else if (event.target.closest('[data-anchor-send-inmail]')) openMessage(view);
});

if (view.kind === 'leads') fillRowsInSight(view);
