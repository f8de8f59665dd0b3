import { createHmac } from 'node:crypto';
import { and, asc, eq, lte, not } from 'drizzle-orm';
import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { schema } from '../../db/index.ts';
import { endWebhook, isHeldRow } from '../../engine/index.ts';
import { isPendingWebhook } from '../../engine/predicates.ts';
import type { Changes } from '../changes.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';
import type { Post } from './post.ts';
import { webhookSecret } from './secret.ts';

const { contact, webhookDelivery } = schema;
type Delivery = typeof webhookDelivery.$inferSelect;

const LOOK_EVERY_MS = 30 * SECOND;
const AT_ONCE = 10;
/** Waits after each failed try; after the last one it is given up. */
const backOff = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 24 * HOUR] as const;

export interface WebhookOptions {
  services: Services;
  post: Post;
  /** Notified after every tick: something may have been queued. */
  ticked: Changes;
  isLeading: () => boolean;
  signal: AbortSignal;
}

/** Makes the calls that Webhook nodes asked for, while this process leads. */
export function startWebhooks(options: WebhookOptions): { done: Promise<void> } {
  return { done: run(options) };
}

async function run({ services, post, ticked, isLeading, signal }: WebhookOptions): Promise<void> {
  while (!signal.aborted) {
    const seen = ticked.count();
    let made = 0;
    try {
      if (isLeading()) made = await deliverDue(services, post, signal);
    } catch (error) {
      services.log.error({ err: error }, 'webhooks failed');
    }
    if (made === 0) await ticked.wait(seen, LOOK_EVERY_MS, signal);
  }
}

/**
 * Makes the calls that are due, a few at a time side by side; none while its workspace or its automation is held. Returns
 * how many were made.
 */
export async function deliverDue(services: Services, post: Post, signal: AbortSignal): Promise<number> {
  const due = await services.db.reader
    .select()
    .from(webhookDelivery)
    .where(
      and(
        isPendingWebhook,
        lte(webhookDelivery.nextAt, services.clocks.lease.now()),
        not(isHeldRow(webhookDelivery)),
      ),
    )
    .orderBy(asc(webhookDelivery.nextAt))
    .limit(AT_ONCE);
  await Promise.all(due.map((delivery) => deliver(services, post, delivery, signal)));
  return due.length;
}

async function deliver(services: Services, post: Post, row: Delivery, signal: AbortSignal): Promise<void> {
  if (!(await claim(services, row))) return;
  const body = await bodyOf(services, row);
  if (body === null) return await settle(services, row, 'left', 'Not made: the contact was removed.');
  const at = Math.floor(services.clocks.lease.now() / SECOND);
  const secret = await secretOf(services, row.workspaceId);
  const made = secret.ok
    ? await post(row.url, body, headersOf(row.id, at, body, secret.value), signal)
    : { ok: false, answer: secret.error };
  if (made.ok) return await settle(services, row, 'delivered', made.answer);
  await settle(services, row, row.attempts < backOff.length ? 'pending' : 'failed', made.answer);
}

/** A secret that cannot be opened fails the try with its reason, like a receiver that cannot be reached. */
async function secretOf(services: Services, workspaceId: string): Promise<Result<string, string>> {
  try {
    return ok(await webhookSecret(services, workspaceId));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return err(`Not made: ${[error.detail, error.action].filter(Boolean).join(' ')}`);
  }
}

/** Plans the next try before this one is made: a process that dies here tries again later. */
async function claim({ db, clocks }: Services, { id, attempts }: Delivery): Promise<boolean> {
  const nextAt = clocks.lease.now() + (backOff[attempts] ?? 24 * HOUR);
  const rows = await db.write((tx) =>
    tx
      .update(webhookDelivery)
      .set({ attempts: attempts + 1, nextAt })
      .where(and(eq(webhookDelivery.id, id), isPendingWebhook, eq(webhookDelivery.attempts, attempts)))
      .returning({ id: webhookDelivery.id }),
  );
  return rows.length > 0;
}

/** Of a process that slept the answer may come after another one made the call: a try that failed then says nothing. */
async function settle(
  services: Services,
  row: Delivery,
  state: Delivery['state'],
  answer: string,
): Promise<void> {
  const isFailure = state === 'pending' || state === 'failed';
  const isOpen = and(
    eq(webhookDelivery.id, row.id),
    isPendingWebhook,
    isFailure ? eq(webhookDelivery.attempts, row.attempts + 1) : undefined,
  );
  await services.db.write(async (tx) => {
    const [open] = await tx.update(webhookDelivery).set({ answer }).where(isOpen).returning();
    if (open && state !== 'pending') await endWebhook(unitOf(services, tx), open, state, answer);
  });
}

/** Made when it is sent, so that no copy of personal data waits in the table; null: nobody to speak of. */
async function bodyOf({ db }: Services, row: Delivery): Promise<string | null> {
  const [person] = await db.reader.select().from(contact).where(eq(contact.id, row.contactId));
  if (!person || person.deletedAt !== null) return null;
  const { id, automationId, enrollmentId, nodeId, createdAt } = row;
  const { firstName, lastName, email, companyName, title, linkedinSlug } = person;
  return JSON.stringify({
    id,
    type: 'automation.step_reached',
    at: createdAt,
    automationId,
    enrollmentId,
    nodeId,
    contact: { id: person.id, firstName, lastName, email, company: companyName, title, linkedinSlug },
  });
}

/** The receiver computes the same HMAC over "<t>.<body>" and refuses an old `t` and an id it has seen. */
function headersOf(id: string, at: number, body: string, secret: string): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'rapport-request-id': id,
    'rapport-signature': `t=${at},v1=${signature}`,
  };
}
