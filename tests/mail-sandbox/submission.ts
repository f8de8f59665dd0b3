import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { TokenCheck } from './dovecot.ts';
import type { Fault, SandboxUser } from './types.ts';

export interface Submission {
  user: string;
  from: string;
  to: string[];
  raw: string;
}

export interface SubmissionServer {
  port: number;
  fault(fault: Fault): void;
  stop(): Promise<void>;
}

function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** The faults still to be played, each a number of times. */
function faultQueue() {
  const faults: Fault[] = [];
  let lastTaken: Fault | null = null;
  return {
    add: (fault: Fault) => faults.push({ ...fault }),
    /** Told when a connection is dropped. */
    dropped: (): void => lastTaken?.onDrop?.(),
    take(effects: Fault['effect'][]): Fault['effect'] | null {
      const fault = faults.find((entry) => entry.times > 0 && effects.includes(entry.effect));
      if (!fault) return null;
      fault.times -= 1;
      lastTaken = fault;
      return fault.effect;
    },
  };
}

/** The submission server (RFC 6409) in front of Dovecot: authentication first, STARTTLS offered. */
export async function startSubmission(
  users: SandboxUser[],
  accept: (submission: Submission) => Promise<void>,
  tokens?: TokenCheck,
): Promise<SubmissionServer> {
  const faults = faultQueue();
  /** The connection dies under the client, without another word. */
  const drop = (session: SMTPServerSession) => {
    for (const connection of server.connections)
      if (connection.id === session.id) connection._socket.destroy();
    faults.dropped();
  };

  const server = new SMTPServer({
    banner: 'mail sandbox',
    authMethods: tokens ? ['PLAIN', 'LOGIN', 'XOAUTH2'] : ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // Silences the warning about the built-in certificate, which is just right here.
    logger: false,
    closeTimeout: 500,
    onConnect(session, callback) {
      if (faults.take(['too_many_connections']))
        return callback(smtpError(421, '4.7.0 Too many connections'));
      if (faults.take(['drop_at_connect'])) return drop(session);
      callback();
    },
    onSecure(_socket, session, callback) {
      if (faults.take(['tls_fail'])) return drop(session);
      callback();
    },
    onAuth(auth, _session, callback) {
      if (auth.method === 'XOAUTH2') {
        const isOwn = tokens?.addressOf(auth.accessToken ?? '') === auth.username?.toLowerCase();
        return isOwn
          ? callback(null, { user: auth.username ?? '' })
          : callback(smtpError(535, '5.7.8 Token not accepted'));
      }
      const user = users.find((entry) => entry.address === auth.username?.toLowerCase());
      if (!user || user.password !== auth.password || faults.take(['auth_fail']))
        return callback(smtpError(535, '5.7.8 Error: authentication failed'));
      callback(null, { user: user.address });
    },
    onMailFrom(_address, session, callback) {
      if (faults.take(['drop_before_data'])) return drop(session);
      callback();
    },
    onRcptTo(_address, _session, callback) {
      if (faults.take(['4xx_recipient'])) return callback(smtpError(451, '4.7.1 Greylisted'));
      if (faults.take(['5xx_recipient'])) return callback(smtpError(550, '5.1.1 No such user here'));
      callback();
    },
    onData(stream, session, callback) {
      const fault = faults.take([
        '4xx',
        '5xx',
        'drop_during_data',
        'drop_before_taking',
        'drop_after_data',
        'hang_after_data',
        'slow',
      ]);
      if (fault === 'drop_during_data') {
        stream.once('data', () => drop(session));
        return;
      }
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        if (fault === 'drop_before_taking') return drop(session);
        if (fault === '4xx') return callback(smtpError(451, '4.7.1 Try again later'));
        if (fault === '5xx') return callback(smtpError(554, '5.7.1 Message refused'));
        const { mailFrom, rcptTo } = session.envelope;
        accept({
          user: typeof session.user === 'string' ? session.user : '',
          from: mailFrom ? mailFrom.address.toLowerCase() : '',
          to: rcptTo.map((entry) => entry.address.toLowerCase()),
          raw: Buffer.concat(chunks).toString('utf8'),
        }).then(
          () => {
            if (fault === 'drop_after_data') drop(session);
            else if (fault === 'slow') setTimeout(() => callback(null, 'Queued'), 1_500);
            else if (fault !== 'hang_after_data') callback(null, 'Queued');
          },
          (cause: unknown) => callback(smtpError(451, `4.3.0 ${String(cause)}`)),
        );
      });
    },
  });
  // A client that goes away in the middle of a session is part of the tests.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    fault: faults.add,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
