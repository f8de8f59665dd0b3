import { and, desc, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { type inboxRoutes, type MailReportView, mailReportView } from '#shared/contract/inbox.ts';
import { schema } from '../../db/index.ts';
import { contactName } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { decodeCursor, pageOf, timeKey } from '../page.ts';
import { isManager } from '../scope.ts';
import { mayRead } from './access.ts';

const { channel, contact, inboundMessage, sender } = schema;

/** What came back and who opted out by mail, latest first; a rep sees those of their own profiles. */
export async function listReports(call: MemberCall, query: z.output<typeof inboxRoutes.reports.query>) {
  const before = decodeCursor(query.cursor, timeKey);
  const key = sql`(${inboundMessage.at}, ${inboundMessage.id})`;
  const rows = await call.db.reader
    .select({ message: inboundMessage, sender, contact })
    .from(inboundMessage)
    .innerJoin(channel, eq(channel.id, inboundMessage.channelId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .innerJoin(contact, eq(contact.id, inboundMessage.contactId))
    .where(
      and(
        eq(inboundMessage.workspaceId, call.workspaceId),
        sql`${inboundMessage.kind} IN ('bounce','complaint','unsubscribe')`,
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
        before ? sql`${key} < (${before[0]}, ${before[1]})` : undefined,
      ),
    )
    .orderBy(desc(inboundMessage.at), desc(inboundMessage.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    ({ message }) => [message.at ?? 0, message.id],
    ({ message, sender: profile, contact: person }): MailReportView => {
      const { severity, status, diagnostic, ...evidence } = message.mail?.evidence ?? {};
      // A mail system's words are nobody's letter; what a person wrote is.
      const mayShow = message.kind === 'bounce' || mayRead(call, profile);
      return {
        id: message.id,
        at: message.at ?? 0,
        kind: message.kind,
        contactId: person.id,
        contactName: contactName(person),
        senderName: profile.name,
        severity: mailReportView.shape.severity.catch(null).parse(severity ?? null),
        unsure: message.suggests !== null,
        status: status || null,
        diagnostic: diagnostic || null,
        text: mayShow ? message.text : '',
        evidence,
      };
    },
  );
}
