import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Set by `npm test`, which has built the server just before. */
export const BUILT_SERVER = 'RAPPORT_TEST_BUILT_SERVER';

/**
 * What starts the real server. The built file where it is fresh: it starts with 2 s of processor, and its sources,
 * translated by a loader, with 6. A single test runs the sources, which are never stale.
 */
export function serverProgram(isAsUsersRunIt = false): { file: string; execArgv: string[] } {
  return isAsUsersRunIt || process.env[BUILT_SERVER]
    ? { file: join(root, 'dist/main.js'), execArgv: ['--enable-source-maps'] }
    : { file: join(root, 'companion-server/main.ts'), execArgv: ['--import', 'tsx'] };
}
