import type { z } from 'zod';
import type { MailboxDiscovery } from '#shared/contract/mailbox.ts';
import type { mailboxOptions } from '#shared/contract/mailboxRoutes.ts';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import { discoverMailbox } from '../../email/autoconfig.ts';
import type { MemberCall } from '../context.ts';

const DISCOVER_WITHIN_MS = 10 * SECOND;

/** How mailboxes can be connected on this server. */
export async function mailboxOptionsOf(call: MemberCall): Promise<z.input<typeof mailboxOptions>> {
  return {
    signIn: call.oauthClients.map(({ provider, name }) => ({ provider, name })),
    privateNetwork: call.mailPrivateNetwork,
  };
}

/** Asks the domain itself for its mail servers; a sign-in is offered only where this server is registered for it. */
export async function discover(
  call: MemberCall,
  address: string,
): Promise<{ found: MailboxDiscovery | null }> {
  const signal = withDeadline(DISCOVER_WITHIN_MS, call.shutdown);
  const found = await discoverMailbox(address, { fetchText: call.fetchText, dns: call.dns }, signal);
  if (!found) return { found: null };
  const isRegistered = call.oauthClients.some(({ provider }) => provider === found.signIn);
  return { found: { ...found, signIn: isRegistered ? found.signIn : null } };
}
