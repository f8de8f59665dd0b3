import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { enhancedCode, mailSlowDown, mailVerdict, type RefusedAt } from '#shared/statuses/mailRefusal.ts';

const verdict = (at: RefusedAt, response: string) =>
  mailVerdict({ at, reply: Number(response.slice(0, 3)), enhanced: enhancedCode(response) });

it.each([
  ['rcpt', '450 4.2.1 The user you are trying to contact is receiving mail too quickly', 'retry'],
  ['rcpt', '451 4.7.1 Greylisted, try again in 5 minutes', 'slow_domain'],
  ['data', '451 4.7.0 [TSS04] Messages temporarily deferred', 'slow_mailbox'],
  ['mail', '421 4.7.28 Our system has detected an unusual rate of unsolicited mail', 'slow_mailbox'],
  ['mail', '421 service shutting down', 'slow_mailbox'],
  ['data', '452 4.3.1 Insufficient system storage', 'retry'],
  ['data', '550 5.4.5 Daily user sending quota exceeded', 'slow_mailbox'],
  ['data', '554 5.2.0 STOREDRV.Submission.Exception', 'fail'],
  ['data', '550 5.1.90 Your message was not sent: recipient limit', 'slow_mailbox'],
  ['rcpt', '550 5.1.1 The email account that you tried to reach does not exist', 'bounced'],
  ['rcpt', '550 5.1.10 RESOLVER.ADR.RecipientNotFound', 'bounced'],
  ['rcpt', '550 5.4.1 Recipient address rejected: Access denied', 'bounced'],
  ['rcpt', '550 5.2.1 The email account is disabled', 'bounced'],
  ['rcpt', '552 5.2.2 Mailbox full', 'retry'],
  ['rcpt', '550 5.7.1 Client host blocked by our policy', 'fail'],
  ['data', '554 5.7.1 Message refused as spam', 'hold_mailbox'],
  ['mail', '553 5.1.8 Sender address rejected: domain not found', 'hold_mailbox'],
  ['mail', '553 5.7.1 Sender address rejected: not owned by user', 'hold_mailbox'],
  ['rcpt', '550 no such user', 'fail'],
  ['data', '552 5.3.4 Message too big', 'fail'],
  ['data', '503 Bad sequence of commands', 'retry'],
] as [RefusedAt, string, string][])('at %s, %s: %s', (at, response, wanted) => {
  expect(verdict(at, response)).toBe(wanted);
});

it('believes no enhanced code of another class, and none in the middle of the text', () => {
  expect(enhancedCode('450 5.1.1 hm')).toBeNull();
  expect(enhancedCode('550 said 5.1.1')).toBeNull();
  expect(enhancedCode('550-5.1.1 first line\n550 5.1.1 second')).toBe('5.1.1');
});

it('tells 5.1.1 from 5.1.10 and 5.10.x', () => {
  expect(mailVerdict({ at: 'data', reply: 550, enhanced: '5.10.1' })).toBe('fail');
  expect(mailVerdict({ at: 'data', reply: 550, enhanced: '5.7.100' })).toBe('hold_mailbox');
});

it('never bounces a person or gives up for good after a temporary answer', () => {
  const digits = fc.integer({ min: 0, max: 999 });
  fc.assert(
    fc.property(
      fc.constantFrom<RefusedAt>('mail', 'rcpt', 'data'),
      fc.integer({ min: 400, max: 499 }),
      fc.option(fc.tuple(digits, digits)),
      (at, reply, code) => {
        const enhanced = code ? `4.${code[0]}.${code[1]}` : null;
        expect(['bounced', 'fail']).not.toContain(mailVerdict({ at, reply, enhanced }));
      },
    ),
  );
});

it('waits longer each time in a row', () => {
  expect([0, 1, 2, 3, 4, 99].map(mailSlowDown)).toEqual([15 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, DAY]);
});
