import { decodeWords } from 'postal-mime';
import { createAnswers } from './answers.ts';
import { startDovecot } from './dovecot.ts';
import { deliverByLmtp } from './lmtp.ts';
import { compose, headerOf } from './messages.ts';
import { type Submission, startSubmission } from './submission.ts';
import type { MailSandbox, MailSandboxOptions, PersonScript, SentMail } from './types.ts';

export { bounceOf, complaintOf, headerOf, outOfOffice, replyTo } from './messages.ts';
export type * from './types.ts';

/** A real IMAP server with a submission server in front of it and a world of scripted people outside. */
export async function startMailSandbox(options: MailSandboxOptions): Promise<MailSandbox> {
  const base = options.now ?? (() => Date.now());
  let offset = 0;
  const now = () => base() + offset;
  const users = options.users.map((user) => ({ ...user, address: user.address.toLowerCase() }));
  const isUser = (address: string) => users.some((user) => user.address === address);
  const people = new Map<string, PersonScript>();
  const sent: SentMail[] = [];

  const dovecot = await startDovecot(users, options.tokens);
  const deliver: MailSandbox['deliver'] = async (message) => {
    if ('raw' in message)
      await deliverByLmtp(dovecot.lmtpPort, message.returnPath ?? '', [message.to], message.raw);
    else await deliverByLmtp(dovecot.lmtpPort, message.from, [message.to], await compose(message, now()));
  };
  const answers = createAnswers(now, deliver);

  async function accept(submission: Submission): Promise<void> {
    const mail: SentMail = {
      ...submission,
      messageId: headerOf(submission.raw, 'Message-ID'),
      subject: decodeWords(headerOf(submission.raw, 'Subject') ?? ''),
      at: now(),
    };
    const inside = mail.to.filter(isUser);
    if (inside.length > 0) await deliverByLmtp(dovecot.lmtpPort, mail.from, inside, mail.raw);
    sent.push(mail);
    for (const person of mail.to) {
      const script = isUser(person) ? undefined : people.get(person);
      if (script) answers.received(mail, person, script);
    }
  }

  const submission = await startSubmission(users, accept, options.tokens).catch(async (cause: unknown) => {
    await dovecot.stop();
    throw cause;
  });
  return {
    ports: { smtp: submission.port, imap: dovecot.imapPort, lmtp: dovecot.lmtpPort },
    users,
    people,
    sent: () => [...sent],
    receivedByPeople: () => sent.filter((mail) => !mail.to.every(isUser)),
    deliver,
    fault: submission.fault,
    nextEventAt: answers.nextEventAt,
    async setClockOffset(ms) {
      offset = ms;
      await answers.settle();
    },
    resetUidValidity: dovecot.resetUidValidity,
    async stop() {
      answers.stop();
      await Promise.all([submission.stop(), dovecot.stop()]);
    },
  };
}
