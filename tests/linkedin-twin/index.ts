import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { selfSignedCertificate, trustArg } from './certificate.ts';
import { createTwinClock } from './clock.ts';
import { createControl, runCommand, type TwinControl } from './control.ts';
import { createApp } from './server/app.ts';
import { currentQueryIds } from './server/query-ids.ts';
import { Sessions } from './server/session.ts';
import type { LedgerEntry, TwinClick, TwinOptions } from './types.ts';
import { nextEventAt, settle } from './world/events.ts';
import { World } from './world/world.ts';

export { trustArg } from './certificate.ts';
export { type TwinCommand, type TwinControl, twinCommand } from './control.ts';
export * from './types.ts';

export interface Twin {
  port: number;
  origin: 'https://www.linkedin.com';
  /** What Chromium needs so that the real origin leads here. */
  chromiumArgs: string[];
  /** Everything that happened so far, in order. A copy. */
  ledger(): LedgerEntry[];
  /** Requests that neither a navigation nor a script of the pages made, as `GET /path?query`, in order. */
  toolRequests(): string[];
  /** What was clicked, in order, in pages opened while `control.watchClicks` was on: decoys and dead controls, too. */
  clicks(): TwinClick[];
  /** What the pages' own scripts wrote, and whether their tab was hidden then. */
  writes(): { path: string; hidden: boolean }[];
  control: TwinControl;
  /** A session of this member, as the value of the `li_at` cookie: signed in without the form. */
  openSession(memberId: string): string;
  /** The query ids that work now, by the name of their answer. */
  queryIds(): Record<string, string>;
  /** The next scripted acceptance or reply, in the twin's clock. */
  nextEventAt(): number | null;
  /** Twin time = base clock + offset. What is due then fires. */
  setClockOffset(ms: number): void;
  now(): number;
  stop(): Promise<void>;
}

/** Starts the simulated LinkedIn on a free loopback port. */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const world = new World(options, createTwinClock(options.now));
  const sessions = new Sessions();
  const app = createApp(world, sessions);
  const server = await listen(app.fetch as FetchCallback);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: 'https://www.linkedin.com',
    chromiumArgs: [`--host-resolver-rules=MAP www.linkedin.com 127.0.0.1:${port}`, trustArg()],
    ledger: () => world.ledger.map((entry) => ({ ...entry })),
    clicks: () => [...world.clicks],
    writes: () => [...world.writes],
    toolRequests: () => [...world.toolRequests],
    control: createControl(world, sessions),
    openSession: (memberId) => sessions.open(world, memberId),
    queryIds: () => currentQueryIds(world),
    nextEventAt: () => nextEventAt(world),
    setClockOffset: (ms) => runCommand(world, sessions, { action: 'setClockOffset', ms }),
    now: () => {
      settle(world);
      return world.clock.now();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type FetchCallback = Parameters<typeof serve>[0]['fetch'];

function listen(fetch: FetchCallback): Promise<Server> {
  const { key, cert } = selfSignedCertificate();
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch, port: 0, hostname: '127.0.0.1', createServer, serverOptions: { key, cert } },
      () => resolve(server as Server),
    );
    server.once('error', reject);
  });
}
