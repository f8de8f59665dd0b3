import { createClient } from '@libsql/client';
import { z } from 'zod';
import { systemTimers, uninterrupted } from '#shared/kernel/clock.ts';

/** A process of somebody else on the same file: holds its write lock for a while, or says what is in it. */
const command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hold'), ms: z.number() }),
  z.object({ type: z.literal('list') }),
]);

const client = createClient({ url: `file:${process.argv[2]}`, timeout: 5_000 });

async function obey(raw: unknown): Promise<void> {
  const wanted = command.parse(raw);
  if (wanted.type === 'list') {
    const { rows } = await client.execute('SELECT id FROM workspace ORDER BY id');
    process.send?.({ type: 'list', ids: rows.map((row) => row.id) });
    return;
  }
  const held = await client.transaction('write');
  process.send?.({ type: 'held' });
  await systemTimers.sleep(wanted.ms, uninterrupted);
  await held.rollback();
  process.send?.({ type: 'released' });
}

process.on('message', (raw) => void obey(raw));
process.on('disconnect', () => process.exit(0));
