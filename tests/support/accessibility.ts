import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

/** What a screen must keep to: WCAG 2.2 AA as far as a machine can tell, and no sideways scrolling. */

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export interface Look {
  colorScheme: 'light' | 'dark';
  width: number;
}

export const everyLook: Look[] = [
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'dark', width: 360 },
  { colorScheme: 'light', width: 360 },
];

/** What sticks out furthest of a page that scrolls sideways; null: it does not. */
function widest(): string | null {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return null;
  const [worst] = [...document.body.querySelectorAll('*')].sort(
    (a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right,
  );
  return `${scrollWidth} instead of ${clientWidth} px: ${worst?.outerHTML.slice(0, 200)}`;
}

/** Every violation found on the open page in the given looks, one line each; empty: all is well. */
export async function violations(page: Page, looks: readonly Look[]): Promise<string[]> {
  const found: string[] = [];
  // A tab in the background does not render: transitions would stand still.
  await page.bringToFront();
  for (const { colorScheme, width } of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const at = `${new URL(page.url()).pathname} ${colorScheme} ${width}`;
    const result = await new AxeBuilder({ page }).withTags(rules).setLegacyMode(true).analyze();
    for (const { id, nodes } of result.violations) {
      found.push(...nodes.map(({ html, failureSummary }) => `${at}: ${id} ${html}\n${failureSummary}`));
    }
    const outside = await page.evaluate(widest);
    if (outside) found.push(`${at}: scrolls sideways, ${outside}`);
  }
  return found;
}

/** Opens an address and waits until its content, not its placeholders, is there. */
export async function openScreen(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expect(page.locator('.mantine-Skeleton-root')).toHaveCount(0);
}

const MOST_TABS = 90;

/** Presses Tab until this control has the focus, as somebody without a mouse gets there. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor();
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${control} cannot be reached with the Tab key`);
}

/** Chooses an option of a combobox that has the focus, with the arrow keys, once the list is there to be seen. */
export async function chooseByKeyboard(page: Page, combobox: Locator, option: Locator): Promise<void> {
  await page.keyboard.press('ArrowDown');
  await option.waitFor();
  for (let steps = 0; steps < MOST_TABS; steps += 1) {
    await page.keyboard.press('ArrowDown');
    const current = await combobox.getAttribute('aria-activedescendant');
    if (current !== null && current === (await option.getAttribute('id')))
      return page.keyboard.press('Enter');
  }
  throw new Error(`${option} cannot be reached with the arrow keys`);
}

/** The names of what Tab reaches, in order, until the focus leaves the page or comes round. */
export async function tabOrder(page: Page): Promise<string[]> {
  const names: string[] = [];
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body || focused.hasAttribute('data-seen')) return null;
      focused.setAttribute('data-seen', '');
      const label = focused instanceof HTMLInputElement ? focused.labels?.[0]?.textContent : null;
      return focused.getAttribute('aria-label') ?? label ?? focused.textContent ?? '';
    });
    if (name === null) break;
    names.push(name.trim());
  }
  return names;
}
