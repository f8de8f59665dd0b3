import type { Page } from '@playwright/test';
import { bundle } from './bundle.ts';
import type { PageApi } from './pageEntry.ts';

type Call = keyof PageApi;

/** Calls the LinkedIn code inside the page, injecting it into a document that has not got it yet. */
export async function call<K extends Call>(
  page: Page,
  name: K,
  ...args: Parameters<PageApi[K]>
): Promise<Awaited<ReturnType<PageApi[K]>>> {
  const has = await page.evaluate(() => 'rapport' in window);
  if (!has) await page.addScriptTag({ content: await bundle() });
  const answer = await page.evaluate(
    ([method, given]) => {
      const api = Reflect.get(window, 'rapport') as Record<string, (...values: unknown[]) => unknown>;
      return api[method]?.(...given);
    },
    [name, args] as const,
  );
  return answer as Awaited<ReturnType<PageApi[K]>>;
}
