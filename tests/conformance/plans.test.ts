import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import { devicePersonRoutes } from '#shared/contract/devicePerson.ts';
import { listImportRoutes } from '#shared/contract/listImport.ts';
import type { Route } from '#shared/contract/route.ts';
import { deviceTaskRoutes } from '#shared/contract/task.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../companion-server/db/index.ts';
import {
  claimEmail,
  hasAnswers,
  isIdle,
  nextAnswer,
  recordInboundEmail,
  tick,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { sendNextSystemMail } from '../../companion-server/services/systemMail/worker.ts';
import { settleHits } from '../../companion-server/services/tracking/settle.ts';
import { foldCompanyNames } from '../../companion-server/services/upkeep/companyKeys.ts';
import { retain } from '../../companion-server/services/upkeep/contacts.ts';
import { archiveOldTasks, countDays } from '../../companion-server/services/upkeep/engineRows.ts';
import { keepErasures } from '../../companion-server/services/upkeep/erasures.ts';
import { trimLogs } from '../../companion-server/services/upkeep/retention.ts';
import { deliverDue } from '../../companion-server/services/webhook/worker.ts';
import { badPlans } from '../support/queryPlans.ts';
import { pairDevice } from './fixture.ts';
import { makeBusyAccount } from './lostAccount.ts';
import { call, startTestServer, type TestServer } from './support.ts';

/** What browsers ask and what works by itself in the background: no walk through a table that grows. */

let server: TestServer;
let account: Awaited<ReturnType<typeof makeBusyAccount>>;
let token: string;
const statements = new Set<string>();
const used = new Set<Route>();

beforeAll(async () => {
  server = await startTestServer({ onStatement: (text) => statements.add(text) });
  account = await makeBusyAccount(server, 6);
  token = await pairDevice(server, account.world.workspaceId, account.world.ids.senderId);
  statements.clear();
});
afterAll(() => server.close());

/** One request of the browser; the answer's body. */
async function ask<R extends Route>(route: R, input: Parameters<typeof call>[3] = {}) {
  used.add(route);
  const answer = await call(server, route, { token }, input);
  expect(answer.status, `${route.path}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body as Record<string, unknown>;
}

const seen = { profileId: 'ACoAAperson900000', slug: 'p-900', name: 'Nora Neu' };

test('no statement of a browser’s requests walks a table or sorts one', async () => {
  await ask(deviceRoutes.consent, { body: { version: CONSENT_VERSION, agreed: true } });
  const member = { memberId: '4711', profileId: 'ACoAAme', slug: 'olga', name: 'Olga Berg', premium: false };
  await ask(deviceRoutes.session, { body: { report: { state: 'logged_in', member }, seenAgoMs: 0 } });
  await ask(deviceRoutes.observations, {
    body: {
      memberId: member.memberId,
      acceptances: [{ profileId: 'ACoAAperson100001', memberId: '1', slug: 'p-1', connectedAt: 1 }],
      inbound: [
        {
          messageId: 'm',
          conversationId: 'c',
          fromProfileId: 'ACoAAperson100001',
          deliveredAt: 1,
          text: 'Hi',
        },
      ],
      sentInvitations: { toContacts: [], toOthers: [], gone: [], complete: true },
    },
  });
  await ask(deviceRoutes.journal, {
    body: {
      lines: [
        {
          taskId: account.world.ids.taskId,
          kind: 'visit',
          target: { slug: 'p-1', profileId: null, memberId: null },
          armedAgoMs: 1,
          done: true,
        },
      ],
      more: false,
    },
  });
  await ask(deviceRoutes.layout, { body: { page: 'profile', missing: [], catalogue: '1' } });
  const work = await ask(deviceRoutes.next, {
    body: { canAct: true, journal: true, imports: true, version: '1.0.0' },
  });
  const step = (work.step ?? { taskId: account.world.ids.taskId, fence: 0 }) as {
    taskId: string;
    fence: number;
  };
  const fence = { taskId: step.taskId, fence: step.fence };
  await ask(deviceRoutes.renew, { body: fence });
  await ask(deviceRoutes.commit, { body: { ...fence, lastInboundAt: null, profile: null } });
  await ask(deviceRoutes.outcome, {
    body: { ...fence, outcome: { result: 'closed', reason: 'visited', profile: null } },
  });
  await ask(deviceRoutes.mode, { body: { approveEach: true } });
  await ask(deviceTaskRoutes.approvals, { query: {} });
  await ask(deviceRoutes.mode, { body: { approveEach: false } });
  await ask(deviceRoutes.pause);
  await ask(deviceRoutes.resume);
  await ask(deviceRoutes.reconnect);
  await ask(devicePersonRoutes.targets);
  await ask(devicePersonRoutes.find, { body: seen });
  const { contact } = await ask(devicePersonRoutes.addToList, {
    body: { person: seen, listName: 'New people' },
  });
  const contactId = (contact as { id: string } | null)?.id ?? '';
  await ask(devicePersonRoutes.addToAutomation, {
    body: { person: seen, automationId: account.automationId },
  });
  await ask(devicePersonRoutes.pin, { params: { contactId }, body: { pinned: true } });
  const { notes } = await ask(devicePersonRoutes.addNote, { params: { contactId }, body: { text: 'Met' } });
  const noteId = (notes as { id: string }[])[0]?.id ?? '';
  await ask(devicePersonRoutes.removeNote, { params: { contactId, noteId } });
  const url = 'https://www.linkedin.com/search/results/people/?keywords=ceo';
  const started = await ask(listImportRoutes.start, { body: { url, listName: 'CEOs' } });
  const params = { importId: String(started.id) };
  await ask(listImportRoutes.stop, { params });
  await ask(listImportRoutes.resume, { params });
  const page = {
    people: [{ ...seen, memberId: '900', company: 'Neu GmbH', headline: 'CEO', location: null, degree: 2 }],
    total: 1,
    next: null,
    nameless: 0,
  };
  await ask(listImportRoutes.page, { params, body: { start: 0, read: { ok: true, value: page } } });
  await ask(listImportRoutes.list);
  await ask(deviceRoutes.snapshot);
  await ask(deviceRoutes.stopEverything);
  await ask(deviceRoutes.unpair);
  const all = [deviceRoutes, devicePersonRoutes, listImportRoutes, deviceTaskRoutes].flatMap(
    (group) => Object.values(group) as Route[],
  );
  // Deciding about a text is the same work as the member's route, which conformance/routes asks.
  const others: Route[] = [deviceTaskRoutes.approve, deviceTaskRoutes.skip];
  const left = all.filter(
    (route) => route.access === 'device' && !used.has(route) && !others.includes(route),
  );
  expect(left.map(({ path }) => path)).toEqual([]);
  expect(statements.size).toBeGreaterThan(100);
  expect(await badPlans(server.services.db.reader, statements)).toEqual([]);
});

test('no statement of the background workers walks a table or sorts one', async () => {
  statements.clear();
  const { services } = server;
  const ctx = engineOf(services);
  const { signal } = new AbortController();
  const pause = async () => {};
  const channels = await services.db.reader.select().from(schema.channel);
  const mailbox = must(
    channels.find(({ kind }) => kind === 'email'),
    'the mailbox of the sender profile',
  );
  await services.db.write((tx) => tx.update(schema.contact).set({ companyName: 'Acme', companyKey: null }));
  statements.clear();
  await tick(ctx);
  await isIdle(ctx);
  await claimEmail(ctx, 'mailer');
  await unitOfWork(ctx, (unit) => recordInboundEmail(unit, mailbox.id, []));
  await deliverDue(services, async () => ({ ok: true, answer: '200' }), signal);
  await sendNextSystemMail({ ...services, systemMail: { from: 'r@r.test', url: 'smtp://127.0.0.1:9' } });
  await settleHits(services);
  await foldCompanyNames(services);
  await countDays(services, pause, signal);
  await archiveOldTasks(services, pause, signal);
  await retain(services, pause, signal);
  await keepErasures(services);
  await trimLogs(services);
  await hasAnswers(services.db.reader, services.clocks.schedule.now());
  await unitOfWork(ctx, (unit) => nextAnswer(unit, () => false));
  expect(statements.size).toBeGreaterThan(40);
  expect(await badPlans(services.db.reader, statements, { heads: true })).toEqual([]);
});
