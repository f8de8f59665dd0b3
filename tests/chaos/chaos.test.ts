import { expect, test } from 'vitest';
import { launch } from '../dom/support/fixtures.ts';
import { runChaos } from './chaos.ts';

test('ledger and record tell the same after faults, deaths, closed tabs, reloads and sleep', async () => {
  const browser = await launch();
  const result = await runChaos(browser, { actions: 48, people: 24, seed: 7, lanes: 3 }).finally(() =>
    browser.close(),
  );
  expect(result.wrong).toEqual([]);
  expect(result.actions).toBe(48);
  expect(result.done).toBeGreaterThan(5);
  expect(result.deaths).toBeGreaterThan(0);
}, 300_000);
