import { spawnSync } from 'node:child_process';

/** Builds and zips the extension for each browser, and lints the Firefox build. Exit code 1 when anything fails. */

const WEB_EXT = 'web-ext@10.7.0';

const steps: [name: string, command: string, args: string[]][] = [
  ['Chrome', 'npx', ['--no-install', 'wxt', 'zip', '--level', 'warn']],
  ['Edge', 'npx', ['--no-install', 'wxt', 'zip', '-b', 'edge', '--level', 'warn']],
  ['Firefox', 'npx', ['--no-install', 'wxt', 'zip', '-b', 'firefox', '--level', 'warn']],
  // Not a dependency: it brings some 400 packages that nothing else needs.
  ['web-ext lint', 'npx', ['--yes', WEB_EXT, 'lint', '--source-dir', '.output/firefox-mv3']],
];

let failed = false;
for (const [name, command, args] of steps) {
  console.log(`== ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
