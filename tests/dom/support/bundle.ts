import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

let bundled: Promise<string> | null = null;

/** Names the file that `buildOnce.ts` built, where it did. */
export const BUNDLE_FILE = 'RAPPORT_TEST_BUNDLE';

/** The LinkedIn code as one script. */
export function bundle(): Promise<string> {
  const file = process.env[BUNDLE_FILE];
  bundled ??= file ? readFile(file, 'utf8') : build();
  return bundled;
}

async function build(): Promise<string> {
  const vite = await import('vite');
  const result = await vite.build({
    configFile: false,
    root: join(import.meta.dirname, '../../..'),
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      lib: { entry: join(import.meta.dirname, 'pageEntry.ts'), formats: ['iife'], name: 'rapportPage' },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  const chunk = first && 'output' in first ? first.output.at(0) : undefined;
  if (chunk?.type !== 'chunk') throw new Error('the bundle has no script');
  return chunk.code;
}
