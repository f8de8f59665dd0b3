import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { classify } from '../../companion-server/email/inbound/classify.ts';
import { parseHeaders } from '../../companion-server/email/inbound/headers.ts';
import { threadIds, tokensIn } from '../../companion-server/email/inbound/thread.ts';

/**
 * Throws hostile and broken mail at everything that reads it. Ends with 0 when all was survived. Run it under a small
 * heap (`--max-old-space-size`), so that memory is bounded or it dies.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '300' }, seed: { type: 'string', default: '' } },
});
const runs = Number(values.runs);
const seed = values.seed === '' ? Date.now() % 2 ** 31 : Number(values.seed);

const folder = fileURLToPath(new URL('../fixtures/mail', import.meta.url));
const corpus = readdirSync(folder).flatMap((kind) =>
  readdirSync(`${folder}/${kind}`).map((name) => ({ kind, raw: readFileSync(`${folder}/${kind}/${name}`) })),
);
const replies = corpus.filter(({ kind }) => kind === 'reply');
/** All that a message of a person cannot be, whatever stands in it. */
const MACHINE = new Set(['bounce', 'complaint']);

async function survive(raw: Buffer): Promise<string> {
  const headers = await parseHeaders(raw.subarray(0, 128 * 1024));
  threadIds(headers);
  const found = await classify(raw, Date.UTC(2026, 2, 2));
  tokensIn(found.text);
  const { text, newText, html } = found;
  if (text.length > 100_000 || newText.length > 100_000) throw new Error('The text is too long.');
  if (html !== null && (html.length > 400_000 || LOADS.test(html)))
    throw new Error(`HTML that acts: ${html.slice(0, 300)}`);
  if (found.report && found.report.outcomes.length > 100) throw new Error('A report without end.');
  JSON.stringify(found);
  return found.class.kind;
}

/** What would run or fetch something. */
const LOADS =
  /<(script|iframe|img|object|embed|link|style|form|meta|svg|video|audio|base)\b|<[a-z]+[^>]*\son\w+\s*=|<[a-z]+[^>]*\s(src|style|srcset|background)\s*=|<a [^>]*href="(?!https?:|mailto:|tel:)/i;

const piece = fc.oneof(
  fc.constantFrom(
    '\r\n\r\n',
    '\r\n--b\r\n',
    '--=_report_42\r\n',
    '\0',
    '=?utf-8?B?',
    '?=',
    '<',
    '>',
    '\r\n ',
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: message/rfc822\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Type: text/html; charset=utf-7\r\n',
    '<svg onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<img src=x onerror=alert(1)>',
    '<blockquote>'.repeat(500),
    '>'.repeat(2000),
    'a@'.repeat(2000),
    'Final-Recipient: rfc822; x@y.test\r\nAction: failed\r\n',
    'Status: 5.1.1\r\n',
    'until 31 February ',
    '__proto__: x\r\n',
    'constructor: y\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

interface Edit {
  at: number;
  drop: number;
  put: string;
  times: number;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.nat(400),
  put: piece,
  times: fc.constantFrom(1, 1, 1, 2, 50),
});

/** Some bytes taken out, some put in; `from`: nothing before that is touched. */
function edited(raw: Buffer, edits: Edit[], from = 0): Buffer {
  return edits.reduce((now, { at, drop, put, times }) => {
    const start = from + Math.floor(at * Math.max(0, now.length - from));
    return Buffer.concat([
      now.subarray(0, start),
      Buffer.from(put.repeat(times)),
      now.subarray(start + drop),
    ]);
  }, raw);
}

/** Built to cost: each near the most that is fetched of one message. */
const MB = 1024 * 1024;
const costly: Record<string, () => string> = {
  'parts without end': () =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(MB / 10)}`,
  'a thousand levels': () =>
    Array.from(
      { length: 1000 },
      (_, n) => `Content-Type: multipart/mixed; boundary=n${n}\r\n\r\n--n${n}\r\n`,
    ).join(''),
  'messages in messages': () => 'Content-Type: message/rfc822\r\n\r\n'.repeat(MB / 40),
  'headers without end': () => `${'X-A: b\r\n'.repeat(MB / 10)}\r\nHello`,
  'one endless header': () => `Subject: ${'=?utf-8?Q?a?= '.repeat(MB / 16)}\r\n\r\nHello`,
  'one folded header': () => `References:${'\r\n <a@b.test>'.repeat(MB / 16)}\r\n\r\nHello`,
  'addresses without end': () => `To: ${'"a" <a@b.test>, '.repeat(MB / 20)}\r\n\r\nHello`,
  'groups in groups': () => `From: ${'a:'.repeat(MB / 4)}\r\n\r\nHello`,
  'quotes without end': () => `Subject: x\r\n\r\n${'> '.repeat(MB / 4)}\r\n${'>\r\n'.repeat(MB / 8)}`,
  'one endless line': () => `Subject: x\r\n\r\n${'On a wrote: '.repeat(MB / 16)}`,
  'html in html': () => `Content-Type: text/html\r\n\r\n${'<div>'.repeat(MB / 8)}`,
  'html that never ends': () => `Content-Type: text/html\r\n\r\n${'<a '.repeat(MB / 4)}`,
  entities: () => `Content-Type: text/html\r\n\r\n${'&lt;&#60;'.repeat(20_000)}`,
  'a report of everybody': () =>
    `From: mailer-daemon@x.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: x\r\n\r\n${'Final-Recipient: rfc822; a@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n'.repeat(10_000)}--b--`,
  'dates without end': () =>
    `Auto-Submitted: auto-replied\r\n\r\nback on ${'12 March 2026 until 1.1. '.repeat(MB / 32)}`,
  'base64 of nothing': () => `Content-Transfer-Encoding: base64\r\n\r\n${'=\r\n'.repeat(MB / 4)}`,
  'a bounce in prose': () =>
    `From: MAILER-DAEMON@x.test\r\nReturn-Path: <>\r\n\r\n${'<a@b.test>: 550 5.1.1 '.repeat(MB / 32)}`,
};

let survived = 0;
for (const [name, build] of Object.entries(costly)) {
  await survive(Buffer.from(build())).catch((cause: unknown) => {
    throw new Error(`not survived: ${name}`, { cause });
  });
  survived += 1;
}

const options = { numRuns: runs, seed, endOnFailure: true };
const some = fc.array(edit, { minLength: 1, maxLength: 6 });

/** Anything at all. */
await fc.assert(
  fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
    await survive(Buffer.from(pieces.join('')));
    survived += 1;
  }),
  options,
);
/** Real mail, damaged. */
await fc.assert(
  fc.asyncProperty(fc.constantFrom(...corpus), some, async ({ raw }, edits) => {
    await survive(edited(raw, edits));
    survived += 1;
  }),
  options,
);
/** Whatever a person's body says, a person wrote it. */
await fc.assert(
  fc.asyncProperty(fc.constantFrom(...replies), some, async ({ raw }, edits) => {
    const kind = await survive(edited(raw, edits, raw.indexOf('\r\n\r\n') + 4));
    if (MACHINE.has(kind)) throw new Error(`A reply was taken for a ${kind}.`);
    survived += 1;
  }),
  options,
);
console.log(JSON.stringify({ survived, seed }));
