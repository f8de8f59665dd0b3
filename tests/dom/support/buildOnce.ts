import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_FILE, bundle } from './bundle.ts';

/** Before the browser layers: the LinkedIn code is built once, not by each test file. */
export default async function buildOnce(): Promise<(() => void) | undefined> {
  // Another layer of this run was first.
  if (process.env[BUNDLE_FILE]) return;
  const folder = mkdtempSync(join(tmpdir(), 'rapport-bundle-'));
  const file = join(folder, 'rapport.js');
  writeFileSync(file, await bundle());
  process.env[BUNDLE_FILE] = file;
  return () => {
    delete process.env[BUNDLE_FILE];
    rmSync(folder, { recursive: true, force: true });
  };
}
