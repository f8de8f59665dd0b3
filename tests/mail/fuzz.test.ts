import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** In a process of its own, whose small heap and whose end bound what a message may cost. */
it('hostile and damaged mail is read without crash or hang, in a heap of 192 MB', async () => {
  const args = ['--max-old-space-size=192', '--import', 'tsx', 'tests/fuzz/inbound.ts', '--runs', '100'];
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 110_000 });
  expect(JSON.parse(stdout)).toEqual({ survived: 317, seed: expect.any(Number) });
}, 120_000);
