import { and, eq, inArray, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import type { SyncOutcome } from '../../email/inbound/sync.ts';
import type {
  FolderCursor,
  InboundBatch,
  InboundMessage,
  InboundPorts,
  MailCursor,
} from '../../email/inbound/types.ts';
import { type ConnectionFailure, serverWords } from '../../email/problems.ts';
import {
  type EngineContext,
  type InboundEmail,
  noteMailbox,
  recordInboundEmail,
  unitIn,
} from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { readClaim } from '../unsubscribe/unsubscribe.ts';
import { likelyContacts } from './likelyContacts.ts';
import { openSettings } from './settings.ts';

const { channel, contactIdentity, event, handMessage, inboundMessage, mailCursor, task, taskArchive } =
  schema;

type ChannelRow = typeof channel.$inferSelect;

async function cursorOf(services: Services, row: ChannelRow, aheadMs: number): Promise<MailCursor | null> {
  const rows = await services.db.reader.select().from(mailCursor).where(eq(mailCursor.channelId, row.id));
  if (rows.length === 0) return null;
  return {
    folders: Object.fromEntries(
      rows.map(({ folder, uidValidity, uidNext, highestModseq }) => [
        folder,
        { uidValidity, uidNext, highestModseq },
      ]),
    ),
    readAt: row.inboxReadAt === null ? null : row.inboxReadAt - aheadMs,
  };
}

/** Whether a message is ours to read: an answer to our mail, or from a contact of this workspace. */
function portsOf(services: Services, row: ChannelRow): InboundPorts {
  const { reader } = services.db;
  const { workspaceId } = row;
  return {
    ownMessageIds: async (ids) => {
      const found = new Set<string>();
      for (const sent of [task, taskArchive, handMessage]) {
        const rows = await reader
          .select({ messageId: sent.messageId })
          .from(sent)
          .where(and(inArray(sent.messageId, ids), eq(sent.workspaceId, workspaceId)));
        for (const { messageId } of rows) if (messageId) found.add(messageId);
      }
      return found;
    },
    contactAddresses: async (addresses) => {
      const rows = await reader
        .select({ value: contactIdentity.value })
        .from(contactIdentity)
        .where(
          and(
            eq(contactIdentity.workspaceId, workspaceId),
            eq(contactIdentity.kind, 'email'),
            inArray(contactIdentity.value, addresses),
          ),
        );
      return new Set(rows.map(({ value }) => value));
    },
    ownByToken: async (tokens) => {
      const byTask = new Map<string, string>();
      for (const token of tokens) {
        const claim = readClaim(services, token);
        if (claim?.taskId && claim.workspaceId === workspaceId) byTask.set(claim.taskId, token);
      }
      const found = new Map<string, string>();
      for (const sent of [task, taskArchive]) {
        const rows = await reader
          .select({ id: sent.id, messageId: sent.messageId })
          .from(sent)
          .where(and(inArray(sent.id, [...byTask.keys()]), eq(sent.workspaceId, workspaceId)));
        for (const { id, messageId } of rows) if (messageId) found.set(byTask.get(id) ?? '', messageId);
      }
      return found;
    },
    likelyContacts: (letters) => likelyContacts(services, row, letters),
    alreadySeen: async (keys) => {
      const names = new Map(
        keys.flatMap((key) => [
          [`mail:${row.id}:${key}`, key],
          [`reply:${row.id}:${key}`, key],
        ]),
      );
      const rows = await reader
        .select({ dedupeKey: event.dedupeKey })
        .from(event)
        .where(and(eq(event.workspaceId, workspaceId), inArray(event.dedupeKey, [...names.keys()])));
      const seen = new Set(rows.flatMap(({ dedupeKey }) => names.get(dedupeKey) ?? []));
      for (const key of await withoutWords(reader, row.id, [...seen])) seen.delete(key);
      return seen;
    },
  };
}

/** Replies by a person's word, of which only the headers were read. */
async function withoutWords(reader: Queryable, channelId: string, keys: string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const rows = await reader
    .select({ key: inboundMessage.remoteId })
    .from(inboundMessage)
    .where(
      and(
        eq(inboundMessage.channelId, channelId),
        inArray(inboundMessage.remoteId, keys),
        sql`${inboundMessage.kind} = 'reply' AND json_extract(${inboundMessage.mail}, '$.whole') = ''`,
      ),
    );
  return rows.map(({ key }) => key);
}

/** In schedule time: the mail server's clock is real, the engine's may have been moved ahead. */
function asInbound(message: InboundMessage, aheadMs: number): InboundEmail {
  const { class: kind, direction, messageId, from } = message;
  const said: Record<string, string> =
    kind.kind === 'bounce'
      ? { severity: kind.severity, status: kind.status ?? '', diagnostic: kind.diagnostic ?? '' }
      : {};
  return {
    dedupeKey: message.dedupeKey,
    ownMessageId: message.match.ownMessageId,
    contactAddress: message.match.contactAddress,
    receivedAt: message.receivedAt + aheadMs,
    subject: message.subject,
    text: message.newText,
    kind: direction === 'out' ? { kind: 'by_hand', messageId: messageId ?? message.dedupeKey } : kind,
    mail: {
      messageId,
      references: [...message.references, ...message.inReplyTo].slice(-20),
      fromName: from?.name ?? '',
      fromAddress: from?.address ?? '',
      whole: message.text,
      html: message.html,
      attachments: message.attachments,
      evidence: { ...message.evidence, ...said, folder: message.folder },
      uid: message.uid,
    },
  };
}

/**
 * Reads a mailbox and records what came, batch by batch, each with its places in the folders in one transaction.
 * Only a read to the end makes the mailbox count as read.
 */
export async function syncMailbox(
  services: Services,
  ctx: EngineContext,
  channelId: string,
  signal: AbortSignal,
): Promise<void> {
  const row = (await services.db.reader.select().from(channel).where(eq(channel.id, channelId)))[0];
  const settings = await openSettings(services, channelId);
  if (!row || !settings) return;
  let refused: string | null = null;
  for (let more = true; more && !signal.aborted; ) {
    const readAt = ctx.clocks.schedule.now();
    const aheadMs = readAt - ctx.clocks.lease.now();
    const cursor = await cursorOf(services, row, aheadMs);
    const known = { ...cursor?.folders };
    const store = (batch: InboundBatch) => storeBatch(ctx, row, batch, known, aheadMs);
    const { sync } = services.mailServers;
    const result = await sync(settings, cursor, portsOf(services, row), store, signal);
    if (!result.ok) {
      if (!signal.aborted) await setImapStatus(ctx, channelId, failureWords(result.error));
      return;
    }
    ({ more } = result.value);
    refused = refusedWords(result.value.refused);
    if (!more) await ctx.db.write((tx) => recordInboundEmail(unitIn(ctx, tx), channelId, [], true, readAt));
  }
  // Ended by the shutdown in between: nothing is known of the rest.
  if (signal.aborted) return;
  const told = row.imapResponse?.startsWith(REFUSED) ? row.imapResponse : null;
  if (row.imapStatus !== 'active' || told !== refused) await setImapStatus(ctx, channelId, null, refused);
}

const REFUSED = 'some folders may not be read';

/** Shown beside the status; it works without them. */
function refusedWords(refused: SyncOutcome['refused']): string | null {
  if (refused.length === 0) return null;
  const named = refused.slice(0, 3).map(({ path, response }) => `"${path}": ${response || 'NO'}`);
  const more = refused.length > named.length ? `, and ${refused.length - named.length} more` : '';
  return `${REFUSED}, answers that lie there are missed. ${named.join(', ')}${more}`.slice(0, 500);
}

async function storeBatch(
  ctx: EngineContext,
  { id: channelId, workspaceId }: ChannelRow,
  { places, messages }: InboundBatch,
  known: Record<string, FolderCursor>,
  aheadMs: number,
): Promise<void> {
  await ctx.db.write(async (tx) => {
    const at = ctx.clocks.lease.now();
    for (const [folder, place] of Object.entries(places)) {
      await tx
        .insert(mailCursor)
        .values({ channelId, folder, workspaceId, ...place, at })
        .onConflictDoUpdate({
          target: [mailCursor.channelId, mailCursor.folder],
          set: { ...place, at },
          // Set back since this sync began, to read something again: the next sync does.
          setWhere: eq(mailCursor.uidNext, known[folder]?.uidNext ?? 0),
        });
    }
    const inbound = messages.map((message) => asInbound(message, aheadMs));
    await recordInboundEmail(unitIn(ctx, tx), channelId, inbound, false);
  });
  Object.assign(known, places);
}

/** What went wrong with a mail server, what to do, and its own words. */
export function failureWords(failure: ConnectionFailure): string {
  return `${failure.sentence} ${failure.whatToDo} (${serverWords(failure)})`;
}

/** `failure` null: receiving works, as far as `note` does not say otherwise. The hold follows the badge. */
export async function setImapStatus(
  ctx: EngineContext,
  channelId: string,
  failure: string | null,
  note: string | null = null,
): Promise<void> {
  await ctx.db.write(async (tx) => {
    await tx
      .update(channel)
      .set({ imapStatus: failure === null ? 'active' : 'inactive', imapResponse: failure ?? note })
      .where(eq(channel.id, channelId));
    await noteMailbox(unitIn(ctx, tx), channelId);
  });
}

/** Says whether the mailbox sends; `failure`: the server's answer, null: it does. */
export async function setSmtpStatus(
  ctx: EngineContext,
  channelId: string,
  failure: string | null,
): Promise<void> {
  await ctx.db.write(async (tx) => {
    await tx
      .update(channel)
      .set({ smtpStatus: failure === null ? 'active' : 'inactive', smtpResponse: failure })
      .where(eq(channel.id, channelId));
    await noteMailbox(unitIn(ctx, tx), channelId);
  });
}
