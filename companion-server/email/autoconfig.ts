import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { DiscoveredServer, MailboxDiscovery } from '#shared/contract/mailbox.ts';
import {
  domainOfAddress,
  type MailboxPreset,
  presetFor,
  presetForMx,
} from '#shared/contract/mailboxPresets.ts';
import type { Dns, MailServerRecord } from '../network/dns.ts';
import type { FetchText } from '../network/fetchText.ts';

export interface AutoconfigPorts {
  fetchText: FetchText;
  dns: Dns;
}

/**
 * The servers of an address, and who says so: the provider we know, the domain's own autoconfig file (Thunderbird's
 * format, https only), its SRV records (RFC 6186), or the provider that receives its mail. Null: nobody says.
 */
export async function discoverMailbox(
  address: string,
  { fetchText, dns }: AutoconfigPorts,
  signal: AbortSignal,
): Promise<MailboxDiscovery | null> {
  const preset = presetFor(address);
  if (preset) return ofPreset(preset, address, 'preset', preset.name);
  const domain = domainOfAddress(address);
  const [file, mx, srv] = await Promise.all([
    readFiles(address, domain, fetchText, signal),
    dns.mx(domain),
    readSrv(domain, dns, address),
  ]);
  const provider = mx.ok ? presetForMx(firstOf(mx.value)?.host ?? '') : null;
  // A provider with its own sign-in knows more than a file: passwords are refused there.
  if (provider?.signIn) return ofPreset(provider, address, 'mx', firstOf(mx.ok ? mx.value : [])?.host ?? '');
  if (file)
    return {
      ...file,
      signIn: null,
      passwordHint: provider?.passwordHint ?? null,
      presetId: provider?.id ?? null,
    };
  if (provider) return ofPreset(provider, address, 'mx', firstOf(mx.ok ? mx.value : [])?.host ?? '');
  return srv;
}

function ofPreset(
  preset: MailboxPreset,
  user: string,
  source: MailboxDiscovery['source'],
  where: string,
): MailboxDiscovery {
  return {
    source,
    where,
    smtp: { ...preset.smtp, user },
    imap: { ...preset.imap, user },
    signIn: preset.signIn,
    passwordHint: preset.passwordHint,
    presetId: preset.id,
  };
}

type Found = Pick<MailboxDiscovery, 'source' | 'where' | 'smtp' | 'imap'>;

/** Both places at once; the autoconfig host counts before the well-known one. */
async function readFiles(
  address: string,
  domain: string,
  fetchText: FetchText,
  signal: AbortSignal,
): Promise<Found | null> {
  const query = `emailaddress=${encodeURIComponent(address)}`;
  const places = [
    ['autoconfig', `autoconfig.${domain}`, `https://autoconfig.${domain}/mail/config-v1.1.xml?${query}`],
    ['well_known', domain, `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`],
  ] as const;
  const texts = await Promise.all(places.map(([, , url]) => fetchText(url, signal)));
  for (const [index, [source, where]] of places.entries()) {
    const servers = readConfig(texts[index] ?? '', address);
    if (servers) return { source, where, ...servers };
  }
  return null;
}

const oneOrMany = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]), z.array(one));

const serverElement = z.object({
  type: z.string(),
  hostname: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.-]{1,253}$/),
  port: z.coerce.number().int().min(1).max(65_535),
  socketType: z.string(),
  username: z.string().max(320).default('%EMAILADDRESS%'),
});

/** An element that does not fit is passed over: others beside it may. */
const servers = oneOrMany(serverElement.nullable().catch(null));
const clientConfig = z.object({
  clientConfig: z.object({
    emailProvider: z.object({ incomingServer: servers, outgoingServer: servers }),
  }),
});

// Entities stay as they are written: none is needed here, and nested ones are how such files attack.
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
});

/** The servers in a file of Thunderbird's format; null: it is none, or names no encrypted SMTP and IMAP. */
export function readConfig(text: string, address: string): Pick<Found, 'smtp' | 'imap'> | null {
  if (!text.includes('<clientConfig')) return null;
  let parsed: ReturnType<typeof clientConfig.safeParse>;
  try {
    parsed = clientConfig.safeParse(xml.parse(text));
  } catch {
    return null;
  }
  if (!parsed.success) return null;
  const { incomingServer, outgoingServer } = parsed.data.clientConfig.emailProvider;
  const imap = best(incomingServer, 'imap', address);
  const smtp = best(outgoingServer, 'smtp', address);
  return imap && smtp ? { imap, smtp } : null;
}

const SECURITY = { SSL: 'tls', STARTTLS: 'starttls' } as const;

function best(
  elements: z.output<typeof servers>,
  type: 'imap' | 'smtp',
  address: string,
): DiscoveredServer | null {
  const fitting = elements.flatMap((element) => (element?.type === type ? [element] : []));
  for (const wanted of ['SSL', 'STARTTLS'] as const) {
    const found = fitting.find(({ socketType }) => socketType.toUpperCase() === wanted);
    if (!found) continue;
    return {
      host: found.hostname.toLowerCase(),
      port: found.port,
      security: SECURITY[wanted],
      user: found.username
        .replaceAll('%EMAILADDRESS%', address)
        .replaceAll('%EMAILLOCALPART%', address.slice(0, address.lastIndexOf('@')))
        .replaceAll('%EMAILDOMAIN%', domainOfAddress(address)),
    };
  }
  return null;
}

/** RFC 6186 and RFC 8314: implicit TLS before STARTTLS. A target of "." says that the service is not offered. */
async function readSrv(domain: string, dns: Dns, user: string): Promise<MailboxDiscovery | null> {
  const ask = async (names: readonly (readonly [string, DiscoveredServer['security']])[]) => {
    const answers = await Promise.all(names.map(([name]) => dns.srv(`${name}.${domain}`)));
    for (const [index, [, security]] of names.entries()) {
      const answer = answers[index];
      const record = answer?.ok ? firstOf(answer.value) : undefined;
      if (record && record.host !== '' && record.host !== '.') {
        return { host: record.host, port: record.port, security, user };
      }
    }
    return null;
  };
  const [imap, smtp] = await Promise.all([
    ask([
      ['_imaps._tcp', 'tls'],
      ['_imap._tcp', 'starttls'],
    ]),
    ask([
      ['_submissions._tcp', 'tls'],
      ['_submission._tcp', 'starttls'],
    ]),
  ]);
  if (!imap || !smtp) return null;
  return { source: 'srv', where: domain, imap, smtp, signIn: null, passwordHint: null, presetId: null };
}

function firstOf(records: readonly MailServerRecord[]): MailServerRecord | undefined {
  return [...records].sort((a, b) => a.priority - b.priority)[0];
}
