import { describe, expect, it } from 'vitest';
import { mailboxPresets, presetForMx } from '#shared/contract/mailboxPresets.ts';
import { discoverMailbox, readConfig } from '../../companion-server/email/autoconfig.ts';
import { createDns } from '../../companion-server/network/dns.ts';
import { fetchText } from '../../companion-server/network/fetchText.ts';
import { dnsServerForFile } from '../support/dnsServer.ts';
import { signal } from './support.ts';

const dnsServer = dnsServerForFile();

/** As Thunderbird's database and hosters write it. */
const config = (incoming: string, outgoing: string) => `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="firma.example">
    <domain>firma.example</domain><displayName>Firma &amp; Co</displayName>
    ${incoming}${outgoing}
  </emailProvider>
</clientConfig>`;

const server = (
  tag: string,
  type: string,
  host: string,
  port: number,
  socket: string,
  user = '%EMAILADDRESS%',
) =>
  `<${tag} type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType>
  <username>${user}</username><authentication>password-cleartext</authentication></${tag}>`;
const incoming = (...rest: [string, string, number, string, string?]) => server('incomingServer', ...rest);
const outgoing = (...rest: [string, number, string, string?]) => server('outgoingServer', 'smtp', ...rest);

const good = config(
  incoming('pop3', 'pop.firma.example', 995, 'SSL') +
    incoming('imap', 'imap.firma.example', 143, 'STARTTLS') +
    incoming('imap', 'IMAP.firma.example', 993, 'SSL', '%EMAILLOCALPART%'),
  outgoing('smtp.firma.example', 25, 'plain') + outgoing('smtp.firma.example', 587, 'STARTTLS'),
);

describe('an autoconfig file', () => {
  it('gives the best encrypted servers and the user name it asks for', () => {
    expect(readConfig(good, 'anna@firma.example')).toEqual({
      imap: { host: 'imap.firma.example', port: 993, security: 'tls', user: 'anna' },
      smtp: { host: 'smtp.firma.example', port: 587, security: 'starttls', user: 'anna@firma.example' },
    });
  });

  it.each([
    ['no XML', 'Not found'],
    ['another file', '<html><body>clientConfig</body></html>'],
    ['broken', '<clientConfig><emailProvider>'],
    [
      'only unencrypted servers',
      config(incoming('imap', 'a.example', 143, 'plain'), outgoing('a.example', 25, 'plain')),
    ],
    ['no SMTP', config(incoming('imap', 'a.example', 993, 'SSL'), '')],
    [
      'a host that is none',
      config(incoming('imap', 'a.example/../x', 993, 'SSL'), outgoing('a.example', 465, 'SSL')),
    ],
    [
      'a port that is none',
      config(incoming('imap', 'a.example', 70_000, 'SSL'), outgoing('a.example', 465, 'SSL')),
    ],
    [
      'entities that grow',
      `<!DOCTYPE x [<!ENTITY a "imap.firma.example">]>${config(incoming('imap', '&a;', 993, 'SSL'), outgoing('&a;', 465, 'SSL'))}`,
    ],
  ])('says nothing when it is %s', (_name, text) => {
    expect(readConfig(text, 'anna@firma.example')).toBeNull();
  });
});

describe('the servers of an address', () => {
  const asked: string[] = [];
  const serving =
    (files: Record<string, string>): typeof fetchText =>
    async (url) => {
      asked.push(url);
      return files[url.split('?')[0] ?? ''] ?? null;
    };
  const discover = (address: string, files: Record<string, string> = {}) =>
    discoverMailbox(address, { fetchText: serving(files), dns: createDns([dnsServer().address]) }, signal);

  it('are known for the big providers, without asking anybody', async () => {
    asked.length = 0;
    expect(await discover('Anna@GMX.de')).toMatchObject({
      source: 'preset',
      where: 'GMX',
      imap: { host: 'imap.gmx.net', port: 993, security: 'tls', user: 'Anna@GMX.de' },
      passwordHint: expect.stringContaining('IMAP'),
    });
    expect(asked).toEqual([]);
  });

  it('come from the autoconfig host, then from the well-known place', async () => {
    const host = 'https://autoconfig.firma.example/mail/config-v1.1.xml';
    const wellKnown = 'https://firma.example/.well-known/autoconfig/mail/config-v1.1.xml';
    const other = good.replaceAll('.firma.example', '.other.example');
    expect(await discover('anna@firma.example', { [host]: good, [wellKnown]: other })).toMatchObject({
      source: 'autoconfig',
      where: 'autoconfig.firma.example',
      imap: { host: 'imap.firma.example' },
    });
    expect(asked).toContain(`${host}?emailaddress=anna%40firma.example`);
    expect(await discover('anna@firma.example', { [wellKnown]: other })).toMatchObject({
      source: 'well_known',
      where: 'firma.example',
      imap: { host: 'imap.other.example' },
    });
  });

  it('come from SRV records, implicit TLS first, the lowest priority first', async () => {
    const records = [
      { name: '_imap._tcp.srv.example', srv: { target: 'plain.srv.example', port: 143 } },
      { name: '_imaps._tcp.srv.example', srv: { target: 'second.srv.example', port: 993, priority: 20 } },
      { name: '_imaps._tcp.srv.example', srv: { target: 'first.srv.example', port: 994, priority: 10 } },
      { name: '_submissions._tcp.srv.example', srv: { target: '.', port: 0 } },
      { name: '_submission._tcp.srv.example', srv: { target: 'mail.srv.example', port: 587 } },
    ];
    dnsServer().add(...records);
    expect(await discover('anna@srv.example')).toMatchObject({
      source: 'srv',
      where: 'srv.example',
      imap: { host: 'first.srv.example', port: 994, security: 'tls' },
      smtp: { host: 'mail.srv.example', port: 587, security: 'starttls' },
    });
  });

  it('come from the provider that receives the mail of an own domain', async () => {
    dnsServer().add(
      { name: 'workspace.example', mx: { exchange: 'backup.example', preference: 20 } },
      { name: 'workspace.example', mx: { exchange: 'ASPMX.L.GOOGLE.COM', preference: 1 } },
    );
    expect(await discover('anna@workspace.example')).toMatchObject({
      source: 'mx',
      where: 'aspmx.l.google.com',
      presetId: 'gmail',
      signIn: 'google',
      smtp: { host: 'smtp.gmail.com' },
    });
  });

  it('are nobody’s guess', async () => {
    expect(await discover('anna@nothing.example')).toBeNull();
  });

  it('are asked for over https at public addresses only', async () => {
    for (const url of [
      'http://autoconfig.firma.example/',
      'https://127.0.0.1/',
      'https://localhost/',
      'https://[::1]/',
    ])
      expect(await fetchText(url, signal)).toBeNull();
  });
});

describe('presets', () => {
  it('name every domain and every MX once', () => {
    for (const field of ['domains', 'mx'] as const) {
      const all = mailboxPresets.flatMap((preset) => [...preset[field]]);
      expect(new Set(all).size, field).toBe(all.length);
    }
    expect(new Set(mailboxPresets.map(({ id }) => id)).size).toBe(mailboxPresets.length);
  });

  it.each([
    ['aspmx2.googlemail.com', 'gmail'],
    ['firma-de.mail.protection.outlook.com', 'outlook'],
    ['in1-smtp.messagingengine.com', 'fastmail'],
    ['mx00.kundenserver.de', 'ionos'],
    ['spool.mail.gandi.net', 'gandi'],
    ['mx1.mail.ovh.net', 'ovh'],
    ['notgoogle.com', undefined],
  ])('recognise %s', (host, id) => expect(presetForMx(host)?.id).toBe(id));
});
