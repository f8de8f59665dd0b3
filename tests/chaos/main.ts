import { launch } from '../dom/support/fixtures.ts';
import { runChaos } from './chaos.ts';
import { runRealChaos } from './real.ts';

/**
 * `npm run chaos -- [--actions 2000] [--people 300] [--seed 1] [--lanes 4]`, or with the built extension and the real
 * server `npm run chaos -- --real [--people 20] [--seed 1] [--minutes 10]`: exit code 1 when anything was wrong.
 */

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

if (process.argv.includes('--real')) {
  const real = { people: option('people', 20), seed: option('seed', 1), minutes: option('minutes', 10) };
  const { wrong, ...counts } = await runRealChaos(real);
  for (const sentence of wrong) console.log(sentence);
  console.log(JSON.stringify({ ...real, ...counts, wrong: wrong.length }));
  process.exit(wrong.length > 0 ? 1 : 0);
}

const PROGRESS_EVERY = 50;
const options = {
  actions: option('actions', 2_000),
  people: option('people', 300),
  seed: option('seed', 1),
  lanes: option('lanes', 4),
};
const start = Date.now();
const browser = await launch();
let told = 0;
const { wrong, ...counts } = await runChaos(browser, {
  ...options,
  onAction(so) {
    for (; told < so.wrong.length; told++) console.log(so.wrong[told]);
    if (so.actions % PROGRESS_EVERY > 0) return;
    const { actions, effects, unknown, deaths } = so;
    console.log(
      `${actions} of ${options.actions}: ${effects} effects, ${unknown} unknown, ${deaths} deaths, ${told} wrong`,
    );
  },
});
await browser.close();
for (; told < wrong.length; told++) console.log(wrong[told]);
const seconds = Math.round((Date.now() - start) / 1000);
console.log(JSON.stringify({ ...options, ...counts, wrong: wrong.length, seconds }));
process.exit(wrong.length > 0 ? 1 : 0);
