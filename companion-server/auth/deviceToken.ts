import { createHash, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Lookup, type Queryable, type Rows, rowsOf } from '../db/index.ts';

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
  const hash = hashOfToken(token);
  const asking = together.get(db) ?? askSoon(db);
  asking.hashes.push([hash]);
  const [device] = await (await asking.rows).look(deviceBy, hash);
  return device ?? null;
}

/** Every request of a device asks: those that arrived by the same turn of the event loop ask in one statement. */
const together = new WeakMap<Queryable, Asking>();

interface Asking {
  hashes: [string][];
  rows: Promise<Rows>;
}

function askSoon(db: Queryable): Asking {
  const hashes: [string][] = [];
  const rows = setImmediate().then(async () => {
    together.delete(db);
    const found = rowsOf(db);
    await found.ask(deviceBy, hashes);
    return found;
  });
  together.set(db, { hashes, rows });
  return { hashes, rows };
}

const deviceBy: Lookup<PairedDevice> = {
  name: 'deviceBy',
  table: 'device',
  by: ['tokenHash'],
  text: `select json_group_array(json_array(k.key, d.id, d.workspace_id, d.sender_id, s.owner_user_id)) from json_each(?) as k
    cross join device as d on d.token_hash = k.value ->> 0 and d.revoked_at is null
    cross join sender as s on s.id = d.sender_id and s.state <> 'deleted'
    where exists (select 1 from member where organization_id = s.workspace_id and user_id = s.owner_user_id)`,
  decode: ([deviceId, workspaceId, senderId, ownerUserId]) => ({
    deviceId: String(deviceId),
    workspaceId: String(workspaceId),
    senderId: String(senderId),
    ownerUserId: String(ownerUserId),
  }),
};
