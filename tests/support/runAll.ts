import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Count, countPlaywright, countVitest } from './reports.ts';
import { ensureInstalled } from './require.ts';
import { BUILT_SERVER } from './serverProgram.ts';

/**
 * `npm test`: static checks, every layer, and the browser. Everything runs even if something fails; the last line adds
 * up all suites, and just before it stand the names of what failed. Both come from the runners' own JSON reports, not
 * from their text.
 *
 * What only reckons (static checks, the simulation with its virtual time) goes on beside the other layers and then the
 * browser, which mostly wait: at low priority, so that it takes only what is left, and its lines come when it has
 * ended.
 */

const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rapport-test-'));
/**
 * Of 19: a tenth of what the others get where both want the processor. At 7 (a quarter) browser tests took half as long
 * again; at 19 a worker may starve at its start.
 */
const BESIDE = 10;

interface Way {
  /** At low priority, and what it prints is shown at its end. */
  isBeside?: boolean;
  env?: Record<string, string>;
}

function run(name: string, command: string[], { isBeside = false, env = {} }: Way = {}): Promise<number> {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    const heading = `\n== ${name}\n`;
    if (!isBeside) process.stdout.write(heading);
    const child = spawn(program, args, {
      stdio: isBeside ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, PATH: path, ...env },
    });
    if (isBeside && child.pid) setPriority(child.pid, BESIDE);
    let printed = heading;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    child.on('close', (code) => {
      if (isBeside) process.stdout.write(printed);
      resolve(code ?? 1);
    });
  });
}

/** A command without tests of its own counts as one. */
async function step(name: string, command: string[], way: Way = {}): Promise<Count> {
  const failed = (await run(name, command, way)) === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0, failures: failed === 0 ? [] : [name] };
}

/** The layer of this name, or all but it. */
async function vitest(name: string, layer: string, way: Way = {}): Promise<Count> {
  const file = join(folder, `${layer}.json`);
  const command = ['vitest', 'run', '--config', 'tests/vitest.config.ts', '--project', layer];
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return countVitest(file, await run(name, [...command, ...reports], way));
}

async function playwright(): Promise<Count> {
  const file = join(folder, 'playwright.json');
  const code = await run(
    'end to end',
    ['playwright', 'test', '--config', 'tests/e2e/playwright.config.ts', '--reporter=list,json'],
    { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file } },
  );
  return countPlaywright(file, code);
}

async function beside(): Promise<Count[]> {
  const way = { isBeside: true };
  return [
    await step('static checks', ['tsx', 'tests/support/check.ts'], way),
    await vitest('simulation', 'simulation', way),
  ];
}

function others(): Promise<Count> {
  const layers = 'unit, property, architecture, conformance, database, mail, twin, dom, matrix, chaos';
  return vitest(layers, '!simulation');
}

const start = performance.now();
ensureInstalled();
const built = await step('build', ['npm', 'run', '-s', 'build']);
if (built.failed === 0) process.env[BUILT_SERVER] = '1';
const reckoned = beside();
const counts = [built, await others(), await playwright(), ...(await reckoned)];
rmSync(folder, { recursive: true, force: true });
const failures = counts.flatMap((count) => count.failures);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
const sum = (key: Exclude<keyof Count, 'failures'>) => counts.reduce((total, count) => total + count[key], 0);
console.log(`\n${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') === 0 ? 0 : 1);
