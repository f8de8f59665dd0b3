import { eq } from 'drizzle-orm';
import type { JournalReport } from '#shared/contract/deviceWork.ts';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import { schema } from '../../db/index.ts';
import type { Identifier } from '../contacts/erasure.ts';
import { type IdentityKind, ownerOf } from '../contacts/identities.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { channelOfDevice } from '../holds/session.ts';
import { channelById, findTask } from '../rows.ts';
import { keepForStranger, keepFound, settleFound } from './found.ts';

const { channel: channelTable, device, task, taskArchive } = schema;

/** What a browser's journal says it did; `more`: further parts follow. Returns how many steps were news. */
export function recordJournal(ctx: EngineContext, deviceId: string, report: JournalReport): Promise<number> {
  return unitOfWork(ctx, async (unit) => {
    const channel = await channelOfDevice(unit, deviceId);
    let recorded = 0;
    for (const line of report.lines) if (await recordLine(unit, channel, line)) recorded += 1;
    if (!report.more) {
      const journalFrom = report.wholeForMs === undefined ? null : unit.now - report.wholeForMs;
      await unit.tx
        .update(device)
        .set({ journalReadAt: unit.now, journalFrom })
        .where(eq(device.id, deviceId));
    }
    return recorded;
  });
}

async function recordLine(
  unit: Unit,
  channel: ChannelRow,
  { taskId, kind, target, armedAgoMs, done }: JournalReport['lines'][number],
): Promise<boolean> {
  const found = {
    key: taskId,
    kind,
    at: unit.now - armedAgoMs,
    certain: done,
    proof: done
      ? 'Done after the backup, says the journal of the browser.'
      : 'After the backup a browser may have done this step; it could not see the result.',
  };
  const row = await findTask(unit.tx, taskId);
  if (row) return row.channelId === channel.id && (await settleFound(unit, row, found));
  const contactId = await whoIs(unit, channel.workspaceId, target);
  if (contactId === null) return await keepForStranger(unit, channel, identifiersOf(target), found);
  return await keepFound(unit, channel, contactId, found);
}

function identifiersOf({
  profileId,
  memberId,
  slug,
}: JournalReport['lines'][number]['target']): Identifier[] {
  const known = {
    linkedin_profile: profileId,
    linkedin_member: memberId,
    linkedin_slug: normalizeSlug(slug),
  };
  return Object.entries(known).flatMap(([kind, value]) =>
    value ? [{ kind: kind as IdentityKind, value }] : [],
  );
}

async function whoIs(
  unit: Unit,
  workspaceId: string,
  { profileId, memberId, slug }: JournalReport['lines'][number]['target'],
): Promise<string | null> {
  const byProfile = profileId ? await ownerOf(unit, workspaceId, 'linkedin_profile', profileId) : null;
  if (byProfile) return byProfile;
  const byMember = memberId ? await ownerOf(unit, workspaceId, 'linkedin_member', memberId) : null;
  if (byMember) return byMember;
  const known = normalizeSlug(slug);
  return known ? await ownerOf(unit, workspaceId, 'linkedin_slug', known) : null;
}

/** An automated email that lies in the Sent folder. */
export interface SentEmail {
  messageId: string;
  /** Lower-case address it went to. */
  to: string;
  /** Schedule time. */
  at: number;
}

/** What lies in a mailbox's Sent folder since the backup. Returns how many emails were news. */
export async function recordSentFolder(
  unit: Unit,
  channelId: string,
  emails: readonly SentEmail[],
): Promise<number> {
  const channel = await channelById(unit.tx, channelId);
  let recorded = 0;
  for (const email of emails) if (await recordEmail(unit, channel, email)) recorded += 1;
  await unit.tx.update(channelTable).set({ sentReadAt: unit.now }).where(eq(channelTable.id, channelId));
  return recorded;
}

async function recordEmail(
  unit: Unit,
  channel: ChannelRow,
  { messageId, to, at }: SentEmail,
): Promise<boolean> {
  const found = {
    key: messageId,
    kind: 'send_email',
    at,
    certain: true,
    proof: 'Sent after the backup: it lies in the Sent folder.',
  } as const;
  if (await isArchived(unit, messageId)) return false;
  const [known] = await unit.tx.select({ id: task.id }).from(task).where(eq(task.messageId, messageId));
  const row = known ? await findTask(unit.tx, known.id) : null;
  if (row) return row.channelId === channel.id && (await settleFound(unit, row, found));
  const contactId = await ownerOf(unit, channel.workspaceId, 'email', to);
  if (contactId === null) return await keepForStranger(unit, channel, [{ kind: 'email', value: to }], found);
  return await keepFound(unit, channel, contactId, found);
}

/** Of an enrollment that ended long before: the backup knows that it was sent. */
async function isArchived(unit: Unit, messageId: string): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: taskArchive.id })
    .from(taskArchive)
    .where(eq(taskArchive.messageId, messageId));
  return rows.length > 0;
}
