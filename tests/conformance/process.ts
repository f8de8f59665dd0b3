import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { type ApiClient, callApi } from '#shared/contract/callApi.ts';
import type { Route } from '#shared/contract/route.ts';
import { setupRoutes } from '#shared/contract/workspace.ts';
import { serverProgram } from '../support/serverProgram.ts';
import { cookieOf, owner } from './support.ts';

const ready = z.object({ type: z.literal('ready'), port: z.number(), setupUrl: z.string().nullable() });
const idle = z.object({
  type: z.literal('idle'),
  idle: z.boolean(),
  nextWorkAt: z.number().nullable(),
  nextReadAt: z.number().nullable(),
  now: z.number(),
});
const moved = z.object({ type: z.literal('offset'), ms: z.number() });

export interface ServerProcess {
  api: ApiClient;
  child: ChildProcess;
  output(): string;
  call<R extends Route>(route: R, input?: Parameters<typeof callApi<R>>[2]): Promise<z.output<R['response']>>;
  idle(): Promise<z.infer<typeof idle>>;
  setOffset(ms: number): Promise<void>;
  stop(): Promise<number | null>;
}

/** The real server in its own process, set up and signed in, with schedule time in our hands. */
export async function startServerProcess(env: Record<string, string> = {}): Promise<ServerProcess> {
  const dir = await mkdtemp(path.join(tmpdir(), 'rapport-process-'));
  const { file, execArgv } = serverProgram();
  const child = fork(file, {
    execArgv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      RAPPORT_DATA_DIR: dir,
      PORT: '0',
      RAPPORT_SCHEDULE_CONTROL: 'ipc',
      LOG_LEVEL: 'warn',
      MAIL_PRIVATE_NETWORK: 'allow',
      ...env,
    },
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output += String(chunk);
  });
  async function next<T extends z.ZodType>(shape: T): Promise<z.output<T>> {
    for (;;) {
      const [message] = await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
      const parsed = shape.safeParse(message);
      if (parsed.success) return parsed.data;
    }
  }
  const { port, setupUrl } = await next(ready).catch((cause: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`the server did not start: ${output}`, { cause });
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  let cookie = '';
  const api: ApiClient = {
    baseUrl,
    clientVersion: 'test',
    timeoutMs: 20_000,
    fetch: async (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set('origin', baseUrl);
      headers.set('cookie', cookie);
      const response = await fetch(url, { ...init, headers });
      cookie ||= cookieOf(response.headers);
      return response;
    },
  };
  const call: ServerProcess['call'] = async (route, input) => {
    const answer = await callApi(api, route, input);
    if (!answer.ok) throw new Error(`${route.path}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  };
  const token = new URL(setupUrl ?? '').searchParams.get('token') ?? '';
  await call(setupRoutes.run, {
    body: { token, workspaceName: 'Acme', postalAddress: '1 Road, Town', ...owner },
  });
  return {
    api,
    child,
    output: () => output,
    call,
    idle: async () => {
      child.send({ type: 'idle?' });
      return next(idle);
    },
    setOffset: async (ms) => {
      child.send({ type: 'offset', ms });
      await next(moved);
    },
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode]);
      child.kill('SIGTERM');
      const [code] = await ended;
      await rm(dir, { recursive: true, force: true });
      return typeof code === 'number' ? code : null;
    },
  };
}
