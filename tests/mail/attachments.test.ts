import PostalMime from 'postal-mime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemTimers } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { mailServers } from '../../companion-server/email/mailServers.ts';
import { createSmtpPool } from '../../companion-server/email/smtpPool.ts';
import { type MailFile, rememberFiles } from '../../companion-server/services/attachment/files.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import type { Services } from '../../companion-server/services/context.ts';
import { createFacts } from '../../companion-server/services/mail/facts.ts';
import { sendJob } from '../../companion-server/services/mail/sendJob.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../simulation/setup.ts';
import { nextEmail, settle, taskRow } from '../unit/engine/support.ts';
import { PASSWORD, sandboxForFile, settingsFor } from './support.ts';

const sandbox = sandboxForFile();
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const offer = Buffer.from('%PDF-1.7 offer');

async function addFile(id: string, name: string, type: string, bytes: Buffer) {
  await stage.db.write((tx) =>
    tx.insert(schema.attachment).values({
      id,
      workspaceId: WORKSPACE,
      sha256: id,
      name,
      type,
      size: bytes.length,
      createdBy: 'anna',
      createdAt: 0,
      bytes,
    }),
  );
}

/** An email step with a file that goes along and an image in its text. */
async function start(): Promise<string> {
  const { email } = await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true });
  const { smtp, imap, fromName, fromAddress } = settingsFor(sandbox());
  await stage.db.write((tx) =>
    tx.insert(schema.mailbox).values({
      channelId: email,
      workspaceId: WORKSPACE,
      settings: {
        smtp: { ...smtp, password: '' },
        imap: { ...imap, password: '' },
        fromName,
        fromAddress,
      },
      sealed: 'x',
      updatedAt: 0,
    }),
  );
  const graph = outreachGraph(['s1'], { linkedin: false });
  const nodes = graph.nodes.map((node) =>
    node.type === 'send_email' && node.id === 'mail'
      ? {
          ...node,
          config: { ...node.config, text: 'Look:\n\n![A chart](attachment:f1)', attachments: ['f2'] },
        }
      : node,
  );
  await addAutomation(stage, 'a1', { ...graph, nodes });
  return email;
}

it('an email arrives with its file and with the image within its text', async () => {
  await addFile('f1', 'chart.png', 'image/png', picture);
  await addFile('f2', 'Übersicht.pdf', 'application/pdf', offer);
  await start();
  const job = await nextEmail(stage);
  if (job?.type !== 'task') throw new Error('no email to send');
  expect(job.attachments).toEqual(['f2']);
  const services = {
    db: stage.db,
    vault: {
      open: async () => ({ ok: true, value: JSON.stringify({ smtp: PASSWORD, imap: PASSWORD }) }),
    },
    clocks: stage.ctx.clocks,
    changes: createChanges(systemTimers),
    mailServers,
    publicUrl: 'https://rapport.test',
    unsubscribeKey: new Uint8Array(32),
    keyedHash: stage.ctx.keyedHash,
    log: stage.ctx.log,
    mailPrivateNetwork: true,
  } as unknown as Services;
  const pool = createSmtpPool(systemTimers);
  const facts = createFacts(services);
  await sendJob(
    { services, ctx: stage.ctx, pool, facts, keepCopies: false },
    'mailer',
    job,
    new AbortController().signal,
  );
  expect((await taskRow(stage, job.taskId)).state).toBe('done');
  const mail = sandbox()
    .receivedByPeople()
    .find(({ messageId }) => messageId === job.messageId);
  const read = await PostalMime.parse(mail?.raw ?? '', { attachmentEncoding: 'base64' });
  expect(read.attachments).toMatchObject([
    {
      filename: 'chart.png',
      mimeType: 'image/png',
      disposition: 'inline',
      related: true,
      contentId: '<f1@attachment>',
      content: picture.toString('base64'),
    },
    {
      filename: 'Übersicht.pdf',
      mimeType: 'application/pdf',
      disposition: 'attachment',
      content: offer.toString('base64'),
    },
  ]);
  expect(read.html).toContain('<img src="cid:f1@attachment" alt="A chart">');
  expect(read.text).toMatch(/^Look:/);
  expect(read.text).not.toContain('attachment:');
});

it('an email whose file is gone waits as Missing data and says so', async () => {
  await addFile('f1', 'chart.png', 'image/png', picture);
  await start();
  expect(await nextEmail(stage)).toBeNull();
  await settle(stage);
  const [hold] = await stage.db.reader.select().from(schema.hold);
  expect(hold).toMatchObject({ reason: 'missing_data', scope: 'enrollment' });
  expect(hold?.detail).toMatch(/attachment of this email does not exist any more/);
});

it('remembers what was sent last, within its bytes', async () => {
  const asked: string[] = [];
  const file = (): MailFile => ({ name: 'n', type: 't', bytes: Buffer.alloc(4) });
  const read = rememberFiles(async (workspaceId, ids) => {
    asked.push(...ids.map((id) => `${workspaceId}/${id}`));
    return new Map(ids.map((id) => [id, file()]));
  }, 8);
  await read('w', ['a', 'b']);
  await read('w', ['a']);
  await read('w', ['c']);
  // The one not used for longest made room; another workspace's is another file.
  await read('w', ['a', 'c']);
  await read('w', ['b']);
  await read('v', ['c']);
  expect(asked).toEqual(['w/a', 'w/b', 'w/c', 'w/b', 'v/c']);
});
