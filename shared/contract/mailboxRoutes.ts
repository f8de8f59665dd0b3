import { z } from 'zod';
import { mailboxDiscovery, mailboxDraft, mailSignIn } from './mailbox.ts';
import { id, route } from './route.ts';
import { senderView } from './sender.ts';

const params = z.object({ senderId: id });

/** One side of "Test connection": the server's own answer and the field at fault. */
export const connectionCheckView = z.object({
  ok: z.boolean(),
  /** Field of `mailboxSettings`, e.g. "smtp.password". */
  field: z.string().nullable(),
  /** What it means; null: it works. */
  sentence: z.string().nullable(),
  /** The server's own response: code and text. */
  response: z.string(),
  action: z.string().nullable(),
});

export const mailboxTest = z.object({ smtp: connectionCheckView, imap: connectionCheckView });

/** What a mailbox may be connected with on this server. */
export const mailboxOptions = z.object({
  /** Providers whose sign-in the operator registered this server for. */
  signIn: z.array(z.object({ provider: mailSignIn, name: z.string() })),
  /** Mail servers inside the private network are allowed. */
  privateNetwork: z.boolean(),
});
export type MailboxOptions = z.infer<typeof mailboxOptions>;

export const mailboxRoutes = {
  options: route('member', 'GET', '/api/v1/mailboxes/options', { response: mailboxOptions }),
  /** The servers of an address as its provider or its domain names them; null: nobody does. */
  discover: route('member', 'GET', '/api/v1/mailboxes/discover', {
    query: z.object({ address: z.email().max(254) }),
    response: z.object({ found: mailboxDiscovery.nullable() }),
  }),
  /** Begins the sign-in at the provider: where the browser goes. It comes back to /oauth/mail. */
  signIn: route('member', 'POST', '/api/v1/senders/:senderId/mailbox/sign-in', {
    params,
    body: z.object({
      provider: mailSignIn,
      fromName: z
        .string()
        .trim()
        .min(1, 'Enter the name recipients see.')
        .max(200)
        .regex(/^[^\r\n]*$/),
      fromAddress: z.email().max(254),
    }),
    response: z.object({ url: z.url() }),
  }),
  /** Tries the settings without saving. Empty passwords mean the stored ones. */
  test: route('member', 'POST', '/api/v1/senders/:senderId/mailbox/test', {
    params,
    body: mailboxDraft,
    response: mailboxTest,
  }),
  /** Tests, then saves only if both work (problem `mailbox_not_working` names the fields otherwise). */
  save: route('member', 'PUT', '/api/v1/senders/:senderId/mailbox', {
    params,
    body: mailboxDraft,
    response: senderView,
  }),
  disconnect: route('member', 'POST', '/api/v1/senders/:senderId/mailbox/disconnect', {
    params,
    response: senderView,
  }),
  /** Tries the stored settings now; both badges say how it went. */
  retry: route('member', 'POST', '/api/v1/senders/:senderId/mailbox/retry', { params, response: senderView }),
};
