import { spawnSync } from 'node:child_process';
import { once } from './once.ts';

/**
 * TypeScript 7 takes a third of the processor that 6 takes (17 s to 52). 6 stays for what reads code by its API: the import
 * rules, the simulated LinkedIn. One thread, because several check much of it twice (26 s).
 */
const types = ['node', 'node_modules/typescript-7/bin/tsc', '--noEmit', '--singleThreaded'];

/** The static checks, all of them even if one fails; each line says how long it took. npm puts their programs on the path. */
const checks: [name: string, command: string[]][] = [
  ['types', types],
  ['biome', ['biome', 'check', '--error-on-warnings', '.']],
  ['imports', ['tsx', 'tests/support/checkImports.ts']],
  ['doc comments', ['tsx', 'tests/support/checkDocs.ts']],
  ['dead code', ['knip', '--config', 'tests/knip.json']],
  [
    'selectors',
    ['vitest', 'run', '--config', 'tests/vitest.config.ts', 'tests/architecture/selectors.test.ts'],
  ],
];

let failed = 0;
for (const [name, command] of checks) {
  const [program = '', ...args] = command;
  const { status, output, seconds } = once(() => spawnSync(program, args, { encoding: 'utf8' }));
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed++;
    console.log(output);
  }
}
process.exit(failed === 0 ? 0 : 1);
