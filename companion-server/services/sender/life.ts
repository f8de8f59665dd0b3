import { and, desc, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import type { SenderView } from '#shared/contract/sender.ts';
import type { DeletedSenderView, senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { schema } from '../../db/index.ts';
import * as engine from '../../engine/index.ts';
import { stillLeaving } from '../automation/senders.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager, type SenderRow, senderToManage } from '../scope.ts';
import { getSender } from './view.ts';

const { sender, senderExit, user } = schema;

/** *Finish* lets it retire, *Cancel* disconnects both channels at once and ends what is under way. */
export async function deleteSender(
  call: MemberCall,
  senderId: string,
  { tasks }: z.output<typeof senderLifeRoutes.delete.body>,
): Promise<void> {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const unit = unitOf(call, tx);
    if (tasks === 'finish') await engine.retireSender(unit, senderId);
    else await engine.deleteSender(unit, senderId);
    await audit(tx, call, {
      action: tasks === 'finish' ? 'sender.retired' : 'sender.deleted',
      entity: 'sender',
      entityId: senderId,
    });
  });
}

/** Brings back profile and history, never tasks. */
export async function restoreSender(call: MemberCall, senderId: string): Promise<SenderView> {
  await call.db.write(async (tx) => {
    const rows = await tx
      .select()
      .from(sender)
      .where(and(eq(sender.workspaceId, call.workspaceId), eq(sender.id, senderId)));
    const row = rows[0];
    if (!row) throw notFound('sender profile');
    requireOwn(call, row);
    if (row.state === 'active') throw new Refusal(409, 'not_deleted', `${row.name} is not deleted.`);
    const refusal = await engine.restoreSender(unitOf(call, tx), senderId);
    if (refusal === 'purged') throw notFound('sender profile');
    if (refusal === 'still_leaving') throw stillLeaving(row.name);
    await audit(tx, call, { action: 'sender.restored', entity: 'sender', entityId: senderId });
  });
  return getSender(call, senderId);
}

function requireOwn(call: MemberCall, row: SenderRow): void {
  if (isManager(call) || row.ownerUserId === call.actor.userId) return;
  throw notAllowed(
    'This sender profile belongs to somebody else.',
    'Ask the rep who owned it, or a manager.',
  );
}

/** The recycle bin: a manager sees all deleted profiles, a rep their own. */
export async function deletedSenders(call: MemberCall): Promise<{ items: DeletedSenderView[] }> {
  const rows = await call.db.reader
    .select({ row: sender, ownerName: user.name, leavingSince: senderExit.at })
    .from(sender)
    .leftJoin(user, eq(user.id, sender.ownerUserId))
    .leftJoin(senderExit, and(eq(senderExit.senderId, sender.id), eq(senderExit.automationId, '')))
    .where(
      and(
        eq(sender.workspaceId, call.workspaceId),
        eq(sender.state, 'deleted'),
        isNull(sender.purgedAt),
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
      ),
    )
    .orderBy(desc(sender.id));
  return {
    items: rows.map(({ row, ownerName, leavingSince }) => ({
      id: row.id,
      name: row.name,
      ownerName: ownerName ?? 'Former member',
      deletedAt: row.deletedAt ?? 0,
      purgedAt: (row.deletedAt ?? 0) + engine.binMs,
      leaving: leavingSince !== null,
    })),
  };
}
