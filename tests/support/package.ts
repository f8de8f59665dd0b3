import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run package`: builds and zips the extension for each browser, lints the Firefox build (web-ext comes from the
 * registry) and says where the archives are. Exit code 1 when anything fails.
 */

const WEB_EXT = 'web-ext@10.7.0';

const steps: [name: string, command: string, args: string[]][] = [
  ['Chrome', 'npx', ['--no-install', 'wxt', 'zip', '--level', 'warn']],
  ['Edge', 'npx', ['--no-install', 'wxt', 'zip', '-b', 'edge', '--level', 'warn']],
  ['Firefox', 'npx', ['--no-install', 'wxt', 'zip', '-b', 'firefox', '--level', 'warn']],
  // Not a dependency: it brings some 400 packages that nothing else needs.
  ['web-ext lint', 'npx', ['--yes', WEB_EXT, 'lint', '--source-dir', '.output/firefox-mv3']],
];

const OUTPUT = '.output';
const zips = () => (existsSync(OUTPUT) ? readdirSync(OUTPUT) : []).filter((name) => name.endsWith('.zip'));
/** Of each browser, and the sources that Firefox's store asks for. */
const wanted = ['chrome.zip', 'edge.zip', 'firefox.zip', 'sources.zip'];

let failed = false;
// An archive of before must not pass for one of now.
for (const old of zips()) rmSync(join(OUTPUT, old));
for (const [name, command, args] of steps) {
  console.log(`== ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
for (const name of zips()) {
  console.log(`${join(OUTPUT, name)}  ${Math.round(statSync(join(OUTPUT, name)).size / 1024)} kB`);
}
for (const end of wanted.filter((each) => !zips().some((name) => name.endsWith(each)))) {
  console.log(`missing: ${end}`);
  failed = true;
}
process.exit(failed ? 1 : 0);
