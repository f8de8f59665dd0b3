import { normalizeEmail } from '#shared/identity/email.ts';
import { monotonicClock } from '#shared/kernel/clock.ts';
import { SAFETY_MS, stopwatch } from '#shared/kernel/stopwatch.ts';
import { type BuiltMessage, buildMessage, type MessageInput } from '../../email/build.ts';
import { isMailboxFault, type SendResult } from '../../email/send.ts';
import type { SmtpPool } from '../../email/smtpPool.ts';
import { createTrackingToken, type TrackingClaim } from '../../email/tracking.ts';
import { createUnsubscribeToken } from '../../email/unsubscribeToken.ts';
import {
  commitTask,
  type EmailJob,
  type EngineContext,
  hashOf,
  type Outcome,
  recordOutcome,
} from '../../engine/index.ts';
import { filesFor } from '../attachment/files.ts';
import type { Services } from '../context.ts';
import type { MailFacts } from './facts.ts';
import { keepCopy } from './keepCopy.ts';
import { setSmtpStatus } from './sync.ts';

export interface SendOptions {
  services: Services;
  ctx: EngineContext;
  pool: SmtpPool;
  facts: MailFacts;
  /** Whether what was sent is kept in Sent where the provider does not. */
  keepCopies: boolean;
}

/** Commit, send, record: one claimed email. Only a yes from the commit lets it go out. */
export async function sendJob(
  { services, ctx, pool, facts, keepCopies }: SendOptions,
  workerId: string,
  job: EmailJob,
  signal: AbortSignal,
): Promise<void> {
  const { taskId, fence } = job;
  const settings = await facts.settingsOf(job.channelId);
  const notStarted: Outcome = { result: 'not_started', failure: null };
  const files = await filesFor(facts.readFiles, job.workspaceId, job);
  // A file deleted since the claim: the next claim says so.
  if (!settings || !services.publicUrl || !files || signal.aborted) {
    await recordOutcome(ctx, workerId, { taskId, fence, outcome: notStarted });
    return;
  }
  const postalAddress = await facts.postalAddressOf(job.workspaceId);
  if (postalAddress.trim() === '') {
    // The law, and the same for every email of this mailbox: none is tried before the address is there.
    const detail =
      'Every automated email must carry a postal address. Enter it in Settings, then resume email here.';
    const outcome: Outcome = { result: 'not_sent', verdict: 'hold_mailbox', code: 'sending_error', detail };
    await recordOutcome(ctx, workerId, { taskId, fence, outcome });
    return;
  }
  const { fromName: name, fromAddress: address } = settings;
  // Built before the commit: what can fail here has no effect yet.
  const built = buildJob(services, job, { from: { name, address }, postalAddress, files });
  if (built === null) {
    const detail = 'The message could not be put together. Look at its text and the names in it.';
    const outcome: Outcome = { result: 'not_sent', verdict: 'fail', code: 'sending_error', detail };
    await recordOutcome(ctx, workerId, { taskId, fence, outcome });
    return;
  }
  const since = stopwatch({ clock: services.clocks.lease, mono: monotonicClock });
  const answer = await commitTask(ctx, workerId, { taskId, fence, lastInboundAt: null, profile: null });
  if (!answer.ok) return;
  if (since.elapsed() > answer.leaseMs - SAFETY_MS) {
    // The computer slept, or the disk stood still: by now somebody else may have been told that it is unknown.
    await recordOutcome(ctx, workerId, { taskId, fence, outcome: notStarted });
    return;
  }
  // Not ended by the shutdown: a message half out must end in an answer, and has a deadline of its own.
  const sent = await services.mailServers.send(settings, built, new AbortController().signal, pool);
  await recordOutcome(ctx, workerId, { taskId, fence, outcome: outcomeOf(sent) });
  if (isMailboxFault(sent)) await setSmtpStatus(ctx, job.channelId, `${sent.code} ${sent.response}`);
  if (sent.outcome === 'sent' && keepCopies) await keepCopy(services, settings, built, signal);
}

/** Null: something in it is so that no message can be made of it; the log has the cause. */
function buildJob(
  services: Services,
  job: EmailJob,
  {
    files,
    ...given
  }: Pick<MessageInput, 'from' | 'postalAddress'> & { files: Awaited<ReturnType<typeof filesFor>> },
): BuiltMessage | null {
  const publicUrl = services.publicUrl ?? '';
  try {
    return buildMessage({
      ...given,
      to: { name: job.toName, address: job.to },
      subject: job.subject ?? '',
      text: job.text,
      messageId: job.messageId,
      inReplyTo: job.references.at(-1),
      references: job.references.slice(0, -1),
      signatureText: job.signature || undefined,
      ...files,
      ...trackingOf(services, publicUrl, job),
      unsubscribeUrl: unsubscribeUrl(services, publicUrl, job),
      date: services.clocks.lease.now(),
    });
  } catch (error) {
    services.log.error({ err: error, taskId: job.taskId }, 'a message could not be built');
    return null;
  }
}

function outcomeOf(sent: SendResult): Outcome {
  if (sent.outcome === 'sent') return { result: 'sent', response: sent.response };
  if (sent.outcome === 'unknown') return { result: 'unsure', detail: sent.detail };
  // The mailbox is at fault, not the message: it waits for the mailbox.
  if (isMailboxFault(sent)) return { result: 'not_started', failure: null };
  return {
    result: 'not_sent',
    // Lost before the final dot: nothing was refused, it is tried again.
    verdict: sent.verdict ?? 'retry',
    code: 'sending_error',
    detail: `${sent.code} ${sent.response}`,
  };
}

/** Nothing where the automation does not ask for it. */
function trackingOf(
  services: Services,
  publicUrl: string,
  { workspaceId, taskId, tracks }: EmailJob,
): Pick<MessageInput, 'rewriteLink' | 'openPixelUrl'> {
  const base = services.trackingUrl ?? publicUrl;
  const tokenFor = (link: TrackingClaim['link']) =>
    createTrackingToken({ workspaceId, taskId, link }, services.unsubscribeKey);
  return {
    ...(tracks.opens ? { openPixelUrl: `${base}/o/${tokenFor(null)}` } : {}),
    ...(tracks.clicks
      ? { rewriteLink: (url: string, index: number) => `${base}/c/${tokenFor({ index, url })}` }
      : {}),
  };
}

function unsubscribeUrl(services: Services, publicUrl: string, job: EmailJob): string {
  const { workspaceId, contactId, taskId, to } = job;
  const recipientHash = hashOf(services.keyedHash, { kind: 'email', value: normalizeEmail(to) ?? to });
  const claim = { workspaceId, contactId, taskId, recipientHash };
  return `${publicUrl}/u/${createUnsubscribeToken(claim, services.unsubscribeKey)}`;
}
