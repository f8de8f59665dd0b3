import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/** Draws the toolbar icons: `npx tsx extension/ui/makeIcons.ts`. Their output is committed. */

const GROUND = [11, 114, 133, 255] as const;
const MARK = [255, 255, 255, 255] as const;
const CLEAR = [0, 0, 0, 0] as const;
const SAMPLES = 4;

type Colour = readonly [number, number, number, number];

/** Two dots joined by an arc on a rounded square, in a unit square. */
function colourAt(x: number, y: number): Colour {
  if (!insideRoundedSquare(x, y)) return CLEAR;
  const dots = [
    [0.29, 0.66],
    [0.71, 0.66],
  ] as const;
  if (dots.some(([dx, dy]) => Math.hypot(x - dx, y - dy) < 0.115)) return MARK;
  const ring = Math.hypot(x - 0.5, y - 0.62);
  return y < 0.6 && ring > 0.235 && ring < 0.335 ? MARK : GROUND;
}

function insideRoundedSquare(x: number, y: number): boolean {
  const radius = 0.22;
  const dx = Math.max(radius - x, x - (1 - radius), 0);
  const dy = Math.max(radius - y, y - (1 - radius), 0);
  return Math.hypot(dx, dy) <= radius;
}

function pixel(size: number, column: number, row: number): number[] {
  const sum = [0, 0, 0, 0];
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
    const [red, green, blue, alpha] = colourAt(x, y);
    sum[0] = (sum[0] ?? 0) + red * alpha;
    sum[1] = (sum[1] ?? 0) + green * alpha;
    sum[2] = (sum[2] ?? 0) + blue * alpha;
    sum[3] = (sum[3] ?? 0) + alpha;
  }
  const alpha = sum[3] ?? 0;
  const colour = sum.slice(0, 3).map((part) => (alpha === 0 ? 0 : Math.round(part / alpha)));
  return [...colour, Math.round(alpha / (SAMPLES * SAMPLES))];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function png(size: number): Buffer {
  const rows: number[] = [];
  for (let row = 0; row < size; row++) {
    rows.push(0);
    for (let column = 0; column < size; column++) rows.push(...pixel(size, column, row));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const folder = path.join(import.meta.dirname, '../public/icon');
mkdirSync(folder, { recursive: true });
for (const size of [16, 32, 48, 128]) writeFileSync(path.join(folder, `${size}.png`), png(size));
