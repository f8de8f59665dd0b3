import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { markdownPlain } from '#shared/automation/markdown.ts';
import { buildMessage, type MessageInput } from '../../companion-server/email/build.ts';
import { messageIdFor } from '../../companion-server/email/messageId.ts';
import { rfcProblems } from './rfc.ts';
import { input } from './support.ts';

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const ids = (count: number) => Array.from({ length: count }, (_, at) => `<own-${at}.1@team.test>`);

/** Each is kept in full under golden/: a change of the bytes must be meant. */
const messages: Record<string, Partial<MessageInput>> = {
  'first-message': {
    subject: 'Grüße an dein Team',
    text: 'Hello Boris,\n\nsee https://example.com/a?b=1&c=2.\nIs <this> fine?',
    signatureText: 'Anna Berg\nTeam Ltd',
  },
  'follow-up': {
    from: { name: 'Ånna "Bergström", Sales', address: 'anna@team.test' },
    to: { name: '山田 太郎', address: 'taro@people.test' },
    subject:
      'Kurze Frage zur Lieferkette — wie plant ihr die nächsten Monate? 🚚 Ich freue mich auf die Antwort',
    text: 'Dear **山田 太郎**,\n\n- *first* point\n- [our page](https://example.com/ä?q=ü)\n\nFrom here on it is easy.',
    inReplyTo: '<own-24.1@team.test>',
    references: ids(24),
  },
  'long-lines': {
    subject: 'x'.repeat(250),
    text: `${'https://example.com/'}${'a'.repeat(2_000)}\n\n${'word '.repeat(600)}\n\n${'é'.repeat(1_500)}\n.\n..dots`,
    postalAddress: 'Team Ltd, Hauptstraße 1, 12345 Köln',
  },
  attachments: {
    text: 'Look: ![our logo](cid:logo-1@rapport)\n\nThe offer is attached.',
    attachments: [
      {
        filename: 'Angebot – März.pdf',
        contentType: 'application/pdf',
        content: Buffer.from('%PDF-1.4 tiny'),
      },
      { filename: 'logo.png', contentType: 'image/png', content: pixel, cid: 'logo-1@rapport' },
    ],
  },
  tracked: {
    text: 'See [the offer](https://example.com/offer) or https://example.com/2.',
    rewriteLink: (_url, index) => `https://track.test/c/token-${index}`,
    openPixelUrl: 'https://track.test/o/token',
  },
};

function built(name: string, over: Partial<MessageInput>) {
  return buildMessage(input({ messageId: messageIdFor(`task-${name}`, 1, 'Team.Test'), ...over }));
}

describe.each(Object.entries(messages))('the message %s', (name, over) => {
  it('has exactly the bytes kept', async () => {
    const { raw } = built(name, over);
    const golden = new URL(`./golden/${name}.eml`, import.meta.url);
    if (process.env.GOLDEN === 'write')
      await writeFile(golden, raw.toString('latin1').replace(/\r\n/g, '\n'));
    // Kept with LF, as git stores text.
    expect(raw.toString('latin1').replace(/\r\n/g, '\n')).toBe(await readFile(golden, 'latin1'));
  });

  it('keeps to the RFCs', async () => {
    expect(rfcProblems(built(name, over).raw)).toEqual([]);
  });

  it('reads the same in two parsers', async () => {
    const { raw, messageId } = built(name, over);
    const wanted = input(over);
    const postal = await PostalMime.parse(raw);
    const other = await simpleParser(raw);
    const subject = `${wanted.inReplyTo ? 'Re: ' : ''}${wanted.subject}`;
    const to = Array.isArray(other.to) ? other.to[0] : other.to;
    expect([postal.subject, other.subject]).toEqual([subject, subject]);
    expect([postal.from?.name, other.from?.value[0]?.name]).toEqual([wanted.from.name, wanted.from.name]);
    expect([postal.to?.[0]?.name, to?.value[0]?.name]).toEqual([wanted.to.name, wanted.to.name]);
    expect([postal.messageId, other.messageId]).toEqual([messageId, messageId]);
    for (const text of [postal.text, other.text]) {
      const lines = (text ?? '').replace(/\r\n/g, '\n');
      expect(lines).toContain(markdownPlain(wanted.text));
      expect(lines).toContain(`Unsubscribe: ${wanted.unsubscribeUrl}`);
      expect(lines).toContain(wanted.postalAddress);
    }
    for (const html of [postal.html, other.html || '']) {
      expect(html).toContain(`<a href="${wanted.unsubscribeUrl}">Unsubscribe</a>`);
      expect(html).toContain(wanted.postalAddress);
    }
    const files = (wanted.attachments ?? []).map(({ filename, content }) => `${filename} ${base64(content)}`);
    expect(postal.attachments.map((each) => `${each.filename} ${base64(each.content)}`).sort()).toEqual(
      files,
    );
    expect(other.attachments.map((each) => `${each.filename} ${base64(each.content)}`).sort()).toEqual(files);
  });
});

it('keeps the first and the last of a long thread', async () => {
  const email = await PostalMime.parse(built('follow-up', messages['follow-up'] ?? {}).raw);
  const references = email.references?.split(/\s+/) ?? [];
  expect(references).toHaveLength(20);
  expect(references[0]).toBe('<own-0.1@team.test>');
  expect(references.slice(-2)).toEqual(['<own-23.1@team.test>', '<own-24.1@team.test>']);
});

it('keeps to the RFCs whatever names, subjects and texts are made of', async () => {
  const words = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      'From here',
      'a'.repeat(1_200),
      '\r\nBcc: victim@x.test',
      '=?UTF-8?Q?x?=',
      'x\u0000y',
      '.',
      '"',
      '<a@b.c>',
    ),
  );
  await fc.assert(
    fc.asyncProperty(words, words, words, words, async (name, subject, text, postalAddress) => {
      const { raw } = buildMessage(
        input({ from: { name, address: 'anna@team.test' }, subject, text, postalAddress }),
      );
      expect(rfcProblems(raw)).toEqual([]);
      const head = raw.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
      expect(head).not.toMatch(/^bcc:/im);
    }),
    { numRuns: 150 },
  );
});

function base64(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('base64');
}
