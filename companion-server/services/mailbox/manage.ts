import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { ConnectionCheck, MailboxDraft } from '#shared/contract/mailbox.ts';
import type { mailboxTest } from '#shared/contract/mailboxRoutes.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { schema } from '../../db/index.ts';
import { serverWords } from '../../email/problems.ts';
import { testConnection } from '../../email/testConnection.ts';
import { addressChange, noteMailbox, setHold } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { asAllowed, openSettings, withStoredPasswords } from '../mail/settings.ts';
import { failureWords } from '../mail/sync.ts';
import { invalid, Refusal } from '../refusal.ts';
import { channelsOf, senderToManage } from '../scope.ts';
import { getSender } from '../sender/view.ts';
import { disconnectedByUser, storeMailbox } from './store.ts';

const { channel, mailbox } = schema;

function viewCheck(check: ConnectionCheck): z.input<typeof mailboxTest>['smtp'] {
  if (check.ok) return { ok: true, field: null, sentence: null, response: check.response, action: null };
  return {
    ok: false,
    field: check.field,
    sentence: check.sentence,
    response: serverWords(check),
    action: check.whatToDo,
  };
}

/** Without what to do, which a refusal says beside it. */
function wordsOf(check: Extract<ConnectionCheck, { ok: false }>): string {
  return `${check.sentence} (${serverWords(check)})`;
}

/** The draft with its stored passwords, and the channel it is for. */
async function whole(call: MemberCall, senderId: string, draft: MailboxDraft) {
  await senderToManage(call.db.reader, call, senderId);
  const { email } = await channelsOf(call.db.reader, call, senderId);
  const filled = await withStoredPasswords(call, email.id, draft);
  if (!filled.ok) throw invalid(filled.field, 'password_needed', 'Enter the password.');
  return { email, settings: filled.settings };
}

/** Tries the settings without saving anything. */
export async function testMailbox(
  call: MemberCall,
  senderId: string,
  draft: MailboxDraft,
): Promise<z.input<typeof mailboxTest>> {
  const { settings } = await whole(call, senderId, draft);
  const { smtp, imap } = await testConnection(asAllowed(call, settings), call.shutdown);
  return { smtp: viewCheck(smtp), imap: viewCheck(imap) };
}

/** Tests first and saves only what works on both sides. */
export async function saveMailbox(
  call: MemberCall,
  senderId: string,
  draft: MailboxDraft,
): Promise<SenderView> {
  const { settings } = await whole(call, senderId, draft);
  const result = await testConnection(asAllowed(call, settings), call.shutdown);
  const failed = [result.smtp, result.imap].flatMap((check) => (check.ok ? [] : [check]));
  if (failed.length > 0) {
    throw new Refusal(
      422,
      'mailbox_not_working',
      failed.map(wordsOf).join(' '),
      failed[0]?.whatToDo ?? null,
      failed.map((check) => ({ field: check.field, message: wordsOf(check) })),
    );
  }
  const secret = { kind: 'password', smtp: settings.smtp.password, imap: settings.imap.password } as const;
  await storeMailbox(call, senderId, { settings, secret, answers: result });
  return getSender(call, senderId);
}

/** Disconnect is not delete: every task stays where it is; the password is forgotten. */
export async function disconnectMailbox(call: MemberCall, senderId: string): Promise<SenderView> {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const { email } = await channelsOf(tx, call, senderId);
    if (email.smtpStatus === 'not_set_up') {
      throw new Refusal(409, 'not_connected', 'No mailbox is connected to this profile.');
    }
    const unit = unitOf(call, tx);
    await tx.delete(mailbox).where(eq(mailbox.channelId, email.id));
    await tx
      .update(channel)
      .set({
        ...(await addressChange(unit, email, null)),
        smtpStatus: 'not_set_up',
        smtpResponse: null,
        imapStatus: 'not_set_up',
        imapResponse: null,
        statusSince: call.clocks.schedule.now(),
      })
      .where(eq(channel.id, email.id));
    await noteMailbox(unit, email.id);
    await setHold(unit, { ...disconnectedByUser(call, email.id), by: call.actor.id });
    await audit(tx, call, { action: 'mailbox.disconnected', entity: 'sender', entityId: senderId });
  });
  return getSender(call, senderId);
}

/** Tries the stored settings now instead of at the next automatic try; the badges follow. */
export async function retryMailbox(call: MemberCall, senderId: string): Promise<SenderView> {
  await senderToManage(call.db.reader, call, senderId);
  const { email } = await channelsOf(call.db.reader, call, senderId);
  if (email.smtpStatus === 'not_set_up') {
    throw new Refusal(
      409,
      'mailbox_not_set_up',
      'No mailbox is connected to this profile.',
      'Connect one first.',
    );
  }
  const settings = await openSettings(call, email.id, { renew: true });
  const result = settings ? await testConnection(settings, call.shutdown) : null;
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    if (result) {
      await tx
        .update(channel)
        .set({
          smtpStatus: result.smtp.ok ? 'active' : 'inactive',
          smtpResponse: result.smtp.ok ? null : failureWords(result.smtp),
          imapStatus: result.imap.ok ? 'active' : 'inactive',
          imapResponse: result.imap.ok ? null : failureWords(result.imap),
          watchRetryAt: null,
        })
        .where(eq(channel.id, email.id));
      await noteMailbox(unitOf(call, tx), email.id);
    }
    await audit(tx, call, {
      action: 'mailbox.retried',
      entity: 'sender',
      entityId: senderId,
      data: { ok: result?.smtp.ok === true && result.imap.ok },
    });
  });
  return getSender(call, senderId);
}
