import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { createSender } from '../../support/campaign.ts';
import { cast } from '../../support/cast.ts';
import { chromiumArgs } from '../../support/chromiumArgs.ts';
import { setUpOwner } from '../../support/ownerApi.ts';
import { openRapportBrowser, signInToLinkedin } from '../../support/rapportBrowser.ts';
import { chromiumPath } from '../../support/require.ts';
import { startWorld } from '../../support/world.ts';
import {
  callsWhileIdle,
  costOfLoad,
  emptyPaint,
  firstScripts,
  hasRunner,
  popupPaint,
  shapeOf,
  sizeOf,
  wholePopup,
  workerHeap,
} from './measure.ts';

/** Cost of the extension on the rep's own browsing: a table, then one line of JSON. */

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const rounds = Number(values.rounds);
const IDLE_MS = 5_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const at = (numbers: readonly number[], share: number) =>
  Number((numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN).toFixed(2));
const spread = (numbers: readonly number[]) => ({
  p50: at(numbers, 0.5),
  p90: at(numbers, 0.9),
  max: at(numbers, 0.9999),
});

const world = await startWorld(cast);
const browser = await openRapportBrowser(world);
const plain = await chromium.launch({
  executablePath: chromiumPath(),
  args: [...chromiumArgs, ...world.twin.chromiumArgs],
});
try {
  const api = await setUpOwner(world.server());
  await browser.pair(api, await createSender(api, world));
  await browser.signInToLinkedin();
  const without = await plain.newPage({ ignoreHTTPSErrors: true });
  await signInToLinkedin(without, world.twin.origin);

  const slug = cast[0]?.person.slug ?? '';
  const pages = { feed: `${world.twin.origin}/feed/`, profile: `${world.twin.origin}/in/${slug}/` };
  const measured: Record<string, object> = {};
  const tab = await browser.context.newPage();
  for (const [name, url] of Object.entries(pages)) {
    const loads: number[] = [];
    const calls: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const cost = await costOfLoad(tab, url);
      loads.push(cost.ms);
      calls.push(cost.calls);
    }
    await without.goto(url, { waitUntil: 'networkidle' });
    const [own, bare] = [await shapeOf(tab), await shapeOf(without)];
    const differing = [...new Set([...Object.keys(own), ...Object.keys(bare)])].filter(
      (key) => own[key] !== bare[key],
    );
    measured[name] = {
      mainThreadMs: spread(loads),
      sentinelCalls: spread(calls),
      callsWhileIdle: await callsWhileIdle(tab, IDLE_MS),
      runnerInRepsTab: await hasRunner(tab),
      elementsThatDiffer: differing.length,
    };
  }
  const popup = await browser.context.newPage();
  const paints: number[] = [];
  const empty: number[] = [];
  const scripts: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    paints.push(await popupPaint(popup, browser.url('popup.html')));
    whole.push(await wholePopup(popup));
    empty.push(await emptyPaint(popup, browser.url('icon/128.png')));
    scripts.push((await costOfLoad(popup, browser.url('popup.html'))).ms);
  }
  const heap = await workerHeap(popup);
  const sizes = {
    sentinel: sizeOf('content-scripts/sentinel.js').gzip,
    runner: sizeOf('runner.js').gzip,
    background: sizeOf('background.js').gzip,
  };
  const popupFirst = firstScripts('popup.html');

  say(`load of the machine ${loadavg()[0]?.toFixed(1)}, ${rounds} rounds`);
  for (const [name, bytes] of Object.entries(sizes)) say(`${name.padEnd(12)} ${bytes} bytes gzipped`);
  for (const [name, result] of Object.entries(measured)) say(`${name.padEnd(12)} ${JSON.stringify(result)}`);
  say(`popup        first paint, ms: ${JSON.stringify(spread(paints))}`);
  say(`             with all its controls: ${JSON.stringify(spread(whole))}`);
  say(`             ${popupFirst} bytes of scripts before the first paint`);
  say(`             of a picture beside it: ${JSON.stringify(spread(empty))}`);
  say(`             its own scripts, ms: ${JSON.stringify(spread(scripts))}`);
  say(`worker       ${heap === null ? 'heap not told' : `${(heap / 1_048_576).toFixed(1)} MiB heap`}`);
  say(
    JSON.stringify({
      sizes,
      pages: measured,
      popupFirstBytes: popupFirst,
      popupPaintMs: spread(paints),
      popupWholeMs: spread(whole),
      emptyPaintMs: spread(empty),
      popupScriptMs: spread(scripts),
      workerHeapBytes: heap,
    }),
  );
} finally {
  await plain.close();
  await browser.close();
  await world.stop();
}
