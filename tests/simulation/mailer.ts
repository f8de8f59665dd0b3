import { SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { enhancedCode, mailVerdict, type RefusedAt } from '#shared/statuses/mailRefusal.ts';
import type { MailboxAccess } from '../../companion-server/email/access.ts';
import type { BuiltMessage } from '../../companion-server/email/build.ts';
import type { InboundClass, InboundMessage } from '../../companion-server/email/inbound/types.ts';
import type { MailServers } from '../../companion-server/email/mailServers.ts';
import { type ConnectionFailure, describeFailure } from '../../companion-server/email/problems.ts';
import type { SendResult } from '../../companion-server/email/send.ts';
import type { Books } from './books.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';
import type { Letter, World } from './world.ts';

export interface MailWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  world: World;
  ledger: Ledger;
  books: Books;
  /** A planted bug in what the worker is told of a message, or sees in mailboxes. */
  spoilOutcome(outcome: SendResult): SendResult;
  isBlind: boolean;
  trace(text: string): void;
}

/** What servers say when they take nothing. */
const refusals: readonly [RefusedAt, string][] = [
  ['rcpt', '550 5.1.1 no such user'],
  ['rcpt', '452 4.2.2 the mailbox is full'],
  ['data', '554 5.7.1 not wanted here'],
  ['mail', '451 4.3.0 come again later'],
  ['data', '550 no'],
];
const FOLDER = 'INBOX';

/** Mail servers that fail in every way they do, as one life of the server reaches them. Whoever asks may die meanwhile. */
export function simulatedMail(env: MailWorld, life: Life): MailServers {
  const { world, chance, faults, ledger, time, trace } = env;
  const timers = time.timersOf(life);

  /** Takes its time on the wire; the life may end before it reaches the server, or before it hears of the answer. */
  async function over<T>(answer: () => T | Promise<T>): Promise<T> {
    return await life.call(async () => {
      await timers.sleep(
        chance.fails(faults.slow) ? chance.pick(5, 58) * SECOND : chance.pick(50, 3 * SECOND),
      );
      world.catchUp();
      return await answer();
    });
  }

  async function overImap<T>(
    settings: MailboxAccess,
    answer: () => T | Promise<T>,
  ): Promise<Result<T, ConnectionFailure>> {
    return await over(async () => {
      if (!chance.fails(faults.imap)) return ok(await answer());
      const cause = { code: 'ECONNRESET', message: 'The connection was closed.' };
      return err(describeFailure('imap', settings.imap, cause));
    });
  }

  async function carry(built: BuiltMessage): Promise<SendResult> {
    const { to } = built.envelope;
    const person = world.people.find((each) => each.email === to);
    if (!person) throw new Violation(`mail to nobody: ${to}`);
    const { taskId, text, channelId } = await taskOf(env.books, built.messageId);
    const fence = ledger.newestYes(taskId);
    const deliver = () => {
      trace(`mail ${taskId}#${fence} to ${to}`);
      world.delivered(person, built.messageId, channelId);
      ledger.record({ taskId, kind: 'send_email', text, contactId: person.contactId }, fence);
    };
    const said = (result: SendResult): SendResult => {
      ledger.mailed(taskId, fence, result.outcome);
      if (result.outcome !== 'sent') trace(`mail ${taskId}#${fence}: ${result.outcome}`);
      return env.spoilOutcome(result);
    };
    if (!chance.fails(faults.smtp)) {
      deliver();
      return said({ outcome: 'sent', response: '250 ok' });
    }
    const way = chance.one(['refused', 'refused', 'connect', 'auth', 'lost', 'taken', 'untaken'] as const);
    if (way === 'refused') return said(refusal(chance.one(refusals)));
    if (way === 'connect' || way === 'auth') {
      const code = way === 'connect' ? 'ECONNREFUSED' : '535';
      return said({ outcome: 'not_sent', stage: way, code, response: `${code} not now`, verdict: null });
    }
    if (way === 'lost')
      return said({
        outcome: 'not_sent',
        stage: 'message',
        code: 'ECONNRESET',
        response: 'lost',
        verdict: null,
      });
    // The connection is lost after the final dot: the mail server may have taken it.
    if (way === 'taken') deliver();
    return said({ outcome: 'unknown', detail: 'lost after the final dot' });
  }

  return {
    send: (_, built) => over(() => carry(built)),
    async sync(settings, cursor, _ports, store) {
      const channelId = world.channelAt(settings.imap.user);
      const startedAt = time.now();
      const read = await overImap(settings, () => {
        const known = (cursor?.folders[FOLDER]?.uidNext ?? 1) - 1;
        const there = world.inboxes.filter((letter) => letter.channelId === channelId);
        // Now and then the folder is numbered anew, and everything in it comes once more.
        return { uidNext: there.length + 1, fresh: chance.fails(faults.imap) ? there : there.slice(known) };
      });
      if (!read.ok) return read;
      const { uidNext, fresh } = read.value;
      if (fresh.length > 0)
        trace(`${fresh.map(({ contactId, kind }) => `${kind.kind} of ${contactId}`)} read`);
      const messages = env.isBlind ? [] : fresh.map((letter) => asMessage(letter, time.clock.offset));
      await store({ places: { [FOLDER]: { uidValidity: '1', uidNext, highestModseq: null } }, messages });
      for (const { contactId, dedupeKey, kind } of fresh) {
        if (kind.kind === 'reply') ledger.stop(contactId, `reply:${dedupeKey}`);
        if (kind.kind === 'unsubscribe') ledger.stop(contactId, 'unsubscribed');
        if (kind.kind === 'auto_reply' && kind.returnAt !== null) ledger.away(contactId, kind.returnAt);
      }
      ledger.mailboxRead(channelId, startedAt);
      return ok({ resynced: [], read: messages.length, more: false, refused: [] });
    },
    findInSent: (settings, messageId) => overImap(settings, () => world.sent.has(messageId)),
    appendToSent: (settings, raw) =>
      overImap(settings, () => {
        const id = /^Message-ID: *(<[^>]+>)/im.exec(Buffer.from(raw).toString('latin1'))?.[1] ?? '';
        if (world.sent.has(id)) return 'already_there';
        world.sent.add(id);
        return 'appended';
      }),
    // Nothing is restored from a backup here.
    listAutomatedSent: async () => ({ ok: true, value: [] }),
    async test(settings) {
      const imap = await overImap(settings, () => 'Signed in.');
      const isRefused = chance.fails(faults.smtp);
      const cause = { code: 'ECONNREFUSED', message: 'not now' };
      return {
        smtp: isRefused
          ? describeFailure('smtp', settings.smtp, cause)
          : { ok: true, response: 'Signed in.' },
        imap: imap.ok ? { ok: true, response: imap.value } : imap.error,
      };
    },
    listen: (server, onNews, signal) =>
      new Promise((resolve) => {
        const end = world.listen(server.user, () => time.after(chance.pick(20, 2 * SECOND), onNews));
        signal.addEventListener(
          'abort',
          () => {
            end();
            resolve('ended');
          },
          { once: true },
        );
      }),
  };
}

function refusal([at, response]: readonly [RefusedAt, string]): SendResult {
  const reply = Number(response.slice(0, 3));
  return {
    outcome: 'not_sent',
    stage: at === 'data' ? 'message' : 'envelope',
    code: String(reply),
    response,
    verdict: mailVerdict({ at, reply, enhanced: enhancedCode(response) }),
  };
}

async function taskOf(books: Books, messageId: string) {
  const [row] = await books.rows(
    `SELECT id, channel_id, json_extract(payload, '$.text') AS text FROM task WHERE message_id = ?`,
    [messageId],
  );
  if (!row) throw new Violation(`mail ${messageId} belongs to no task`);
  return { taskId: String(row.id), channelId: String(row.channel_id), text: String(row.text ?? '') };
}

/** As it lies in the mailbox: the mail server's clock is the real one. */
function asMessage(letter: Letter, aheadMs: number): InboundMessage {
  const { dedupeKey, contactAddress, ownMessageId, receivedAt, subject, text } = letter;
  return {
    dedupeKey,
    folder: FOLDER,
    uid: 1,
    direction: 'in',
    messageId: `<${dedupeKey}@people.test>`,
    inReplyTo: ownMessageId ? [ownMessageId] : [],
    references: [],
    from: { name: '', address: contactAddress ?? '' },
    subject,
    sentAt: null,
    receivedAt: receivedAt - aheadMs,
    match: { ownMessageId, contactAddress, by: 'message_id' },
    class: classOf(letter.kind),
    text,
    newText: text,
    html: null,
    attachments: [],
    evidence: {},
  };
}

function classOf(kind: Letter['kind']): InboundClass {
  switch (kind.kind) {
    case 'reply':
      return { kind: 'reply', suggests: null };
    case 'auto_reply':
      return { kind: 'auto_reply', returnAt: kind.returnAt };
    case 'bounce':
      return { ...kind, severity: 'hard', unsure: false, status: '5.1.1', diagnostic: '', recipient: null };
    default:
      return { kind: 'unsubscribe' };
  }
}
