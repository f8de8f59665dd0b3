import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type typescript from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Stripped scripts by the hash of their source: loading the compiler costs a second of processor in each process. */
const KEPT = fileURLToPath(new URL('../../../node_modules/.cache/linkedin-twin', import.meta.url));
/** Changes with what `strip` does. */
const FORM = 'es2022';
const cache = new Map<string, string>();

/** A page script, its types stripped. Null for anything outside the folders pages may load. */
export function pageScript(path: string): string | null {
  if (!/^(browser|render|labels)\/[a-z-]+\.ts$/.test(path)) return null;
  const known = cache.get(path);
  if (known !== undefined) return known;
  let source: string;
  try {
    source = readFileSync(`${ROOT}/${path}`, 'utf8');
  } catch {
    return null;
  }
  const script = kept(source) ?? keep(source, strip(source));
  cache.set(path, script);
  return script;
}

const fileOf = (source: string) =>
  join(
    KEPT,
    `${createHash('sha256')
      .update(FORM + source)
      .digest('hex')}.js`,
  );

function kept(source: string): string | null {
  try {
    return readFileSync(fileOf(source), 'utf8');
  } catch {
    return null;
  }
}

/** Whole or not at all; a folder that cannot be written costs time, nothing else. */
function keep(source: string, script: string): string {
  try {
    mkdirSync(KEPT, { recursive: true });
    const unfinished = `${fileOf(source)}.${process.pid}`;
    writeFileSync(unfinished, script);
    renameSync(unfinished, fileOf(source));
  } catch {}
  return script;
}

function strip(source: string): string {
  const ts = createRequire(import.meta.url)('typescript') as typeof typescript;
  return ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}
