import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
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
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  cache.set(path, outputText);
  return outputText;
}
