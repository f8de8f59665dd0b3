import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const line = z.object({ workspaceId: z.string(), hash: z.string(), at: z.number() });
export type ErasedIdentifier = z.infer<typeof line>;

/** Erasures outside the database: a backup that is restored does not know those made after it. */
export interface ErasureLog {
  /** On the disk when it resolves. */
  append(lines: readonly ErasedIdentifier[]): Promise<void>;
  /** All of them; a line that a crash left half written is left out. */
  read(): Promise<ErasedIdentifier[]>;
}

/** `<data>/erasures.jsonl`: keyed hashes, one a line. It belongs to the data folder, not to a backup of the database. */
export function createErasureLog(dataDir: string): ErasureLog {
  const file = path.join(dataDir, 'erasures.jsonl');
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
