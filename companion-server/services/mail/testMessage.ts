import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import type { BuiltMessage } from '../../email/build.ts';
import { domainOf, messageIdFor } from '../../email/messageId.ts';
import type { Services } from '../context.ts';

/** A mail to oneself: works without PUBLIC_URL, because nobody else gets it. */
export async function buildTestMessage(services: Services, settings: MailboxSettings): Promise<BuiltMessage> {
  const { fromName: name, fromAddress: address } = settings;
  const messageId = messageIdFor(services.newId(), 0, domainOf(address));
  const raw = await new MailComposer({
    from: { name, address },
    to: { name, address },
    subject: 'Test from Rapport',
    date: new Date(services.clocks.lease.now()),
    messageId,
    text: 'This mailbox can send. You asked for this message in Rapport.',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return { messageId, envelope: { from: address, to: address }, raw };
}
