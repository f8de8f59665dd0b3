import { fileURLToPath } from 'node:url';

/** The path of a `file:` address; null for a server's. */
export function fileOf(url: string): string | null {
  if (!url.startsWith('file:')) return null;
  return url.startsWith('file://') ? fileURLToPath(url) : decodeURIComponent(url.slice('file:'.length));
}
