import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../../docs/linkedin-requests.md', import.meta.url));

/** Requests that the documentation names: `*` stands for an id, a `?` at the end for any query. */
function documented(): RegExp[] {
  const rows = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `(GET [^`]+)` \|/gm)];
  if (rows.length === 0) throw new Error('docs/linkedin-requests.md lists no requests');
  return rows.map(([, request = '']) => {
    const any = request.endsWith('?');
    const pattern = (any ? request.slice(0, -1) : request)
      .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
      .replaceAll('*', '[^/?]+');
    return new RegExp(`^${pattern}${any ? '\\?.*' : ''}$`);
  });
}

/** The requests of a tool that the documentation does not name, each once. */
export function undocumented(requests: readonly string[]): string[] {
  const known = documented();
  return [...new Set(requests)].filter((request) => !known.some((pattern) => pattern.test(request)));
}
