import { describe, expect, test } from 'vitest';
import { limits } from '#shared/kernel/limits.ts';
import { suggestFields } from '../../../companion-server/services/import/columns.ts';
import { decodeText } from '../../../companion-server/services/import/decode.ts';
import { parseCsv } from '../../../companion-server/services/import/parseCsv.ts';
import { planImport } from '../../../companion-server/services/import/plan.ts';
import { readRow } from '../../../companion-server/services/import/readRow.ts';
import { Refusal } from '../../../companion-server/services/refusal.ts';

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('encodings', () => {
  const text = 'Name;Email\nJürgen Groß;j@x.de';
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8', Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['UTF-16BE', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ])('%s', (encoding, bytes) => {
    expect(decodeText(bytes)).toEqual({ text, encoding });
  });

  test.each([
    ['csv_not_text', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0x00])],
    ['csv_not_text', Buffer.from('%PDF-1.7')],
    ['csv_not_text', Buffer.from([1, 0, 0, 0, 2, 0, 7, 0, 0])],
    ['csv_encoding', Buffer.from([0x4e, 0x81, 0x8d, 0x02, 0x41])],
  ])('%s is refused with what to do', (code, bytes) => {
    const refusal = refusalOf(() => decodeText(bytes));
    expect(refusal.code).toBe(code);
    expect(refusal.action).not.toBeNull();
  });
});

describe('parsing', () => {
  test.each([',', ';', '\t', '|'])('delimiter %j', (delimiter) => {
    const parsed = parseCsv(`First name${delimiter}Email\nAnna${delimiter}a@x.de\nBo${delimiter}b@x.de\n`);
    expect(parsed).toEqual({
      delimiter,
      columns: ['First name', 'Email'],
      rows: [
        ['Anna', 'a@x.de'],
        ['Bo', 'b@x.de'],
      ],
    });
  });

  test("LinkedIn's own Connections.csv with its notes before the header", () => {
    const parsed = parseCsv(
      'Notes:\n"When exporting your connection data, you may notice that some emails, are missing."\n\n' +
        'First Name,Last Name,URL,Email Address,Company,Position,Connected On\n' +
        'Anna,Berg,https://www.linkedin.com/in/anna-berg,,"Berg, Ltd.",CEO,01 Feb 2026\n',
    );
    expect(parsed.columns[0]).toBe('First Name');
    expect(parsed.rows).toHaveLength(1);
    expect(suggestFields(parsed.columns, parsed.rows)).toEqual([
      'firstName',
      'lastName',
      'linkedinUrl',
      'email',
      'company',
      'title',
      'ignore',
    ]);
  });

  test('quoted delimiters, quotes and line breaks', () => {
    const { rows } = parseCsv('Name,Email,Note\n"Berg, Anna",a@x.de,"said ""hi""\nand left"\n');
    expect(rows).toEqual([['Berg, Anna', 'a@x.de', 'said "hi"\nand left']]);
  });

  test('short and long rows are brought to the width of the header', () => {
    expect(parseCsv('Name,Email\nA\nB,b@x.de,more\n').rows).toEqual([
      ['A', ''],
      ['B', 'b@x.de'],
    ]);
  });

  test.each([
    ['csv_empty', ' \n '],
    ['csv_no_header', 'anna@x.de,Anna\nbo@x.de,Bo\n'],
    ['csv_no_rows', 'Name,Email\n'],
    ['csv_quotes', 'Name,Email\n"Anna,a@x.de\n'],
    ['csv_cell_too_large', `Name,Email\nA,a@x.de\n${'x'.repeat(limits.csvCell + 1)},b@x.de\n`],
    ['csv_too_many_columns', `Email${',x'.repeat(limits.csvColumns)}\na@x.de\n`],
    ['csv_too_many_rows', `Email\n${'a@x.de\n'.repeat(limits.csvRows + 1)}`],
  ])('%s is refused', (code, text) => {
    expect(refusalOf(() => parseCsv(text)).code).toBe(code);
  });

  test('a cell too large is named by row and column', () => {
    const text = `Name,Email\nA,a@x.de\n${'x'.repeat(limits.csvCell + 1)},b@x.de\n`;
    expect(refusalOf(() => parseCsv(text)).detail).toContain('Row 3, column "Name"');
  });
});

describe('rows', () => {
  test('a full name is split, last name first is understood', () => {
    const read = (name: string) => readRow(2, [name, 'a@x.de'], ['fullName', 'email']);
    expect(read('Anna Maria Berg')).toMatchObject({ person: { firstName: 'Anna Maria', lastName: 'Berg' } });
    expect(read('Berg, Anna')).toMatchObject({ person: { firstName: 'Anna', lastName: 'Berg' } });
  });

  test.each([
    [['', ''], 'email', 'has neither'],
    [['no address', ''], 'email', 'is no email address'],
    [['', 'https://example.org/anna'], 'linkedinUrl', 'is no LinkedIn profile'],
  ])('%j is rejected for %s', (cells, field, reason) => {
    const read = readRow(7, cells, ['email', 'linkedinUrl']);
    expect(read).toMatchObject({ rejected: { row: 7, field, reason: expect.stringContaining(reason) } });
  });

  test('a bad email beside a good profile is left out, with the reason', () => {
    const read = readRow(2, ['nope', 'https://www.linkedin.com/in/anna-berg/'], ['email', 'linkedinUrl']);
    expect(read).toMatchObject({ person: { email: null, slug: 'anna-berg', note: { field: 'email' } } });
  });

  test('the same person twice in a file is one contact and one duplicate', () => {
    const people = [
      readRow(2, ['a@x.de', 'https://www.linkedin.com/in/anna'], ['email', 'linkedinUrl']),
      readRow(3, ['A@X.de', ''], ['email', 'linkedinUrl']),
    ].flatMap((read) => ('person' in read ? [read.person] : []));
    const plan = planImport({
      people,
      rejected: [],
      known: new Map(),
      contacts: new Map(),
      newId: () => 'c1',
    });
    expect(plan.outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['added', null],
      ['duplicate', 'same person as row 2'],
    ]);
    expect(plan.add).toHaveLength(1);
    expect(plan.members).toEqual(['c1']);
  });
});
