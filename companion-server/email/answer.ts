import { asPart, type BuiltMessage, type MailAttachment, type MailPerson } from './build.ts';
import { compose } from './compose.ts';

export interface AnswerInput {
  from: MailPerson;
  to: MailPerson;
  subject: string;
  text: string;
  /** With angle brackets. */
  messageId: string;
  /** The thread, oldest first; the last is the message answered. */
  references: string[];
  attachments?: MailAttachment[];
  /** Unix ms UTC. */
  date: number;
}

/** What a person wrote, as they wrote it: a letter has no unsubscribe link. */
export function buildAnswer(input: AnswerInput): BuiltMessage {
  const { from, to, subject, text, messageId, references, date } = input;
  const inReplyTo = references.at(-1);
  const raw = compose({
    ...{ from, to, subject, text, messageId },
    date: new Date(date),
    attachments: input.attachments?.map(asPart),
    ...(inReplyTo ? { inReplyTo, references } : {}),
  });
  return { messageId, envelope: { from: from.address, to: to.address }, raw };
}
