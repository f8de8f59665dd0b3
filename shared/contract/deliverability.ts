import { z } from 'zod';
import { id, instant, route } from './route.ts';

/** What the name system says about the domain that a mailbox sends from. */
export const domainCheckName = z.enum(['mx', 'spf', 'dkim', 'dmarc']);

export const domainFinding = z.object({
  check: domainCheckName,
  /** `unknown`: it could not be asked, or something is needed first. */
  level: z.enum(['good', 'warn', 'bad', 'unknown']),
  sentence: z.string(),
  /** In words; null: nothing. */
  whatToDo: z.string().nullable(),
  /** The record as it was found, or where one was looked for. */
  record: z.string().nullable(),
});
export type DomainFinding = z.infer<typeof domainFinding>;

/** A mail that the mailbox sent to itself, and what its own server wrote on it. */
export const testMail = z.object({
  messageId: z.string(),
  sentAt: instant,
  /** The sending server's own words. */
  response: z.string(),
  /** `missing`: it did not arrive in time. */
  state: z.enum(['waiting', 'arrived', 'missing']),
  /** Where it lay. */
  folder: z.string().nullable(),
  /** It was found among spam. */
  isJunk: z.boolean(),
  /** Of its DKIM signatures: the selector and the domain that vouches. */
  signatures: z.array(z.object({ selector: z.string(), domain: z.string() })),
  /** The receiving server's verdicts, e.g. "spf=pass dkim=pass dmarc=pass"; null: it gave none. */
  verdicts: z.string().nullable(),
});
export type TestMail = z.infer<typeof testMail>;

export const deliverabilityView = z.object({
  /** Null: no mailbox is connected. */
  domain: z.string().nullable(),
  checkedAt: instant.nullable(),
  findings: z.array(domainFinding),
  testMail: testMail.nullable(),
});
export type DeliverabilityView = z.infer<typeof deliverabilityView>;

const params = z.object({ senderId: id });

export const deliverabilityRoutes = {
  get: route('member', 'GET', '/api/v1/senders/:senderId/deliverability', {
    params,
    response: deliverabilityView,
  }),
  /** Asks the name system now. */
  check: route('member', 'POST', '/api/v1/senders/:senderId/deliverability/check', {
    params,
    response: deliverabilityView,
  }),
  /** A mail to oneself; its arrival is looked for, and its signature is then checked with the rest. */
  sendTest: route('member', 'POST', '/api/v1/senders/:senderId/deliverability/test-mail', {
    params,
    response: deliverabilityView,
  }),
};
