import { expect, it, vi } from 'vitest';

const page = vi.hoisted(() => ({ onInject: (): void => undefined, asked: [] as string[] }));
vi.mock('wxt/browser', () => ({
  browser: { scripting: { executeScript: async () => page.onInject() } },
}));
vi.mock('../../../extension/messaging.ts', () => ({
  sendMessage: (name: string) => {
    page.asked.push(name);
    return new Promise(() => undefined);
  },
}));

const { askPage } = await import('../../../extension/background/page.ts');

it('asks nothing of the page when the stop comes while the script is put in', async () => {
  const stop = new AbortController();
  page.onInject = () => stop.abort(new Error('Stopped by the rep.'));
  await expect(askPage(1, { op: 'layout' }, 'c1', stop.signal)).rejects.toThrow('Stopped by the rep.');
  expect(page.asked).toEqual([]);
});

it('ends with the stop while the page is at work, and tells the page', async () => {
  const stop = new AbortController();
  page.onInject = () => undefined;
  const asking = askPage(1, { op: 'layout' }, 'c2', stop.signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']));
  stop.abort(new Error('Stopped by the rep.'));
  await expect(asking).rejects.toThrow('Stopped by the rep.');
  expect(page.asked).toEqual(['runner.call', 'runner.cancel']);
});
