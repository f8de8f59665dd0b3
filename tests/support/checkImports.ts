import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { rules } from './importRules.ts';

/**
 * Import rules by dependency-cruiser. It finds nothing at all, and passes, when it cannot parse TypeScript;
 * so the number of modules it saw is asserted too.
 */
const MODULES_AT_LEAST = 150;

const result = await cruise(
  ['shared', 'extension', 'companion-server', 'tests'],
  {
    ruleSet: { forbidden: rules },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|\\.output|\\.wxt|dist)/' },
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
const own = output.modules.filter(
  (module) => !module.source.includes('node_modules') && /\.tsx?$/.test(module.source),
);
for (const violation of output.summary.violations) {
  console.error(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
console.log(`${own.length} modules, ${output.summary.error} errors`);
if (own.length < MODULES_AT_LEAST) {
  console.error(
    `Only ${own.length} modules were seen, at least ${MODULES_AT_LEAST} exist: the check did not work.`,
  );
  process.exit(1);
}
process.exit(output.summary.error === 0 ? 0 : 1);
