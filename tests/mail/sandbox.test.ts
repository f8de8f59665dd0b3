import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = new URL('../mail-sandbox/index.ts', import.meta.url).href;
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = `
import { startMailSandbox } from '${entry}';
const sandbox = await startMailSandbox({ users: [{ address: 'a@b.test', password: 'x' }] });
console.log(sandbox.ports.imap);
setInterval(() => undefined, 1000);
`;

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

it('ends Dovecot when its own process is killed', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())));
    child.once('exit', () => reject(new Error('The sandbox did not start.')));
  });
  expect(await answers(port)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => answers(port), { timeout: 15_000 }).toBe(false);
}, 60_000);
