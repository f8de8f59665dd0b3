import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { SECOND, type Timers } from '#shared/kernel/clock.ts';
import type { ServerAccess } from './access.ts';

/** Keeps the session of a mailbox open for its next message. A mailbox sends one message at a time. */
export interface SmtpPool {
  /** The idle session of this very account; it belongs to the caller then. */
  take(server: ServerAccess): SMTPConnection | null;
  /** Gives back a session whose last message was accepted; any other its user ends. */
  keep(server: ServerAccess, connection: SMTPConnection): void;
  close(): void;
}

/** Shorter than any server's patience: most end an idle session after minutes. */
const IDLE_MS = 20 * SECOND;
/** Idle sessions of a process; a mailbox has one at most. */
const IDLE_AT_MOST = 100;
/** Servers end a session after so many messages, some without a word. */
const MESSAGES_AT_MOST = 100;

interface Idle {
  connection: SMTPConnection;
  /** The round of looking around in which it was put here. */
  since: number;
}

/** SMTP sessions kept open between emails, one for each mailbox; what was idle for a while is ended. */
export function createSmtpPool(timers: Timers): SmtpPool {
  const idle = new Map<string, Idle>();
  const messages = new WeakMap<SMTPConnection, number>();
  const closed = new AbortController();
  let round = 0;
  let isWatched = false;

  /** Ends what was idle for a whole round; runs only while something is. */
  async function watch(): Promise<void> {
    isWatched = true;
    while (idle.size > 0 && !closed.signal.aborted) {
      await timers.sleep(IDLE_MS, closed.signal).catch(() => undefined);
      round += 1;
      for (const [key, { connection, since }] of idle) {
        if (since >= round - 1) continue;
        idle.delete(key);
        endSession(connection);
      }
    }
    isWatched = false;
  }

  return {
    take(server) {
      const key = keyOf(server);
      const found = idle.get(key);
      idle.delete(key);
      return found && isUsable(found.connection) ? found.connection : null;
    },
    keep(server, connection) {
      const sent = (messages.get(connection) ?? 0) + 1;
      messages.set(connection, sent);
      const key = keyOf(server);
      const isFull = idle.size >= IDLE_AT_MOST || idle.has(key);
      if (isFull || sent >= MESSAGES_AT_MOST || closed.signal.aborted || !isUsable(connection)) {
        endSession(connection);
        return;
      }
      idle.set(key, { connection, since: round });
      if (!isWatched) void watch();
    },
    close() {
      closed.abort();
      for (const { connection } of idle.values()) endSession(connection);
      idle.clear();
    },
  };
}

/** Says goodbye and closes. */
export function endSession(connection: SMTPConnection): void {
  connection.quit();
  connection.close();
}

/** Everything that makes a session: a changed password or server opens a new one. */
function keyOf(server: ServerAccess): string {
  return JSON.stringify(server);
}

function isUsable({ destroyed, _socket: socket }: SMTPConnection): boolean {
  return !destroyed && typeof socket === 'object' && socket?.writable === true;
}
