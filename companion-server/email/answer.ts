import { createTransport } from 'nodemailer';
import { assert } from '#shared/kernel/assert.ts';
import type { BuiltMessage, MailPerson } from './build.ts';

export interface AnswerInput {
  from: MailPerson;
  to: MailPerson;
  subject: string;
  text: string;
  /** With angle brackets. */
  messageId: string;
  /** The thread, oldest first; the last is the message answered. */
  references: string[];
  /** Unix ms UTC. */
  date: number;
}

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** What a person wrote, as they wrote it: a letter has no unsubscribe link. */
export async function buildAnswer(input: AnswerInput): Promise<BuiltMessage> {
  const { from, to, subject, text, messageId, references, date } = input;
  const inReplyTo = references.at(-1);
  const sent = await composer.sendMail({
    ...{ from, to, subject, text, messageId },
    date: new Date(date),
    ...(inReplyTo ? { inReplyTo, references } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  });
  assert(Buffer.isBuffer(sent.message), 'the composer gives the whole message');
  return { messageId, envelope: { from: from.address, to: to.address }, raw: sent.message };
}
