import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import { startTwin, type Twin } from '../linkedin-twin/index.ts';
import type { TwinMember } from '../linkedin-twin/types.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { type CastMember, mailboxUser, owner, rep } from './cast.ts';
import { type Conductor, createConductor } from './conductor.ts';
import { freePort } from './freePort.ts';
import { type ServerProcess, startServer } from './serverProcess.ts';

/** Everything around one real server: simulated LinkedIn, real mail servers, scripted people, schedule time. */
export interface World {
  twin: Twin;
  mail: MailSandbox;
  conductor: Conductor;
  /** A folder of its own; gone after `stop`. */
  dataDir: string;
  server(): ServerProcess;
  /** Starts the server again on the same data and port, after a kill or an ordered stop. */
  restartServer(): Promise<void>;
  mailboxSettings(): MailboxSettings;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** Who can sign in to LinkedIn; the rep when left out. */
  members?: TwinMember[];
}

export async function startWorld(cast: readonly CastMember[], options: WorldOptions = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-world-'));
  const twin = await startTwin({
    members: options.members ?? [rep],
    people: cast.map(({ person }) => person),
  });
  const mail = await startMailSandbox({ users: [mailboxUser] });
  for (const { email, mailReply, person } of cast) {
    if (email && mailReply) {
      mail.people.set(email, { ...mailReply, name: `${person.firstName} ${person.lastName}` });
    }
  }
  const port = await freePort();
  let server = await startServer({ dataDir, port, publicUrl: `http://127.0.0.1:${port}` });
  const conductor = createConductor(() => server, [twin, mail]);
  return {
    twin,
    mail,
    conductor,
    dataDir,
    server: () => server,
    async restartServer() {
      server = await startServer({
        dataDir,
        port,
        publicUrl: `http://127.0.0.1:${port}`,
        scheduleOffsetMs: conductor.offsetMs(),
      });
    },
    mailboxSettings() {
      const host = '127.0.0.1';
      const login = { user: mailboxUser.address, password: mailboxUser.password };
      return {
        smtp: { host, port: mail.ports.smtp, security: 'none', ...login },
        imap: { host, port: mail.ports.imap, security: 'none', ...login },
        fromName: owner.name,
        fromAddress: mailboxUser.address,
      };
    },
    async stop() {
      conductor.stop();
      await server.stop();
      await Promise.all([twin.stop(), mail.stop()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
