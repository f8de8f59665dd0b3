import { and, eq, ne, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../db/index.ts';
import type { Call, MemberCall } from './context.ts';
import { notAllowed, notFound } from './refusal.ts';

/** Product §8: managers and owners run everything; a rep works with their own sender profiles. */
export function isManager(call: Call): boolean {
  return call.actor.kind === 'member' && call.actor.role !== 'rep';
}

/** Refuses a rep with `not_allowed`. */
export function requireManager(call: MemberCall): void {
  if (isManager(call)) return;
  throw notAllowed('Your role "rep" may not do this.', 'Ask a manager or the owner of the workspace.');
}

/** Refuses everybody but the owner with `not_allowed`. */
export function requireOwner(call: MemberCall): void {
  if (call.actor.role === 'owner') return;
  throw notAllowed('Only the owner of the workspace may do this.', 'Ask the owner.');
}

export type SenderRow = typeof schema.sender.$inferSelect;

/** A sender profile of this workspace that is not deleted. */
export async function senderOf(db: Queryable, call: Call, senderId: string): Promise<SenderRow> {
  const { sender } = schema;
  const rows = await db
    .select()
    .from(sender)
    .where(
      and(eq(sender.workspaceId, call.workspaceId), eq(sender.id, senderId), ne(sender.state, 'deleted')),
    );
  const row = rows[0];
  if (!row) throw notFound('sender profile');
  return row;
}

/** For a manager any profile, for a rep only their own. */
export async function senderToManage(db: Queryable, call: Call, senderId: string): Promise<SenderRow> {
  const row = await senderOf(db, call, senderId);
  if (isManager(call) || row.ownerUserId === call.actor.userId) return row;
  throw notAllowed('This sender profile belongs to somebody else.', 'Ask the rep who owns it, or a manager.');
}

export type ChannelRow = typeof schema.channel.$inferSelect;

/** Both channels of a profile of this workspace; every profile has them from the start. */
export async function channelsOf(
  db: Queryable,
  { workspaceId }: Pick<Call, 'workspaceId'>,
  senderId: string,
): Promise<{ linkedin: ChannelRow; email: ChannelRow }> {
  const { channel } = schema;
  const rows = await db
    .select()
    .from(channel)
    // The plus keeps SQLite from the index of the workspace, which looks as good to it and finds every channel.
    .where(and(sql`+${channel.workspaceId} = ${workspaceId}`, eq(channel.senderId, senderId)));
  const linkedin = rows.find((row) => row.kind === 'linkedin');
  const email = rows.find((row) => row.kind === 'email');
  if (!linkedin || !email) throw notFound('channel');
  return { linkedin, email };
}
