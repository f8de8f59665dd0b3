import { launch } from '../dom/support/fixtures.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { type Case, product } from './dimensions.ts';
import { openLane } from './lane.ts';
import { nameOf, whatIsWrong } from './runCase.ts';

/**
 * `npm run test:matrix [-- --shard 1/8] [--lanes 4] [--only message]`: every case that makes sense. Prints what ended
 * another way than specified, then one line of JSON; exit code 1 when there was any.
 */

function option(name: string): string | null {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

const [part = 1, parts = 1] = (option('shard') ?? '1/1').split('/').map(Number);
const laneCount = Number(option('lanes') ?? 4);
const only = option('only');
const cases: Case[] = [...product()].filter(
  (each, i) => i % parts === part - 1 && (only === null || nameOf(each).includes(only)),
);

const browser = await launch();
const lanes = await Promise.all(Array.from({ length: laneCount }, () => openLane(browser)));
const queue = [...cases];
const start = Date.now();
let wrong = 0;
let run = 0;
await Promise.all(
  lanes.map(async (lane) => {
    for (let each = queue.shift(); each; each = queue.shift()) {
      const problem = await whatIsWrong(lane, each);
      if (problem) console.log(problem);
      if (problem) wrong += 1;
      run += 1;
      if (run % 100 === 0) console.log(`${run} of ${cases.length}`);
    }
  }),
);
const unknown = undocumented(lanes.flatMap((lane) => lane.twin.toolRequests()));
for (const request of unknown) console.log(`not in docs/linkedin-requests.md: ${request}`);
const seconds = Math.round((Date.now() - start) / 1000);
await Promise.all(lanes.map((lane) => lane.close()));
await browser.close();
console.log(JSON.stringify({ cases: run, wrong, undocumented: unknown.length, seconds }));
process.exitCode = wrong + unknown.length > 0 ? 1 : 0;
