import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importRoutes } from '#shared/contract/contact.ts';
import { integrityView, upkeepRoutes } from '#shared/contract/upkeep.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { firstIdSince } from '#shared/kernel/ids.ts';
import { schema } from '../../companion-server/db/index.ts';
import { holdRestored, openHolds } from '../../companion-server/engine/index.ts';
import { createApp } from '../../companion-server/http/app.ts';
import { unlimitedRates } from '../../companion-server/http/limits.ts';
import { unitOf } from '../../companion-server/services/engineOf.ts';
import { recountIfDue } from '../../companion-server/services/upkeep/integrity.ts';
import { trimLogs } from '../../companion-server/services/upkeep/retention.ts';
import { csv, makeWorld, type World } from './fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server.close());

const never = new AbortController().signal;
const manager = () => ({ cookie: world.manager });

describe('the recount of counters', () => {
  test('reports what drifted, tells the metrics, and a manager repairs it with an audit row', async () => {
    const { db } = server.services;
    await db.write((tx) => tx.run(sql`UPDATE list SET member_count = 77`));
    expect(await recountIfDue(server.services, never)).toBe(true);
    expect(await recountIfDue(server.services, never)).toBe(false);
    const { last } = integrityView.parse((await call(server, upkeepRoutes.integrity, manager())).body);
    const drift = last?.drifts.find(({ counter }) => counter === 'list.member_count');
    expect(drift).toMatchObject({ stored: 77, counted: 1 });
    expect(await metric('list.member_count')).toBe('1');

    expect((await call(server, upkeepRoutes.repair, manager())).status).toBe(200);
    const lists = await db.reader.select().from(schema.list);
    expect(lists.map(({ memberCount }) => memberCount)).toEqual([1]);
    const audits = await db.reader
      .select()
      .from(schema.audit)
      .where(eq(schema.audit.action, 'integrity.repaired'));
    expect(audits).toHaveLength(1);
    expect(await metric('list.member_count')).toBe('0');
    expect(problemOf(await call(server, upkeepRoutes.repair, manager())).code).toBe('nothing_to_repair');
  });
});

async function metric(counter: string): Promise<string | undefined> {
  const { services } = server;
  const shutdown = new AbortController().signal;
  const metricsToken = 'a token for metrics';
  const app = createApp({
    services,
    rates: unlimitedRates,
    dashboard: null,
    shutdown,
    isReady: () => true,
    metricsToken,
  });
  expect((await app.request('/metrics')).status).toBe(401);
  // Without a token there is nothing, not even the page of the dashboard.
  expect((await server.app.request('/metrics')).status).toBe(404);
  const answer = await app.request('/metrics', { headers: { authorization: `Bearer ${metricsToken}` } });
  return (await answer.text()).match(new RegExp(`rapport_counter_drifts{counter="${counter}"} (\\d+)`))?.[1];
}

describe('logs', () => {
  test('go after 90 days, unless something is still to be done', async () => {
    const { db, clocks } = server.services;
    const { automationId, enrollmentId, contactId } = world.ids;
    const add = (daysAgo: number, state: 'pending' | 'delivered' | 'failed' | 'left') => {
      const id = `${firstIdSince(clocks.lease.now() - daysAgo * DAY)}-7000-8000-00000000000${state.length}`;
      const row = {
        automationId,
        enrollmentId,
        contactId,
        nodeId: 'n',
        url: 'https://x.test',
        nextAt: 1,
        createdAt: 1,
      };
      return db.write((tx) =>
        tx.insert(schema.webhookDelivery).values({ id, workspaceId: world.workspaceId, state, ...row }),
      );
    };
    await add(100, 'delivered');
    await add(100, 'pending');
    await add(101, 'left');
    // A manager has not decided about it yet.
    await add(102, 'failed');
    await add(80, 'delivered');
    expect(await trimLogs(server.services)).toBe(false);
    const left = await db.reader.select().from(schema.webhookDelivery);
    expect(left.map(({ state }) => state).sort()).toEqual(['delivered', 'failed', 'pending']);
  });
});

describe('files that were uploaded and not imported', () => {
  const upload = (name: string) => {
    const body = { fileName: `${name}.csv`, contentBase64: csv(`Email\n${name}@corp.test\n`) };
    return call(server, importRoutes.upload, manager(), { body });
  };
  const { contactImport } = schema;
  const waiting = async () => {
    const rows = await server.services.db.reader
      .select()
      .from(contactImport)
      .where(eq(contactImport.state, 'uploaded'))
      .orderBy(contactImport.id);
    return rows.map(({ fileName }) => fileName);
  };

  beforeEach(() =>
    server.services.db.write((tx) => tx.delete(contactImport).where(eq(contactImport.state, 'uploaded'))),
  );

  test('go after a day; what was imported stays', async () => {
    const { db, clocks, newId } = server.services;
    const add = (daysAgo: number, state: 'uploaded' | 'done') => {
      const id = `${firstIdSince(clocks.lease.now() - daysAgo * DAY)}${newId().slice(13)}`;
      const file = { fileName: `${state} ${daysAgo}`, encoding: 'utf-8', delimiter: ',', columns: ['Email'] };
      const rows = state === 'uploaded' ? [['x@corp.test']] : null;
      const row = { ...file, state, rows, rowCount: 1, createdBy: 'u', createdAt: 1 };
      return db.write((tx) =>
        tx.insert(contactImport).values({ id, workspaceId: world.workspaceId, ...row }),
      );
    };
    await add(2, 'uploaded');
    await add(2, 'done');
    await add(0.9, 'uploaded');
    expect(await trimLogs(server.services)).toBe(false);
    expect(await waiting()).toEqual(['uploaded 0.9']);
    const done = await db.reader.select().from(contactImport).where(eq(contactImport.fileName, 'done 2'));
    expect(done).toHaveLength(1);
  });

  test('of a member only the newest wait', async () => {
    for (let index = 0; index < 12; index += 1) expect((await upload(`f${index}`)).status).toBe(200);
    expect(await waiting()).toEqual(Array.from({ length: 10 }, (_, index) => `f${index + 2}.csv`));
  });
});

describe('a restored workspace', () => {
  const isHeld = async () => {
    const scope = { scope: 'workspace', scopeId: world.workspaceId } as const;
    return (await openHolds(server.services.db.reader, [scope])).map(({ reason }) => reason);
  };

  test('is not freed by resuming everything, nor before every account in use was read', async () => {
    const { db } = server.services;
    await db.write((tx) => holdRestored(unitOf(server.services, tx)));
    await db.write((tx) => tx.update(schema.channel).set({ status: 'active' }));
    await call(server, workspaceRoutes.resume, manager());
    expect(await isHeld()).toEqual(['restored_from_backup']);
    expect(problemOf(await call(server, upkeepRoutes.endRestore, manager())).code).toBe('not_reconciled');

    await db.write((tx) => tx.update(schema.channel).set({ status: 'not_set_up', smtpStatus: 'not_set_up' }));
    expect((await call(server, upkeepRoutes.endRestore, manager())).body).toEqual({ restore: null });
    expect(await isHeld()).toEqual([]);
  });
});
