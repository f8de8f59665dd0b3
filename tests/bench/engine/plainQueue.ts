import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';

/**
 * A queue with none of our guarantees on the same database and client, so that their price is seen: a job is marked as
 * taken and as done, nothing else. Jobs a second, `batch` of them in a transaction.
 */
export async function measurePlainQueue(jobs: number, batch: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-queue-'));
  const client = createClient({ url: `file:${join(folder, 'queue.db')}`, concurrency: 1 });
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536']) {
    await client.execute(`PRAGMA ${pragma}`);
  }
  await client.executeMultiple(`
    CREATE TABLE job (id INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, payload TEXT);
    INSERT INTO job (due_at, payload) SELECT value, '{"kind":"message"}' FROM generate_series(1, 100000);
    CREATE INDEX job_due ON job (due_at) WHERE state = 0;`);
  const from = performance.now();
  for (let done = 0; done < jobs; done += batch) {
    const { rows } = await client.execute({
      sql: `UPDATE job SET state = 1 WHERE id IN (SELECT id FROM job WHERE state = 0 ORDER BY due_at LIMIT ?) RETURNING id, payload`,
      args: [batch],
    });
    const ids = JSON.stringify(rows.map((row) => row.id));
    await client.execute({
      sql: 'UPDATE job SET state = 2 WHERE id IN (SELECT value FROM json_each(?))',
      args: [ids],
    });
  }
  const perSecond = (jobs / (performance.now() - from)) * 1000;
  client.close();
  rmSync(folder, { recursive: true, force: true });
  return perSecond;
}
