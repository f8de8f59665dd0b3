import { join } from 'node:path';
import { launch } from '../dom/support/fixtures.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { type Case, product } from './dimensions.ts';
import { openLane } from './lane.ts';
import { openResults, tableOf } from './results.ts';
import { mostReads, nameOf, whatIsWrong } from './runCase.ts';

/**
 * `npm run test:matrix [-- --shard 1/8] [--resume] [--lanes 4] [--only message] [--minutes 30]`: every case that makes
 * sense. Prints how far it is and what ended another way than specified, in the end a table and one line of JSON; exit
 * code 1 when anything was wrong. `--resume` goes on where a run of the same shard was broken off, and tries what was
 * wrong again; `--minutes` breaks off by itself. Results are kept in .output/matrix (`--results`: elsewhere).
 */

function option(name: string): string | null {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

const PROGRESS_EVERY = 50;
const shard = option('shard') ?? '1/1';
const [part = 1, parts = 1] = shard.split('/').map(Number);
if (!(part >= 1 && part <= parts)) throw new Error(`--shard ${shard}: it is a part and their number, as 1/8`);
const laneCount = Number(option('lanes') ?? 4);
const minutes = Number(option('minutes') ?? Number.POSITIVE_INFINITY);
const only = option('only');
const folder = option('results') ?? '.output/matrix';
const results = openResults(join(folder, `${part}-of-${parts}.jsonl`), process.argv.includes('--resume'));

const cases: Case[] = [...product()].filter(
  (each, i) => i % parts === part - 1 && (only === null || nameOf(each).includes(only)),
);
const queue = cases.filter((each) => !results.passed.has(nameOf(each)));
const todo = queue.length;
console.log(`shard ${shard}: ${cases.length} cases, ${cases.length - todo} of them passed before`);

const browser = await launch();
const lanes = await Promise.all(Array.from({ length: laneCount }, () => openLane(browser)));
const start = Date.now();
const wrong = new Set<string>();
let run = 0;
await Promise.all(
  lanes.map(async (lane) => {
    while (Date.now() - start < minutes * 60_000) {
      const each = queue.shift();
      if (!each) return;
      const problem = await whatIsWrong(lane, each);
      results.add(each, problem);
      run += 1;
      if (problem) {
        wrong.add(nameOf(each));
        console.log(problem);
      }
      if (run % PROGRESS_EVERY > 0) continue;
      const perSecond = run / ((Date.now() - start) / 1000);
      const left = Math.ceil((todo - run) / perSecond / 60);
      console.log(`${run} of ${todo}, ${wrong.size} wrong, about ${left} minutes left`);
    }
  }),
);
const unknown = undocumented(lanes.flatMap((lane) => lane.twin.toolRequests()));
for (const request of unknown) console.log(`not in docs/linkedin-requests.md: ${request}`);
const seconds = Math.round((Date.now() - start) / 1000);
await Promise.all(lanes.map((lane) => lane.close()));
await browser.close();
console.log(tableOf(cases, results.passed, wrong));
for (const [kind, { before, after }] of mostReads) {
  console.log(`${kind.padEnd(10)} at most ${before} reads until the click, ${after} after it`);
}
const counts = { cases: cases.length, run, passed: results.passed.size, wrong: wrong.size };
console.log(JSON.stringify({ shard, ...counts, undocumented: unknown.length, seconds }));
process.exitCode = wrong.size + unknown.length > 0 ? 1 : 0;
