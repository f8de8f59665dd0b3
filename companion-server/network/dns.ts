import { Resolver } from 'node:dns/promises';
import { z } from 'zod';
import { SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';

/** No answer, or one that cannot be used; "there is none" is an empty list. `code` is the system's, e.g. ETIMEOUT. */
export interface DnsFailure {
  code: string;
}

export interface MailServerRecord {
  host: string;
  /** MX: preference; SRV: priority. The lowest goes first. */
  priority: number;
  /** SRV only; 0 for MX. */
  port: number;
}

/** What mail needs from the name system. Names without a trailing dot; every question has a deadline. */
export interface Dns {
  mx(domain: string): Promise<Result<MailServerRecord[], DnsFailure>>;
  srv(name: string): Promise<Result<MailServerRecord[], DnsFailure>>;
  /** Each record as one string, as SPF, DKIM and DMARC join it. */
  txt(name: string): Promise<Result<string[], DnsFailure>>;
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<Result<string[], DnsFailure>>;
}

const ANSWER_WITHIN_MS = 4 * SECOND;
const systemError = z.object({ code: z.string() });
const NOTHING = ['ENODATA', 'ENOTFOUND'];

/** Asks the system's name servers, or these ("address:port"). */
export function createDns(servers: readonly string[] = []): Dns {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);

  return {
    mx: (domain) =>
      answerOf(async () =>
        (await resolver.resolveMx(domain)).map(({ exchange, priority }) => ({
          host: exchange.toLowerCase(),
          priority,
          port: 0,
        })),
      ),
    srv: (name) =>
      answerOf(async () =>
        (await resolver.resolveSrv(name)).map(({ name: host, port, priority }) => ({
          host: host.toLowerCase(),
          priority,
          port,
        })),
      ),
    txt: (name) => answerOf(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
    addresses: async (name) => {
      const [four, six] = await Promise.all([
        answerOf(() => resolver.resolve4(name)),
        answerOf(() => resolver.resolve6(name)),
      ]);
      if (!four.ok && !six.ok) return four;
      return ok([...(four.ok ? four.value : []), ...(six.ok ? six.value : [])]);
    },
  };
}

async function answerOf<T>(ask: () => Promise<T[]>): Promise<Result<T[], DnsFailure>> {
  try {
    return ok(await ask());
  } catch (cause) {
    const parsed = systemError.safeParse(cause);
    const code = parsed.success ? parsed.data.code : 'unknown';
    return NOTHING.includes(code) ? ok([]) : err({ code });
  }
}
