import { eq } from 'drizzle-orm';
import type { Stopwatch } from '#shared/kernel/stopwatch.ts';
import type { MailVerdict } from '#shared/statuses/mailRefusal.ts';
import { schema } from '../../db/index.ts';
import { buildAnswer } from '../../email/answer.ts';
import { isMailboxFault, type SendResult } from '../../email/send.ts';
import type { SmtpPool } from '../../email/smtpPool.ts';
import {
  type AnswerOutcome,
  answerStartsWithinMs,
  type EngineContext,
  type HandMessageRow,
  recordAnswer,
  unitOfWork,
} from '../../engine/index.ts';
import { filesFor } from '../attachment/files.ts';
import { contactName } from '../contact/view.ts';
import type { Services } from '../context.ts';
import type { MailFacts } from './facts.ts';
import { keepCopy } from './keepCopy.ts';
import { openSettings } from './settings.ts';
import { setSmtpStatus } from './sync.ts';

export interface AnswerOptions {
  services: Services;
  ctx: EngineContext;
  pool: SmtpPool;
  facts: Pick<MailFacts, 'readFiles'>;
}

/**
 * Sends an answer that a person wrote; its use is spent already, so every end of this records one. `since` runs from
 * before it was marked as on its way: a computer that slept meanwhile sends nothing that others gave up.
 */
export async function sendAnswer(
  { services, ctx, pool, facts }: AnswerOptions,
  { message, since }: { message: HandMessageRow; since: Stopwatch },
  signal: AbortSignal,
): Promise<void> {
  const record = (outcome: AnswerOutcome) =>
    unitOfWork(ctx, (unit) => recordAnswer(unit, message.id, outcome));
  const settings = await openSettings(services, message.channelId);
  if (!settings || signal.aborted) {
    // Why not stands in the mailbox's status already.
    await record({ state: 'queued', detail: 'The mailbox cannot be opened.' });
    return;
  }
  const files = await filesFor(facts.readFiles, message.workspaceId, {
    attachments: message.attachments ?? [],
    text: '',
  });
  if (files === null) {
    await record({
      state: 'failed',
      detail: 'An attachment does not exist any more. Attach the file again.',
    });
    return;
  }
  const built = buildAnswer({
    from: { name: settings.fromName, address: settings.fromAddress },
    to: { name: await nameOf(services, message.contactId), address: message.to },
    subject: message.subject,
    text: message.text,
    messageId: message.messageId,
    references: message.references,
    attachments: files.attachments,
    date: services.clocks.lease.now(),
  });
  if (since.elapsed() > answerStartsWithinMs) {
    await record({ state: 'queued', detail: 'It was too late to send it safely; it goes next.' });
    return;
  }
  // Not ended by the shutdown: a message half out must end in an answer, and has a deadline of its own.
  const sent = await services.mailServers.send(settings, built, new AbortController().signal, pool);
  await record(outcomeOf(sent));
  if (isMailboxFault(sent)) await setSmtpStatus(ctx, message.channelId, `${sent.code} ${sent.response}`);
  if (sent.outcome === 'sent') await keepCopy(services, settings, built, signal);
}

function outcomeOf(sent: SendResult): AnswerOutcome {
  if (sent.outcome === 'sent') return { state: 'sent', detail: sent.response };
  if (sent.outcome === 'unknown') return { state: 'unknown', detail: sent.detail };
  const detail = `${sent.code} ${sent.response}`;
  if (isMailboxFault(sent)) return { state: 'queued', detail };
  return { state: sent.verdict !== null && isPassing(sent.verdict) ? 'later' : 'failed', detail };
}

/** Greylisting, a full mailbox, too much at once: the same message may be taken later. */
function isPassing(verdict: MailVerdict): boolean {
  return verdict === 'retry' || verdict === 'slow_mailbox' || verdict === 'slow_domain';
}

async function nameOf(services: Services, contactId: string): Promise<string> {
  const { contact } = schema;
  const [row] = await services.db.reader.select().from(contact).where(eq(contact.id, contactId));
  return row ? contactName(row) : '';
}
