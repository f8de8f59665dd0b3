import { expect, it } from 'vitest';
import type { Services } from '../../../companion-server/services/context.ts';
import { keepCopy } from '../../../companion-server/services/mail/keepCopy.ts';

it.each([
  ['smtp.gmail.com', 0],
  ['smtp.office365.com', 0],
  ['smtp.fastmail.com', 1],
  ['mail.team.test', 1],
])('what went out over %s is copied to Sent %i times', async (host, times) => {
  let copies = 0;
  const appendToSent = async () => {
    copies += 1;
    return { ok: true, value: 'appended' };
  };
  const services = { mailServers: { appendToSent } } as unknown as Services;
  const server = { host, port: 465, security: 'tls', user: 'u', password: 'p' } as const;
  const settings = { smtp: server, imap: server, fromName: 'Anna', fromAddress: 'anna@team.test' };
  await keepCopy(services, settings, { raw: Buffer.from('') }, new AbortController().signal);
  expect(copies).toBe(times);
});
