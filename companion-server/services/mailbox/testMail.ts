import { sendMessage } from '../../email/send.ts';
import type { MemberCall } from '../context.ts';
import { openSettings } from '../mail/settings.ts';
import { buildTestMessage } from '../mail/testMessage.ts';
import { Refusal } from '../refusal.ts';

/** Mails the mailbox's own address. */
export async function deliverTestMail(
  call: MemberCall,
  channelId: string,
): Promise<{ messageId: string; response: string }> {
  const settings = await openSettings(call, channelId);
  if (!settings) {
    throw new Refusal(
      409,
      'mailbox_inactive',
      'The mailbox cannot be signed in to.',
      'Look at its status and connect it again.',
    );
  }
  const message = await buildTestMessage(call, settings);
  const sent = await sendMessage(settings, message, call.shutdown);
  if (sent.outcome === 'sent') return { messageId: message.messageId, response: sent.response };
  const words = sent.outcome === 'unknown' ? sent.detail : `${sent.code} ${sent.response}`;
  throw new Refusal(
    502,
    sent.outcome === 'unknown' ? 'send_unknown' : 'send_refused',
    `The mail server did not confirm the message: ${words}`,
    'Check the mailbox settings with "Test connection".',
  );
}
