import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { type SystemMailAccount, sendSystemMail } from '../../email/systemMail.ts';
import { planReminder } from '../../engine/index.ts';
import { isPlannedMail } from '../../engine/predicates.ts';
import type { Changes } from '../changes.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { write } from './write.ts';

const { systemMail } = schema;
type MailRow = typeof systemMail.$inferSelect;

const LOOK_EVERY_MS = 30 * SECOND;
/** Waits after failed tries; the last one repeats until the deadline. */
const backOff = [MINUTE, 5 * MINUTE, 30 * MINUTE, 4 * HOUR] as const;

export interface SystemMailOptions {
  services: Services;
  /** Notified after every tick: something may have become due. */
  ticked: Changes;
  isLeading: () => boolean;
  signal: AbortSignal;
}

/** Sends what the system has to tell members, while this process leads. */
export function startSystemMail(options: SystemMailOptions): { done: Promise<void> } {
  return { done: run(options) };
}

async function run({ services, ticked, isLeading, signal }: SystemMailOptions): Promise<void> {
  while (!signal.aborted) {
    const seen = ticked.count();
    let sent = false;
    try {
      sent = isLeading() && (await sendNextSystemMail(services));
    } catch (error) {
      services.log.error({ err: error }, 'system mail failed');
    }
    if (!sent) await ticked.wait(seen, LOOK_EVERY_MS, signal);
  }
}

/** One mail that is due; false: there is none, or no account to send it from. */
export async function sendNextSystemMail(services: Services): Promise<boolean> {
  const account = services.systemMail;
  if (!account) return false;
  const mail = await claim(services);
  if (!mail) return false;
  await deliver(services, account, mail);
  return true;
}

/** Takes it with its next try already planned: a process that dies here sends it later, not never. */
async function claim(services: Services): Promise<MailRow | null> {
  const now = services.clocks.schedule.now();
  const [due] = await services.db.reader
    .select({ id: systemMail.id })
    .from(systemMail)
    .where(and(isPlannedMail, lte(systemMail.sendAt, now)))
    .orderBy(asc(systemMail.sendAt))
    .limit(1);
  if (!due) return null;
  return await services.db.write(async (tx) => {
    const [row] = await tx
      .select()
      .from(systemMail)
      .where(and(eq(systemMail.id, due.id), isPlannedMail, lte(systemMail.sendAt, now)));
    if (!row) return null;
    const wait = backOff[Math.min(row.attempts, backOff.length - 1)] ?? HOUR;
    await tx
      .update(systemMail)
      .set({ attempts: sql`${systemMail.attempts} + 1`, sendAt: now + wait })
      .where(eq(systemMail.id, row.id));
    return row;
  });
}

async function deliver(services: Services, account: SystemMailAccount, mail: MailRow): Promise<void> {
  if (services.clocks.schedule.now() >= (mail.deadlineAt ?? 0)) {
    await end(services, mail, 'failed', mail.failure ?? 'It could not be sent in time.');
    return;
  }
  const written = await write(services, mail, account.from.replace(/^.*@|>$/g, ''));
  if (written === null) return await end(services, mail, 'canceled', null);
  if ('failure' in written) return await end(services, mail, 'failed', written.failure);
  if (mail.recipient === null) await note(services, mail, { recipient: written.to });
  const sent = await sendSystemMail(account, written);
  if (sent.ok) await end(services, mail, 'sent', null);
  else if (sent.error.final) await end(services, mail, 'failed', sent.error.sentence);
  else await note(services, mail, { failure: sent.error.sentence });
}

async function note(services: Services, mail: MailRow, change: Partial<MailRow>): Promise<void> {
  await services.db.write((tx) => tx.update(systemMail).set(change).where(eq(systemMail.id, mail.id)));
}

/** Ends this mail and plans the next of its series, in one transaction; a canceled one has no next. */
async function end(
  services: Services,
  mail: MailRow,
  state: 'sent' | 'canceled' | 'failed',
  failure: string | null,
): Promise<void> {
  await services.db.write(async (tx) => {
    const unit = unitOf(services, tx);
    const ended = await tx
      .update(systemMail)
      .set({ state, failure, endedAt: unit.now })
      .where(and(eq(systemMail.id, mail.id), isPlannedMail))
      .returning({ id: systemMail.id });
    // The account came back while it was being sent: nothing follows.
    if (ended.length === 0 || state === 'canceled' || mail.step === null) return;
    const channel = { id: mail.aboutId, workspaceId: mail.workspaceId };
    await planReminder(unit, channel, mail.causeAt ?? unit.now, mail.step + 1);
  });
}
