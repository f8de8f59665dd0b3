import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { SendResult } from '../../companion-server/email/send.ts';
import type { RunnerDeps } from '../../extension/background/runner/ports.ts';
import type { Books } from './books.ts';
import { type Faults, noFaults } from './faults.ts';
import type { Request } from './network.ts';
import type { Tilt } from './scenario.ts';

/** A defect planted from outside, in what the product stands on: its database, its network, what its runner is given. */
export interface Bug {
  /** Faults and a world in which it is soon seen; all else is drawn. */
  faults?: Partial<Faults>;
  tilt?: Tilt;
  /** Within so many jobs; else within the first that faults come in. */
  jobs?: number;
  /** Only by what never comes to its end. */
  isSeenLate?: boolean;
  /** Triggers that undo what the product writes, as a wrong statement would. */
  sql?: readonly string[];
  runner?(deps: RunnerDeps): RunnerDeps;
  /** What a handler of the server is given instead of what was sent. */
  request?(request: Request, books: Books): Request | Promise<Request>;
  emailOutcome?(outcome: SendResult): SendResult;
  /** Whether mailboxes are read without seeing anything. */
  mailIsUnread?: boolean;
}

/** When a row of this table changes so, this happens as well. */
export function whenever(table: string, column: string, condition: string, action: string): string {
  return `CREATE TRIGGER planted AFTER UPDATE OF ${column} ON ${table} WHEN ${condition} BEGIN ${action}; END`;
}

const freed = `UPDATE task SET state = 'ready', lease_owner = NULL, lease_until = NULL WHERE id = NEW.id;
  UPDATE lane SET ready_count = ready_count + 1 WHERE channel_id = NEW.channel_id AND kind = NEW.kind`;

/** Much is tried again, and what was said before comes late once more. */
const stale: Partial<Faults> = {
  ...{ echo: 1, tabClosed: 0.1, browserCrash: 0.5, sleep: 0.06 },
  ...{ operate: 0, drop: 0, slow: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
};

/** More people at one domain than end in one round are under way when it is stoplisted, and the server dies often. */
export const manyAtOneDomain = {
  faults: { ...noFaults, serverCrash: 1 },
  tilt: {
    ...{ people: 60, senders: 1, cap: 2, template: 'emails', domain: 'many.test', keepsLimits: true },
    script: [1, 2, 3, 4].map((hours) => ({ afterMs: hours * HOUR, order: 'stoplists a domain' })),
  } satisfies Tilt,
};

/** Each must make some seed fail. */
export const bugs: Record<string, Bug> = {
  // The engine
  'the reaper frees what was committed': {
    faults: { browserCrash: 1, invisible: 1, operate: 0 },
    tilt: { people: 6, senders: 1, cap: 6, template: 'invite' },
    sql: [whenever('task', 'state', `NEW.state = 'unknown' AND NEW.kind <> 'send_email'`, freed)],
  },
  'an unknown email is sent again': {
    faults: { smtp: 0.6, operate: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'emails' },
    sql: [whenever('task', 'state', `NEW.state = 'unknown' AND NEW.kind = 'send_email'`, freed)],
  },
  'usage is not counted': {
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { people: 6, senders: 1, cap: 1, template: 'emails' },
    sql: [`CREATE TRIGGER planted BEFORE INSERT ON usage BEGIN SELECT RAISE(IGNORE); END`],
  },
  'caps are counted by calendar day': {
    jobs: 600,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { people: 6, senders: 1, cap: 2, template: 'emails' },
    sql: [
      `CREATE TRIGGER planted AFTER INSERT ON usage BEGIN
        DELETE FROM usage WHERE at < NEW.at - NEW.at % 86400000; END`,
    ],
  },
  'nothing lies between two messages to one person': {
    jobs: 400,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { isLively: true, people: 6, senders: 1, cap: 20, template: 'parallel' },
    sql: [
      whenever(
        'contact',
        'last_outreach_at',
        'NEW.last_outreach_at IS NOT NULL',
        'UPDATE contact SET last_outreach_at = NULL WHERE id = NEW.id',
      ),
    ],
  },
  'the working window is not asked': {
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { people: 6 },
    sql: [
      `UPDATE sender SET settings = json_set(settings, '$.window.from', '00:00', '$.window.to', '24:00',
        '$.window.days', json('[1,2,3,4,5,6,7]'))`,
    ],
  },
  'actions follow each other without the gap that was set': {
    faults: noFaults,
    jobs: 600,
    tilt: {
      isFine: true,
      isLively: true,
      gapMs: 40 * MINUTE,
      people: 6,
      senders: 1,
      cap: 20,
      template: 'around',
    },
    sql: [
      `UPDATE sender SET settings = json_set(settings, '$.gaps', json('{"linkedin":{"minMs":30000,"maxMs":30000},
        "email":{"minMs":5000,"maxMs":5000}}'))`,
    ],
  },
  'an account that came back counts as read': {
    faults: { operate: 0, logout: 0.5, wrongAccount: 0.2, everybodySleeps: 0.2 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'invite' },
    sql: [
      whenever(
        'channel',
        'reconcile_from',
        'NEW.reconcile_from IS NOT NULL',
        `UPDATE channel SET inbox_read_at = NEW.reconcile_from, acceptances_read_at = NEW.reconcile_from
          WHERE id = NEW.id`,
      ),
    ],
  },
  'whoever failed is tried again by itself': {
    faults: { operate: 0, refuse: 0.5 },
    tilt: { people: 6, senders: 1, cap: 8 },
    sql: [
      whenever(
        'enrollment',
        'status',
        `NEW.status = 'failed'`,
        `UPDATE enrollment SET status = 'ready', ended_at = NULL WHERE id = NEW.id`,
      ),
    ],
  },
  'two runners are let in': {
    faults: { operate: 0, slow: 0.2 },
    tilt: { people: 6, senders: 1, browsers: 2, cap: 6, template: 'invite' },
    sql: [
      'DROP INDEX task_inflight',
      whenever(
        'channel',
        'inflight, runner_device_id',
        'NEW.inflight > 0 OR NEW.runner_device_id IS NOT NULL',
        'UPDATE channel SET inflight = 0, runner_device_id = NULL, runner_lease_until = NULL WHERE id = NEW.id',
      ),
    ],
  },
  'a wake is lost': {
    isSeenLate: true,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { people: 2, senders: 1, cap: 6, template: 'parallel' },
    sql: [
      whenever(
        'cursor',
        'wake_at',
        `NEW.wake_at IS NOT NULL AND NEW.waits_for = 'time'`,
        'UPDATE cursor SET wake_at = NULL WHERE id = NEW.id',
      ),
      `CREATE TRIGGER planted_too AFTER INSERT ON cursor WHEN NEW.waits_for = 'time' BEGIN
        UPDATE cursor SET wake_at = NULL WHERE id = NEW.id; END`,
    ],
  },
  'a counter drifts': {
    sql: [
      whenever(
        'task',
        'state',
        `NEW.state = 'done'`,
        'UPDATE lane SET ready_count = ready_count + 1 WHERE channel_id = NEW.channel_id AND kind = NEW.kind',
      ),
    ],
  },
  'a place in the segment is not given back': {
    sql: [
      whenever(
        'segment_slot',
        'active',
        'NEW.active < OLD.active',
        'UPDATE segment_slot SET active = OLD.active WHERE automation_id = NEW.automation_id AND node_id = NEW.node_id',
      ),
    ],
  },
  'a finished step is done once more': {
    sql: [
      whenever(
        'task',
        'state',
        `NEW.state = 'done'`,
        `UPDATE task SET state = 'ready', finished_at = NULL WHERE id = NEW.id;
         UPDATE lane SET ready_count = ready_count + 1 WHERE channel_id = NEW.channel_id AND kind = NEW.kind`,
      ),
    ],
  },
  'an order to stop is forgotten': {
    jobs: 300,
    faults: { operate: 1 },
    tilt: { isLively: true, people: 6, senders: 1, cap: 20 },
    sql: [
      `CREATE TRIGGER planted AFTER INSERT ON hold WHEN NEW.reason = 'manual' BEGIN
        UPDATE hold SET lifted_at = NEW.since WHERE id = NEW.id; END`,
    ],
  },
  'the stoplist is not written': {
    faults: { operate: 1 },
    tilt: { people: 4, senders: 1, cap: 8, template: 'emails', order: 'stoplists somebody' },
    sql: [`CREATE TRIGGER planted BEFORE INSERT ON suppression BEGIN SELECT RAISE(IGNORE); END`],
  },
  'a call of another system is not written down': {
    tilt: { template: 'marks' },
    sql: [`CREATE TRIGGER planted BEFORE INSERT ON webhook_delivery BEGIN SELECT RAISE(IGNORE); END`],
  },
  'a call of another system counts as made once it is begun': {
    faults: { receiver: 0.5 },
    tilt: { template: 'marks' },
    sql: [
      whenever(
        'webhook_delivery',
        'answer',
        `NEW.state = 'pending'`,
        `UPDATE webhook_delivery SET state = 'delivered' WHERE id = NEW.id`,
      ),
    ],
  },
  'a call of another system is repeated under another id': {
    faults: { receiver: 0.5 },
    tilt: { template: 'marks' },
    sql: [
      whenever(
        'webhook_delivery',
        'answer',
        `NEW.state = 'pending'`,
        `UPDATE webhook_delivery SET id = NEW.id || 'x' WHERE id = NEW.id`,
      ),
    ],
  },
  'a call of another system that was given up waits for nobody': {
    isSeenLate: true,
    faults: { receiver: 0.5 },
    tilt: { template: 'marks', people: 4 },
    sql: [
      whenever(
        'webhook_delivery',
        'state',
        `NEW.state = 'failed'`,
        `UPDATE webhook_delivery SET state = 'left' WHERE id = NEW.id`,
      ),
    ],
  },
  'a list is over before its last page': {
    tilt: { imports: true, template: 'emails' },
    faults: { operate: 0 },
    jobs: 600,
    sql: [
      whenever(
        'list_import',
        'start',
        'NEW.start > 0',
        `UPDATE list_import SET state = 'done' WHERE id = NEW.id`,
      ),
    ],
  },
  'pages of lists are not counted': {
    tilt: { imports: true, template: 'emails' },
    faults: { operate: 0 },
    jobs: 600,
    sql: [
      `CREATE TRIGGER planted BEFORE INSERT ON usage WHEN NEW.kind = 'search_page' BEGIN SELECT RAISE(IGNORE); END`,
    ],
  },
  'a page of a list is taken in again': {
    tilt: { imports: true, template: 'emails' },
    faults: { operate: 0, duplicate: 0.9, drop: 0, logout: 0, wrongAccount: 0 },
    jobs: 600,
    request: async (request, books) => {
      const importId = /\/device\/imports\/(\w+)\/page$/.exec(request.url)?.[1];
      const [row] = importId
        ? await books.rows('SELECT start FROM list_import WHERE id = ?', [importId])
        : [];
      return row ? changed(request, '/page', (body) => ({ ...body, start: Number(row.start) })) : request;
    },
  },
  'whom a domain names is forgotten but for the first of them': {
    jobs: 300,
    faults: { ...manyAtOneDomain.faults },
    tilt: manyAtOneDomain.tilt,
    sql: [
      whenever(
        'suppression',
        'ending_after',
        'NEW.ending_after IS NOT NULL',
        'UPDATE suppression SET ending_after = NULL WHERE id = NEW.id',
      ),
    ],
  },
  // The handlers
  'whatever a device reports counts as done': {
    faults: { operate: 0, tabClosed: 0.3, refuse: 0.3 },
    tilt: { people: 4, senders: 1, cap: 8, template: 'invite' },
    request: (request) =>
      changed(request, '/device/outcome', (body) => ({
        ...body,
        outcome: {
          result: 'done',
          verified: true,
          proof: 'seen',
          remoteId: null,
          noteDropped: false,
          profile: null,
        },
      })),
  },
  'a commit does not look at its fence': {
    faults: stale,
    jobs: 900,
    tilt: { isLively: true, people: 6, senders: 1, browsers: 1, cap: 20, template: 'invite' },
    request: newestFence('/device/commit'),
  },
  'a late outcome counts for the newer claim': {
    faults: stale,
    jobs: 500,
    tilt: { isLively: true, people: 6, senders: 1, browsers: 1, cap: 20, template: 'invite' },
    request: newestFence('/device/outcome'),
  },
  'a commit does not look at what the thread shows': {
    jobs: 1_600,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0, tabClosed: 0.3 },
    tilt: { isLively: true, people: 12, senders: 1, cap: 40, template: 'invite' },
    request: (request) => changed(request, '/device/commit', (body) => ({ ...body, lastInboundAt: null })),
  },
  'answers on LinkedIn are thrown away': {
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    jobs: 500,
    tilt: { isLively: true, people: 6, senders: 1, cap: 20, template: 'across' },
    request: (request) =>
      changed(request, '/device/observations', (body) =>
        'inbound' in body ? { ...body, inbound: [] } : body,
      ),
  },
  'acceptances are thrown away': {
    jobs: 600,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'across' },
    request: (request) =>
      changed(request, '/device/observations', (body) =>
        'acceptances' in body ? { ...body, acceptances: [] } : body,
      ),
  },
  'an order to pause an automation resumes it': {
    faults: { operate: 1 },
    tilt: { people: 6, senders: 1, cap: 8, order: 'pauses an automation' },
    request: (request) => led(request, /(\/automations\/\w+)\/pause$/, '$1/resume'),
  },
  'lowered caps are answered and not kept': {
    faults: { operate: 1, logout: 0, wrongAccount: 0 },
    tilt: { people: 6, senders: 1, cap: 4, template: 'emails', order: 'lowers caps' },
    request: (request) =>
      request.method === 'PATCH'
        ? changed(request, '', (body) => ({ ...body, settings: withoutCaps(body) }))
        : request,
  },
  'a withdrawn consent counts as given': {
    faults: { operate: 1, logout: 0, wrongAccount: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'invite', order: 'withdraws consent' },
    request: (request) => changed(request, '/consent', (body) => ({ ...body, agreed: true })),
  },
  'texts go out that somebody wanted to see first': {
    faults: { operate: 1, logout: 0, wrongAccount: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'emails', order: 'wants to see texts first' },
    request: (request) => changed(request, '/settings', (body) => ({ ...body, approveEach: false })),
  },
  'an opt-out is thanked for and not written': {
    jobs: 600,
    faults: { operate: 0, logout: 0, wrongAccount: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'emails', isLively: true },
    request: (request) => (request.url.includes('/u/') ? { ...request, method: 'GET', body: null } : request),
  },
  // The mailer
  'replies by email are not read': {
    jobs: 600,
    faults: { operate: 0, logout: 0, wrongAccount: 0, moveSlug: 0 },
    tilt: { isLively: true, people: 6, senders: 1, cap: 20, template: 'emails' },
    mailIsUnread: true,
  },
  'an email without an answer counts as not sent': {
    faults: { smtp: 0.6, operate: 0 },
    tilt: { people: 6, senders: 1, cap: 8, template: 'emails' },
    emailOutcome: (outcome) =>
      outcome.outcome === 'unknown'
        ? { outcome: 'not_sent', stage: 'message', code: 'ECONNRESET', response: 'lost', verdict: null }
        : outcome,
  },
  // The runner
  'a step is done without a yes': {
    jobs: 400,
    faults: { drop: 0.3, slow: 0, operate: 0, logout: 0, wrongAccount: 0, refuse: 0, tabClosed: 0 },
    tilt: { isLively: true, people: 6, senders: 1, browsers: 1, cap: 20, template: 'invite' },
    runner: (deps) => ({
      ...deps,
      api: {
        ...deps.api,
        commit: async (...args) => {
          await deps.api.commit(...args);
          return { ok: true, value: { ok: true, leaseMs: 90_000 } };
        },
      },
    }),
  },
  'another person is clicked': {
    tilt: { people: 6, cap: 6, template: 'invite' },
    runner: (deps) => ({
      ...deps,
      page: {
        ...deps.page,
        act: (step, ...rest) => deps.page.act({ ...step, target: neighbour(step.target) }, ...rest),
      },
    }),
  },
};

function changed(request: Request, path: string, change: (body: object) => object): Request {
  if (!request.url.endsWith(path)) return request;
  return { ...request, body: JSON.stringify(change(JSON.parse(request.body ?? '{}'))) };
}

/** Whatever claim this is about, it is taken for the newest. */
function newestFence(path: string) {
  return async (request: Request, books: Books): Promise<Request> => {
    if (!request.url.endsWith(path)) return request;
    const { taskId } = JSON.parse(request.body ?? '{}') as { taskId: string };
    const task = await books.task(taskId);
    return changed(request, path, (body) => ({ ...body, fence: task?.fence }));
  };
}

function led(request: Request, from: RegExp, to: string): Request {
  return { ...request, url: request.url.replace(from, to) };
}

function withoutCaps(body: object): object {
  const { settings } = body as { settings: { caps: object } };
  const caps = Object.keys(settings.caps).map((kind) => [kind, { daily: 20, weekly: 100 }]);
  return { ...settings, caps: Object.fromEntries(caps) };
}

function neighbour<T extends { slug: string }>(target: T): T {
  return { ...target, slug: target.slug.replace(/\d+$/, (n) => String((Number(n) % 2) + 1)) };
}
