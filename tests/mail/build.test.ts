import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { messageIdFor } from '../../companion-server/email/messageId.ts';
import { headerOf } from '../mail-sandbox/index.ts';
import { build } from './support.ts';

const messageId = messageIdFor('task-golden', 1, 'Team.Test');

function headerCount(raw: string, name: string): number {
  const head = raw.split('\r\n\r\n', 1)[0] ?? '';
  return head.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)).length;
}

describe('buildMessage', () => {
  it('has one List-Unsubscribe header with both ways out, and one for one-click', async () => {
    const raw = build({ messageId }).raw.toString('utf8');
    expect(headerCount(raw, 'List-Unsubscribe')).toBe(1);
    expect(headerCount(raw, 'List-Unsubscribe-Post')).toBe(1);
    expect(headerOf(raw, 'List-Unsubscribe')).toBe(
      '<https://rapport.test/u/token>, <mailto:anna@team.test?subject=unsubscribe%20%3Ctask-golden.1%40team.test%3E>',
    );
    expect(headerOf(raw, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  });

  it('shows the way out and the postal address in both bodies', async () => {
    const email = await PostalMime.parse(build({ signatureText: 'Anna' }).raw);
    for (const body of [email.text, email.html]) {
      expect(body).toContain('https://rapport.test/u/token');
      expect(body).toContain('Team Ltd, Main Street 1, 12345 Town');
      expect(body).toContain('Anna');
    }
  });

  it('puts a follow-up into the thread', async () => {
    const raw = build({
      subject: 'A question',
      inReplyTo: '<b@x.test>',
      references: ['<a@x.test>', '<b@x.test>'],
    }).raw.toString('utf8');
    expect(headerOf(raw, 'Subject')).toBe('Re: A question');
    expect(headerOf(raw, 'In-Reply-To')).toBe('<b@x.test>');
    expect(headerOf(raw, 'References')).toBe('<a@x.test> <b@x.test>');
  });

  it('lets no line break of a subject or name become a header', async () => {
    const raw = build({
      subject: 'Hi\r\nBcc: victim@people.test',
      to: { name: 'Boris\r\nBcc: victim@people.test', address: 'boris@people.test' },
    }).raw.toString('utf8');
    expect(headerCount(raw, 'Bcc')).toBe(0);
    expect(headerOf(raw, 'Subject')).toBe('Hi Bcc: victim@people.test');
  });

  it('ends every line with CRLF', async () => {
    const raw = build({ text: 'one\ntwo\r\nthree' }).raw.toString('utf8');
    expect(raw.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
  });
});
