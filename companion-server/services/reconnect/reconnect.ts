import { and, eq, ne } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { linkedinInactiveReasons } from '#shared/statuses/dictionary.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { cancelReminders, lossOf, planFreshLink, planReminder } from '../../engine/index.ts';
import type { LinkState } from '../../vault/links.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import type { ChannelRow } from '../scope.ts';

const { audit, channel, sender, systemMail } = schema;

/** How long a link in a reminder opens its page. */
export const LINK_LIVES = 7 * DAY;

type MailRow = typeof systemMail.$inferSelect;
export type SenderRow = typeof sender.$inferSelect;

/** What one link leads to: the mail that carried it, and the account it is about. */
export interface ReconnectClaim {
  state: LinkState;
  mail: MailRow;
  channel: ChannelRow;
  sender: SenderRow;
}

/** The page of a reconnect mail's link. */
export function reconnectUrl(services: Services, token: string): string {
  return `${services.linkBase}/reconnect/${token}`;
}

/** Null: not signed by this server, or the account is gone; both look the same from outside. */
export async function readReconnectLink(services: Services, token: string): Promise<ReconnectClaim | null> {
  const link = await services.links.read('reconnect', token);
  if (!link) return null;
  const [mail] = await services.db.reader.select().from(systemMail).where(eq(systemMail.id, link.id));
  if (!mail) return null;
  const account = await accountOf(services.db.reader, mail.aboutId);
  return account ? { state: link.state, mail, ...account } : null;
}

/** The channel and its sender profile; null: deleted. */
export async function accountOf(
  db: Queryable,
  channelId: string,
): Promise<{ channel: ChannelRow; sender: SenderRow } | null> {
  const [row] = await db
    .select({ channel, sender })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(and(eq(channel.id, channelId), ne(sender.state, 'deleted')));
  return row ?? null;
}

/** All that the page tells: how the account is called and how it stands. */
export interface AccountState {
  name: string;
  state: 'connected' | 'reading' | 'waiting';
  title: string;
  sentence: string;
}

/** What the reconnect page says of an account. */
export function accountState({ channel, sender }: Pick<ReconnectClaim, 'channel' | 'sender'>): AccountState {
  const name = accountName(channel, sender);
  if (channel.status === 'active' && channel.reconcileFrom === null) {
    const sentence = 'Nothing else to do: everything goes on by itself. You can close this page.';
    return { name, state: 'connected', title: 'Connected', sentence };
  }
  if (channel.status === 'active') {
    const sentence = 'Rapport reads what happened meanwhile. Then everything goes on by itself.';
    return { name, state: 'reading', title: 'Signed in', sentence };
  }
  const { label, sentence, whatToDo } = linkedinInactiveReasons[channel.reason ?? 'logged_out'];
  return { name, state: 'waiting', title: `Not connected: ${label}`, sentence: `${sentence} ${whatToDo}` };
}

/** Never with a line break: it stands in a mail's subject. */
export function accountName(account: ChannelRow, owner: SenderRow): string {
  return (account.displayName ?? owner.name).replace(/\s+/g, ' ').trim();
}

/** A fresh link to the address that had the expired one. */
export async function sendFreshLink(services: Services, claim: ReconnectClaim): Promise<void> {
  const { recipient } = claim.mail;
  if (recipient === null || claim.channel.status === 'active') return;
  await services.db.write(async (tx) => {
    await planFreshLink(unitOf(services, tx), claim.channel, recipient);
  });
}

/** From the page that a reminder leads to: the link is the proof of who asks. */
export async function stopReminders(services: Services, claim: ReconnectClaim): Promise<void> {
  const { id: senderId, workspaceId } = claim.sender;
  await services.db.write(async (tx) => {
    await tx.update(sender).set({ reconnectMail: false }).where(eq(sender.id, senderId));
    await cancelReminders(unitOf(services, tx), claim.channel.id);
    await tx.insert(audit).values({
      id: services.newId(),
      workspaceId,
      actor: `link:${claim.mail.id}`,
      action: 'sender.reminders_stopped',
      entity: 'sender',
      entityId: senderId,
      at: services.clocks.lease.now(),
      data: null,
    });
  });
}

/** Switched on again while the account is lost: the series goes on where it would be now. */
export async function planMissingReminder(
  unit: ReturnType<typeof unitOf>,
  account: ChannelRow,
): Promise<void> {
  const loss = await lossOf(unit.tx, account.id);
  if (loss?.lostAt != null) await planReminder(unit, account, loss.lostAt, 1);
}
