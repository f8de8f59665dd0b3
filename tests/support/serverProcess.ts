import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { serverProgram } from './serverProgram.ts';

/** The real server in a process of its own, so that it can be killed in the middle of anything. */
export interface ServerProcess {
  port: number;
  origin: string;
  /** The first-run link; null once an owner exists. */
  setupUrl: string | null;
  /** Everything it printed, for reading after a failure. */
  output(): string;
  idle(): Promise<Idle>;
  setScheduleOffset(ms: number): Promise<void>;
  /** SIGKILL: nothing is said goodbye to. */
  kill(): Promise<void>;
  /** Ordered shutdown (SIGTERM). */
  stop(): Promise<void>;
}

const idleMessage = z.object({
  type: z.literal('idle'),
  idle: z.boolean(),
  /** Schedule time of the next step, delay or admission; null: nothing will be due by itself. */
  nextWorkAt: z.number().nullable(),
  /** Schedule time of the next regular read of an inbox or of the connections. */
  nextReadAt: z.number().nullable(),
  now: z.number(),
});
export type Idle = z.infer<typeof idleMessage>;

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), port: z.number(), setupUrl: z.string().nullable() }),
  idleMessage,
  z.object({ type: z.literal('offset'), ms: z.number() }),
]);
type Message = z.infer<typeof message>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 60_000;
const ANSWER_MS = 20_000;

export interface ServerOptions {
  dataDir: string;
  port: number;
  publicUrl?: string;
  scheduleOffsetMs?: number;
  env?: Record<string, string>;
  /** As users run it: the built file; nobody moves schedule time, nothing is excused for being on loopback. */
  production?: boolean;
}

function spawnServer(options: ServerOptions): ChildProcess {
  const { file, execArgv } = serverProgram(options.production);
  const child = spawn(process.execPath, [...execArgv, file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      RAPPORT_DATA_DIR: options.dataDir,
      PORT: String(options.port),
      HOST: '127.0.0.1',
      PUBLIC_URL: options.publicUrl ?? '',
      // The mail servers of the tests are on loopback.
      MAIL_PRIVATE_NETWORK: 'allow',
      RAPPORT_SCHEDULE_CONTROL: options.production ? '' : 'ipc',
      RAPPORT_SCHEDULE_OFFSET_MS: String(options.scheduleOffsetMs ?? 0),
      ...options.env,
    },
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  child.once('exit', () => process.removeListener('exit', killWithParent));
  return child;
}

/** The first-run link as a user reads it on the terminal; the server listens by then. */
function setupLinkIn(child: ChildProcess, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const timer = setTimeout(() => reject(new Error(`no set-up link was printed:\n${printed}`)), withinMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const link = /https?:\/\/\S+\/setup\?token=\S+/.exec(printed)?.[0];
      if (!link) return;
      clearTimeout(timer);
      resolve(link);
    });
  });
}

/** Starts the server and resolves once it listens; rejects with its output if it ends or takes too long. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawnServer(options);
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);

  function next<T extends Message['type']>(
    type: T,
    withinMs: number,
  ): Promise<Extract<Message, { type: T }>> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
      };
      const onMessage = (raw: unknown) => {
        const parsed = message.parse(raw);
        if (parsed.type !== type) return;
        done();
        resolve(parsed as Extract<Message, { type: T }>);
      };
      const onExit = () => {
        done();
        reject(new Error(`the server ended before it said "${type}":\n${output}`));
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`the server did not say "${type}" within ${withinMs} ms:\n${output.slice(-4000)}`));
      }, withinMs);
      child.on('message', onMessage);
      child.once('exit', onExit);
    });
  }

  const end = (signal: 'SIGKILL' | 'SIGTERM') =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve();
        return;
      }
      child.once('exit', () => resolve());
      child.kill(signal);
    });

  const ready = options.production
    ? { port: options.port, setupUrl: await setupLinkIn(child, START_MS) }
    : await next('ready', START_MS);
  return {
    port: ready.port,
    origin: `http://127.0.0.1:${ready.port}`,
    setupUrl: ready.setupUrl,
    output: () => output,
    idle() {
      const answer = next('idle', ANSWER_MS);
      child.send({ type: 'idle?' });
      return answer;
    },
    async setScheduleOffset(ms) {
      const answer = next('offset', ANSWER_MS);
      child.send({ type: 'offset', ms });
      await answer;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
