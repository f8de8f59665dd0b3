import { join } from 'node:path';
import { build } from 'vite';

let bundled: Promise<string> | null = null;

/** The LinkedIn code as one script, built once per test process. */
export function bundle(): Promise<string> {
  bundled ??= buildOnce();
  return bundled;
}

async function buildOnce(): Promise<string> {
  const result = await build({
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
