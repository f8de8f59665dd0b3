import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { newDeviceToken } from '../../companion-server/auth/deviceToken.ts';
import { schema } from '../../companion-server/db/index.ts';
import { addMember, call, setUp, type TestServer } from './support.ts';

const withId = z.object({ id: z.string() });
const items = z.object({ items: z.array(withId) });

export const csv = (text: string) => Buffer.from(text).toString('base64');

export interface World {
  workspaceId: string;
  owner: string;
  manager: string;
  rep: string;
  stranger: string;
  ids: Record<
    | 'senderId'
    | 'deviceId'
    | 'contactId'
    | 'importId'
    | 'openImportId'
    | 'entryId'
    | 'automationId'
    | 'draftId'
    | 'enrollmentId'
    | 'taskId'
    | 'approvalId'
    | 'bulkId'
    | 'tagId'
    | 'listId'
    | 'manualTaskId'
    | 'notificationId'
    | 'threadId'
    | 'messageId'
    | 'leaverUserId',
    string
  >;
}

/** A workspace with one of everything, owned by the owner, and people of every role in and outside of it. */
export async function makeWorld(server: TestServer): Promise<World> {
  const { cookie: owner, workspaceId } = await setUp(server);
  const manager = await addMember(server, { id: workspaceId }, 'manager', 'mara@acme.test');
  const rep = await addMember(server, { id: workspaceId }, 'rep', 'rob@acme.test');
  const leaver = await addMember(server, { id: workspaceId }, 'rep', 'rex@acme.test');
  const stranger = await addMember(
    server,
    { id: server.services.newId(), isNew: true },
    'owner',
    'sam@other.test',
  );
  const caller = { cookie: owner };
  const idOf = async (answer: Promise<{ body: unknown }>) => withId.parse((await answer).body).id;

  const senderId = await idOf(
    call(server, senderRoutes.create, caller, { body: { name: 'Olga', zone: 'Europe/Berlin' } }),
  );
  const content = csv(
    'First name,Last name,Email,LinkedIn URL\nAnna,Berg,anna@example.org,https://www.linkedin.com/in/anna-berg/\n',
  );
  const upload = () =>
    idOf(call(server, importRoutes.upload, caller, { body: { fileName: 'a.csv', contentBase64: content } }));
  const [importId, openImportId] = [await upload(), await upload()];
  const mapping = ['firstName', 'lastName', 'email', 'linkedinUrl'];
  const run = { mapping, listName: 'Leads', legalBasis: 'legitimate_interest' };
  await call(server, importRoutes.run, caller, { params: { importId }, body: run });
  const firstOf = (answer: { body: unknown }) => items.parse(answer.body).items[0]?.id ?? '';
  const contactId = firstOf(await call(server, contactRoutes.list, caller));
  const listId = firstOf(await call(server, contactRoutes.lists, caller));
  const entryId = await idOf(
    call(server, stoplistRoutes.add, caller, { body: { value: 'blocked@corp.test', reason: 'asked' } }),
  );
  const graph = visitGraph(listId, senderId);
  const create = async (name: string) => {
    const automationId = await idOf(call(server, automationRoutes.create, caller, { body: { name } }));
    await call(server, automationRoutes.saveDraft, caller, {
      params: { automationId },
      body: { name, graph },
    });
    return automationId;
  };
  const [automationId, draftId] = [await create('Running'), await create('Draft')];
  await call(server, automationRoutes.start, caller, { params: { automationId } });
  const enrollmentId = firstOf(
    await call(server, automationRoutes.enrollments, caller, { params: { automationId } }),
  );
  const tagId = await idOf(call(server, tagRoutes.create, caller, { body: { name: 'Hot' } }));
  const deviceId = server.services.newId();
  const [manualTaskId, notificationId] = [server.services.newId(), server.services.newId()];
  const [threadId, messageId] = [server.services.newId(), server.services.newId()];
  const bulkId = await doneBulk(server, workspaceId, automationId);
  const owned = { workspaceId, automationId, enrollmentId, contactId, senderId };
  const taskId = await addTask(server, owned, { nodeId: 'v', kind: 'visit', state: 'unknown' });
  const approval = { kind: 'message', state: 'waiting_approval', payload: writtenPayload } as const;
  const approvalId = await addTask(server, owned, { nodeId: 'm', ...approval });
  await server.services.db.write(async (tx) => {
    await tx.insert(schema.device).values({
      id: deviceId,
      workspaceId,
      senderId,
      name: 'Chrome',
      tokenHash: 'x',
      pairedBy: 'x',
      pairedAt: 1,
    });
    const step = { workspaceId, automationId, enrollmentId, contactId, nodeId: 'v' };
    await tx.insert(schema.manualTask).values({
      ...step,
      id: manualTaskId,
      senderId,
      cursorId: 'none',
      visit: 1,
      kind: 'call',
      instruction: 'Call {{ firstName }}',
      dueAt: 1,
      state: 'ready',
      createdAt: 1,
    });
    const owned = await tx.select().from(schema.sender).where(eq(schema.sender.id, senderId));
    const userId = owned[0]?.ownerUserId ?? '';
    const [linkedin] = await tx.select().from(schema.channel).where(eq(schema.channel.senderId, senderId));
    const place = { workspaceId, contactId, channelId: linkedin?.id ?? '' };
    const reply = { id: messageId, remoteId: 'm', kind: 'reply', suggests: 'unsubscribe' } as const;
    await tx.insert(schema.inboundMessage).values({ ...place, ...reply, text: 'Stop.', at: 1 });
    const lost = { id: messageId, messageId: '<lost@acme.test>', state: 'unknown', text: 'Lost?' } as const;
    await tx
      .insert(schema.handMessage)
      .values({ ...place, ...lost, references: [], to: 'b@c.test', subject: 'Re: Hi', createdAt: 1, at: 1 });
    const last = { lastAt: 1, lastKind: 'reply', lastText: 'Stop.' } as const;
    await tx.insert(schema.thread).values({ ...place, ...last, id: threadId, senderId, unread: true });
    const refused = {
      kind: 'alert',
      aboutId: 'gone',
      state: 'failed',
      failure: '550 No such user.',
    } as const;
    await tx.insert(schema.systemMail).values({
      ...{
        ...refused,
        workspaceId,
        id: server.services.newId(),
        dedupeKey: 'refused',
        recipient: 'x@y.test',
      },
      ...{ causeAt: 1, sendAt: 1, deadlineAt: 1, endedAt: server.services.clocks.schedule.now() },
    });
    await tx.insert(schema.notification).values({ ...step, id: notificationId, userId, text: 'Look', at: 1 });
  });
  return {
    workspaceId,
    owner,
    manager: manager.cookie,
    rep: rep.cookie,
    stranger: stranger.cookie,
    ids: {
      senderId,
      deviceId,
      contactId,
      importId,
      openImportId,
      entryId,
      automationId,
      draftId,
      leaverUserId: leaver.userId,
      enrollmentId,
      taskId,
      approvalId,
      bulkId,
      threadId,
      messageId,
      tagId,
      listId,
      manualTaskId,
      notificationId,
    },
  };
}

export function visitGraph(listId: string, senderId: string) {
  const at = { x: 0, y: 0 };
  return {
    nodes: [
      { id: 's', type: 'segment', position: at, config: { listIds: [listId] } },
      { id: 'p', type: 'sender_profile', position: at, config: { senders: [{ senderId }] } },
      { id: 'v', type: 'visit', position: at, config: {} },
      { id: 'e', type: 'end', position: at, config: { outcome: 'neutral' } },
    ],
    edges: [
      { id: '1', source: 's', exit: 'next', target: 'p' },
      { id: '2', source: 'p', exit: 'next', target: 'v' },
      { id: '3', source: 'v', exit: 'next', target: 'e' },
    ],
  };
}

/** What waits for approval. */
export const writtenPayload = {
  text: 'Hello Anna',
  subject: null,
  policy: null,
  recipient: 'anna-berg',
  noteDropped: false,
};

/** A step that waits for a person, as the engine leaves it. */
export async function addTask(
  server: TestServer,
  ids: {
    workspaceId: string;
    automationId: string;
    enrollmentId: string;
    contactId: string;
    senderId: string;
  },
  step: Partial<typeof schema.task.$inferInsert> &
    Pick<typeof schema.task.$inferInsert, 'nodeId' | 'kind' | 'state'>,
): Promise<string> {
  const { db, newId } = server.services;
  const [taskId, cursorId] = [newId(), newId()];
  const channels = await db.reader.select().from(schema.channel);
  const channelId =
    channels.find((row) => row.senderId === ids.senderId && row.kind === 'linkedin')?.id ?? '';
  await db.write(async (tx) => {
    await tx.insert(schema.cursor).values({
      id: cursorId,
      enrollmentId: ids.enrollmentId,
      workspaceId: ids.workspaceId,
      nodeId: step.nodeId,
      state: 'acting',
    });
    await tx.insert(schema.task).values({
      id: taskId,
      ...ids,
      cursorId,
      channelId,
      ...step,
      priority: 1,
      notBefore: 1,
      createdAt: 1,
    });
  });
  return taskId;
}

/** A paired browser of this sender profile; its token. */
export async function pairDevice(server: TestServer, workspaceId: string, senderId: string): Promise<string> {
  const { token, hash } = newDeviceToken();
  const id = server.services.newId();
  const device = { id, workspaceId, senderId, name: 'Chrome', tokenHash: hash, pairedBy: 'x', pairedAt: 1 };
  await server.services.db.write((tx) => tx.insert(schema.device).values(device));
  return token;
}

/** A bulk action that found nobody. */
async function doneBulk(server: TestServer, workspaceId: string, automationId: string): Promise<string> {
  const id = server.services.newId();
  await server.services.db.write((tx) =>
    tx.insert(schema.bulkAction).values({
      id,
      workspaceId,
      automationId,
      input: { action: 'pause' },
      selection: { filter: {} },
      state: 'running',
      total: 0,
      position: '',
      createdBy: 'somebody',
      createdAt: 1,
    }),
  );
  return id;
}
