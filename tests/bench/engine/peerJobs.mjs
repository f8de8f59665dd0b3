// One well-known queue working off empty jobs; its packages lie in `folder`, so plain JavaScript without types.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , name, url, folder, count] = process.argv;
const require = createRequire(join(folder, 'package.json'));
const load = async (id) => {
  const loaded = await import(pathToFileURL(require.resolve(id)).href);
  return { ...loaded.default, ...loaded };
};
const jobs = Number(count);
let done = 0;
let finish = () => {};
const all = new Promise((resolve) => {
  finish = resolve;
});
const one = () => {
  done += 1;
  if (done === jobs) finish();
};
const numbers = Array.from({ length: jobs }, (_, n) => n);

const queues = {
  'graphile-worker': async () => {
    const { run, runMigrations, Logger } = await load('graphile-worker');
    const { Client } = await load('pg');
    await runMigrations({ connectionString: url });
    const client = new Client(url);
    await client.connect();
    await client.query(
      `select count(*) from graphile_worker.add_jobs((select array_agg(row('job', '{}'::json, null, now(), null, null, null, null)::graphile_worker.job_spec) from generate_series(1, $1)))`,
      [jobs],
    );
    await client.end();
    const logger = new Logger(() => () => {});
    return () =>
      run({
        connectionString: url,
        concurrency: 24,
        noHandleSignals: true,
        logger,
        taskList: { job: async () => one() },
      });
  },
  'pg-boss': async () => {
    const loaded = await load('pg-boss');
    const PgBoss = loaded.PgBoss ?? loaded.default;
    const boss = new PgBoss({ connectionString: url, max: 10 });
    boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
    await boss.start();
    await boss.createQueue('bench');
    for (let from = 0; from < jobs; from += 5_000) {
      const batch = numbers.slice(from, from + 5_000).map((n) => ({ name: 'bench', data: { n } }));
      await boss.insert(batch);
    }
    return async () => {
      for (;;) {
        const found = await boss.fetch('bench', { batchSize: 100 });
        if (found === null || found.length === 0) return;
        await boss.complete(
          'bench',
          found.map(({ id }) => id),
        );
        for (const _ of found) one();
      }
    };
  },
  BullMQ: async () => {
    const { Queue, Worker } = await load('bullmq');
    const { hostname: host, port } = new URL(url);
    const connection = { host, port: Number(port), maxRetriesPerRequest: null };
    const queue = new Queue('bench', { connection });
    for (let from = 0; from < jobs; from += 2_000) {
      await queue.addBulk(
        numbers
          .slice(from, from + 2_000)
          .map((n) => ({ name: 'job', data: { n }, opts: { removeOnComplete: true } })),
      );
    }
    return () => {
      new Worker('bench', async () => {}, { connection, concurrency: 50 }).on('completed', one);
    };
  },
};

const start = await queues[name]();
const from = performance.now();
await Promise.all([start(), all]);
process.send({ perSecond: (jobs / (performance.now() - from)) * 1000 });
