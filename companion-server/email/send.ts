import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { z } from 'zod';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import { enhancedCode, type MailVerdict, mailVerdict, type RefusedAt } from '#shared/statuses/mailRefusal.ts';
import type { MailboxAccess } from './access.ts';
import type { BuiltMessage } from './build.ts';
import { asError, openSmtp, SmtpOpenError, type SmtpStage } from './smtp.ts';
import { endSession, type SmtpPool } from './smtpPool.ts';

export type SendResult =
  | { outcome: 'sent'; response: string }
  | {
      /** The server has not taken it: it answered 4xx or 5xx, or the connection ended before the final dot. */
      outcome: 'not_sent';
      /** How far it came. `connect` and `auth` concern the mailbox, the others this message. */
      stage: SmtpStage | 'envelope';
      /** The SMTP reply code ("550") or the system's ("ECONNREFUSED"). */
      code: string;
      /** The server's own text, or the system's. */
      response: string;
      /** What the server's refusal of this message means; null: it refused nothing, it was lost before. */
      verdict: MailVerdict | null;
    }
  /** The connection ended after the final dot without an answer: nobody here can know. */
  | { outcome: 'unknown'; detail: string };

type MailboxFault = Extract<SendResult, { outcome: 'not_sent' }> & { stage: 'connect' | 'auth' };

/** The mailbox is at fault, not the message. */
export function isMailboxFault(sent: SendResult): sent is MailboxFault {
  return sent.outcome === 'not_sent' && (sent.stage === 'connect' || sent.stage === 'auth');
}

/** Below the commit's lease of 90 s with its margin: a late answer must not meet a task given up. */
const SEND_DEADLINE = 60 * SECOND;

/**
 * Sends one message, over the mailbox's idle session if the pool has one. Never throws for what a server or a network
 * does.
 */
export async function sendMessage(
  settings: MailboxAccess,
  built: BuiltMessage,
  signal: AbortSignal,
  pool: SmtpPool | null = null,
): Promise<SendResult> {
  const deadline = withDeadline(SEND_DEADLINE, signal);
  const idle = pool?.take(settings.smtp) ?? null;
  if (idle) {
    const result = await overSession(idle, settings, built, deadline, pool);
    // Idle sessions end at the server's will. Nothing of the message was on the wire, so a new one may carry it.
    if (!hasGone(result)) return result;
  }
  let connection: SMTPConnection;
  try {
    connection = await openSmtp(settings.smtp, deadline);
  } catch (cause) {
    if (!(cause instanceof SmtpOpenError)) throw cause;
    const { code, response } = readError(cause.cause);
    return { outcome: 'not_sent', stage: cause.stage, code, response, verdict: null };
  }
  return overSession(connection, settings, built, deadline, pool);
}

async function overSession(
  connection: SMTPConnection,
  settings: MailboxAccess,
  built: BuiltMessage,
  deadline: AbortSignal,
  pool: SmtpPool | null,
): Promise<SendResult> {
  const result = await transfer(connection, built, deadline);
  if (pool && result.outcome === 'sent') pool.keep(settings.smtp, connection);
  else endSession(connection);
  return result;
}

/** Whether the session was gone before the server looked at the message: no answer, or 421 in place of one. */
function hasGone(result: SendResult): boolean {
  if (result.outcome !== 'not_sent' || result.stage !== 'envelope') return false;
  return result.verdict === null || result.code === '421';
}

/** One transaction, classified by what was put on the wire and what came back, never by the words of an error. */
function transfer(connection: SMTPConnection, built: BuiltMessage, signal: AbortSignal): Promise<SendResult> {
  return new Promise((resolve) => {
    const body = Readable.from(chunksOf(built.raw), { objectMode: false });
    let started = false;
    /**
     * From here on the final dot may be on the wire. Our listener comes before the library's, which writes
     * the dot, so this is never late; it may be early by what the sockets still hold, which only ever turns
     * "not sent" into "unknown".
     */
    let dotMayBeOut = false;
    body.once('end', () => {
      dotMayBeOut = true;
    });
    body.once('resume', () => {
      started = true;
    });
    const finish = (error: Error) =>
      resolve(dotMayBeOut ? afterDot(error) : beforeDot(error, started ? 'message' : 'envelope'));
    const onAbort = () => finish(asError(signal.reason));
    // A microtask later: where the library knows more about the end, it says so right after this event.
    const onEnd = () => queueMicrotask(() => finish(new Error('The connection ended.')));
    signal.addEventListener('abort', onAbort, { once: true });
    connection.once('end', onEnd);
    connection.send(built.envelope, body, (error, info) => {
      // The session may carry another message after this one.
      signal.removeEventListener('abort', onAbort);
      connection.off('end', onEnd);
      if (error) finish(error);
      else if (!dotMayBeOut) resolve({ outcome: 'unknown', detail: `Answered too early: ${info.response}` });
      else resolve({ outcome: 'sent', response: info.response });
    });
  });
}

function beforeDot(error: Error, stage: 'envelope' | 'message'): SendResult {
  const { code, response, reply, at } = readError(error);
  return { outcome: 'not_sent', stage, code, response, verdict: verdictOf(reply, response, at) };
}

/** After the dot only the answer to the message itself proves that it was refused. */
function afterDot(error: Error): SendResult {
  const { code, response, reply, answersMessage } = readError(error);
  if (!answersMessage || reply === null || reply < 400 || reply > 599)
    return { outcome: 'unknown', detail: `${code} ${response}`.trim() };
  return {
    outcome: 'not_sent',
    stage: 'message',
    code,
    response,
    verdict: verdictOf(reply, response, 'data'),
  };
}

function verdictOf(reply: number | null, response: string, at: RefusedAt): MailVerdict | null {
  return reply === null ? null : mailVerdict({ at, reply, enhanced: enhancedCode(response) });
}

const refusedAt: Record<string, RefusedAt> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt' };

const smtpError = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  command: z.string().optional(),
  response: z.string().optional(),
  responseCode: z.number().optional(),
});

function readError(error: Error) {
  const parsed = smtpError.safeParse(error);
  const fields = parsed.success ? parsed.data : {};
  return {
    code: fields.responseCode
      ? String(fields.responseCode)
      : (fields.originalCode ?? fields.code ?? error.name),
    response: fields.response ?? error.message,
    reply: fields.responseCode ?? null,
    at: refusedAt[fields.command ?? ''] ?? 'data',
    /** A complete reply line to the end of DATA; what a dying connection left half-said comes as CONN. */
    answersMessage: fields.code === 'EMESSAGE' && fields.command === 'DATA',
  };
}

/** Small pieces, so that the last one leaves only when the sockets have taken the ones before. */
function* chunksOf(raw: Buffer): Generator<Buffer> {
  for (let at = 0; at < raw.length; at += 16_384) yield raw.subarray(at, at + 16_384);
}
