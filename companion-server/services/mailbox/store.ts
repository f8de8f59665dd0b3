import { eq } from 'drizzle-orm';
import type { ConnectionTest, MailboxSettings } from '#shared/contract/mailbox.ts';
import { schema } from '../../db/index.ts';
import { addressChange, isTaken, liftHold, noteMailbox } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { type MailboxSecret, sealSecret } from '../mail/secret.ts';
import { withoutPasswords } from '../mail/settings.ts';
import { invalid } from '../refusal.ts';
import { channelsOf, senderToManage } from '../scope.ts';

const { channel, mailbox } = schema;

export interface TestedMailbox {
  settings: MailboxSettings;
  secret: MailboxSecret;
  /** The servers' own words, from the test that both sides passed. */
  answers: ConnectionTest;
}

/** Stores a mailbox that was tested: both sides Active, what held it for lack of a mailbox lifts. */
export async function storeMailbox(
  call: MemberCall,
  senderId: string,
  { settings, secret, answers }: TestedMailbox,
): Promise<void> {
  const address = settings.fromAddress.toLowerCase();
  const updatedAt = call.clocks.lease.now();
  const { email } = await channelsOf(call.db.reader, call, senderId);
  const channelId = email.id;
  const sealed = await sealSecret(call.vault, channelId, secret);
  const stored = { settings: withoutPasswords(settings), sealed, updatedAt };
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const unit = unitOf(call, tx);
    const { email: before } = await channelsOf(tx, call, senderId);
    if (await isTaken(tx, 'email', address, channelId)) {
      throw invalid(
        'fromAddress',
        'address_taken',
        `${address} belongs to another sender profile already.`,
        'Use another address, or disconnect it there first.',
      );
    }
    await tx
      .insert(mailbox)
      .values({ channelId, workspaceId: call.workspaceId, ...stored })
      .onConflictDoUpdate({ target: mailbox.channelId, set: stored });
    await tx
      .update(channel)
      .set({
        ...(await addressChange(unit, before, address)),
        displayName: settings.fromName,
        smtpStatus: 'active',
        smtpResponse: answers.smtp.response,
        imapStatus: 'active',
        imapResponse: answers.imap.response,
        statusSince: call.clocks.schedule.now(),
      })
      .where(eq(channel.id, channelId));
    await liftHold(unit, disconnectedByUser(call, channelId), call.actor.id);
    await noteMailbox(unit, channelId);
    await audit(tx, call, {
      action: 'mailbox.saved',
      entity: 'sender',
      entityId: senderId,
      data: { signIn: settings.signIn ?? 'password' },
    });
  });
}

/** The hold of a mailbox that a person disconnected. */
export function disconnectedByUser({ workspaceId }: MemberCall, scopeId: string) {
  return { workspaceId, scope: 'channel', scopeId, reason: 'disconnected_by_user' } as const;
}
