import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Count, countPlaywright, countVitest } from './reports.ts';
import { ensureInstalled } from './require.ts';

/**
 * `npm test`: static checks, then every layer, then the browser. Everything runs even if something fails;
 * the last line adds up all suites, and just before it stand the names of what failed. Both come from the
 * runners' own JSON reports, not from their text.
 */

const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rapport-test-'));

function run(command: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, PATH: path, ...env } });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** A command without tests of its own counts as one. */
async function step(name: string, command: string[]): Promise<Count> {
  console.log(`\n== ${name}`);
  const code = await run(command);
  const failed = code === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0, failures: failed === 0 ? [] : [name] };
}

async function vitest(): Promise<Count> {
  console.log(
    '\n== unit, property, architecture, conformance, simulation, database, mail, twin, dom, matrix, chaos',
  );
  const file = join(folder, 'vitest.json');
  const code = await run([
    'vitest',
    'run',
    '--config',
    'tests/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  return countVitest(file, code);
}

async function playwright(): Promise<Count> {
  console.log('\n== end to end');
  const file = join(folder, 'playwright.json');
  const code = await run(
    ['playwright', 'test', '--config', 'tests/e2e/playwright.config.ts', '--reporter=list,json'],
    {
      PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    },
  );
  return countPlaywright(file, code);
}

const start = performance.now();
ensureInstalled();
const counts: Count[] = [
  await step('build', ['npm', 'run', '-s', 'build']),
  await step('static checks', ['tsx', 'tests/support/check.ts']),
  await vitest(),
  await playwright(),
];
rmSync(folder, { recursive: true, force: true });
const failures = counts.flatMap((count) => count.failures);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
const sum = (key: Exclude<keyof Count, 'failures'>) => counts.reduce((total, count) => total + count[key], 0);
console.log(`\n${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') === 0 ? 0 : 1);
