import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { systemTimers, uninterrupted } from '#shared/kernel/clock.ts';

const run = promisify(execFile);
/** The newest that run on Node 20. */
const packages = ['bullmq@5.6.0', 'graphile-worker@0.16.6', 'pg-boss@10.4.2', 'pg@8'];
const INSTALL_MS = 180_000;
const JOBS_MS = 120_000;
const POSTGRES = '/usr/lib/postgresql';

const jobsDone = z.object({ perSecond: z.number() });

export type PeerResult = { name: string; perSecond: number } | { name: string; reason: string };

/**
 * What queues known to everybody do with empty jobs on this machine, in this run. They are no dependencies: their
 * packages go into a folder that is removed again, their servers are those of the system.
 */
export async function measurePeers(jobs: number): Promise<PeerResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-peers-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages];
    await run('npm', install, { cwd: folder, timeout: INSTALL_MS });
    return [
      ...(await onServer(['graphile-worker', 'pg-boss'], startPostgres, folder, jobs)),
      ...(await onServer(['BullMQ'], startRedis, folder, jobs)),
    ];
  } catch (error) {
    const reason = `their packages could not be installed (${firstLine(error)})`;
    return ['graphile-worker', 'pg-boss', 'BullMQ'].map((name) => ({ name, reason }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Server {
  process: ChildProcess;
  url: string;
}

async function onServer(
  names: readonly string[],
  start: (folder: string) => Promise<Server>,
  folder: string,
  jobs: number,
): Promise<PeerResult[]> {
  let server: Server | null = null;
  const results: PeerResult[] = [];
  try {
    server = await start(folder);
    for (const name of names) results.push(await measure(name, server.url, folder, jobs));
  } catch (error) {
    for (const name of names.slice(results.length)) results.push({ name, reason: firstLine(error) });
  } finally {
    if (server) {
      const ended = once(server.process, 'exit');
      server.process.kill('SIGINT');
      await ended;
    }
  }
  return results;
}

async function measure(name: string, url: string, folder: string, jobs: number): Promise<PeerResult> {
  const script = fileURLToPath(new URL('peerJobs.mjs', import.meta.url));
  const child = fork(script, [name, url, folder, String(jobs)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (part) => {
    said += part;
  });
  try {
    const failed = once(child, 'exit').then(() => Promise.reject(new Error(said || 'it ended at once')));
    failed.catch(() => {});
    const message = once(child, 'message', { signal: AbortSignal.timeout(JOBS_MS) });
    const [result] = await Promise.race([message, failed]);
    return { name, perSecond: jobsDone.parse(result).perSecond };
  } catch (error) {
    return { name, reason: firstLine(error) };
  } finally {
    child.kill();
  }
}

async function startPostgres(folder: string): Promise<Server> {
  const version = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort().at(-1) : undefined;
  if (!version) throw new Error('PostgreSQL is not installed (apt-get install postgresql)');
  const [bin, data] = [join(POSTGRES, version, 'bin'), join(folder, 'postgres')];
  const port = await freePort();
  // It refuses to run as root.
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const [first = '', ...before] = [...asUser, join(bin, 'initdb')];
  if (asUser.length > 0) await run('install', ['-d', '-o', 'postgres', '-m', '700', data]);
  if (asUser.length > 0) await run('chmod', ['755', folder]);
  await run(first, [...before, '-D', data, '-A', 'trust', '-U', 'bench']);
  const args = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''];
  const [program = '', ...rest] = [...asUser, ...args];
  const server = spawn(program, rest, { stdio: 'ignore' });
  const ready = () => run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
  await untilReady(server, ready);
  return { process: server, url: `postgres://bench@127.0.0.1:${port}/postgres` };
}

async function startRedis(folder: string): Promise<Server> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const missing = once(server, 'error').then(() => {
    throw new Error('Redis is not installed (apt-get install redis-server)');
  });
  missing.catch(() => {});
  const ready = () => run('redis-cli', ['-p', String(port), 'ping']);
  await Promise.race([untilReady(server, ready), missing]);
  return { process: server, url: `redis://127.0.0.1:${port}` };
}

async function untilReady(server: ChildProcess, ready: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    try {
      await ready();
      return;
    } catch {
      await systemTimers.sleep(200, uninterrupted);
    }
  }
  throw new Error('the server did not answer within 20 s');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').find((line) => line.trim() !== '') ?? 'unknown';
}
