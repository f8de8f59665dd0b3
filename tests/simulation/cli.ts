import { bugs } from './bugs.ts';
import { type Reached, together } from './reached.ts';
import { type RunResult, run } from './run.ts';
import { idleTurns, whatDiffers } from './sameness.ts';
import type { TemplateName } from './templates.ts';

/**
 * `npm run sim -- --seeds 500`, `npm run sim -- --seed 42 --trace`, `npm run sim -- --seeds 5000 --minutes 30`,
 * `npm run sim -- --seeds 300 --again 3`.
 */
function option(name: string): string | null {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

export function report(result: RunResult): string {
  const mix = Object.entries(result.faults)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join(', ');
  return [
    `seed ${result.seed}: ${result.violation}`,
    `  faults: ${mix || 'none'}`,
    `  last: ${result.last.join('\n        ')}`,
    `  again: npm run sim -- --seed ${result.seed} --trace`,
  ].join('\n');
}

function summary({ seed, jobs, effects, days, fingerprint }: RunResult): string {
  const seconds = (process.cpuUsage().user / 1e6).toFixed(1);
  return `seed ${seed}: ${jobs} jobs, ${effects} effects, ${days.toFixed(1)} days, ${fingerprint}, ${seconds} s`;
}

export const SEEDS_PER_BUG = 12;

/** `npm run sim -- --planted-bugs`: which seed notices each, and by what. */
async function tryBugs(): Promise<number> {
  let missed = 0;
  const only = option('bug');
  for (const [name, bug] of Object.entries(bugs)) {
    if (only !== null && only !== name) continue;
    const startedAt = performance.now();
    let noticed = 'NOT NOTICED';
    for (let seed = 1; seed <= SEEDS_PER_BUG && noticed === 'NOT NOTICED'; seed++) {
      const { violation, jobs } = await run(seed, { bug });
      if (violation?.startsWith('Violation')) noticed = `seed ${seed}: ${violation.slice(0, 110)}`;
      else if (violation)
        process.stdout.write(`  ${name}, seed ${seed} ${jobs}: ${violation.slice(0, 200)}\n`);
    }
    if (noticed === 'NOT NOTICED') missed += 1;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${name} (${seconds} s): ${noticed}\n`);
  }
  return missed;
}

async function main(): Promise<void> {
  if (process.argv.includes('--planted-bugs')) {
    process.exitCode = (await tryBugs()) > 0 ? 1 : 0;
    return;
  }
  const bug = bugs[option('bug') ?? ''] ?? null;
  const template = option('template') as TemplateName | null;
  const single = option('seed');
  const first = Number(single ?? option('from') ?? 1);
  const count = single === null ? Number(option('seeds') ?? 100) : 1;
  const minutes = Number(option('minutes') ?? Number.POSITIVE_INFINITY);
  const startedAt = performance.now();
  const again = Number(option('again') ?? 0);
  const turns = option('turns');
  const trace = process.argv.includes('--details') ? 'all' : process.argv.includes('--trace');
  const tellsReached = process.argv.includes('--reached');
  const reached: Reached[] = [];
  let [failures, effects, jobs, seeds] = [0, 0, 0, 0];
  for (let seed = first; seed < first + count; seed++) {
    if (performance.now() - startedAt > minutes * 60_000) break;
    const imports = process.argv.includes('--imports');
    const tilt = template === null && !imports ? undefined : { ...(template ? { template } : {}), imports };
    const result = await run(seed, {
      bug,
      trace,
      tellsReached,
      ...(tilt ? { tilt } : {}),
      ...(turns === null ? {} : { idleTurns: idleTurns(Number(turns)) }),
    });
    seeds += 1;
    effects += result.effects;
    jobs += result.jobs;
    reached.push(result.reached);
    if (process.argv.includes('--each')) process.stdout.write(`${summary(result)}\n`);
    const wrong = result.violation ? [report(result)] : [];
    for (let i = 0; i < again; i++) wrong.push((await whatDiffers(result, i * count + seed)) ?? '');
    const told = wrong.filter((text) => text !== '');
    if (told.length === 0) continue;
    failures += 1;
    process.stdout.write(`${told.join('\n')}\n`);
  }
  for (const [what, n] of together(reached)) process.stdout.write(`${what} ${n}\n`);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage();
  const cpu = ((user + system) / 1e6 / seeds).toFixed(2);
  process.stdout.write(
    `${seeds} seeds, ${failures} failed, ${effects} effects, ${jobs} jobs, ${(seconds / seeds).toFixed(2)} s each (${cpu} s of the processor)\n`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('cli.ts')) await main();
