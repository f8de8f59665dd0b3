import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from '@playwright/test';

/** What the extension costs on the rep's own pages, counted by the browser's own instruments. */

const built = fileURLToPath(new URL('../../../.output/chrome-mv3', import.meta.url));

/** Bytes of a built file as it is, and gzipped. */
export function sizeOf(file: string): { raw: number; gzip: number } {
  const content = readFileSync(join(built, file));
  return { raw: content.length, gzip: gzipSync(content, { level: 9 }).length };
}

/** The scripts that a page of ours needs before it paints, raw bytes: those that its HTML names. */
export function firstScripts(page: string): number {
  const html = readFileSync(join(built, page), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\/(chunks\/[^"]+\.js)"/gu)].map(([, file]) => file ?? '');
  return files.reduce((bytes, file) => bytes + sizeOf(file).raw, 0);
}

const SENTINEL = 'content-scripts/sentinel.js';
const isOurs = (url: string) => url.startsWith('chrome-extension://');

export interface LoadCost {
  /** Main-thread time of the extension's scripts until the page is quiet, ms. */
  ms: number;
  /** Calls of the sentinel's functions. */
  calls: number;
}

/** Loads a page once and counts what the extension's scripts did in it until it was quiet. */
export async function costOfLoad(page: Page, url: string): Promise<LoadCost> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 100 });
  await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.send('Profiler.start');
  await page.goto(url, { waitUntil: 'load' });
  await quiet(page);
  const { profile } = await session.send('Profiler.stop');
  const ours = new Set(profile.nodes.filter(({ callFrame }) => isOurs(callFrame.url)).map(({ id }) => id));
  const micros = (profile.samples ?? []).reduce(
    (sum, id, at) => sum + (ours.has(id) ? Math.max(0, profile.timeDeltas?.[at] ?? 0) : 0),
    0,
  );
  const calls = await callsSoFar(session);
  await session.detach();
  return { ms: micros / 1000, calls };
}

/** Calls of the sentinel's functions while the page stands still: a timer of ours would show here. */
export async function callsWhileIdle(page: Page, forMs: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await callsSoFar(session);
  await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), forMs);
  const calls = await callsSoFar(session);
  await session.detach();
  return calls;
}

async function callsSoFar(session: CDPSession): Promise<number> {
  const { result } = await session.send('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => isOurs(url) && url.endsWith(SENTINEL))
    .flatMap(({ functions }) => functions)
    .flatMap(({ ranges }) => ranges.slice(0, 1))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Two idle moments of the page in a row: what loads late has loaded. */
async function quiet(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(
    () => new Promise<void>((resolve) => requestIdleCallback(() => requestIdleCallback(() => resolve()))),
  );
}

/** Whether the runner lives in the page: looked for in every world of its top frame. */
export async function hasRunner(page: Page): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  const contexts: number[] = [];
  session.on('Runtime.executionContextCreated', ({ context }) => contexts.push(context.id));
  await session.send('Runtime.enable');
  const found: boolean[] = [];
  for (const contextId of contexts) {
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'globalThis.rapportRunner === true',
      contextId,
    });
    found.push(result.value === true);
  }
  await session.detach();
  return found.includes(true);
}

/** The page's elements and their attributes' names, counted: equal with and without the extension. */
export function shapeOf(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const counts: Record<string, number> = {};
    for (const element of document.querySelectorAll('*')) {
      const key = [element.tagName, ...[...element.attributes].map(({ name }) => name).sort()].join(' ');
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  });
}

/** When the popup's content was first painted, ms after its page began to load. */
export async function popupPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return firstPaint(page);
}

/** When the popup as a whole was there, ms after its page began to load. */
export function wholePopup(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByName('rapport-page').at(0)?.startTime ?? Number.NaN);
}

/** The same of a page without any script of ours, a picture: what this browser takes on this machine for nothing. */
export async function emptyPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return firstPaint(page);
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const [paint] = list.getEntriesByName('first-contentful-paint');
          if (paint) resolve(paint.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}

/** The worker's used heap in bytes; null: the browser does not tell. */
export async function workerHeap(page: Page): Promise<number | null> {
  const browser = page.context().browser();
  if (!browser) return null;
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  const worker = targetInfos.find(({ type, url }) => type === 'service_worker' && isOurs(url));
  if (!worker) return null;
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: worker.targetId });
  const answer = new Promise<number>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const parsed = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
      if (parsed.id === 2) resolve(parsed.result?.usedSize ?? 0);
    });
  });
  const send = (id: number, method: string) =>
    session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  await send(1, 'HeapProfiler.collectGarbage');
  await send(2, 'Runtime.getHeapUsage');
  const used = await answer;
  await session.detach();
  return used;
}
