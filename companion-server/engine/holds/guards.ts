import { and, desc, eq, gte, inArray, isNotNull, sql } from 'drizzle-orm';
import {
  type AcceptanceFigures,
  acceptanceLevel,
  type BounceFigures,
  bounceLevel,
  guardLimits,
} from '#shared/schedule/guards.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import type { LinkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { accountOf } from '../pace/usage.ts';
import { channelById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { FIRST_EMAIL, setHold } from './holds.ts';

const { channel, relation, usage, event } = schema;

/** Only these say something about the account or the pages; the others are about one person. */
const counting: readonly LinkedinErrorCode[] = [
  'timeout',
  'linkedin_error',
  'too_many_requests',
  'layout_unknown',
];
const { failures: limit } = guardLimits;

/** A step went well: the row of failures in a row ends. */
export async function noteSuccess(unit: Unit, channelId: string): Promise<void> {
  await remember(unit, channelId, 'S');
}

/** Five failures in a row, or 30 % of the last 20, stop the account until a person looked. */
export async function noteFailure(unit: Unit, channelId: string, code: LinkedinErrorCode): Promise<void> {
  if (!counting.includes(code)) return;
  const outcomes = await remember(unit, channelId, 'F');
  const failures = [...outcomes].filter((each) => each === 'F').length;
  const tooMany = outcomes.length === limit.of && failures / limit.of >= limit.stopAt;
  if (!outcomes.endsWith('F'.repeat(limit.inARow)) && !tooMany) return;
  const detail = `${failures} of the last ${outcomes.length} steps failed, the latest with ${code}.`;
  await stop(unit, await channelById(unit.tx, channelId), 'high_failure_rate', detail);
}

/** After a person looked, or a reconnect: errors of before cannot stop it again. */
export async function clearFailureWindow(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(channel).set({ outcomes: '' }).where(eq(channel.id, channelId));
}

/** After a person saw the evidence: invites and emails of before do not count again. */
export async function clearGuardWindow(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(channel).set({ guardsFrom: unit.now }).where(eq(channel.id, channelId));
}

async function remember(unit: Unit, channelId: string, outcome: 'S' | 'F'): Promise<string> {
  const { outcomes } = await channelById(unit.tx, channelId);
  const next = (outcomes + outcome).slice(-limit.of);
  rowsOf(unit.tx).update(shapes.channel, [channelId], { outcomes: next });
  return next;
}

/** An invite was sent: looks back at those before it that were decided, so that the next one may be stopped. */
export async function checkAcceptance(unit: Unit, channelId: string): Promise<void> {
  const row = await channelById(unit.tx, channelId);
  const figures = await acceptanceOf(unit.tx, row, unit.now);
  if (acceptanceLevel(figures) !== 'stop') return;
  const { accepted, decided } = figures;
  await stop(
    unit,
    row,
    'low_acceptance',
    `${accepted} of the last ${decided} decided invitations were accepted.`,
  );
}

/** An email came back: at 8 % first emails stop, at 12 % the mailbox (product §4.6). */
export async function checkBounces(unit: Unit, channelId: string): Promise<void> {
  const row = await channelById(unit.tx, channelId);
  const figures = await bouncesOf(unit.tx, row, unit.now);
  const level = bounceLevel(figures);
  const detail = `${figures.bounced} of the last ${figures.sent} emails came back.`;
  if (level === 'stop') await stop(unit, row, 'bounce_guard', detail);
  if (level !== 'stop_first') return;
  await setHold(unit, {
    workspaceId: row.workspaceId,
    scope: 'kind',
    scopeId: row.id,
    kind: FIRST_EMAIL,
    reason: 'bounce_guard',
    detail: `${detail} Follow-ups go on.`,
    by: 'system',
  });
}

async function stop(unit: Unit, row: ChannelRow, reason: HoldReason, detail: string): Promise<void> {
  const { workspaceId, id: scopeId } = row;
  await setHold(unit, { workspaceId, scope: 'channel', scopeId, reason, detail, by: 'system' });
}

/** The last decided invites of an account: accepted, withdrawn or gone, or old enough to count as no. */
export async function acceptanceOf(q: Queryable, row: ChannelRow, now: number): Promise<AcceptanceFigures> {
  const { of, decidedAfter } = guardLimits.acceptance;
  const rows = await q
    .select({ accepted: sql<number>`${relation.connectedAt} >= ${relation.inviteSentAt}` })
    .from(relation)
    .where(
      and(
        eq(relation.senderId, row.senderId),
        isNotNull(relation.inviteSentAt),
        gte(relation.inviteSentAt, row.guardsFrom ?? 0),
        sql`(${relation.status} <> 'invite_sent' OR ${relation.inviteSentAt} <= ${now - decidedAfter})`,
      ),
    )
    .orderBy(desc(relation.inviteSentAt))
    .limit(of);
  return { decided: rows.length, accepted: rows.filter((each) => each.accepted === 1).length };
}

/** The last emails of a mailbox, and how many of them came back for good. */
export async function bouncesOf(q: Queryable, row: ChannelRow, now: number): Promise<BounceFigures> {
  const { of, within } = guardLimits.bounces;
  const sent = await q
    .select({ taskId: usage.taskId })
    .from(usage)
    .where(
      and(
        eq(usage.account, accountOf(row)),
        eq(usage.kind, 'email'),
        gte(usage.at, Math.max(now - within, row.guardsFrom ?? 0)),
      ),
    )
    .orderBy(desc(usage.at))
    .limit(of);
  if (sent.length === 0) return { sent: 0, bounced: 0 };
  const taskIds = sent.map(({ taskId }) => taskId);
  const rows = await q
    .selectDistinct({ taskId: event.taskId })
    .from(event)
    .where(
      and(
        inArray(event.taskId, taskIds),
        sql`${event.type} = 'bounced'`,
        sql`json_extract(${event.data}, '$.severity') <> 'soft'`,
      ),
    );
  return { sent: sent.length, bounced: rows.length };
}
