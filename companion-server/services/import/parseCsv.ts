import Papa from 'papaparse';
import { limits } from '#shared/kernel/limits.ts';
import { Refusal } from '../refusal.ts';
import { knownField, looksLikeValue } from './columns.ts';

export interface ParsedCsv {
  delimiter: string;
  columns: string[];
  /** Data rows after the header, each as long as `columns`. */
  rows: string[][];
}

const delimiters = [',', ';', '\t', '|'];
/** Rows looked at for the delimiter and the header; a preamble of notes may come first. */
const PROBED_ROWS = 60;
/** And as much text as they may have: a file may be one huge cell. */
const PROBED_LENGTH = 200_000;
const HEADER_WITHIN = 20;

function refuse(code: string, detail: string, action: string): Refusal {
  return new Refusal(422, code, detail, action, [{ field: 'contentBase64', message: detail }]);
}

function isBlank(row: readonly string[]): boolean {
  return row.every((cell) => cell.trim() === '');
}

/** Any delimiter, quoted cells, a preamble before the header; refuses with the place of what is wrong. */
export function parseCsv(text: string): ParsedCsv {
  if (text.trim() === '') throw refuse('csv_empty', 'The file is empty.', 'Choose a file with contacts.');
  const delimiter = detectDelimiter(text);
  const result = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: false });
  const quotes = result.errors.find((error) => error.type === 'Quotes');
  if (quotes) {
    const row = (quotes.row ?? 0) + 1;
    throw refuse(
      'csv_quotes',
      `Row ${row} has a quotation mark that does not end (${quotes.message}).`,
      'Correct this row, or save the file again as CSV.',
    );
  }
  const all = result.data.filter((row) => !isBlank(row));
  const at = headerIndex(all);
  const header = (all[at] ?? []).map((cell) => cell.trim());
  while (header.at(-1) === '') header.pop();
  const columns = header.map((name, index) => name || `Column ${index + 1}`);
  checkSize(columns, all.length - at - 1);
  const rows = all.slice(at + 1).map((row) => columns.map((_, column) => (row[column] ?? '').trim()));
  checkCells(columns, rows);
  return { delimiter, columns, rows };
}

/** The delimiter under which most rows have the same number of cells, the more cells the better. */
function detectDelimiter(text: string): string {
  const head = text.slice(0, PROBED_LENGTH);
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(head, { delimiter, preview: PROBED_ROWS });
    const widths = new Map<number, number>();
    for (const row of data) {
      if (row.length > 1) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
    }
    const score = Math.max(0, ...[...widths].map(([width, times]) => times * Math.log2(width + 1)));
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** The row that names most known columns; else the first row, if it holds names and not already data. */
function headerIndex(rows: readonly string[][]): number {
  let best = { index: -1, known: 0 };
  for (const [index, row] of rows.slice(0, HEADER_WITHIN).entries()) {
    if (row.some(looksLikeValue)) continue;
    const known = new Set(row.map(knownField).filter((field) => field !== null)).size;
    if (known > best.known) best = { index, known };
  }
  if (best.index >= 0) return best.index;
  const first = rows[0] ?? [];
  const filled = first.filter((cell) => cell.trim() !== '');
  const canBeHeader =
    filled.length >= 2 && !first.some(looksLikeValue) && new Set(filled).size === filled.length;
  if (canBeHeader && rows.length > 1) return 0;
  throw refuse(
    'csv_no_header',
    'No row with the names of the columns was found.',
    'Add a first row with names such as "First name", "Last name", "Email", "LinkedIn URL".',
  );
}

function checkSize(columns: readonly string[], rowCount: number): void {
  if (columns.length > limits.csvColumns) {
    throw refuse(
      'csv_too_many_columns',
      `The file has ${columns.length} columns, at most ${limits.csvColumns} are possible.`,
      'Remove columns that are not needed.',
    );
  }
  if (rowCount > limits.csvRows) {
    throw refuse(
      'csv_too_many_rows',
      `The file has ${rowCount} rows, at most ${limits.csvRows} are possible.`,
      'Split the file.',
    );
  }
  if (rowCount < 1) {
    throw refuse('csv_no_rows', 'The file has column names but no contacts.', 'Choose a file with contacts.');
  }
}

function checkCells(columns: readonly string[], rows: readonly string[][]): void {
  for (const [index, row] of rows.entries()) {
    const column = row.findIndex((cell) => cell.length > limits.csvCell);
    if (column < 0) continue;
    throw refuse(
      'csv_cell_too_large',
      `Row ${index + 2}, column "${columns[column]}": the cell has ${row[column]?.length} characters, ` +
        `at most ${limits.csvCell} are possible.`,
      'Shorten this cell. Often a quotation mark before it does not end.',
    );
  }
}
