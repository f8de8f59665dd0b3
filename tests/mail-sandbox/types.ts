import type { SandboxUser, TokenCheck } from './dovecot.ts';

export type { SandboxUser } from './dovecot.ts';

/** One submission the server accepted (or, with `drop_after_data`, took without saying so). */
export interface SentMail {
  /** Who authenticated. */
  user: string;
  from: string;
  to: string[];
  raw: string;
  messageId: string | null;
  subject: string;
  /** Sandbox time, unix ms. */
  at: number;
}

/** What a person outside does after receiving a mail: one answer, some time later. */
export interface PersonScript {
  replyAfterMs: number;
  text: string;
  /** The name shown in From; the address alone if absent. */
  name?: string;
  /** An automatic reply (RFC 3834) instead of one written by hand. */
  automatic?: boolean;
}

export interface Fault {
  on: 'smtp';
  /**
   * `4xx`/`5xx`: the whole message is refused after the final dot. `5xx_recipient`: refused at RCPT TO.
   * `drop_before_data`: the connection is lost before DATA. `drop_during_data`: while the body is being sent.
   * `drop_after_data`: the message is taken and delivered, and the connection lost before the answer.
   * `hang_after_data`: it is taken and delivered, and the answer never comes. `drop_before_taking`: all of it
   * arrived, and the connection is lost before the server took it. `drop_at_connect`: before the greeting.
   * `too_many_connections`: 421 in place of the greeting. `tls_fail`: the STARTTLS handshake breaks.
   * `4xx_recipient`: greylisted at RCPT TO. `slow`: the answer to the message comes after 1.5 seconds.
   */
  effect:
    | '4xx'
    | '5xx'
    | '5xx_recipient'
    | 'auth_fail'
    | 'drop_before_data'
    | 'drop_during_data'
    | 'drop_after_data'
    | 'hang_after_data'
    | 'drop_before_taking'
    | 'drop_at_connect'
    | 'too_many_connections'
    | 'tls_fail'
    | '4xx_recipient'
    | 'slow';
  times: number;
  /** Called when the connection is dropped, e.g. to end the life of whoever is sending. */
  onDrop?: () => void;
}

export interface MailFields {
  /** The inbox it goes to: a sandbox user's address. */
  to: string;
  from: string;
  subject: string;
  text: string;
  messageId?: string;
  inReplyTo?: string;
  references?: string[];
  headers?: Record<string, string>;
  /** Unix ms. */
  date?: number;
}

export interface MailSandboxOptions {
  users: SandboxUser[];
  /** Access tokens (XOAUTH2) are accepted too: whose they are, and where Dovecot asks for it. */
  tokens?: TokenCheck;
  /** The base clock, unix ms; the sandbox adds its offset. */
  now?: () => number;
}

export interface MailSandbox {
  ports: { smtp: number; imap: number; lmtp: number };
  users: SandboxUser[];
  /** Scripted people by lower-case address. Change at will; a script applies to mails received from then on. */
  people: Map<string, PersonScript>;
  /** Every submission, oldest first. */
  sent(): SentMail[];
  /** Those of them that went to somebody who is not a sandbox user. */
  receivedByPeople(): SentMail[];
  /** Puts a message in a user's inbox: fields, or a raw message with the user's address. */
  deliver(message: MailFields | { to: string; raw: string; returnPath?: string }): Promise<void>;
  fault(fault: Fault): void;
  /** When the next scripted answer is due, in sandbox time. */
  nextEventAt(): number | null;
  /** Sandbox time = base clock + offset. Resolves when the answers that became due lie in the inboxes. */
  setClockOffset(ms: number): Promise<void>;
  /** A new UIDVALIDITY for this mailbox, as after a server was restored. */
  resetUidValidity(address: string): Promise<void>;
  stop(): Promise<void>;
}
