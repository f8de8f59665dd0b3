import { createPublicKey } from 'node:crypto';
import type { TestMail } from '#shared/contract/deliverability.ts';
import type { Dns } from '../../network/dns.ts';
import { organisationalDomain, tagsOf, unanswered, type Verdict, verdict } from './verdict.ts';

/** Whether the test mail was signed for the domain, and the key is published and strong. */
export async function dkimOf(domain: string, mail: TestMail | null, dns: Dns): Promise<Verdict> {
  if (mail?.state !== 'arrived') {
    return verdict(
      'unknown',
      'The DKIM selector is not known yet.',
      'Send a test mail to yourself: its signature tells the selector.',
    );
  }
  const organisation = organisationalDomain(domain);
  const [first] = mail.signatures;
  if (!first) {
    return verdict(
      'bad',
      'The test mail carries no DKIM signature.',
      `Switch on DKIM for ${domain} at your mail provider and add the record that it shows.`,
    );
  }
  const aligned = mail.signatures.find((one) => organisationalDomain(one.domain) === organisation);
  if (!aligned) {
    return verdict(
      'bad',
      `The test mail is signed by ${first.domain}, not by ${organisation}.`,
      `Switch on DKIM for ${domain} itself at your mail provider, so that the signature counts for DMARC.`,
      `${first.selector}._domainkey.${first.domain}`,
    );
  }
  const name = `${aligned.selector}._domainkey.${aligned.domain}`;
  const answer = await dns.txt(name);
  if (!answer.ok) return unanswered(name, answer.error);
  const record = answer.value.find((text) => /(?:^|;)\s*p=/.test(text));
  if (record === undefined) {
    return verdict(
      'bad',
      `The mail is signed with the selector ${aligned.selector}, but its key is not published.`,
      `Add the TXT record ${name} that your mail provider shows.`,
      name,
    );
  }
  return keyOf(tagsOf(record), `${name}: ${record}`);
}

function keyOf(tags: Map<string, string>, shown: string): Verdict {
  const key = (tags.get('p') ?? '').replace(/\s/g, '');
  if (key === '')
    return verdict(
      'bad',
      'The DKIM key was withdrawn.',
      'Create a new key at your mail provider and publish it.',
      shown,
    );
  if (tags.get('k') === 'ed25519') return verdict('good', 'DKIM is in order: an Ed25519 key.', null, shown);
  const bits = rsaBits(key);
  if (bits === null)
    return verdict(
      'bad',
      'The DKIM key cannot be read.',
      'Copy the record of your mail provider again, all of it.',
      shown,
    );
  if (bits < 1024)
    return verdict(
      'bad',
      `The DKIM key has ${bits} bits only: receivers ignore it.`,
      'Create one with 2048 bits at your mail provider.',
      shown,
    );
  if ((tags.get('t') ?? '').split(':').includes('y')) {
    return verdict(
      'warn',
      'The DKIM record says that it is only a test (t=y).',
      'Remove t=y from it.',
      shown,
    );
  }
  if (bits < 2048)
    return verdict(
      'warn',
      `The DKIM key has ${bits} bits.`,
      'Create one with 2048 bits when your mail provider offers it.',
      shown,
    );
  return verdict('good', `DKIM is in order: a key of ${bits} bits.`, null, shown);
}

function rsaBits(base64: string): number | null {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.modulusLength ?? null;
  } catch {
    return null;
  }
}
