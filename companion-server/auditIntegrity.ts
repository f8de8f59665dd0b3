import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { systemClock, systemTimers, uninterrupted } from '#shared/kernel/clock.ts';
import { counters } from '#shared/statuses/counters.ts';
import { schema } from './db/index.ts';
import { findDrifts } from './engine/index.ts';
import { readEnv } from './env.ts';

/** `npm run audit:integrity`: counts all kept counters anew; reads only, so the server may be running. */
const env = readEnv(process.env);
if (!env.ok) {
  process.stderr.write(`${env.error.join('\n')}\n`);
  process.exit(1);
}
const { databaseUrl: url, databaseAuthToken: authToken } = env.value;
const client = createClient({ url, timeout: 5_000, ...(authToken ? { authToken } : {}) });
const reader = drizzle(client, { schema });
const drifts = await findDrifts(reader, systemClock.now(), () => systemTimers.sleep(0, uninterrupted));
for (const { counter, workspaceId, key, stored, counted } of drifts) {
  process.stdout.write(
    `${counters[counter]} (${counter}), workspace ${workspaceId}, ${key.join(' ')}: is ${stored}, should be ${counted}\n`,
  );
}
client.close();
process.stdout.write(
  drifts.length === 0
    ? 'All counters are right.\n'
    : `${drifts.length} counters drifted. Settings in the dashboard repairs what the daily recount found.\n`,
);
process.exit(drifts.length === 0 ? 0 : 2);
