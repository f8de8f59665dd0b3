import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  contactsChanged,
  decideEnrollment,
  recordInboundEmail,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  accept,
  commit,
  enrollmentOf,
  inUnit,
  nameOnly,
  nextOfKind,
  observe,
  pass,
  perform,
  settle,
} from './support.ts';

/** Messages that were written before a person decided and read after it: nobody decided about them. */

let stage: Stage;
let channels: { linkedin: string; email: string };
let anna: Person;

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await perform(stage, await nextOfKind(stage, 'connect'));
  await accept(stage, anna);
  await settle(stage);
});
afterEach(() => stage.close());

const now = () => stage.ctx.clocks.schedule.now();
const standing = async () => {
  const { status, reason } = await enrollmentOf(stage, anna.contactId);
  return [status, reason];
};
const resume = async () => {
  const { id } = await enrollmentOf(stage, anna.contactId);
  await inUnit(stage, (unit) => decideEnrollment(unit, id, 'resume', 'test'));
  await settle(stage);
};

async function readLinkedin(messageId: string, deliveredAt: number): Promise<void> {
  const message = {
    messageId,
    conversationId: 'c',
    fromProfileId: anna.profileId,
    deliveredAt,
    text: 'Hello',
  };
  await observe(stage, { inbound: [message] });
}

async function readEmail(dedupeKey: string, receivedAt: number): Promise<void> {
  await inUnit(stage, (unit) =>
    recordInboundEmail(unit, channels.email, [
      {
        dedupeKey,
        receivedAt,
        ownMessageId: null,
        contactAddress: anna.email,
        subject: 'Re',
        text: 'Hello',
        kind: { kind: 'reply' },
      },
    ]),
  );
}

/** An email of hers paused her and a person let her go on; what she wrote on LinkedIn before was not read yet. */
async function decideAboutTheEmail(): Promise<{ unreadAt: number; emailAt: number }> {
  pass(stage, MINUTE);
  const unreadAt = now();
  pass(stage, HOUR);
  const emailAt = now();
  await readEmail('m1', emailAt);
  expect(await standing()).toEqual(['paused', 'replied']);
  pass(stage, HOUR);
  await resume();
  expect(await standing()).toEqual(['in_progress', null]);
  return { unreadAt, emailAt };
}

describe('a message written before a person resumed and read after it', () => {
  it('pauses again', async () => {
    const { unreadAt } = await decideAboutTheEmail();
    await readLinkedin('late', unreadAt);
    expect(await standing()).toEqual(['paused', 'replied']);
  });

  it('stops the step that finds it in the thread, also where it is older than what was decided about', async () => {
    const { unreadAt } = await decideAboutTheEmail();
    const step = await nextOfKind(stage, 'message');
    expect(await commit(stage, step, unreadAt)).toMatchObject({ ok: false, code: 'replied_meanwhile' });
    expect(await standing()).toEqual(['paused', 'replied']);
    await resume();
    expect(await standing()).toEqual(['in_progress', null]);
  });
});

describe('a message that a person decided about', () => {
  it('does not stop the step that finds it in the thread', async () => {
    pass(stage, 2 * HOUR);
    const at = now();
    await readLinkedin('m1', at);
    await resume();
    const step = await nextOfKind(stage, 'message');
    expect(await commit(stage, step, at)).toMatchObject({ ok: true });
  });

  it('does not pause again when it is read after the step that found it', async () => {
    pass(stage, 2 * HOUR);
    const at = now();
    const step = await nextOfKind(stage, 'message');
    expect(await commit(stage, step, at)).toMatchObject({ ok: false });
    await resume();
    await readLinkedin('m1', at);
    expect(await standing()).toEqual(['in_progress', null]);
    expect(await commit(stage, await nextOfKind(stage, 'message'), at)).toMatchObject({ ok: true });
  });
});

it('a message from before the contact entered is history', async () => {
  await readLinkedin('old', now() - 24 * HOUR);
  expect(await standing()).toEqual(['in_progress', null]);
});

describe('a reply while another automation is paused before it was entered', () => {
  it.each(['paused_by_person', 'missing_data'])(
    'is what that one waits for too, and new data decides nothing (%s)',
    async (why) => {
      await addAutomation(stage, 'a2', outreachGraph(['s1'], { email: false }));
      await settle(stage);
      const second = async () => {
        const rows = await stage.db.reader.select().from(schema.enrollment);
        return must(
          rows.find(({ automationId }) => automationId === 'a2'),
          'the second',
        );
      };
      const { id } = await second();
      await inUnit(stage, async (unit) => {
        await decideEnrollment(unit, id, 'pause', 'test');
        await unit.tx.update(schema.enrollment).set({ reason: why }).where(eq(schema.enrollment.id, id));
      });
      pass(stage, MINUTE);
      await readLinkedin('m1', now());
      expect(await second()).toMatchObject({ live: 0, status: 'paused', reason: 'replied' });
      await inUnit(stage, (unit) => contactsChanged(unit, WORKSPACE, [nameOnly(anna.contactId)], 'test'));
      await settle(stage);
      expect(await second()).toMatchObject({ status: 'paused', reason: 'replied' });
      const [contact] = await stage.db.reader.select().from(schema.contact);
      expect(contact?.repliedAt).toBe(now());
    },
  );
});
