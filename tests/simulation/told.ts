import type { z } from 'zod';
import type { deviceRoutes } from '#shared/contract/device.ts';
import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';
import type { World } from './world.ts';

export interface Witness {
  books: Books;
  ledger: Ledger;
  time: VirtualTime;
}

export interface Fence {
  taskId: string;
  fence: number;
}

/** Tells the ledger what the server gave out, with the facts as they stand in the database. */
export const told = {
  async claim({ books, ledger, time }: Witness, fence: Fence): Promise<void> {
    await expectRead(books, fence);
    ledger.claimed({ ...(await factsOf(books, fence)), at: time.now() });
  },
  /** `lastInboundAt`: what the device saw in the thread when it asked. */
  async yes(
    { books, ledger, time }: Witness,
    fence: Fence,
    lastInboundAt: number | null = null,
  ): Promise<void> {
    if (lastInboundAt !== null) await expectUnanswered(books, fence, lastInboundAt);
    const { committedAt, ...facts } = await factsOf(books, fence);
    ledger.allowed({ ...facts, at: committedAt ?? time.now() });
  },
  async page({ books, ledger }: Witness, importId: string, senderId: string): Promise<void> {
    const [channel] = await books.rows(`SELECT id FROM channel WHERE sender_id = ? AND kind = 'linkedin'`, [
      senderId,
    ]);
    ledger.pageGiven(importId, { senderId, channelId: String(channel?.id) });
  },
  /** What a device handed in is known from now on, and counts as read. */
  async observations(
    { books, ledger, time, world }: Witness & { world: World },
    senderId: string,
    seen: z.output<typeof deviceRoutes.observations.body>,
  ): Promise<void> {
    const [channel] = await books.rows(`SELECT id FROM channel WHERE sender_id = ? AND kind = 'linkedin'`, [
      senderId,
    ]);
    const channelId = String(channel?.id);
    for (const { fromProfileId, messageId } of seen.inbound ?? []) {
      const person = world.people.find(({ profileId }) => profileId === fromProfileId);
      if (!person) continue;
      ledger.stop(world.contactOf(person), `reply:${messageId}`);
      const key = `reply:${channelId}:${messageId}`;
      if ((await books.rows('SELECT 1 FROM event WHERE dedupe_key = ?', [key])).length === 0)
        throw new Violation(`the answer ${messageId} of ${person.contactId} was handed in and is nowhere`);
    }
    for (const { profileId } of seen.acceptances ?? []) await expectConnected(books, senderId, profileId);
    if (seen.more || seen.failure) return;
    for (const what of ['inbound', 'acceptances'] as const)
      if (seen[what]) ledger.accountRead(channelId, what, time.now() - seen.readAgoMs);
  },
};

async function factsOf(books: Books, { taskId, fence }: Fence) {
  const facts = await books.task(taskId);
  if (!facts) throw new Violation(`task ${taskId} was given out and does not exist`);
  return { ...facts, taskId, fence };
}

/** The thread shows something that nobody has decided about: newer than the decision, or never read before. */
async function expectUnanswered(books: Books, { taskId }: Fence, lastInboundAt: number): Promise<void> {
  const [row] = await books.rows(
    `SELECT e.replies_from AS decided, e.created_at AS entered, t.kind, EXISTS (SELECT 1 FROM inbound_message m
        WHERE m.contact_id = e.contact_id AND m.at = ?) AS known
      FROM task t JOIN enrollment e ON e.id = t.enrollment_id WHERE t.id = ?`,
    [lastInboundAt, taskId],
  );
  if (!row || row.kind === 'withdraw' || lastInboundAt <= Number(row.entered)) return;
  const decided = Number(row.decided);
  if (lastInboundAt > decided || (lastInboundAt < decided && row.known !== 1))
    throw new Violation(`task ${taskId} was allowed though the thread shows an answer`);
}

/** Of those the workspace knows by this id; an address may lead to somebody else by now. */
async function expectConnected(books: Books, senderId: string, profileId: string): Promise<void> {
  const [row] = await books.rows(
    `SELECT c.id, r.status FROM contact c LEFT JOIN relation r ON r.contact_id = c.id AND r.sender_id = ?
      WHERE c.linkedin_profile_id = ?`,
    [senderId, profileId],
  );
  if (row && row.status !== 'connected')
    throw new Violation(`that ${row.id} accepted was handed in, and they are ${row.status ?? 'strangers'}`);
}

/** After a reconnect nothing goes on before messages and acceptances of the time away were read. */
async function expectRead(books: Books, { taskId }: Fence): Promise<void> {
  const [row] = await books.rows(
    'SELECT c.reconcile_from AS since FROM task t JOIN channel c ON c.id = t.channel_id WHERE t.id = ?',
    [taskId],
  );
  if (row && row.since !== null)
    throw new Violation(`task ${taskId} was claimed before the account was read again`);
}
