import { createHash, randomBytes } from 'node:crypto';
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../db/index.ts';

/** 32 random bytes for the extension; only its hash is stored. */
export function newDeviceToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOfToken(token) };
}

/** A plain hash is enough for 256 random bits. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export interface PairedDevice {
  deviceId: string;
  workspaceId: string;
  senderId: string;
  ownerUserId: string;
}

/** The device a token belongs to, unless it was unpaired, its sender profile deleted, or its owner is no member. */
export async function deviceOfToken(db: Queryable, token: string): Promise<PairedDevice | null> {
  const query = queries.get(db) ?? queryOn(db);
  queries.set(db, query);
  const rows = await query.execute({ hash: hashOfToken(token) });
  return rows[0] ?? null;
}

/** Built once: every request of a device asks it. */
const queries = new WeakMap<Queryable, ReturnType<typeof queryOn>>();

function queryOn(db: Queryable) {
  const { device, member, sender } = schema;
  return db
    .select({
      deviceId: device.id,
      workspaceId: device.workspaceId,
      senderId: device.senderId,
      ownerUserId: sender.ownerUserId,
    })
    .from(device)
    .innerJoin(sender, eq(sender.id, device.senderId))
    .innerJoin(
      member,
      and(eq(member.organizationId, sender.workspaceId), eq(member.userId, sender.ownerUserId)),
    )
    .where(
      and(
        eq(device.tokenHash, sql.placeholder('hash')),
        isNull(device.revokedAt),
        ne(sender.state, 'deleted'),
      ),
    )
    .prepare();
}
