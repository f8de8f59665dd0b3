import { and, eq } from 'drizzle-orm';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { isPlannedMail } from '../predicates.ts';

const { systemMail } = schema;

/** How long a mail is tried again before it is given up. */
export const mailTriedFor = 2 * DAY;

/** When the mail of this step is due after the loss: 24 hours, 3 and 7 days, then weekly (product §2.4 point 4). */
export function reminderAfter(step: number): number {
  return [DAY, 3 * DAY, 7 * DAY][step] ?? (step - 1) * 7 * DAY;
}

/** Plans the next mail of a loss from this step on: the first that is not over already. */
export async function planReminder(
  unit: Unit,
  channel: Pick<ChannelRow, 'id' | 'workspaceId'>,
  causeAt: number,
  from: number,
): Promise<void> {
  let step = from;
  while (causeAt + reminderAfter(step) + mailTriedFor <= unit.now) step += 1;
  const sendAt = causeAt + reminderAfter(step);
  await planMail(unit, channel, { dedupeKey: `${channel.id}:${causeAt}:${step}`, step, causeAt, sendAt });
}

/** A fresh link, asked for with an expired one: to the same address, once an hour at most. */
export async function planFreshLink(
  unit: Unit,
  channel: Pick<ChannelRow, 'id' | 'workspaceId'>,
  recipient: string,
): Promise<void> {
  const dedupeKey = `${channel.id}:fresh:${Math.floor(unit.now / HOUR)}`;
  await planMail(unit, channel, {
    dedupeKey,
    recipient,
    step: null,
    causeAt: unit.now,
    sendAt: unit.now,
  });
}

/** The cause is gone: what was planned for it is not sent any more. */
export async function cancelReminders(unit: Unit, channelId: string): Promise<void> {
  await unit.tx
    .update(systemMail)
    .set({ state: 'canceled', endedAt: unit.now })
    .where(and(eq(systemMail.aboutId, channelId), isPlannedMail));
}

async function planMail(
  unit: Unit,
  channel: Pick<ChannelRow, 'id' | 'workspaceId'>,
  mail: Pick<typeof systemMail.$inferInsert, 'dedupeKey' | 'recipient' | 'step' | 'causeAt' | 'sendAt'>,
): Promise<void> {
  await unit.tx
    .insert(systemMail)
    .values({
      id: unit.newId(),
      workspaceId: channel.workspaceId,
      kind: 'reconnect',
      aboutId: channel.id,
      deadlineAt: Math.max(mail.sendAt, unit.now) + mailTriedFor,
      ...mail,
      dedupeKey: `reconnect:${mail.dedupeKey}`,
    })
    .onConflictDoNothing();
}
