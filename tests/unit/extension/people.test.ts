import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { PersonCard } from '#shared/contract/devicePerson.ts';
import { createDeviceApi } from '../../../extension/background/api.ts';
import { createPeople } from '../../../extension/background/people.ts';
import { openDatabase } from '../../../extension/storage/database.ts';
import { loadCard, personKey, saveCard } from '../../../extension/storage/people.ts';
import { personOf } from '../../../extension/ui/person/personOf.ts';
import { fakeServer, memoryStore } from './fakes.ts';

const card: PersonCard = {
  contact: null,
  warnings: [],
  relations: [],
  enrollments: [],
  lists: [],
  tags: [],
  pinnedSender: null,
  notes: [],
  activity: [],
};
const anna = { slug: 'anna-berg', name: 'Anna Berg' };

async function setUp(name: string, answers: Record<string, unknown[]>, mayRead = true) {
  const server = fakeServer(answers);
  const store = memoryStore();
  const database = openDatabase(name);
  await store.set('pairing', {
    state: 'paired',
    serverUrl: 'http://127.0.0.1:4000',
    token: 'tok',
    deviceId: 'd1',
    senderId: 's1',
    senderName: 'Maria',
    pairedAt: 1,
  });
  const api = createDeviceApi({ store, fetch: server.fetch, version: '0', onRevoked: async () => undefined });
  const woken = { times: 0 };
  const people = createPeople({
    api,
    database,
    clock: { now: () => 7 },
    mayRead: async () => mayRead,
    readLead: async (_tabId, lead) =>
      lead.id === 'ACwAAANNA'
        ? { ok: true, value: { slug: 'anna-berg', profileId: null, name: '' } }
        : {
            ok: false,
            error: { code: 'linkedin_error', effect: 'before_effect', detail: 'Refused.', until: null },
          },
    wake: async () => {
      woken.times += 1;
    },
  });
  return { server, database, people, woken };
}

it.each([
  ['https://www.linkedin.com/in/Anna-Berg/', '(3) Anna Berg | LinkedIn', 'anna-berg', 'Anna Berg'],
  [
    'https://www.linkedin.com/in/anna-berg/recent-activity/all/',
    'Activity | LinkedIn',
    'anna-berg',
    'Activity',
  ],
  ['https://www.linkedin.com/in/j%C3%B6rg/?x=1', 'LinkedIn', 'jörg', ''],
])('%s is a profile', (url, title, slug, name) => {
  expect(personOf({ url, title })).toMatchObject({ slug, name });
});

it.each([
  'https://www.linkedin.com/feed/',
  'https://www.linkedin.com/company/acme/',
  'https://evil.example/www.linkedin.com/in/anna-berg/',
  'https://de.linkedin.com/in/anna-berg/',
  'chrome://settings',
])('%s is none', (url) => {
  expect(personOf({ url, title: 'Anna Berg | LinkedIn' })).toBeNull();
});

it('asks in the body, never in the address, and keeps the answer for offline', async () => {
  const { server, people, database } = await setUp('look', { '/api/v1/device/person': [card] });
  expect(await people.look(anna)).toEqual({ ok: true });
  expect(server.calls[0]?.body).toMatchObject({ slug: 'anna-berg' });
  expect(await loadCard(database, personKey(anna))).toEqual({ card, storedAt: 7 });
  expect(await people.look(anna)).toMatchObject({ ok: false, title: 'Server not reachable' });
  expect(await loadCard(database, personKey({ slug: 'Anna-Berg' }))).toEqual({ card, storedAt: 7 });
});

it('asks nothing without the rep’s consent', async () => {
  const { server, people } = await setUp('consent', { '/api/v1/device/person': [card] }, false);
  expect(await people.look(anna)).toMatchObject({ ok: false, title: 'Your consent is needed' });
  expect(server.calls).toEqual([]);
});

it('a lead of Sales Navigator is asked for in its own page, and only with the rep’s consent', async () => {
  const { people } = await setUp('lead', {});
  const url = (id: string) => `https://www.linkedin.com/sales/lead/${id},NAME_SEARCH,abcd?_ntb=1`;
  expect(await people.lead(5, url('ACwAAANNA'), 'Anna Berg')).toEqual({
    ok: true,
    person: { slug: 'anna-berg', profileId: null, name: 'Anna Berg' },
  });
  expect(await people.lead(5, url('ACwAAOTTO'), '')).toMatchObject({ ok: false, detail: 'Refused.' });
  expect(await people.lead(5, 'https://www.linkedin.com/sales/home', '')).toMatchObject({ ok: false });
  const without = await setUp('lead without', {}, false);
  expect(await without.people.lead(5, url('ACwAAANNA'), '')).toMatchObject({
    ok: false,
    title: 'Your consent is needed',
  });
});

it('keeps the 200 people looked at last', async () => {
  const database = openDatabase('many');
  for (let each = 0; each < 203; each++) await saveCard(database, `slug:p${each}`, card, each);
  expect(await database.people.count()).toBe(200);
  expect(await loadCard(database, 'slug:p2')).toBeNull();
  expect(await loadCard(database, 'slug:p3')).not.toBeNull();
});

it('an approval names the text that was shown, and lets the runner look for work', async () => {
  const result = { id: 't', state: 'ready', sentence: 'Goes soon.', expectedAt: null };
  const none = { items: [], nextCursor: null };
  const { server, people, woken } = await setUp('approve', {
    '/api/v1/device/approvals/t/approve': [result],
    '/api/v1/device/approvals': [none],
  });
  expect(await people.approve('t', 'hash', undefined)).toEqual({ ok: true });
  expect(server.calls[0]?.body).toEqual({ textHash: 'hash' });
  expect(woken.times).toBe(1);
});
