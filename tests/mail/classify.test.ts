import { describe, expect, it } from 'vitest';
import { findReturnDate } from '#shared/replies/returnDate.ts';
import { classify } from '../../companion-server/email/inbound/classify.ts';
import { asksToUnsubscribe } from '../../companion-server/email/inbound/unsubscribe.ts';

const MONDAY = Date.UTC(2026, 2, 2, 9);

function mail(headers: string[], body = 'Hello.'): Promise<Awaited<ReturnType<typeof classify>>> {
  const head = ['From: Boris <boris@people.test>', 'Message-ID: <in@people.test>', ...headers];
  return classify(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`), MONDAY);
}

function dsn(fields: string, returned = 'Message-ID: <own@team.test>'): ReturnType<typeof mail> {
  const type = 'Content-Type: multipart/report; report-type=delivery-status; boundary=b';
  const parts = [
    'Content-Type: text/plain\r\n\r\nSorry.',
    `Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822;boris@people.test\r\n${fields}`,
    `Content-Type: text/rfc822-headers\r\n\r\n${returned}`,
  ];
  return mail([type], `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`);
}

describe('bounces', () => {
  it.each([
    ['Action: failed\r\nStatus: 5.1.1', 'hard', '5.1.1'],
    ['Action: failed\r\nStatus: 5.4.4', 'hard', '5.4.4'],
    ['Action: failed\r\nStatus: 5.2.2', 'soft', '5.2.2'],
    ['Action: failed\r\nStatus: 4.4.1', 'soft', '4.4.1'],
    ['Action: failed\r\nStatus: 5.7.1', 'policy', '5.7.1'],
    ['Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown', 'hard', '5.1.1'],
    ['Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp;\r\n 554 blocked as spam', 'policy', '5.0.0'],
    ['Action: failed\r\nStatus: 5.5.0\r\nDiagnostic-Code: smtp; 550 no', 'hard', '5.5.0'],
    // A sender's quota, expiry, a loop, the protocol: nothing about the address.
    ['Action: failed\r\nStatus: 5.1.90', 'soft', '5.1.90'],
    ['Action: failed\r\nStatus: 5.2.122', 'soft', '5.2.122'],
    ['Action: failed\r\nStatus: 5.4.5', 'soft', '5.4.5'],
    ['Action: failed\r\nStatus: 5.4.14', 'soft', '5.4.14'],
    ['Action: failed\r\nStatus: 5.4.300', 'soft', '5.4.300'],
    ['Action: failed\r\nStatus: 5.4.316', 'soft', '5.4.316'],
    ['Action: failed\r\nStatus: 5.5.4', 'soft', '5.5.4'],
    ['Action: failed\r\nStatus: 5.6.0', 'policy', '5.6.0'],
    ['Action: failed\r\nStatus: 5.6.7', 'policy', '5.6.7'],
    ['Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 554 Message rejected', 'policy', '5.0.0'],
    ['Action: failed\r\nStatus: 5.4.310', 'hard', '5.4.310'],
    ['Action: failed\r\nStatus: 5.9.9\r\nDiagnostic-Code: smtp; 550 User unknown', 'hard', '5.9.9'],
    ['Action: failed\r\nStatus: 5.9.9', 'soft', '5.9.9'],
  ])('reads %j as %s', async (fields, severity, status) => {
    const found = await dsn(fields);
    expect(found.class).toMatchObject({ kind: 'bounce', severity, status, recipient: 'boris@people.test' });
    expect(found.report?.originalIds).toEqual(['<own@team.test>']);
  });

  it.each([
    ['delayed', 'delayed'],
    ['relayed', 'delivered'],
    ['delivered', 'delivered'],
  ])('does not take "%s" for a bounce', async (action, what) => {
    expect((await dsn(`Action: ${action}\r\nStatus: 4.4.7`)).class).toEqual({ kind: 'notice', what });
  });

  it('reads the one that failed of several recipients', async () => {
    const two =
      'Action: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; eva@people.test\r\nAction: failed\r\nStatus: 5.1.1';
    expect((await dsn(two)).class).toMatchObject({ kind: 'bounce', recipient: 'eva@people.test' });
  });

  it('finds a folded Message-ID', async () => {
    const found = await dsn('Action: failed\r\nStatus: 5.1.1', 'Message-ID:\r\n <own@team.test>');
    expect(found.report?.originalIds).toEqual(['<own@team.test>']);
  });

  it('believes prose no further than that it came back', async () => {
    const headers = ['From: MAILER-DAEMON@mx.test', 'X-Failed-Recipients: boris@people.test'];
    const body = '550 5.7.26 This mail is unauthenticated\r\n\r\n  Message-ID: <own@team.test>\r\n';
    const raw = `${headers.join('\r\n')}\r\n\r\n${body}`;
    const found = await classify(Buffer.from(raw), MONDAY);
    expect(found.class).toMatchObject({
      kind: 'bounce',
      severity: 'soft',
      unsure: true,
      recipient: 'boris@people.test',
    });
    expect(found.report?.originalIds).toContain('<own@team.test>');
  });
});

describe('hostile mail', () => {
  it('with absurd nesting is a reply without text', async () => {
    const depth = 300;
    let body = 'deep';
    for (let level = depth; level > 0; level--)
      body = `--n${level}\r\nContent-Type: multipart/mixed; boundary=n${level + 1}\r\n\r\n${body}`;
    const found = await mail(['Content-Type: multipart/mixed; boundary=n1'], body);
    expect(found).toMatchObject({ class: { kind: 'reply' }, text: '' });
    expect(found.headers.messageId).toBe('<in@people.test>');
  });

  it.each([
    ['one endless word', 'a'.repeat(900_000)],
    ['endless at signs', `<${'@'.repeat(900_000)}`],
    ['endless numbers', '1.'.repeat(450_000)],
    ['endless spaces', `back on${' '.repeat(900_000)}x`],
  ])('of %s is read in no time', async (_, body) => {
    const before = process.cpuUsage();
    await mail(['Auto-Submitted: auto-replied', `References: ${body.slice(0, 100_000)}`], body);
    await mail(['X-Failed-Recipients: a@b.test'], body);
    // Processor time of this process: what others take does not count.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });
});

describe('automatic replies', () => {
  it.each([
    [['Auto-Submitted: auto-replied']],
    [['Auto-Submitted: auto-replied (vacation)']],
    [['Auto-Submitted: auto-generated', 'Return-Path: <>']],
    [['Auto-Submitted: auto-generated', 'Subject: Automatic reply: a question']],
    [['Auto-Submitted: auto-generated', 'Subject: [Ticket 7] Thank you for contacting People']],
    [['X-Autoreply: yes']],
    [['Precedence: auto_reply']],
    [['X-Auto-Response-Suppress: All', 'Subject: Out of office: Re: a question']],
  ])('are known by %j', async (headers) => {
    expect((await mail(headers)).class.kind).toBe('auto_reply');
  });

  it.each([
    [['Auto-Submitted: no']],
    [['X-Auto-Response-Suppress: All']],
    [['X-Auto-Response-Suppress: DR, OOF, AutoReply', 'Subject: Re: a question']],
    [['Subject: Automatic reply: a question']],
    [['Precedence: bulk']],
    // What a person writes in a help desk.
    [['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All', 'Subject: Re: a question']],
    [['Auto-Submitted: auto-generated', 'Precedence: bulk', 'Subject: a question']],
  ])('are not assumed from %j', async (headers) => {
    expect((await mail(headers)).class).toEqual({ kind: 'reply', suggests: null });
  });
});

describe('findReturnDate', () => {
  const day = (year: number, month: number, date: number) => Date.UTC(year, month - 1, date);

  it.each([
    ['I will be back on Monday, March 16th.', day(2026, 3, 16)],
    ['I am away from 5 March until 13 March 2026.', day(2026, 3, 14)],
    ['Out of office 2026-03-05 through 2026-03-20', day(2026, 3, 21)],
    ['I return on 3/20/2026.', day(2026, 3, 20)],
    ['I am travelling and will be\nback in the office on\nApril 2.', day(2026, 4, 2)],
    ['Ich bin bis 13.03.2026 nicht im Haus.', day(2026, 3, 14)],
    ['Ab dem 16. März bin ich wieder für Sie da.', day(2026, 3, 16)],
    ['Je serai de retour le 9 mars 2026.', day(2026, 3, 9)],
    ['Estaré fuera hasta el 9 de abril de 2026.', day(2026, 4, 10)],
    ['Ik ben terug op 23 maart.', day(2026, 3, 23)],
    ['Back on 7 January', day(2027, 1, 7)],
    ['Je suis de retour le 04/05/2026.', day(2026, 5, 4)],
    ['Estaré fuera del 20/03/2026 al 03/04/2026, de vacaciones.', day(2026, 4, 4)],
    ['Ik ben afwezig tot 4-5-2026.', day(2026, 5, 5)],
    ['Met vakantie t/m 04-05-2026', day(2026, 5, 5)],
    ['Sono in ferie fino al 06/04/2026', day(2026, 4, 7)],
    ['Estou de férias até 06/04/2026', day(2026, 4, 7)],
  ])('%j', (text, at) => {
    expect(findReturnDate(text, MONDAY)).toBe(at);
  });

  it.each([
    ['I am out of the office with limited access to mail.'],
    ['We were founded on 1 March 1998.'],
    ['I will be back soon. Call +1 415 555 2671 in urgent cases.'],
    ['I was back on 2 February 2020.'],
    ['Back after 10 marketing events.'],
    ['Back on 31 February 2027.'],
  ])('names no day in %j', (text) => {
    expect(findReturnDate(text, MONDAY)).toBeNull();
  });
});

describe('asksToUnsubscribe', () => {
  it.each([
    'Unsubscribe',
    'STOP.',
    'Please remove me from your list, thanks',
    "Don't contact me again!",
    'Take me off this list.',
    'Bitte keine weiteren E-Mails.',
    'Please opt me out',
  ])('%j', (text) => {
    expect(asksToUnsubscribe(text)).toBe(true);
  });

  it.each([
    'Let us stop by your office on Tuesday.',
    'Where did the unsubscribe rate come from?',
    'Sure, I will remove the old plan.',
    '',
    `We used to ask people to remove me from lists, and ${'many words follow here '.repeat(6)}`,
  ])('leaves %j to the rep', (text) => {
    expect(asksToUnsubscribe(text)).toBe(false);
  });
});
