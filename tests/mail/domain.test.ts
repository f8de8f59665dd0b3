import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DomainFinding, TestMail } from '#shared/contract/deliverability.ts';
import { checkDomain } from '../../companion-server/email/domain/checkDomain.ts';
import { readSpf } from '../../companion-server/email/domain/spf.ts';
import { organisationalDomain } from '../../companion-server/email/domain/verdict.ts';
import { createDns } from '../../companion-server/network/dns.ts';
import { type DnsRecord, dnsServerForFile } from '../support/dnsServer.ts';

const server = dnsServerForFile();
const dns = () => createDns([server().address]);

const txt = (name: string, text: string): DnsRecord => ({ name, txt: text });
const publicKey = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');

let number = 0;
let domain = '';
/** Every case has a domain of its own. */
beforeEach(() => {
  number += 1;
  domain = `case${number}.example.com`;
});

const arrived = (signatures: TestMail['signatures']): TestMail => ({
  messageId: '<m@example.com>',
  sentAt: 0,
  response: '250',
  state: 'arrived',
  folder: 'INBOX',
  isJunk: false,
  signatures,
  verdicts: null,
});

async function find(
  check: DomainFinding['check'],
  question: { smtpHost?: string; testMail?: TestMail } = {},
): Promise<DomainFinding> {
  const findings = await checkDomain(
    { domain, smtpHost: 'mail.example.net', testMail: null, ...question },
    dns(),
  );
  const found = findings.find((one) => one.check === check);
  if (!found) throw new Error(`no finding of ${check}`);
  return found;
}

it('advises nobody to change the records of a free mail provider', async () => {
  domain = 'gmail.com';
  const { whatToDo, record } = await find('mx');
  expect(whatToDo).toContain('gmail.com belongs to the mail provider');
  expect(record).toBeNull();
});

describe('MX', () => {
  it.each<[string, (at: string) => DnsRecord[], string, RegExp]>([
    [
      'is there',
      (name) => [
        { name, mx: { exchange: 'mx.host.test', preference: 10 } },
        { name: 'mx.host.test', a: '192.0.2.1' },
      ],
      'good',
      /received by mx\.host\.test/,
    ],
    ['is missing', () => [], 'bad', /no MX record/],
    [
      'is empty (RFC 7505)',
      (name) => [{ name, mx: { exchange: '.', preference: 0 } }],
      'bad',
      /receives no mail/,
    ],
    [
      'leads nowhere',
      (name) => [{ name, mx: { exchange: 'gone.host.test', preference: 10 } }],
      'bad',
      /gone\.host\.test has no address/,
    ],
    ['cannot be asked', (name) => [{ name, fails: 'SERVFAIL' }], 'unknown', /no answer.*ESERVFAIL/],
  ])('%s', async (_name, records, level, words) => {
    server().add(...records(domain));
    const found = await find('mx');
    expect([found.level, found.sentence]).toEqual([level, expect.stringMatching(words)]);
    expect(found.whatToDo === null).toBe(level === 'good');
  });
});

describe('SPF', () => {
  it.each<[string, string[], string, RegExp, string?]>([
    ['is in order', ['v=spf1 ip4:192.0.2.0/24 mx -all'], 'good', /1 of 10 look-ups/],
    ['is missing', ['some other text'], 'bad', /no SPF record/],
    ['is there twice', ['v=spf1 -all', 'v=spf1 mx -all'], 'bad', /2 SPF records/],
    ['lets anybody send', ['v=spf1 +all'], 'bad', /lets anybody send/],
    ['says nothing about others', ['v=spf1 mx'], 'warn', /nothing about other senders/],
    ['has a part that is none', ['v=spf1 include=x mxx -all'], 'bad', /"mxx" is no part/],
    [
      'includes what has none',
      ['v=spf1 include:nothing.example.net -all'],
      'bad',
      /nothing\.example\.net has no SPF record/,
    ],
    [
      'names the provider',
      ['v=spf1 include:_spf.google.com ~all'],
      'good',
      /SPF is in order/,
      'smtp.gmail.com',
    ],
    ['does not name the provider', ['v=spf1 mx ~all'], 'bad', /does not name the provider/, 'smtp.gmail.com'],
    [
      'names it through a redirect',
      ['v=spf1 redirect=_spf.google.com'],
      'good',
      /SPF is in order/,
      'smtp.gmail.com',
    ],
  ])('%s', async (_name, records, level, words, smtpHost) => {
    server().add(...records.map((text) => txt(domain, text)));
    server().remove('_spf.google.com');
    server().add(txt('_spf.google.com', 'v=spf1 ip4:192.0.2.0/24 ~all'));
    const found = await find('spf', smtpHost ? { smtpHost } : {});
    expect([found.level, found.sentence]).toEqual([level, expect.stringMatching(words)]);
    if (level === 'bad') expect(found.whatToDo).toBeTruthy();
  });

  it('counts what includes cost, at any depth: ten are allowed, eleven are not', async () => {
    server().add(
      txt(`a.${domain}`, 'v=spf1 mx a exists:x.example ~all'),
      txt(`b.${domain}`, `v=spf1 include:a.${domain} ptr ~all`),
      txt(domain, `v=spf1 include:b.${domain} a mx a:one.example a:two.example -all`),
    );
    expect(await readSpf(domain, dns())).toMatchObject({ lookups: 10, all: '-', errors: [], failure: null });
    expect((await find('spf')).level).toBe('good');
    server().remove(domain);
    server().add(
      txt(domain, `v=spf1 include:b.${domain} a mx a:one.example a:two.example a:three.example -all`),
    );
    expect(await find('spf')).toMatchObject({
      level: 'bad',
      sentence: expect.stringContaining('11 look-ups'),
    });
  });

  it('does not run in circles, nor through endless includes', async () => {
    server().add(
      txt(domain, `v=spf1 include:loop.${domain} -all`),
      txt(`loop.${domain}`, `v=spf1 include:${domain} -all`),
    );
    expect((await readSpf(domain, dns())).errors).toEqual([`${domain} includes itself.`]);
    const wide = Array.from({ length: 60 }, (_, index) => `include:w${index}.${domain}`);
    server().add(txt(`wide.${domain}`, `v=spf1 ${wide.join(' ')} -all`));
    const before = server().asked.length;
    const reading = await readSpf(`wide.${domain}`, dns());
    expect(reading.lookups).toBeGreaterThan(10);
    expect(server().asked.length - before).toBeLessThan(60);
  });

  it('is not judged while a name server is silent about a part of it', async () => {
    server().add(txt(domain, `v=spf1 include:down.${domain} -all`), {
      name: `down.${domain}`,
      fails: 'SERVFAIL',
    });
    expect(await find('spf')).toMatchObject({
      level: 'unknown',
      sentence: expect.stringContaining('ESERVFAIL'),
    });
  });
});

describe('DKIM', () => {
  const key = publicKey(2048);

  it('needs a test mail first, and one that is signed', async () => {
    expect(await find('dkim')).toMatchObject({
      level: 'unknown',
      whatToDo: expect.stringContaining('test mail'),
    });
    expect(await find('dkim', { testMail: arrived([]) })).toMatchObject({ level: 'bad' });
  });

  it.each<[string, string, string, RegExp]>([
    ['is in order', `v=DKIM1; k=rsa; p=${key}`, 'good', /2048 bits/],
    [
      'is in order (Ed25519)',
      'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
      'good',
      /Ed25519/,
    ],
    ['is short', `v=DKIM1; p=${publicKey(1024)}`, 'warn', /1024 bits/],
    ['is too short', `v=DKIM1; p=${publicKey(512)}`, 'bad', /512 bits only/],
    ['is a test', `v=DKIM1; t=y; p=${key}`, 'warn', /only a test/],
    ['was withdrawn', 'v=DKIM1; p=', 'bad', /withdrawn/],
    ['is damaged', 'v=DKIM1; p=AAAA', 'bad', /cannot be read/],
  ])('%s', async (_name, record, level, words) => {
    server().add(txt(`s1._domainkey.${domain}`, record));
    const found = await find('dkim', { testMail: arrived([{ selector: 's1', domain }]) });
    expect([found.level, found.sentence]).toEqual([level, expect.stringMatching(words)]);
  });

  it('names the record that is missing, and a signature that is not the domain’s own', async () => {
    const unpublished = await find('dkim', { testMail: arrived([{ selector: 's2', domain }]) });
    expect(unpublished).toMatchObject({ level: 'bad', record: `s2._domainkey.${domain}` });
    const foreign = await find('dkim', { testMail: arrived([{ selector: 's1', domain: 'provider.test' }]) });
    expect(foreign).toMatchObject({
      level: 'bad',
      sentence: expect.stringContaining('signed by provider.test, not by example.com'),
    });
  });
});

describe('DMARC', () => {
  it.each<[string, string[], string, RegExp]>([
    ['is in order', ['v=DMARC1; p=reject; rua=mailto:d@example.com'], 'good', /p=reject/],
    ['only watches', ['v=DMARC1; p=none'], 'warn', /only watches/],
    ['applies to a part', ['v=DMARC1; p=quarantine; pct=20'], 'warn', /20 %/],
    ['names no policy', ['v=DMARC1; rua=mailto:d@example.com'], 'bad', /names no policy/],
    ['is there twice', ['v=DMARC1; p=none', 'v=DMARC1; p=reject'], 'bad', /2 DMARC records/],
  ])('%s', async (_name, records, level, words) => {
    server().add(...records.map((text) => txt(`_dmarc.${domain}`, text)));
    const found = await find('dmarc');
    expect([found.level, found.sentence]).toEqual([level, expect.stringMatching(words)]);
  });

  it('is the organisation’s where the subdomain has none, with its policy for subdomains', async () => {
    expect(await find('dmarc')).toMatchObject({
      level: 'bad',
      sentence: expect.stringContaining('example.com has no DMARC'),
    });
    server().add(txt('_dmarc.example.com', 'v=DMARC1; p=reject; sp=none'));
    expect(await find('dmarc')).toMatchObject({ level: 'warn', sentence: expect.stringContaining('p=none') });
    server().remove('_dmarc.example.com');
  });

  it('knows what an organisation is', () => {
    expect(organisationalDomain('mail.sales.example.co.uk')).toBe('example.co.uk');
    expect(organisationalDomain('example.com')).toBe('example.com');
  });
});
