import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import { schema } from '../../companion-server/db/index.ts';
import { recordObservations, recordSession, tick } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { csv, makeWorld, visitGraph, type World } from './fixture.ts';
import { call, type TestServer } from './support.ts';

const member = { memberId: '4711', profileId: 'ACoAAme', slug: 'olga', name: 'Olga Berg', premium: false };
const withId = z.object({ id: z.string() });

/** A workspace whose account is connected and has `people` profiles to visit: something that can be held. */
export async function makeBusyAccount(server: TestServer, people: number) {
  const world = await makeWorld(server);
  const account = accountOf(server, world);
  await account.signIn();
  const automationId = await startVisits(server, world, people);
  // The profiles are known already: no reading of them comes before the automation.
  const { db } = server.services;
  await db.write((tx) =>
    tx.update(schema.contact).set({ enrichedAt: 1 }).where(eq(schema.contact.workspaceId, world.workspaceId)),
  );
  await account.settle();
  return { world, automationId, ...account };
}

function accountOf(server: TestServer, world: World) {
  const report = (state: SessionReport) =>
    recordSession(engineOf(server.services), world.ids.deviceId, state);
  return {
    signIn: () => report({ state: 'logged_in', member }),
    lose: () => report({ state: 'inactive', reason: 'session_expired', challenge: null }),
    readAll: () =>
      recordObservations(engineOf(server.services), world.ids.deviceId, {
        memberId: member.memberId,
        acceptances: [],
        inbound: [],
      }),
    /** LinkedIn renamed a field: replies cannot be read any more. */
    cannotRead: () =>
      recordObservations(engineOf(server.services), world.ids.deviceId, {
        memberId: member.memberId,
        acceptances: [],
        failure: {
          code: 'layout_unknown',
          effect: 'before_effect',
          detail: 'messengerMessages has a shape that is not known.',
          until: null,
        },
      }),
    async settle() {
      while ((await tick(engineOf(server.services))).busy);
    },
  };
}

async function startVisits(server: TestServer, world: World, people: number): Promise<string> {
  const caller = { cookie: world.owner };
  const rows = Array.from(
    { length: people },
    (_, n) => `Person${n},Test,https://www.linkedin.com/in/p-${n}/`,
  );
  const content = csv(`First name,Last name,LinkedIn URL\n${rows.join('\n')}\n`);
  const upload = await call(server, importRoutes.upload, caller, {
    body: { fileName: 'people.csv', contentBase64: content },
  });
  await call(server, importRoutes.run, caller, {
    params: { importId: withId.parse(upload.body).id },
    body: {
      mapping: ['firstName', 'lastName', 'linkedinUrl'],
      listName: 'Held people',
      legalBasis: 'legitimate_interest',
    },
  });
  const lists = z
    .object({ items: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse((await call(server, contactRoutes.lists, caller)).body);
  const listId = lists.items.find(({ name }) => name === 'Held people')?.id ?? '';
  const made = await call(server, automationRoutes.create, caller, { body: { name: 'Visits' } });
  const automationId = withId.parse(made.body).id;
  const params = { automationId };
  await call(server, automationRoutes.saveDraft, caller, {
    params,
    body: { name: 'Visits', graph: visitGraph(listId, world.ids.senderId) },
  });
  await call(server, automationRoutes.start, caller, { params });
  return automationId;
}
