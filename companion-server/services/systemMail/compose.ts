import { html } from 'hono/html';
import { DAY } from '#shared/kernel/clock.ts';
import { holdReasons } from '#shared/statuses/dictionary.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import type { SystemMessage } from '../../email/systemMail.ts';
import { accountName, accountState, LINK_LIVES, type SenderRow } from '../reconnect/reconnect.ts';
import type { ChannelRow } from '../scope.ts';

interface Envelope {
  mailId: string;
  to: string;
  /** Domain of our own Message-ID. */
  host: string;
}

interface Words {
  subject: string;
  before: string[];
  link: { url: string; label: string };
  after: string[];
}

/** Plain text and HTML from one source, with one link between. */
async function compose(
  { mailId, to, host }: Envelope,
  { subject, before, link, after }: Words,
): Promise<SystemMessage> {
  const body = html`<!doctype html><html lang="en"><body style="font:16px/1.5 system-ui,sans-serif">
    ${before.map((each) => html`<p>${each}</p>`)}
    <p><a href="${link.url}">${link.label}</a></p>
    ${after.map((each) => html`<p>${each}</p>`)}
  </body></html>`;
  return {
    to,
    subject: oneLine(subject),
    text: [...before, link.url, ...after].join('\n\n'),
    html: String(await body),
    messageId: `<system-${mailId}@${host}>`,
  };
}

/** Names that people chose stand in subjects: never with a line break. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}

interface Reminder extends Envelope {
  name: string;
  channel: ChannelRow;
  sender: SenderRow;
  url: string;
}

const days = LINK_LIVES / DAY;

/** The mail to a rep whose LinkedIn account waits for a login. */
export async function composeReminder(reminder: Reminder): Promise<SystemMessage> {
  const account = accountName(reminder.channel, reminder.sender);
  const { sentence } = accountState(reminder);
  return compose(reminder, {
    subject: `Your LinkedIn account ${account} needs to be reconnected`,
    before: [
      `Hello ${reminder.name},`,
      `Rapport cannot do anything on LinkedIn as ${account} just now. ${sentence}`,
      'Open this page in the browser that has Rapport, and sign in to LinkedIn there. Everything goes on by itself.',
    ],
    link: { url: reminder.url, label: `Reconnect ${account}` },
    after: [
      'Pending invitations stay, recipients see nothing, and no data is touched. There is no deadline, and waiting does no harm.',
      `The link needs no login to Rapport and works for ${days} days. Reminders can be switched off on the page.`,
    ],
  });
}

interface Invitation extends Envelope {
  workspaceName: string;
  inviterName: string;
  url: string;
}

/** The mail to somebody who was invited into a workspace. */
export async function composeInvitation({
  workspaceName,
  inviterName,
  url,
  ...envelope
}: Invitation): Promise<SystemMessage> {
  return compose(envelope, {
    subject: `${inviterName} invites you to ${workspaceName} in Rapport`,
    before: [
      'Hello,',
      `${inviterName} invites you to work with the team ${workspaceName} in Rapport, which runs its LinkedIn and email outreach.`,
      'Open this page to choose a password.',
    ],
    link: { url, label: `Join ${workspaceName}` },
    after: ['If you did not expect this, do nothing: without you no account is made.'],
  });
}

interface Alert extends Envelope {
  name: string;
  senderName: string;
  reason: HoldReason;
  detail: string | null;
  /** The page of the sender profile, and where alerts are switched off. */
  url: string;
  settingsUrl: string;
}

/** The mail about something that stopped an account and waits for its owner. */
export async function composeAlert(alert: Alert): Promise<SystemMessage> {
  const { label, meaning, clearedBy } = holdReasons[alert.reason];
  return compose(alert, {
    subject: `${alert.senderName}: ${label}`,
    before: [
      `Hello ${alert.name},`,
      `${alert.senderName} is held in Rapport. ${meaning}`,
      ...(alert.detail ? [alert.detail] : []),
      `It ends by: ${clearedBy}. Nobody loses their place: everybody continues at the exact step where they stand.`,
    ],
    link: { url: alert.url, label: `Look at ${alert.senderName}` },
    after: [
      `You get this as the owner of the sender profile. Alerts can be switched off: ${alert.settingsUrl}`,
    ],
  });
}
