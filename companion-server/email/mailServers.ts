import { syncMail } from './inbound/sync.ts';
import { listenForNews } from './listen.ts';
import { sendMessage } from './send.ts';
import { appendToSent, findInSent, listAutomatedSent } from './sentFolder.ts';
import { testConnection } from './testConnection.ts';

/** Everything the mail worker does at the servers of a mailbox. The simulation puts its own in this place. */
export interface MailServers {
  send: typeof sendMessage;
  sync: typeof syncMail;
  findInSent: typeof findInSent;
  appendToSent: typeof appendToSent;
  listAutomatedSent: typeof listAutomatedSent;
  test: typeof testConnection;
  listen: typeof listenForNews;
}

/** Over SMTP and IMAP. */
export const mailServers: MailServers = {
  send: sendMessage,
  sync: syncMail,
  findInSent,
  appendToSent,
  listAutomatedSent,
  test: testConnection,
  listen: listenForNews,
};
