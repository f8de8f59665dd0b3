import { and, desc, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { activityView, contactRoutes } from '#shared/contract/contact.ts';
import { eventLabels, reasonSentence } from '#shared/statuses/dictionary.ts';
import type { EventType } from '#shared/statuses/engine.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { schema } from '../../db/index.ts';
import type { Call } from '../context.ts';
import { decodeCursor, pageOf, timeKey } from '../page.ts';
import { choiceSentence, namesInChoices } from './choiceSentence.ts';
import { contactOf } from './view.ts';

const { event, sender, automation } = schema;

type Activity = z.input<typeof activityView>;
type EventData = typeof event.$inferSelect.data;

/** Newest first: what happened to a contact, each with its exact reason and the proof seen. */
export async function contactActivity(
  call: Call,
  contactId: string,
  query: z.output<typeof contactRoutes.activity.query>,
) {
  const { id } = await contactOf(call.db.reader, call, contactId);
  const before = decodeCursor(query.cursor, timeKey);
  const rows = await call.db.reader
    .select({
      id: event.id,
      type: event.type,
      at: event.at,
      data: event.data,
      senderName: sender.name,
      automationName: automation.name,
    })
    .from(event)
    .leftJoin(sender, eq(sender.id, event.senderId))
    .leftJoin(automation, eq(automation.id, event.automationId))
    .where(
      and(
        eq(event.contactId, id),
        before ? sql`(${event.at}, ${event.id}) < (${before[0]}, ${before[1]})` : undefined,
      ),
    )
    .orderBy(desc(event.at), desc(event.id))
    .limit(query.limit + 1);
  const names = await namesInChoices(call.db.reader, rows);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.at ?? 0, row.id],
    (row): Activity => ({
      id: row.id,
      type: row.type,
      at: row.at ?? 0,
      result: resultOf(row.type),
      sentence:
        row.type === 'sender_chosen'
          ? `${eventLabels.sender_chosen}. ${choiceSentence(row.data, names)}`
          : sentenceOf(row.type, row.data),
      proof: text(row.data, 'proof'),
      senderName: row.senderName,
      automationName: row.automationName,
    }),
  );
}

function resultOf(type: EventType): Activity['result'] {
  if (type === 'task_failed' || type === 'bounced' || type === 'webhook_failed') return 'error';
  return type === 'task_unknown' ? 'pending' : 'success';
}

function text(data: EventData, name: string): string | null {
  const value = data?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Labels that name the kind of step themselves. */
const saysItsKind = new Set<EventType>([
  'profile_read',
  'visited',
  'invite_sent',
  'message_sent',
  'email_sent',
]);

/** What happened, then the reason in words, then the detail as the source gave it. */
function sentenceOf(type: EventType, data: EventData): string {
  const reason = text(data, 'reason') ?? text(data, 'code');
  const kind = text(data, 'kind');
  const status = type === 'status_changed' ? text(data, 'status') : null;
  const what =
    kind && !saysItsKind.has(type) ? `${eventLabels[type]} (${stepName(kind)})` : eventLabels[type];
  const head = status ? `${what}: ${status.replaceAll('_', ' ')}` : what;
  const parts = [`${head}.`, reason ? reasonSentence(reason) : null, text(data, 'detail')];
  return parts.filter((part) => part !== null).join(' ');
}
