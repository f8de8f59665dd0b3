import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { emptyPage } from './linkedinPage.ts';
import { stepFor } from './runnerWorld.ts';

type Handler = (message: { data: unknown }) => Promise<unknown>;

const extension = vi.hoisted(() => ({ handlers: new Map<string, Handler>(), told: [] as string[] }));
vi.mock('../../../extension/messaging.ts', () => ({
  onMessage: (name: string, handler: Handler) => extension.handlers.set(name, handler),
  sendMessage: async (name: string) => void extension.told.push(name),
}));

const lead = {
  flagshipProfileUrl: 'https://www.linkedin.com/in/anna-berg',
  entityUrn: 'urn:li:fs_salesProfile:(ACwAA1,NAME_SEARCH,tok1)',
  fullName: 'Anna Berg',
};

let repActs: () => void;
beforeEach(async () => {
  extension.told = [];
  const { env } = emptyPage((url) => (url.pathname.startsWith('/sales-api/') ? { json: lead } : undefined));
  const seen: ((event: { isTrusted: boolean }) => void)[] = [];
  const document = {
    ...env.document,
    addEventListener: (_: string, listener: (typeof seen)[number]) => seen.push(listener),
  };
  vi.stubGlobal('document', document);
  vi.stubGlobal('window', { ...env.window, document });
  vi.stubGlobal('MutationObserver', NothingChanges);
  vi.stubGlobal('fetch', async (input: string, init?: RequestInit) => {
    init?.signal?.throwIfAborted();
    return env.fetch(input);
  });
  repActs = () => {
    for (const listener of seen) listener({ isTrusted: true });
  };
  const { serve } = await import('../../../extension/page/serve.ts');
  serve();
});
afterAll(() => vi.unstubAllGlobals());

let calls = 0;
function ask(request: object, deadlineMs = 20_000): Promise<unknown> {
  calls += 1;
  const data = { callId: `c${calls}`, deadlineMs, request, catalogue: null };
  const call = extension.handlers.get('runner.call');
  return call ? call({ data }) : Promise.reject(new Error('Nobody answers.'));
}

class NothingChanges {
  observe() {}
  disconnect() {}
}

const answered = (answer: object) => ({ ok: true, answer });
const whoIs = { op: 'lead', lead: { id: 'ACwAA1', authType: 'NAME_SEARCH', authToken: 'tok1' } };

it('a document that the rep uses goes on saying who a lead is, and who is signed in', async () => {
  for (const use of [() => undefined, repActs]) {
    use();
    expect(await ask(whoIs)).toEqual(answered({ ok: true, value: { slug: 'anna-berg' } }));
    expect(await ask({ op: 'session' })).toMatchObject(
      answered({ state: 'logged_in', member: { memberId: '7' } }),
    );
    expect(await ask({ op: 'member', expectedMemberId: '7' })).toEqual(answered({ failure: null }));
  }
  expect(extension.told).toContain('runner.used');
});

it('says by its kind why a call has no answer', async () => {
  const step = { ...stepFor('t1', 1, 'message'), text: 'Hello' };
  expect(await ask({ op: 'leave', step }, 30)).toMatchObject({ ok: false, code: 'timeout' });
  repActs();
  expect(await ask({ op: 'leave', step })).toMatchObject({ ok: false, code: 'tab_closed' });
});

it('a document that the rep uses is not worked in any more', async () => {
  await ask({ op: 'session' });
  repActs();
  expect(await ask({ op: 'prepare', step: { ...stepFor('t1', 1, 'message'), text: 'Hello' } })).toMatchObject(
    answered({ outcome: 'failed', failure: { code: 'tab_closed', effect: 'before_effect' } }),
  );
});
