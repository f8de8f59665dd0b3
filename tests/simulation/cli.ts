import { type RunResult, run } from './run.ts';

/** `npm run sim -- --seeds 500` or `npm run sim -- --seed 42 --trace`. */
function option(name: string): string | null {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

export function report(result: RunResult): string {
  const mix = Object.entries(result.faults)
    .filter(([name]) => name !== 'on')
    .map(([name, value]) => `${name} ${Number(value).toFixed(3)}`)
    .join(', ');
  return `seed ${result.seed}: ${result.violation}\n  faults: ${mix}\n  last: ${result.last.slice(-25).join('\n        ')}`;
}

async function main(): Promise<void> {
  const single = option('seed');
  const first = single === null ? 1 : Number(single);
  const count = single === null ? Number(option('seeds') ?? 100) : 1;
  let failures = 0;
  let effects = 0;
  for (let seed = first; seed < first + count; seed++) {
    const result = await run(seed, { trace: process.argv.includes('--trace') });
    effects += result.effects;
    if (!result.violation) continue;
    failures += 1;
    process.stdout.write(`${report(result)}\n`);
  }
  process.stdout.write(`${count} seeds, ${failures} failed, ${effects} effects\n`);
  process.exitCode = failures > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('cli.ts')) await main();
