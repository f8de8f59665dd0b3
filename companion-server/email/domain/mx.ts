import type { Dns } from '../../network/dns.ts';
import { unanswered, type Verdict, verdict } from './verdict.ts';

/** Whether mail for the domain has somewhere to go. */
export async function mxOf(domain: string, dns: Dns): Promise<Verdict> {
  const answer = await dns.mx(domain);
  if (!answer.ok) return unanswered(domain, answer.error);
  const records = [...answer.value].sort((a, b) => a.priority - b.priority);
  const shown = records.map(({ priority, host }) => `${priority} ${host || '.'}`).join(', ') || null;
  const first = records[0];
  if (!first) {
    return verdict(
      'bad',
      `${domain} has no MX record, so replies and bounces have nowhere to go.`,
      'Add the MX records that your mail provider states.',
    );
  }
  if (first.host === '' || first.host === '.') {
    return verdict(
      'bad',
      `${domain} says that it receives no mail.`,
      'Replace the empty MX record by those of your mail provider.',
      shown,
    );
  }
  const addresses = await dns.addresses(first.host);
  if (addresses.ok && addresses.value.length === 0) {
    return verdict(
      'bad',
      `The mail server ${first.host} has no address.`,
      'Correct the MX record: the server that it names does not exist.',
      shown,
    );
  }
  return verdict('good', `Mail for ${domain} is received by ${first.host}.`, null, shown);
}
