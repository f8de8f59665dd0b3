import { beforeAll, describe, expect, it } from 'vitest';
import { withImap } from '../../companion-server/email/imap.ts';
import { syncMail } from '../../companion-server/email/inbound/sync.ts';
import {
  type InboundBatch,
  type InboundMessage,
  type InboundPorts,
  type MailCursor,
  mailCursor,
} from '../../companion-server/email/inbound/types.ts';
import { sendMessage } from '../../companion-server/email/send.ts';
import { appendToSent, findInSent, listAutomatedSent } from '../../companion-server/email/sentFolder.ts';
import { bounceOf, complaintOf, outOfOffice, replyTo, type SentMail } from '../mail-sandbox/index.ts';
import { ANNA, build, sandboxForFile, settingsFor, signal } from './support.ts';

const BORIS = 'boris@people.test';
const sandbox = sandboxForFile();
const settings = () => settingsFor(sandbox());

const ownIds = new Set<string>();
const contacts = new Set([BORIS]);
const ports: InboundPorts = {
  ownMessageIds: async (ids) => new Set(ids.filter((id) => ownIds.has(id))),
  contactAddresses: async (addresses) => new Set(addresses.filter((address) => contacts.has(address))),
};

let cursor: MailCursor | null = null;
const nowhere = async () => undefined;

/** One sync; the places are stored batch by batch and read back as a database would. */
async function sync(own: InboundPorts = ports) {
  const messages: InboundMessage[] = [];
  const readAt = Date.now();
  const places = { ...cursor?.folders };
  const store = async (batch: InboundBatch) => {
    messages.push(...batch.messages);
    Object.assign(places, batch.places);
  };
  const result = await syncMail(settings(), cursor, own, store, signal);
  if (!result.ok) throw new Error(result.error.sentence);
  cursor = mailCursor.parse(JSON.parse(JSON.stringify({ folders: places, readAt })));
  return { ...result.value, messages };
}

async function one(): Promise<InboundMessage> {
  const { messages } = await sync();
  expect(messages).toHaveLength(1);
  const [message] = messages;
  if (!message) throw new Error('No message came in.');
  return message;
}

async function sendOne(): Promise<SentMail> {
  const built = build();
  ownIds.add(built.messageId);
  expect(await sendMessage(settings(), built, signal)).toMatchObject({ outcome: 'sent' });
  const mail = sandbox().sent().at(-1);
  if (!mail) throw new Error('Nothing was sent.');
  return mail;
}

beforeAll(async () => {
  await sandbox().deliver({ to: ANNA, from: BORIS, subject: 'Long ago', text: 'Before Rapport.' });
  expect((await sync()).messages).toEqual([]);
});

describe('syncMail', () => {
  it('finds a reply by its thread and takes only the new words', async () => {
    const mail = await sendOne();
    await sandbox().deliver(replyTo(mail, 'Boris Clay <boris@people.test>', 'Tuesday works for me.'));
    expect(await one()).toMatchObject({
      folder: 'INBOX',
      class: { kind: 'reply', suggests: null },
      from: { name: 'Boris Clay', address: BORIS },
      match: { ownMessageId: mail.messageId, contactAddress: BORIS, by: 'message_id' },
      newText: 'Tuesday works for me.',
    });
    expect((await sync()).messages).toEqual([]);
  });

  it('finds an answer from another address by the thread, and a new mail by the sender', async () => {
    const mail = await sendOne();
    await sandbox().deliver(replyTo(mail, 'colleague@elsewhere.test', 'Boris asked me to answer.'));
    expect((await one()).match).toEqual({
      ownMessageId: mail.messageId,
      contactAddress: null,
      by: 'message_id',
    });
    await sandbox().deliver({
      to: ANNA,
      from: 'BORIS@People.test',
      subject: 'By the way',
      text: 'One more thing.',
    });
    expect((await one()).match).toEqual({ ownMessageId: null, contactAddress: BORIS, by: 'sender' });
  });

  it('leaves everybody else’s mail alone', async () => {
    await sandbox().deliver({ to: ANNA, from: 'shop@news.test', subject: 'Sale', text: 'Buy now.' });
    expect((await sync()).messages).toEqual([]);
  });

  it('does not take an out-of-office for a reply, and reads the day of return', async () => {
    const mail = await sendOne();
    const text = 'Thank you for your mail. I am out of the office and will be back on 16 March 2026.';
    await sandbox().deliver({ ...outOfOffice(mail, BORIS, text), date: Date.UTC(2026, 2, 2) });
    expect((await one()).class).toEqual({ kind: 'auto_reply', returnAt: Date.UTC(2026, 2, 16) });
  });

  it('takes what a person writes from Exchange for a reply', async () => {
    const mail = await sendOne();
    const message = replyTo(mail, BORIS, 'Yes please.');
    await sandbox().deliver({ ...message, headers: { 'X-Auto-Response-Suppress': 'All' } });
    expect((await one()).class).toEqual({ kind: 'reply', suggests: null });
  });

  it('reads a bounce by the message it returns', async () => {
    const mail = await sendOne();
    const options = { recipient: BORIS, status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 No such user' };
    await sandbox().deliver(bounceOf(mail, options));
    expect(await one()).toMatchObject({
      match: { ownMessageId: mail.messageId, contactAddress: BORIS, by: 'message_id' },
      class: {
        kind: 'bounce',
        severity: 'hard',
        status: '5.1.1',
        diagnostic: '550 5.1.1 No such user',
        recipient: BORIS,
      },
    });
  });

  it('ignores a bounce of somebody else’s message', async () => {
    const mail = await sendOne();
    ownIds.delete(mail.messageId ?? '');
    const options = { recipient: 'other@people.test', status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 gone' };
    await sandbox().deliver(bounceOf(mail, options));
    expect((await sync()).messages).toEqual([]);
  });

  it('knows a complaint', async () => {
    const mail = await sendOne();
    await sandbox().deliver(complaintOf(mail, BORIS));
    expect(await one()).toMatchObject({
      class: { kind: 'complaint', feedbackType: 'abuse' },
      match: { ownMessageId: mail.messageId, contactAddress: BORIS },
    });
  });

  it('knows who wants out by our List-Unsubscribe address, and suggests it of plain words', async () => {
    const mail = await sendOne();
    await sandbox().deliver({
      to: ANNA,
      from: 'boris.private@elsewhere.test',
      subject: `unsubscribe ${mail.messageId}`,
      text: '',
    });
    expect(await one()).toMatchObject({
      class: { kind: 'unsubscribe' },
      match: { ownMessageId: mail.messageId, by: 'message_id' },
    });
    await sandbox().deliver(replyTo(mail, BORIS, 'Please remove me from your list.'));
    expect((await one()).class).toEqual({ kind: 'reply', suggests: 'unsubscribe' });
  });

  it('finds an answer that was moved before it was read: to a new folder, to the bin, to spam', async () => {
    for (const folder of ['Clients/Boris', 'Trash', 'Junk']) {
      const mail = await sendOne();
      await sandbox().deliver(replyTo(mail, BORIS, `Moved to ${folder}.`));
      const moved = await withImap(settings(), signal, async (client) => {
        await client.mailboxCreate(folder).catch(() => undefined);
        const { uidNext } = await client.mailboxOpen('INBOX');
        await client.messageMove(String(uidNext - 1), folder, { uid: true });
      });
      expect(moved.ok).toBe(true);
      expect(await one()).toMatchObject({ newText: `Moved to ${folder}.`, class: { kind: 'reply' } });
    }
    expect((await sync()).read).toBe(0);
  });

  it('reads on in a later batch what one batch does not hold, and stores each with its place', async () => {
    const batches: InboundBatch[] = [];
    const before = cursor;
    for (let i = 0; i < 205; i++) {
      const subject = `Mail ${i}`;
      await sandbox().deliver({
        to: ANNA,
        from: i % 100 === 0 ? BORIS : 'shop@news.test',
        subject,
        text: subject,
      });
    }
    const ended = async (batch: InboundBatch) => {
      batches.push(batch);
      if (batches.length === 2) throw new Error('disk full');
    };
    await expect(syncMail(settings(), before, ports, ended, signal)).rejects.toThrow('disk full');
    const [first] = batches;
    expect(first?.messages.map(({ subject }) => subject)).toEqual(['Mail 0', 'Mail 100']);
    cursor = { folders: { ...before?.folders, ...first?.places }, readAt: Date.now() };
    expect((await sync()).messages.map(({ subject }) => subject)).toEqual(['Mail 200']);
  });

  it('gives recent messages again after a UIDVALIDITY change, under the same keys', async () => {
    const mail = await sendOne();
    await sandbox().deliver(replyTo(mail, BORIS, 'Before the change.'));
    const before = await one();
    await sandbox().resetUidValidity(ANNA);
    await sandbox().deliver(replyTo(mail, BORIS, 'After the change.'));
    const seen = new Set<string>();
    const after = await sync({ ...ports, alreadySeen: async () => seen });
    expect(after.resynced).toEqual(['INBOX']);
    expect(after.messages.map((message) => message.dedupeKey)).toContain(before.dedupeKey);
    expect(after.messages.map((message) => message.newText)).toContain('After the change.');
    expect((await sync()).messages).toEqual([]);
  });

  it('reads no body again that the caller has already', async () => {
    const keys = new Set<string>();
    await sandbox().resetUidValidity(ANNA);
    for (const message of (await sync()).messages) keys.add(message.dedupeKey);
    await sandbox().resetUidValidity(ANNA);
    const again = await sync({ ...ports, alreadySeen: async () => keys });
    expect(again.resynced).toEqual(['INBOX']);
    expect(again.messages).toEqual([]);
  });

  it('throws what the caller’s database throws, and does not blame the mail server', async () => {
    await sandbox().deliver({ to: ANNA, from: BORIS, subject: 'Again', text: 'Still here.' });
    const broken: InboundPorts = { ...ports, contactAddresses: () => Promise.reject(new Error('disk full')) };
    await expect(syncMail(settings(), cursor, broken, nowhere, signal)).rejects.toThrow('disk full');
    expect((await one()).newText).toBe('Still here.');
  });

  it('says what is wrong when the server refuses the login', async () => {
    const wrong = settings();
    wrong.imap.password = 'nope';
    const result = await syncMail(wrong, cursor, ports, nowhere, signal);
    expect(result).toMatchObject({ ok: false, error: { field: 'imap.password' } });
  });
});

describe('Sent', () => {
  it('holds a message once after it was appended, and only then', async () => {
    const built = build();
    expect(await findInSent(settings(), built.messageId, signal)).toEqual({ ok: true, value: false });
    expect(await appendToSent(settings(), built.raw, signal)).toEqual({ ok: true, value: 'appended' });
    expect(await findInSent(settings(), built.messageId, signal)).toEqual({ ok: true, value: true });
    expect(await appendToSent(settings(), built.raw, signal)).toEqual({ ok: true, value: 'already_there' });
  });

  it('tells after a restore which automated emails it holds, and nothing of mail written by hand', async () => {
    const since = Date.now() - 60_000;
    const built = build({ to: { name: 'Boris Clay', address: 'Boris@People.test' } });
    await appendToSent(settings(), built.raw, signal);
    const byHand = `From: ${ANNA}\r\nTo: ${BORIS}\r\nMessage-ID: <by-hand@team.test>\r\nSubject: Hi\r\n\r\nHi\r\n`;
    await appendToSent(settings(), Buffer.from(byHand), signal);
    const found = await listAutomatedSent(settings(), since, signal);
    const sent = found.ok ? found.value : [];
    expect(sent.find(({ messageId }) => messageId === built.messageId)).toMatchObject({ to: BORIS });
    expect(sent.every(({ at, messageId }) => at >= since && messageId !== '<by-hand@team.test>')).toBe(true);
    const { messages } = await sync();
    expect(messages).toMatchObject([
      {
        direction: 'out',
        messageId: '<by-hand@team.test>',
        folder: 'Sent',
        match: { contactAddress: BORIS },
      },
    ]);
  });
});

describe('Sent', () => {
  const keep = (from: string, id: string) => {
    const head = [`From: ${from}`, `To: ${from === BORIS ? ANNA : BORIS}`, `Message-ID: <${id}@team.test>`];
    const raw = [...head, 'Subject: Re: A question', '', 'Words.', ''].join('\r\n');
    return appendToSent(settings(), Buffer.from(raw), signal);
  };

  it('holds what the owner wrote, also from an alias, and an answer that somebody filed there', async () => {
    await keep('Anna <anna.berg@team.test>', 'by-alias');
    await keep(BORIS, 'filed');
    expect((await sync()).messages).toMatchObject([
      { messageId: '<by-alias@team.test>', direction: 'out', match: { contactAddress: BORIS } },
      { messageId: '<filed@team.test>', direction: 'in', class: { kind: 'reply' } },
    ]);
  });
});

describe('the sandbox’s people', () => {
  it('answer when the clock reaches them', async () => {
    sandbox().people.set(BORIS, { replyAfterMs: 3_600_000, text: 'Sounds good.', name: 'Boris Clay' });
    const mail = await sendOne();
    expect(sandbox().nextEventAt()).toBe(mail.at + 3_600_000);
    expect((await sync()).messages).toEqual([]);
    await sandbox().setClockOffset(3_601_000);
    expect(await one()).toMatchObject({ class: { kind: 'reply', suggests: null }, newText: 'Sounds good.' });
    expect(sandbox().nextEventAt()).toBeNull();
  });

  it('inside the team get mail in their inbox', async () => {
    const built = build({
      from: { name: 'Boris', address: BORIS },
      to: { name: 'Anna', address: ANNA },
    });
    ownIds.add(built.messageId);
    expect(await sendMessage(settings(), built, signal)).toMatchObject({ outcome: 'sent' });
    expect((await one()).from?.address).toBe(BORIS);
  });
});
