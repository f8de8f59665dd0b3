import { and, asc, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { SenderView } from '#shared/contract/sender.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { isOnline, lossOf, openHolds, usageOf } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { type ChannelRow, channelsOf, isManager, type SenderRow, senderToManage } from '../scope.ts';
import { viewHold } from './holdView.ts';
import { nextActionOf } from './nextAction.ts';
import { backlogOf, guardsOf, layoutOf, reconcilingOf } from './standing.ts';
import { linkedinSentence, linkedinWarnings, redDots } from './status.ts';

/** Everything a profile's page shows. */
export async function viewSender(db: Queryable, call: Call, row: SenderRow): Promise<SenderView> {
  const now = call.clocks.schedule.now();
  const real = call.clocks.lease.now();
  // Presence is kept in real time, screens show schedule time: the two differ where the demo moves the latter.
  const onSchedule = (at: number | null) => (at === null ? null : at + now - real);
  const { linkedin, email } = await channelsOf(db, call, row.id);
  const linkedinLoss = await lossOf(db, linkedin.id);
  const settings = senderSettings.parse(row.settings ?? {});
  const holds = await openHolds(db, [
    { scope: 'workspace', scopeId: row.workspaceId },
    { scope: 'sender', scopeId: row.id },
    ...[linkedin, email].flatMap((one) => [
      { scope: 'channel' as const, scopeId: one.id },
      { scope: 'kind' as const, scopeId: one.id },
    ]),
  ]);
  return {
    id: row.id,
    name: row.name,
    ownerUserId: row.ownerUserId,
    ownerName: await nameOfUser(db, row.ownerUserId),
    state: row.state,
    consentAt: row.consentAt,
    linkedin: {
      channelId: linkedin.id,
      status: linkedin.status,
      reason: linkedin.reason,
      detail: linkedinSentence(linkedin, now),
      memberId: linkedin.address,
      name: linkedin.displayName,
      slug: linkedin.slug,
      premium: linkedin.premium,
      since: linkedin.statusSince,
      lastCheckedAt: linkedin.lastCheckedAt,
      reconciling: reconcilingOf(linkedin),
      layout: layoutOf(linkedin),
      catalogueProblem: linkedin.catalogueProblem,
      quotas: linkedin.quotas,
      warnings: linkedinWarnings(linkedinLoss, now),
      online: isOnline(linkedin, real),
      lastSeenAt: onSchedule(linkedin.lastSeenAt),
    },
    mailbox: await viewMailbox(db, email),
    devices: (await devicesOf(db, row.id)).map((one) => ({ ...one, lastSeenAt: onSchedule(one.lastSeenAt) })),
    holds: holds.map(viewHold),
    usage: [...(await usageOf(db, linkedin, settings, now)), ...(await usageOf(db, email, settings, now))],
    next: await nextActionOf(db, call, [linkedin, email]),
    redDot: redDots({ linkedin, email }),
    guards: await guardsOf(db, { linkedin, email }, now),
    backlogs: [
      ...(await backlogOf(db, linkedin, linkedinLoss, now)),
      ...(await backlogOf(db, email, await lossOf(db, email.id), now)),
    ],
    reconnectMail: row.reconnectMail,
    sharesPresence: row.sharesPresence,
    sharesInbox: row.sharesInbox,
    settings,
  };
}

/** A manager sees all profiles, a rep their own. */
export async function viewSenders(call: Call): Promise<SenderView[]> {
  const { sender } = schema;
  const rows = await call.db.reader
    .select()
    .from(sender)
    .where(
      and(
        eq(sender.workspaceId, call.workspaceId),
        ne(sender.state, 'deleted'),
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
      ),
    )
    .orderBy(asc(sender.id));
  const views: SenderView[] = [];
  for (const row of rows) views.push(await viewSender(call.db.reader, call, row));
  return views;
}

/** One profile's page. Refuses with `not_found`, and reps others' with `not_allowed`. */
export async function getSender(call: Call, senderId: string): Promise<SenderView> {
  return viewSender(call.db.reader, call, await senderToManage(call.db.reader, call, senderId));
}

async function nameOfUser(db: Queryable, userId: string): Promise<string> {
  const rows = await db
    .select({ name: schema.user.name })
    .from(schema.user)
    .where(eq(schema.user.id, userId));
  return rows[0]?.name ?? 'Former member';
}

async function viewMailbox(db: Queryable, email: ChannelRow): Promise<SenderView['mailbox']> {
  const { mailbox } = schema;
  const rows = await db.select().from(mailbox).where(eq(mailbox.channelId, email.id));
  return {
    channelId: email.id,
    address: email.address,
    fromName: email.displayName,
    smtp: { status: email.smtpStatus, response: email.smtpResponse },
    imap: { status: email.imapStatus, response: email.imapResponse },
    lastSyncedAt: email.inboxReadAt,
    retryAt: email.watchRetryAt,
    settings: rows[0]?.settings ?? null,
  };
}

async function devicesOf(db: Queryable, senderId: string): Promise<SenderView['devices']> {
  const { device } = schema;
  const rows = await db
    .select()
    .from(device)
    .where(and(inArray(device.senderId, [senderId]), isNull(device.revokedAt)))
    .orderBy(asc(device.id));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    extensionVersion: row.extensionVersion,
    pairedAt: row.pairedAt ?? 0,
    lastSeenAt: row.lastSeenAt,
  }));
}
