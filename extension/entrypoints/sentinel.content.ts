import { defineContentScript } from 'wxt/utils/define-content-script';
import { detectSession } from '#linkedin/session.ts';
import { sendMessage } from '../messaging.ts';

/** A burst of page changes is looked at once, after it. */
const SETTLE_MS = 400;

/**
 * On every LinkedIn page, top frame: whether somebody is logged in and who, from the page alone. It reads
 * nothing else, changes nothing and asks LinkedIn nothing.
 */
export default defineContentScript({
  matches: ['https://www.linkedin.com/*'],
  runAt: 'document_idle',
  main(ctx) {
    let last = '';
    let waiting = false;

    function look(always: boolean): void {
      const report = detectSession({ window, document });
      const seen = JSON.stringify(report);
      if (report.state === 'unknown' || (!always && seen === last)) return;
      last = seen;
      // A worker that is just being updated does not answer; the next change tells it.
      sendMessage('sentinel.session', { report }).catch(() => undefined);
    }

    function lookSoon(): void {
      if (waiting) return;
      waiting = true;
      ctx.setTimeout(() => {
        waiting = false;
        look(false);
      }, SETTLE_MS);
    }

    look(true);
    ctx.addEventListener(window, 'wxt:locationchange', () => ctx.setTimeout(() => look(true), SETTLE_MS));
    // Catches what comes after load: a login form's error, a security check, the page's own frame.
    const changes = new MutationObserver(lookSoon);
    changes.observe(document.documentElement, { childList: true, subtree: true });
    ctx.onInvalidated(() => changes.disconnect());
  },
});
