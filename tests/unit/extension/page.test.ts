import { expect, it, vi } from 'vitest';
import { systemTimers } from '#shared/kernel/clock.ts';

const page = vi.hoisted(() => ({
  onInject: (): void => undefined,
  asked: [] as string[],
  answer: (_: unknown): void => undefined,
}));
vi.mock('wxt/browser', () => ({
  browser: { scripting: { executeScript: async () => page.onInject() }, tabs: { get: async () => ({}) } },
}));
vi.mock('../../../extension/messaging.ts', () => ({
  sendMessage: (name: string) => {
    page.asked.push(name);
    return new Promise((resolve) => {
      if (name === 'runner.call') page.answer = resolve;
    });
  },
}));

const { stepFor } = await import('./runnerWorld.ts');
const { askPage, createPage } = await import('../../../extension/background/page.ts');

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
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  stop.abort(new Error('Stopped by the rep.'));
  await expect(asking).rejects.toThrow('Stopped by the rep.');
  expect(page.asked).toEqual(['runner.call', 'runner.cancel']);
});

it('tells the page of the stop of a click, and waits for what it answers', async () => {
  page.asked = [];
  const [signal, stop] = [new AbortController().signal, new AbortController()];
  const request = { op: 'act', step: stepFor('t1'), notAfter: 1 } as const;
  const asking = askPage<'act'>(1, request, 'c3', signal, null, stop.signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  stop.abort(new Error('Stopped by the rep.'));
  expect(page.asked).toEqual(['runner.call', 'runner.cancel']);
  page.answer({ ok: true, answer: { outcome: 'clicked' } });
  expect(await asking).toEqual({ outcome: 'clicked' });
});

it.each([
  [{ ok: false, code: 'timeout', detail: 'It took 5 seconds.' }, 'timeout'],
  [{ ok: false, code: 'tab_closed', detail: 'The rep uses this tab.' }, 'tab_closed'],
  // What an error says decides nothing.
  [{ ok: false, code: 'linkedin_error', detail: 'Timeout is not defined' }, 'linkedin_error'],
  [{ unknown: 'form' }, 'linkedin_error'],
])('takes the page’s word for why it has no answer: %o', async (reply, code) => {
  page.asked = [];
  const asking = askPage(1, { op: 'ping' }, 'c5', new AbortController().signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  page.answer(reply);
  await expect(asking).rejects.toMatchObject({ name: 'PageError', code });
});

it('a preparation leaves nothing behind that waits for the stop', async () => {
  page.asked = [];
  const slept: AbortSignal[] = [];
  const timers = { sleep: async (_: number, signal: AbortSignal) => void slept.push(signal) };
  const stop = new AbortController();
  const working = createPage({ ...deps, timers, tab: { ...closedTab, current: async () => 1 } });
  const preparing = working.prepare(stepFor('t1'), stop.signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  page.answer({ ok: true, answer: { outcome: 'closed', reason: 'visited', profile: null } });
  await preparing;
  stop.abort(new Error('Stopped by the rep.'));
  expect(slept).toEqual([]);
});

it('listens to a preparation that was told to break off: a click in it may have sent', async () => {
  page.asked = [];
  const stop = new AbortController();
  const working = createPage({ ...deps, tab: { ...closedTab, current: async () => 1 } });
  const preparing = working.prepare(stepFor('t1'), stop.signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  stop.abort(new Error('Stopped by the rep.'));
  const failure = { code: 'timeout', effect: 'maybe_effect', detail: '', until: null };
  page.answer({ ok: true, answer: { outcome: 'failed', failure, profile: null } });
  expect(await preparing).toMatchObject({ failure: { effect: 'maybe_effect' } });
  expect(page.asked).toEqual(['runner.call', 'runner.cancel']);
});

it('reads from a plain page of LinkedIn’s where the tab shows the browser’s error page', async () => {
  const opened: string[] = [];
  const working = createPage({
    ...deps,
    tab: {
      ...closedTab,
      ensure: async () => 1,
      async open(url) {
        opened.push(url);
        page.onInject = () => undefined;
        return 1;
      },
    },
  });
  page.onInject = () => {
    throw new Error('Frame with ID 0 is showing error page');
  };
  await working.ensure(new AbortController().signal);
  expect(opened).toEqual(['https://www.linkedin.com/robots.txt']);
});

it('asks who is signed in where the rep answers a check, and loads nothing beside it', async () => {
  page.asked = [];
  page.onInject = () => undefined;
  const working = createPage({ ...deps, tab: { ...closedTab, signingIn: async () => 5 } });
  const reading = working.readSession(new AbortController().signal);
  await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
  const report = { state: 'inactive', reason: 'challenge', challenge: 'email_pin' };
  page.answer({ ok: true, answer: report });
  expect(await reading).toEqual(report);
});

it('asks on a page about nobody who is signed in, and opens the person’s only for the bound member', async () => {
  page.onInject = () => undefined;
  for (const failure of [null, { code: 'wrong_account', effect: 'before_effect', detail: '', until: null }]) {
    page.asked = [];
    const loaded: string[] = [];
    let tab: number | null = null;
    const working = createPage({
      ...deps,
      stepUrl: () => 'https://www.linkedin.com/in/anna-berg/',
      tab: {
        ...closedTab,
        current: async () => tab,
        async ensure() {
          loaded.push('feed');
          tab = 1;
          return 1;
        },
        async open(url) {
          loaded.push(url);
          return 1;
        },
      },
    });
    const opening = working.open(stepFor('t1'), new AbortController().signal);
    await vi.waitFor(() => expect(page.asked).toEqual(['runner.call']), { timeout: 10_000 });
    expect(loaded).toEqual(['feed']);
    page.answer({ ok: true, answer: { failure } });
    expect(await opening).toEqual(failure);
    expect(loaded).toEqual(failure ? ['feed'] : ['feed', 'https://www.linkedin.com/in/anna-berg/']);
  }
});

const deps = { newId: () => 'c4', timers: systemTimers, stepUrl: () => '', catalogue: async () => null };
const noTab = async () => Promise.reject(new Error('There is no tab.'));
const closedTab = {
  open: noTab,
  ensure: noTab,
  current: async () => null,
  signingIn: async (): Promise<number | null> => null,
  used: noTab,
  close: noTab,
};
