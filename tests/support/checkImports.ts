import { readdirSync } from 'node:fs';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { rules } from './importRules.ts';

/**
 * Import rules by dependency-cruiser. It finds nothing at all, and passes, when it cannot parse TypeScript;
 * so what it saw is compared with the files on the disk.
 */
const folders = ['shared', 'extension', 'companion-server', 'tests'];
/** At the top only: packages have such folders too, and what is excluded is seen by no rule. */
const generated = '^(\\.output|\\.wxt|dist)/';

const result = await cruise(
  folders,
  {
    ruleSet: { forbidden: rules },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: generated },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
  {},
  { tsConfig: extractTSConfig('tsconfig.json') },
);

const output = result.output;
if (typeof output === 'string') throw new Error('dependency-cruiser gave text instead of a result');
const seen = new Set(output.modules.map(({ source }) => source));
for (const violation of output.summary.violations) {
  console.error(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
const onDisk = folders
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(folder, file)),
  )
  .filter((file) => /\.tsx?$/.test(file));
const unseen = onDisk.filter((file) => !seen.has(file));
console.log(`${onDisk.length} files, ${output.summary.error} errors`);
if (![...seen].some((source) => source.includes('node_modules/'))) {
  console.error('The check did not work: it saw no package.');
  process.exit(1);
}
if (onDisk.length === 0 || unseen.length > 0) {
  console.error(`The check did not work: it saw ${onDisk.length - unseen.length} of ${onDisk.length} files.`);
  console.error(unseen.join('\n'));
  process.exit(1);
}
process.exit(output.summary.error === 0 ? 0 : 1);
