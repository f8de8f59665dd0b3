import { open, readFile } from 'node:fs/promises';
import type { z } from 'zod';

/** Lines that outlive the database: a backup that is restored does not know those written after it. */
export interface LineLog<T> {
  /** On the disk when it resolves. */
  append(lines: readonly T[]): Promise<void>;
  /** All of them; a line that a crash left half written is left out. */
  read(): Promise<T[]>;
}

/** One file of JSON lines, which only this server's user may read. */
export function createLineLog<T>(file: string, line: z.ZodType<T>): LineLog<T> {
  return {
    async append(lines) {
      if (lines.length === 0) return;
      const handle = await open(file, 'a', 0o600);
      try {
        // After half a line the next one begins anew.
        await handle.writeFile(`\n${lines.map((each) => JSON.stringify(each)).join('\n')}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      return text.split('\n').flatMap((each) => {
        const parsed = line.safeParse(jsonOrNull(each));
        return parsed.success ? [parsed.data] : [];
      });
    },
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
