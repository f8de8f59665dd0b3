import type { Page } from '@playwright/test';
import { bundle } from './bundle.ts';
import type { PageApi } from './pageEntry.ts';

type Call = keyof PageApi;
const INJECTIONS = 3;

/** Calls the LinkedIn code inside the page, injecting it into a document that has not got it yet. */
export async function call<K extends Call>(
  page: Page,
  name: K,
  ...args: Parameters<PageApi[K]>
): Promise<Awaited<ReturnType<PageApi[K]>>> {
  for (let attempt = 1; ; attempt++) {
    const has = await page.evaluate(() => 'rapport' in window);
    if (!has) await page.addScriptTag({ content: await bundle() });
    const answer = await page.evaluate(
      async ([method, given]) => {
        const api = Reflect.get(window, 'rapport') as
          | Record<string, (...values: unknown[]) => unknown>
          | undefined;
        return api ? { value: await api[method]?.(...given) } : null;
      },
      [name, args] as const,
    );
    if (answer) return answer.value as Awaited<ReturnType<PageApi[K]>>;
    // LinkedIn went to another page between the two: nothing was called.
    if (attempt === INJECTIONS) throw new Error(`the page never kept the script for ${name}`);
  }
}
