import { launch } from '../dom/support/fixtures.ts';
import { runChaos } from './chaos.ts';

/** `npm run chaos -- [--actions 2000] [--people 300] [--seed 1] [--lanes 4]`: exit code 1 when anything was wrong. */

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const options = {
  actions: option('actions', 2_000),
  people: option('people', 300),
  seed: option('seed', 1),
  lanes: option('lanes', 4),
};
const start = Date.now();
const browser = await launch();
const { wrong, ...counts } = await runChaos(browser, options);
await browser.close();
for (const sentence of wrong) console.log(sentence);
const seconds = Math.round((Date.now() - start) / 1000);
console.log(JSON.stringify({ ...options, ...counts, wrong: wrong.length, seconds }));
process.exit(wrong.length > 0 ? 1 : 0);
