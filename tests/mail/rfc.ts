/** What a raw message breaks of RFC 5322, 2045-2047 and of what keeps a DKIM signature whole on its way. */

const ONCE = ['from', 'to', 'date', 'message-id', 'mime-version', 'content-type'];
const AT_MOST_ONCE = [
  'subject',
  'in-reply-to',
  'references',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'sender',
  'reply-to',
];

export function rfcProblems(raw: Buffer): string[] {
  const problems: string[] = [];
  const text = raw.toString('latin1');
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  expect(!/\r(?!\n)|(?<!\r)\n/.test(text), 'a bare CR or LF');
  // Only 7-bit octets: no server has a reason to encode the message anew.
  expect(!/[^\t\r\n\x20-\x7e]/.test(text), 'an octet that is not printable ASCII');
  for (const line of text.split('\r\n')) {
    expect(line.length <= 998, `a line of ${line.length} characters`);
    expect(!line.startsWith('From '), 'a line that begins with "From "');
  }
  const end = text.indexOf('\r\n\r\n');
  const head = headersOf(text.slice(0, end));
  const named = (name: string) => head.filter((header) => header.name === name);
  for (const name of ONCE) expect(named(name).length === 1, `${named(name).length} headers ${name}`);
  for (const name of AT_MOST_ONCE) expect(named(name).length <= 1, `${named(name).length} headers ${name}`);
  for (const { name, lines } of head) {
    expect(/^[!-9;-~]+$/.test(name), `the header name ${name}`);
    for (const line of lines) {
      const isOneWord = !/\S\s+\S/.test(line.trim());
      expect(
        line.length <= 78 || isOneWord,
        `${name}: a line of ${line.length} characters that could be folded`,
      );
      expect(line.trim() !== '', `${name}: an empty continuation`);
    }
    for (const word of lines.join(' ').match(/=\?[^?]*\?[^?]*\?[^?]*\?=/g) ?? []) {
      expect(word.length <= 75, `${name}: an encoded word of ${word.length} characters`);
      expect(/^=\?UTF-8\?[QB]\?[!-~]*\?=$/.test(word), `${name}: the encoded word ${word}`);
    }
  }
  expect(/^<[^\s<>@]+@[^\s<>@]+>$/.test(named('message-id')[0]?.value ?? ''), 'the Message-ID');
  const date = named('date')[0]?.value ?? '';
  expect(/^\w{3}, \d{2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/.test(date), `the date ${date}`);
  partProblems(head, text.slice(end + 4), problems);
  return problems;
}

interface Header {
  /** Lower case. */
  name: string;
  lines: string[];
  value: string;
}

function headersOf(head: string): Header[] {
  return head.split(/\r\n(?![ \t])/).map((whole) => {
    const colon = whole.indexOf(':');
    const lines = whole.split('\r\n');
    const value = lines
      .join('')
      .slice(colon + 1)
      .trim();
    return { name: whole.slice(0, colon).toLowerCase(), lines, value };
  });
}

function partProblems(head: Header[], body: string, problems: string[]): void {
  const value = (name: string) => head.find((header) => header.name === name)?.value ?? '';
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/i.exec(value('content-type'))?.[1];
  if (boundary) {
    const [, ...parts] = `\r\n${body}`.split(`\r\n--${boundary}`);
    if (!parts.at(-1)?.startsWith('--')) problems.push('a multipart that is never closed');
    if (parts.length < 2) problems.push('a multipart without parts');
    for (const part of parts.slice(0, -1)) {
      if (!part.startsWith('\r\n')) problems.push('text behind a boundary');
      const end = part.indexOf('\r\n\r\n');
      partProblems(headersOf(part.slice(2, end)), part.slice(end + 4), problems);
    }
    return;
  }
  const encoding = value('content-transfer-encoding').toLowerCase();
  if (!['7bit', 'quoted-printable', 'base64'].includes(encoding)) problems.push(`the encoding "${encoding}"`);
  if (encoding === '7bit') return;
  for (const line of body.split('\r\n')) {
    if (line.length > 76) problems.push(`an encoded line of ${line.length} characters`);
    if (encoding === 'quoted-printable' && /[ \t]$/.test(line))
      problems.push('white space at the end of a line');
    if (encoding === 'quoted-printable' && /=(?![0-9A-F]{2}|$)/.test(line))
      problems.push(`the escape in ${line}`);
  }
}
