import { z } from 'zod';
import { mailboxDraft } from './mailbox.ts';
import { id, route } from './route.ts';
import { senderView } from './sender.ts';

const params = z.object({ senderId: id });

/** One side of "Test connection": the server's own answer and the field at fault. */
export const connectionCheckView = z.object({
  ok: z.boolean(),
  /** Field of `mailboxSettings`, e.g. "smtp.password". */
  field: z.string().nullable(),
  /** The server's own response: code and text. */
  response: z.string(),
  action: z.string().nullable(),
});

export const mailboxTest = z.object({ smtp: connectionCheckView, imap: connectionCheckView });

export const mailboxRoutes = {
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
  /** Mails the rep's own address. */
  sendTest: route('member', 'POST', '/api/v1/senders/:senderId/mailbox/send-test', {
    params,
    response: z.object({ response: z.string() }),
  }),
};
