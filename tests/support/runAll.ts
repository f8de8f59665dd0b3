import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ensureInstalled } from './require.ts';

/**
 * `npm test`: static checks, then every layer, then the browser. Everything runs even if something fails;
 * the last line adds up all suites. Counts come from the runners' own JSON reports, not from their text.
 */

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.unknown()) }),
  ),
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

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
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function vitest(): Promise<Count> {
  console.log('\n== unit, property, architecture, conformance, simulation, database, mail, twin, dom');
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
  const report = vitestReport.safeParse(readJson(file));
  if (!report.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report.data;
  // A file that could not even be loaded has no tests of its own, but must not pass unnoticed.
  const broken = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = numFailedTests + broken;
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
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
  const report = playwrightReport.safeParse(readJson(file));
  if (!report.success) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = report.data.stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
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
const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);
console.log(`\n${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') === 0 ? 0 : 1);
