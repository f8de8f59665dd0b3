import { spawnSync } from 'node:child_process';
import { once } from './once.ts';

/** The static checks, all of them even if one fails; each line says how long it took. */
const checks: [name: string, command: string[]][] = [
  ['types', ['tsc', '--noEmit']],
  ['biome', ['biome', 'check', '--error-on-warnings', '.']],
  ['imports', ['tsx', 'tests/support/checkImports.ts']],
  ['dead code', ['knip', '--config', 'tests/knip.json']],
  [
    'selectors',
    ['vitest', 'run', '--config', 'tests/vitest.config.ts', 'tests/architecture/selectors.test.ts'],
  ],
];

let failed = 0;
for (const [name, command] of checks) {
  const { status, output, seconds } = once(() =>
    spawnSync('npx', ['--no-install', ...command], { encoding: 'utf8' }),
  );
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed++;
    console.log(output);
  }
}
process.exit(failed === 0 ? 0 : 1);
