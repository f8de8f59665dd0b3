import { and, eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { syncInbox } from '../../email/inbound/sync.ts';
import type { InboundMessage, InboundPorts, MailCursor } from '../../email/inbound/types.ts';
import type { ConnectionFailure } from '../../email/problems.ts';
import {
  type EngineContext,
  type InboundEmail,
  noteMailbox,
  recordInboundEmail,
  unitIn,
} from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { openSettings } from './settings.ts';

const { channel, contactIdentity, event, mailCursor, task, taskArchive } = schema;

type ChannelRow = typeof channel.$inferSelect;

async function cursorOf(services: Services, channelId: string): Promise<MailCursor | null> {
  const rows = await services.db.reader.select().from(mailCursor).where(eq(mailCursor.channelId, channelId));
  if (rows.length === 0) return null;
  return {
    folders: Object.fromEntries(
      rows.map(({ folder, uidValidity, uidNext, highestModseq }) => [
        folder,
        { uidValidity, uidNext, highestModseq },
      ]),
    ),
  };
}

/** Whether a message is ours to read: an answer to our mail, or from a contact of this workspace. */
function portsOf(services: Services, row: ChannelRow): InboundPorts {
  const { reader } = services.db;
  return {
    ownMessageIds: async (ids) => {
      const found = new Set<string>();
      for (const sent of [task, taskArchive]) {
        const rows = await reader
          .select({ messageId: sent.messageId })
          .from(sent)
          .where(and(inArray(sent.messageId, ids), eq(sent.workspaceId, row.workspaceId)));
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
            eq(contactIdentity.workspaceId, row.workspaceId),
            eq(contactIdentity.kind, 'email'),
            inArray(contactIdentity.value, addresses),
          ),
        );
      return new Set(rows.map(({ value }) => value));
    },
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
        .where(and(eq(event.workspaceId, row.workspaceId), inArray(event.dedupeKey, [...names.keys()])));
      return new Set(rows.flatMap(({ dedupeKey }) => names.get(dedupeKey) ?? []));
    },
  };
}

/** In schedule time: the mail server's clock is real, the engine's may have been moved ahead. */
function asInbound(message: InboundMessage, aheadMs: number): InboundEmail {
  return {
    dedupeKey: message.dedupeKey,
    ownMessageId: message.match.ownMessageId,
    contactAddress: message.match.contactAddress,
    receivedAt: message.receivedAt + aheadMs,
    subject: message.subject,
    text: message.newText,
    kind: message.class,
  };
}

/** Reads a mailbox and records what came, its place in the folders in the same transaction. */
export async function syncMailbox(
  services: Services,
  ctx: EngineContext,
  channelId: string,
  signal: AbortSignal,
): Promise<void> {
  const row = (await services.db.reader.select().from(channel).where(eq(channel.id, channelId)))[0];
  const settings = await openSettings(services, channelId);
  if (!row || !settings) {
    await setImapStatus(ctx, channelId, 'The stored password cannot be opened. Enter it again.');
    return;
  }
  for (let more = true; more && !signal.aborted; ) {
    const readAt = ctx.clocks.schedule.now();
    const aheadMs = readAt - ctx.clocks.lease.now();
    const result = await syncInbox(
      settings,
      await cursorOf(services, channelId),
      portsOf(services, row),
      signal,
    );
    if (!result.ok) {
      if (!signal.aborted) await setImapStatus(ctx, channelId, failureWords(result.error));
      return;
    }
    const { messages, cursor } = result.value;
    more = result.value.more;
    const whole = !more;
    await ctx.db.write(async (tx) => {
      const at = ctx.clocks.lease.now();
      for (const [folder, place] of Object.entries(cursor.folders)) {
        await tx
          .insert(mailCursor)
          .values({ channelId, folder, workspaceId: row.workspaceId, ...place, at })
          .onConflictDoUpdate({ target: [mailCursor.channelId, mailCursor.folder], set: { ...place, at } });
      }
      const inbound = messages.map((message) => asInbound(message, aheadMs));
      await recordInboundEmail(unitIn(ctx, tx), channelId, inbound, whole, readAt);
    });
  }
  // Ended by the shutdown in between: nothing is known of the rest.
  if (signal.aborted) return;
  if (row.imapStatus !== 'active') await setImapStatus(ctx, channelId, null);
}

export function failureWords(failure: ConnectionFailure): string {
  return `${failure.sentence} ${failure.whatToDo} (${`${failure.code} ${failure.response}`.trim().slice(0, 300)})`;
}

/** `failure` null: receiving works. The hold follows the badge. */
export async function setImapStatus(
  ctx: EngineContext,
  channelId: string,
  failure: string | null,
): Promise<void> {
  await ctx.db.write(async (tx) => {
    await tx
      .update(channel)
      .set({ imapStatus: failure === null ? 'active' : 'inactive', imapResponse: failure })
      .where(eq(channel.id, channelId));
    await noteMailbox(unitIn(ctx, tx), channelId);
  });
}

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
