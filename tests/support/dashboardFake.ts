import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import type { HoldView, SenderView } from '#shared/contract/sender.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { defaultSenderSettings } from '#shared/schedule/settings.ts';

/** Serves the built dashboard with made-up answers, so that every screen can be looked at without a server. */

const NOW = 1_790_000_000_000;
const dist = path.resolve(import.meta.dirname, '../../dist/dashboard');

const hold: HoldView = {
  id: 'h1',
  scope: 'channel',
  scopeId: 'ch2',
  kind: null,
  reason: 'linkedin_account_disconnected',
  detail: 'LinkedIn asks Ben to sign in again.',
  hint: 'Will auto-resume after LinkedIn account reconnection.',
  since: NOW - 3 * HOUR,
  until: null,
  whoMustAct: 'rep',
};

function sender(id: string, name: string, active: boolean): SenderView {
  return {
    id,
    name,
    ownerUserId: 'u1',
    ownerName: name,
    state: 'active',
    consentAt: NOW - 20 * DAY,
    linkedin: {
      channelId: `ch-${id}`,
      status: active ? 'active' : 'inactive',
      reason: active ? null : 'session_expired',
      detail: active
        ? null
        : 'The LinkedIn session ended. Sign in to LinkedIn again in the browser with Rapport.',
      memberId: '42',
      name,
      slug: 'someone',
      premium: !active,
      since: NOW - DAY,
      lastCheckedAt: NOW - 4 * MINUTE,
      online: active,
      lastSeenAt: NOW - 5 * HOUR,
    },
    mailbox: {
      channelId: `mb-${id}`,
      address: `${id}@example.com`,
      fromName: name,
      smtp: { status: 'active', response: '235 2.7.0 Authentication successful' },
      imap: active
        ? { status: 'active', response: 'OK Logged in' }
        : { status: 'inactive', response: 'NO [AUTHENTICATIONFAILED] Invalid credentials' },
      lastSyncedAt: NOW - 2 * MINUTE,
      settings: null,
    },
    devices: [
      {
        id: 'd1',
        name: 'Chrome on laptop',
        extensionVersion: '0.1.0',
        pairedAt: NOW - 9 * DAY,
        lastSeenAt: NOW,
      },
    ],
    holds: active ? [] : [hold],
    usage: (['invite', 'message', 'page_load', 'email'] as const).map((kind, index) => ({
      kind,
      usedDay: 5 * index + 4,
      capDay: 20,
      usedWeek: 40,
      capWeek: 100,
    })),
    next: active
      ? {
          kind: 'connect',
          at: NOW + 2 * HOUR,
          limit: 'window',
          contactName: 'Anna Berg',
          automationName: 'Spring',
        }
      : null,
    redDot: { linkedin: !active, email: !active },
    settings: defaultSenderSettings('Europe/Berlin'),
  };
}

const senders = [sender('anna', 'Anna Holm', true), sender('ben', 'Ben Okafor', false)];
const nodes: AutomationDetail['graph']['nodes'] = [
  {
    id: 'n1',
    type: 'segment',
    label: '',
    position: { x: 0, y: 0 },
    config: { listIds: ['l1'], activeLimit: null, coworkersLimit: null },
  },
  {
    id: 'n2',
    type: 'sender_profile',
    label: '',
    position: { x: 0, y: 170 },
    config: { senders: [{ senderId: 'anna', weight: 1 }], preferLatestContacted: true },
  },
  { id: 'n3', type: 'visit', label: '', position: { x: 0, y: 340 }, config: {} },
  { id: 'n4', type: 'end', label: '', position: { x: 0, y: 510 }, config: { outcome: 'positive' } },
];
const edges: AutomationDetail['graph']['edges'] = ['n1', 'n2', 'n3'].map((source, index) => ({
  id: `e${index}`,
  source,
  exit: 'next',
  target: `n${index + 2}`,
}));

function automation(
  id: string,
  name: string,
  status: AutomationDetail['status'],
  empty: boolean,
): AutomationDetail {
  return {
    id,
    name,
    status,
    holds: status === 'partly_paused' ? [hold] : [],
    counts: status === 'draft' ? {} : { in_progress: 212, finished: 40, failed: 3 },
    startedAt: status === 'draft' ? null : NOW - 12 * DAY,
    updatedAt: NOW - HOUR,
    graph: empty ? { nodes: [], edges: [] } : { nodes, edges },
    versionNumber: status === 'draft' ? null : 1,
    nodeCounts: nodes.map(({ id: nodeId }) => ({ nodeId, standing: 12, passed: 230, failed: 3 })),
    problems: [],
  };
}
const automations = [
  automation('a1', 'Spring outreach', 'partly_paused', false),
  automation('a2', 'New draft', 'draft', true),
];

const contact = {
  id: 'c1',
  firstName: 'Anna',
  lastName: 'Berg',
  email: 'anna@example.com',
  linkedinSlug: 'anna-berg',
  company: 'Berg Works',
  title: 'Head of Sales',
  location: 'Oslo',
  stoplisted: false,
  repliedAt: NOW - DAY,
  createdAt: NOW - 30 * DAY,
};
const enrollment = {
  id: 'en1',
  automationId: 'a1',
  automationName: 'Spring outreach',
  contactId: 'c1',
  contactName: 'Anna Berg',
  status: 'in_progress',
  reason: null,
  sentence: 'Waits until the invitation is accepted.',
  waitsFor: 'the acceptance of the invitation',
  whoMustAct: 'contact',
  expectedAt: NOW + 6 * DAY,
  limit: 'timeout',
  senderId: 'anna',
  senderName: 'Anna Holm',
  nodeIds: ['n3'],
  updatedAt: NOW,
};
const me = {
  userId: 'u1',
  name: 'Olga Owner',
  email: 'olga@example.com',
  role: 'owner',
  workspace: { id: 'w1', name: 'Northwind Sales', postalAddress: '1 Main Street' },
};
const page = (items: unknown[], more: object = {}) => ({ items, nextCursor: null, ...more });
let stopped = false;

const home = () => ({
  actions: [
    {
      id: 'x',
      severity: 'red',
      title: 'LinkedIn of Ben Okafor is Inactive',
      detail: 'The session ended.',
      href: '/senders/ben',
    },
    {
      id: 'y',
      severity: 'orange',
      title: '2 steps may have happened',
      detail: 'Somebody must look.',
      href: '/tasks',
    },
  ],
  senders,
  stopped: stopped ? { ...hold, reason: 'manual', detail: 'Olga Owner stopped everything.' } : null,
  runningAutomations: 1,
  activeContacts: 212,
  publicUrl: {
    ok: false,
    url: null,
    message: 'PUBLIC_URL is not set.',
    action: 'Set it and restart the server.',
  },
  now: NOW,
});

const importResult = {
  id: 'i1',
  fileName: 'leads.csv',
  state: 'done',
  listId: 'l1',
  added: 120,
  updated: 8,
  duplicates: 3,
  rejected: 2,
};

/** The answer of one call: first matching pattern. */
const answers: [pattern: RegExp, answer: (path: string) => unknown][] = [
  [/^GET \/api\/v1\/setup$/, () => ({ needed: true, version: '0.1.0' })],
  [/^GET \/api\/v1\/me$/, () => me],
  [/^GET \/api\/v1\/home$/, home],
  [
    /^POST \/api\/v1\/workspace\/(stop|resume)$/,
    (called) => {
      stopped = called.endsWith('stop');
      return home();
    },
  ],
  [/^GET \/api\/v1\/senders$/, () => ({ items: senders })],
  [/^GET \/api\/v1\/senders\/ben$/, () => senders[1]],
  [
    /^POST .*mailbox\/test$/,
    () => ({
      smtp: { ok: true, field: null, response: '235 2.7.0 Authentication successful', action: null },
      imap: {
        ok: false,
        field: 'imap.password',
        response: 'NO [AUTHENTICATIONFAILED] Invalid credentials',
        action: 'Use an app password.',
      },
    }),
  ],
  [/^(GET|POST|PATCH|PUT) \/api\/v1\/senders\//, () => senders[0]],
  [
    /^GET \/api\/v1\/contacts$/,
    () =>
      page([contact, { ...contact, id: 'c2', firstName: 'Jon', stoplisted: true, repliedAt: null }], {
        total: 2,
      }),
  ],
  [
    /^GET \/api\/v1\/contacts\/[^/]+\/activity$/,
    () =>
      page([
        {
          id: 'ev2',
          type: 'invite_sent',
          at: NOW - DAY,
          result: 'success',
          sentence: 'Invitation with a note sent.',
          proof: 'Pending shown',
          senderName: 'Anna Holm',
          automationName: 'Spring outreach',
        },
        {
          id: 'ev1',
          type: 'task_failed',
          at: NOW - 2 * DAY,
          result: 'error',
          sentence: 'The profile was not found: the link is dead.',
          proof: null,
          senderName: 'Anna Holm',
          automationName: null,
        },
      ]),
  ],
  [
    /^GET \/api\/v1\/contacts\//,
    () => ({
      ...contact,
      relations: [{ senderId: 'anna', senderName: 'Anna Holm', status: 'invite_sent', since: NOW - DAY }],
      enrollments: [enrollment],
      lists: [{ id: 'l1', name: 'leads' }],
      custom: { industry: 'Software' },
      source: 'leads.csv',
      legalBasis: 'legitimate_interest',
    }),
  ],
  [/^GET \/api\/v1\/lists$/, () => ({ items: [{ id: 'l1', name: 'leads', memberCount: 128 }] })],
  [
    /^POST \/api\/v1\/imports$/,
    () => ({
      id: 'i1',
      fileName: 'leads.csv',
      encoding: 'utf-8',
      delimiter: ';',
      rowCount: 133,
      columns: [
        { name: 'First Name', suggestion: 'firstName', samples: ['Anna', 'Jon'] },
        { name: 'E-mail', suggestion: 'email', samples: ['anna@example.com'] },
        { name: 'Industry', suggestion: 'ignore', samples: ['Software'] },
      ],
    }),
  ],
  [
    /^GET \/api\/v1\/imports\/i1\/rows$/,
    () =>
      page([
        {
          row: 7,
          outcome: 'rejected',
          field: 'email',
          reason: '"anna(at)" is no email address.',
          contactId: null,
        },
      ]),
  ],
  [/imports\/i1/, () => importResult],
  [/^GET \/api\/v1\/automations$/, () => ({ items: automations })],
  [/enrollments$/, () => page([enrollment])],
  [
    /preflight$/,
    () => ({
      findings: [
        {
          severity: 'error',
          code: 'missing_variable',
          nodeId: null,
          message: '3 contacts have no first name.',
          count: 3,
          examples: ['Jon', 'Eva'],
        },
      ],
      contacts: 128,
      canStart: false,
    }),
  ],
  [/automations\/a2/, () => automations[1]],
  [/automations\//, () => automations[0]],
  [
    /^GET \/api\/v1\/tasks$/,
    () =>
      page([
        {
          id: 't1',
          kind: 'connect',
          state: 'unknown',
          reason: 'tab_closed',
          sentence: 'The tab was closed right after the click.',
          action: 'Look whether the invitation is pending on LinkedIn.',
          whoMustAct: 'rep',
          contactId: 'c1',
          contactName: 'Anna Berg',
          senderName: 'Anna Holm',
          automationId: 'a1',
          automationName: 'Spring outreach',
          text: 'Hi Anna, shall we connect?',
          at: NOW - HOUR,
        },
      ]),
  ],
  [
    /^GET \/api\/v1\/stoplist$/,
    () => page([{ id: 's1', kind: 'domain', value: 'rival.example', reason: 'Competitor', at: NOW - DAY }]),
  ],
];

async function serveFile(name: string, response: ServerResponse): Promise<void> {
  const types: Record<string, string> = {
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  };
  const extension = path.extname(name);
  const file = extension ? name : '/index.html';
  try {
    response.setHeader('content-type', types[extension] ?? 'text/html');
    response.end(await readFile(path.join(dist, file)));
  } catch {
    response.writeHead(404).end();
  }
}

/** Starts the fake on a free port of loopback. */
export async function startDashboardFake(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://fake');
    if (pathname === '/api/v1/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
      return;
    }
    if (!pathname.startsWith('/api/')) {
      void serveFile(pathname, response);
      return;
    }
    const called = `${request.method} ${pathname}`;
    const found = answers.find(([pattern]) => pattern.test(called));
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? found[1](called) : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
