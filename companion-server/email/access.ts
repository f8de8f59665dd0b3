import type { MailboxSettings, MailServer } from '#shared/contract/mailbox.ts';
import type { Reach } from '../network/lookup.ts';

/** One mail server with all that a connection to it needs. */
export interface ServerAccess extends MailServer {
  /** Signs in with XOAUTH2 instead of the password. */
  accessToken?: string;
  /** The operator allows addresses of this computer and its network, there also on any port and unencrypted. */
  allowPrivate?: boolean;
}

/** A mailbox's settings as they are used: with passwords or fresh tokens, and with what the operator allows. */
export interface MailboxAccess extends Omit<MailboxSettings, 'smtp' | 'imap'> {
  smtp: ServerAccess;
  imap: ServerAccess;
}

/** Ports on which mail is submitted and read; others only where the operator allows private addresses. */
const PORTS = { smtp: [465, 587, 2465, 2525, 2587], imap: [143, 993] };

export class PortRefused extends Error {
  override name = 'PortRefused';
  readonly code = 'EPORTREFUSED';
  constructor(port: number, allowed: readonly number[]) {
    super(`Port ${port} is not one of ${allowed.join(', ')}.`);
  }
}

export class PlainRefused extends Error {
  override name = 'PlainRefused';
  readonly code = 'EPLAINREFUSED';
  constructor() {
    super('The connection would not be encrypted.');
  }
}

/** What a connection to this server may reach. Throws `PortRefused` or `PlainRefused`. */
export function reachOf(side: 'smtp' | 'imap', server: ServerAccess): Reach {
  if (server.allowPrivate) return server.security === 'none' ? 'private' : 'any';
  if (server.security === 'none') throw new PlainRefused();
  if (!PORTS[side].includes(server.port)) throw new PortRefused(server.port, PORTS[side]);
  return 'public';
}
