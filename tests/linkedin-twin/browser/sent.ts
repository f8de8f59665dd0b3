import { sentRow } from '../render/lists.ts';
import type { SentView } from '../render/views.ts';
import { lazily } from './lazy.ts';
import { hydrateAfter, pageView } from './page.ts';
import { openWithdrawDialog } from './withdraw-dialog.ts';

const view = pageView<SentView>();

// Until this runs, a Withdraw anchor leads to where its href says: the site's root.
hydrateAfter(view.hydrationDelayMs, () =>
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    const anchor = event.target.closest('[role=listitem] a[aria-label]');
    const row = anchor?.closest<HTMLElement>('[role=listitem]');
    if (!anchor || !row) return;
    event.preventDefault();
    const rows = [...document.querySelectorAll('[data-testid=lazy-column] [role=listitem]')];
    const person = view.rows[rows.indexOf(row)];
    if (person) openWithdrawDialog(person, view.labels, 'sent_list', () => location.reload());
  }),
);

const LATER = 'https://www.linkedin.com/mynetwork/invitation-manager/sent/';
lazily(
  document.querySelector('[data-more]'),
  view.rows.length,
  (from, to) => {
    const list = document.querySelector('[data-testid=lazy-column]');
    for (const row of view.rows.slice(from, to)) {
      list?.insertAdjacentHTML('beforeend', sentRow(view.frame, row, LATER, view.now).text);
    }
  },
  true,
);
