import { Refusal } from '../refusal.ts';

export interface DecodedText {
  text: string;
  encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'windows-1252';
}

const notText = (what: string, action: string) =>
  new Refusal(422, 'csv_not_text', `This file is ${what}, not a text file.`, action, [
    { field: 'contentBase64', message: `is ${what}` },
  ]);

const saveAsCsv = 'Open it in the program it comes from and save it as CSV (UTF-8).';

/** The text of a CSV file in whatever encoding programs write them in. */
export function decodeText(bytes: Uint8Array): DecodedText {
  refuseBinary(bytes);
  const encoding = encodingOf(bytes);
  // TextDecoder takes the byte order mark away.
  const text = new TextDecoder(encoding).decode(bytes);
  if (hasControlCharacters(text)) {
    throw new Refusal(
      422,
      'csv_encoding',
      'The encoding of this file is not known: its text holds control characters.',
      'Save it as CSV in UTF-8 and upload it again.',
      [{ field: 'contentBase64', message: 'unknown encoding' }],
    );
  }
  return { text, encoding };
}

function startsWith(bytes: Uint8Array, ...head: number[]): boolean {
  return head.every((byte, at) => bytes[at] === byte);
}

function refuseBinary(bytes: Uint8Array): void {
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) throw notText('an Excel workbook or ZIP archive', saveAsCsv);
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) throw notText('an old Excel workbook', saveAsCsv);
  if (startsWith(bytes, 0x25, 0x50, 0x44, 0x46)) throw notText('a PDF', 'Export the data as CSV instead.');
  if (startsWith(bytes, 0x1f, 0x8b)) throw notText('a compressed file', 'Unpack it first.');
}

function encodingOf(bytes: Uint8Array): DecodedText['encoding'] {
  if (startsWith(bytes, 0xff, 0xfe)) return 'UTF-16LE';
  if (startsWith(bytes, 0xfe, 0xff)) return 'UTF-16BE';
  const zeros = zeroBytes(bytes.subarray(0, 4000));
  if (zeros.odd > zeros.even * 4 && zeros.odd > zeros.pairs * 0.4) return 'UTF-16LE';
  if (zeros.even > zeros.odd * 4 && zeros.even > zeros.pairs * 0.4) return 'UTF-16BE';
  if (zeros.odd + zeros.even > 0) {
    throw notText('binary data', 'Export the data as CSV.');
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'UTF-8';
  } catch {
    return 'windows-1252';
  }
}

/** Latin text in UTF-16 has a zero in every second byte. */
function zeroBytes(bytes: Uint8Array): { even: number; odd: number; pairs: number } {
  let [even, odd] = [0, 0];
  for (const [at, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    if (at % 2 === 0) even += 1;
    else odd += 1;
  }
  return { even, odd, pairs: Math.max(1, bytes.length / 2) };
}

function hasControlCharacters(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u0081\u008d\u008f\u0090\u009d\ufffd]/.test(text);
}
