import type { PageEnv } from '../../../extension/linkedin/index.ts';

/** What LinkedIn answers to one GET; `movedTo`: where it sent the request on. */
export interface Answer {
  status?: number;
  json?: unknown;
  movedTo?: string;
}

export const me = { memberId: '7', profileId: 'ACoAAme' };

const aboutMe = {
  data: { plainId: 7, premiumSubscriber: false },
  included: [
    {
      $type: 'com.linkedin.voyager.identity.shared.MiniProfile',
      entityUrn: `urn:li:fs_miniProfile:${me.profileId}`,
      dashEntityUrn: `urn:li:fsd_profile:${me.profileId}`,
      objectUrn: `urn:li:member:${me.memberId}`,
      publicIdentifier: 'me',
      firstName: 'Me',
      lastName: 'Myself',
    },
  ],
};

/**
 * A LinkedIn page without any content, whose own GETs are answered by `answer` (undefined: who is signed in, or nothing
 * there). `asked`: their paths, in order. Waits take no time.
 */
export function emptyPage(answer: (url: URL) => Answer | undefined) {
  const asked: string[] = [];
  let now = 1_760_000_000_000;
  const document = {
    cookie: 'JSESSIONID="ajax:1"',
    documentElement: { lang: 'en' },
    hidden: true,
    title: '',
    querySelector: () => null,
    querySelectorAll: () => [],
  };
  const window = {
    document,
    location: { origin: 'https://www.linkedin.com', pathname: '/feed/', search: '' },
    performance: { getEntriesByType: () => [] },
  };
  const env = {
    window,
    document,
    clock: { now: () => now },
    timers: {
      async sleep(ms: number, signal?: AbortSignal) {
        // The deadline of a request that is answered never comes.
        if (ms > 5_000) await new Promise((_, reject) => signal?.addEventListener('abort', reject));
        now += ms;
      },
    },
    async fetch(input: string) {
      const url = new URL(input);
      asked.push(url.pathname + url.search);
      const isMe = url.pathname === '/voyager/api/me';
      const given = answer(url) ?? (isMe ? { json: aboutMe } : { status: 404, json: {} });
      const type = given.movedTo ? 'text/html' : 'application/json';
      return {
        status: given.status ?? 200,
        redirected: given.movedTo !== undefined,
        url: given.movedTo ?? input,
        type: 'basic',
        headers: new Headers({ 'content-type': type }),
        text: async () => JSON.stringify(given.json ?? {}),
      };
    },
  };
  return { env: env as unknown as PageEnv, asked };
}
