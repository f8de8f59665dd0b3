import { completeSignIn, SIGN_IN_PATH } from '../services/mailbox/signIn.ts';
import { Refusal } from '../services/refusal.ts';
import { memberCall } from './callers.ts';
import type { App } from './httpEnv.ts';
import { notePage } from './reconnectPage.ts';

/**
 * Where a mail provider sends the member back to. A GET by the provider's redirect: only a sign-in that this very
 * session began, and has not finished, changes anything.
 */
export function serveMailSignIn(app: App): void {
  app.get(SIGN_IN_PATH, async (c) => {
    c.header('cache-control', 'no-store');
    try {
      const { senderId } = await completeSignIn(await memberCall(c), new URL(c.req.url).searchParams);
      return c.redirect(`/senders/${senderId}?tab=email`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const text = [error.detail, error.action].filter(Boolean).join(' ');
      return c.html(
        notePage('The mailbox is not connected', text, { href: '/senders', label: 'Back to Rapport' }),
        400,
      );
    }
  });
}
