import { html } from 'hono/html';
import type { SystemMessage } from '../../email/systemMail.ts';
import { accountName, accountState, LINK_LIVES, type SenderRow } from '../reconnect/reconnect.ts';
import type { ChannelRow } from '../scope.ts';

interface Reminder {
  mailId: string;
  to: string;
  name: string;
  channel: ChannelRow;
  sender: SenderRow;
  url: string;
  /** Domain of our own Message-ID. */
  host: string;
}

const days = LINK_LIVES / (24 * 3_600_000);

/** The mail to a rep whose LinkedIn account waits for a login. */
export async function composeReminder(reminder: Reminder): Promise<SystemMessage> {
  const { channel, sender, url } = reminder;
  const account = accountName(channel, sender);
  const { sentence } = accountState({ channel, sender });
  const paragraphs = [
    `Hello ${reminder.name},`,
    `Rapport cannot do anything on LinkedIn as ${account} just now. ${sentence}`,
    'Open this page in the browser that has Rapport, and sign in to LinkedIn there. Everything goes on by itself.',
  ];
  const rest = [
    'Pending invitations stay, recipients see nothing, and no data is touched. There is no deadline, and waiting does no harm.',
    `The link needs no login to Rapport and works for ${days} days. Reminders can be switched off on the page.`,
  ];
  const body = html`<!doctype html><html lang="en"><body style="font:16px/1.5 system-ui,sans-serif">
    ${paragraphs.map((each) => html`<p>${each}</p>`)}
    <p><a href="${url}">Reconnect ${account}</a></p>
    ${rest.map((each) => html`<p>${each}</p>`)}
  </body></html>`;
  return {
    to: reminder.to,
    subject: `Your LinkedIn account ${account} needs to be reconnected`,
    text: [...paragraphs, url, ...rest].join('\n\n'),
    html: String(await body),
    messageId: `<system-${reminder.mailId}@${reminder.host}>`,
  };
}
