import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { SystemMessage } from '../../email/systemMail.ts';
import type { Services } from '../context.ts';
import { accountOf, LINK_LIVES, reconnectUrl } from '../reconnect/reconnect.ts';
import { composeAlert, composeInvitation, composeReminder } from './compose.ts';

const { hold, invitation, member, memberSetting, organization, sender, systemMail, user } = schema;
type MailRow = typeof systemMail.$inferSelect;

/** The message; null: its reason is gone; a failure: it can reach nobody. */
type Written = SystemMessage | { failure: string } | null;

/** Writes a planned mail as things stand now. `host`: domain of our own Message-IDs. */
export function write(services: Services, mail: MailRow, host: string): Promise<Written> {
  switch (mail.kind) {
    case 'reconnect':
      return writeReminder(services, mail, host);
    case 'invitation':
      return writeInvitation(services, mail, host);
    case 'alert':
      return writeAlert(services, mail, host);
  }
}

async function userOf(services: Services, id: string): Promise<typeof user.$inferSelect | null> {
  return (await services.db.reader.select().from(user).where(eq(user.id, id)))[0] ?? null;
}

/** Null: who owned it is no member any more, and is mailed about nothing. */
async function ownerOf(services: Services, { workspaceId, ownerUserId }: typeof sender.$inferSelect) {
  const [row] = await services.db.reader
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.organizationId, workspaceId), eq(member.userId, ownerUserId)));
  return row ? await userOf(services, ownerUserId) : null;
}

async function writeReminder(services: Services, mail: MailRow, host: string): Promise<Written> {
  const found = await accountOf(services.db.reader, mail.aboutId);
  const isSwitchedOff = found?.sender.reconnectMail === false && (mail.step ?? 0) > 0;
  if (!found || found.channel.status === 'active' || isSwitchedOff) return null;
  const owner = await ownerOf(services, found.sender);
  const to = mail.recipient ?? owner?.email;
  if (!owner || !to) return { failure: 'Nobody owns this sender profile any more.' };
  const token = await services.links.sign('reconnect', mail.id, LINK_LIVES);
  return composeReminder({
    mailId: mail.id,
    to,
    name: owner.name,
    ...found,
    url: reconnectUrl(services, token),
    host,
  });
}

async function writeInvitation(services: Services, mail: MailRow, host: string): Promise<Written> {
  const [row] = await services.db.reader
    .select({ invitation, workspaceName: organization.name })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .where(eq(invitation.id, mail.aboutId));
  const isOpen =
    row?.invitation.status === 'pending' && row.invitation.expiresAt.getTime() > services.clocks.lease.now();
  if (!row || !isOpen) return null;
  const { id, email, inviterId } = row.invitation;
  const inviter = await userOf(services, inviterId);
  const query = new URLSearchParams({ invitation: id, email });
  return composeInvitation({
    mailId: mail.id,
    to: email,
    workspaceName: row.workspaceName,
    inviterName: inviter?.name ?? row.workspaceName,
    url: `${services.linkBase}/join?${query}`,
    host,
  });
}

async function writeAlert(services: Services, mail: MailRow, host: string): Promise<Written> {
  const { reader } = services.db;
  const [held] = await reader.select().from(hold).where(eq(hold.id, mail.aboutId));
  const found = held?.liftedAt === null ? await accountOf(reader, held.scopeId) : null;
  const owner = mail.userId ? await userOf(services, mail.userId) : null;
  if (!held || !found || !owner || !(await wantsAlerts(services, mail.workspaceId, owner.id))) return null;
  return composeAlert({
    mailId: mail.id,
    to: mail.recipient ?? owner.email,
    name: owner.name,
    senderName: found.sender.name,
    reason: held.reason,
    detail: held.detail,
    url: `${services.linkBase}/senders/${found.sender.id}?tab=${found.channel.kind}`,
    settingsUrl: `${services.linkBase}/settings`,
    host,
  });
}

/** Still a member, who did not switch alerts off. */
async function wantsAlerts({ db }: Services, workspaceId: string, userId: string): Promise<boolean> {
  const [row] = await db.reader
    .select({ alertMail: memberSetting.alertMail })
    .from(member)
    .leftJoin(
      memberSetting,
      and(eq(memberSetting.workspaceId, member.organizationId), eq(memberSetting.userId, member.userId)),
    )
    .where(and(eq(member.organizationId, workspaceId), eq(member.userId, userId)));
  return row !== undefined && row.alertMail !== false;
}
