import { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import { schema } from '../../../companion-server/db/index.ts';
import { syncMailbox } from '../../../companion-server/services/mail/sync.ts';
import { startDovecot } from '../../mail-sandbox/dovecot.ts';
import { deliverByLmtp } from '../../mail-sandbox/lmtp.ts';
import { compose } from '../../mail-sandbox/messages.ts';
import { type Rate, rateOf } from './rate.ts';
import { addressOf, openEmailWorld, PASSWORD } from './world.ts';

const SENDER = 's1';
const ADDRESS = addressOf(SENDER);
const LINES = 'this is a line of an answer that a person wrote in their mail program. '.repeat(14);

export interface InboundRates {
  plain: Rate;
  ours: Rate;
  /** Contacts whose reply was recorded. */
  replies: number;
}

/** One mailbox, half of it replies of contacts, half mail of strangers: fetched and parsed, and read by the server. */
export async function measureInbound(messages: number): Promise<InboundRates> {
  const dovecot = await startDovecot([{ address: ADDRESS, password: PASSWORD }]);
  const contacts = messages / 2;
  const world = await openEmailWorld(1, contacts, { smtp: 1, imap: dovecot.imapPort });
  const { services, stage, shutdown } = world;
  const channelId = (await stage.db.reader.select().from(schema.mailbox))[0]?.channelId ?? '';
  const sync = () => syncMailbox(services, stage.ctx, channelId, shutdown.signal);
  try {
    // The first one only marks where the mailbox stands.
    await sync();
    for (let n = 1; n <= messages; n++) await deliver(dovecot.lmtpPort, n, contacts);
    const plain = await rateOf(messages, () => readPlainly(dovecot.imapPort, messages));
    world.statements.clear();
    const ours = await rateOf(messages, sync);
    const statements = [...world.statements.values()].reduce((sum, times) => sum + times, 0);
    const replies = (await stage.db.reader.select().from(schema.inboundMessage)).length;
    if (replies !== contacts) throw new Error(`${replies} of ${contacts} replies were recorded`);
    return { plain, ours: { ...ours, statements: statements / messages }, replies };
  } finally {
    await world.close();
    await dovecot.stop();
  }
}

async function deliver(lmtpPort: number, n: number, contacts: number): Promise<void> {
  const isContact = n <= contacts;
  const from = isContact ? `p${n}@firm${n}.test` : `stranger${n}@elsewhere.test`;
  const raw = await compose(
    {
      to: ADDRESS,
      from: `Person${n} Test <${from}>`,
      subject: isContact ? `Re: A question, Person${n}` : `News of the week ${n}`,
      text: `Hello,\n\n${LINES}\n\nBest regards\nPerson${n}\n\nOn some day, Rep wrote:\n> ${LINES}`,
    },
    Date.now(),
  );
  await deliverByLmtp(lmtpPort, from, [ADDRESS], raw);
}

/** imapflow and postal-mime alone: every message fetched whole and parsed. */
async function readPlainly(port: number, messages: number): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    auth: { user: ADDRESS, pass: PASSWORD },
    logger: false,
  });
  await client.connect();
  await client.mailboxOpen('INBOX', { readOnly: true });
  let parsed = 0;
  for await (const { source } of client.fetch('1:*', { uid: true, source: true })) {
    if (source && (await PostalMime.parse(source)).text) parsed += 1;
  }
  await client.logout();
  if (parsed !== messages) throw new Error(`${parsed} of ${messages} messages were read`);
}
