import { eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  approveTask,
  confirmPerson,
  contactsChanged,
  decideEnrollment,
  refusePerson,
  skipTask,
  textHash,
  withdrawApproval,
} from '../../../companion-server/engine/index.ts';
import { hashOf } from '../../../companion-server/engine/steps/render.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  commit,
  done,
  enrollmentOf,
  failed,
  inUnit,
  nameOnly,
  nextEmail,
  nextOfKind,
  nextStep,
  pass,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
let anna: Person;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** One email or one invitation with a note, shown to the rep first. */
async function start(channel: 'email' | 'linkedin', approveEach = true): Promise<void> {
  await addSender(stage, 's1', { settings: { ...eagerSettings, approveEach } });
  anna = await addContact(stage, 1, { bound: true });
  await addAutomation(
    stage,
    'a1',
    outreachGraph(['s1'], { [channel === 'email' ? 'linkedin' : 'email']: false }),
  );
  await settle(stage);
  // What the admission planned is due in the round after it.
  await settle(stage);
}

const waiting = async () => {
  const rows = await stage.db.reader
    .select()
    .from(schema.task)
    .where(eq(schema.task.state, 'waiting_approval'));
  const [row] = rows;
  if (!row?.payload) throw new Error('nothing waits for approval');
  return { id: row.id, payload: row.payload, reason: row.reason, seen: textHash(row.payload) };
};

const approve = async (edited?: { text: string; subject: string | null }) => {
  const { id, seen } = await waiting();
  const wish = { seen, by: 'anna', ...(edited ? { edited } : {}) };
  expect(await inUnit(stage, (unit) => approveTask(unit, id, wish))).toBe(true);
  return id;
};

const rename = (firstName: string) =>
  inUnit(stage, async (unit) => {
    await unit.tx.update(schema.contact).set({ firstName }).where(eq(schema.contact.id, anna.contactId));
    await contactsChanged(unit, WORKSPACE, [nameOnly(anna.contactId)], 'anna');
  });

describe('approve each', () => {
  it('shows the exact text when the step is due and sends nothing before a yes', async () => {
    await start('email');
    expect((await waiting()).payload).toMatchObject({ subject: 'Hello Person1', text: 'Text' });
    expect(await nextEmail(stage)).toBeNull();
    const id = await approve();
    expect(await nextEmail(stage)).toMatchObject({ taskId: id, subject: 'Hello Person1', text: 'Text' });
  });

  it('sends exactly what the person made of it', async () => {
    await start('email');
    await approve({ text: 'Dear {Anna}', subject: 'Edited' });
    expect(await nextEmail(stage)).toMatchObject({ subject: 'Edited', text: 'Dear {Anna}' });
  });

  it('binds the edited text through commit and outcome on LinkedIn, and never drops its note', async () => {
    await start('linkedin');
    await approve({ text: 'By hand', subject: null });
    const step = await nextOfKind(stage, 'connect');
    expect(step).toMatchObject({ text: 'By hand', whenNoNote: 'wait' });
    expect(await commit(stage, step)).toMatchObject({ ok: true });
    await report(stage, step, done);
    expect((await taskRow(stage, step.taskId)).payload?.text).toBe('By hand');
  });

  it('asks again when the data behind the text changed before the claim', async () => {
    await start('email');
    await approve();
    await rename('Anna');
    expect(await nextEmail(stage)).toBeNull();
    expect(await waiting()).toMatchObject({
      reason: 'text_changed',
      payload: { subject: 'Hello Anna', text: 'Text' },
    });
  });

  it('asks again when the data changed between claim and commit', async () => {
    await start('linkedin');
    await approve({ text: 'By hand', subject: null });
    const step = await nextOfKind(stage, 'connect');
    await rename('Anna');
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'text_changed' });
    expect(await nextStep(stage)).toBeNull();
    expect((await waiting()).payload.text).toBe('Hi Anna');
  });

  it('asks again when the step now goes to another profile', async () => {
    await start('linkedin');
    await approve();
    await inUnit(stage, (unit) =>
      unit.tx
        .update(schema.contact)
        .set({ linkedinSlug: 'somebody-else', linkedinProfileId: null, linkedinMemberId: null })
        .where(eq(schema.contact.id, anna.contactId)),
    );
    expect(await nextStep(stage)).toBeNull();
    expect((await waiting()).payload.recipient).toBe('somebody-else');
  });

  it('binds only the text that was shown, once', async () => {
    await start('email');
    const { id, seen } = await waiting();
    const wish = { seen, by: 'anna' };
    const other = { ...wish, seen: 'other' };
    expect(await inUnit(stage, (unit) => approveTask(unit, id, other))).toBe(false);
    expect(await inUnit(stage, (unit) => approveTask(unit, id, wish))).toBe(true);
    expect(await inUnit(stage, (unit) => approveTask(unit, id, wish))).toBe(false);
  });

  it('is taken back until the step is claimed', async () => {
    await start('linkedin');
    const id = await approve({ text: 'By hand', subject: null });
    expect(await inUnit(stage, (unit) => withdrawApproval(unit, id))).toBe(true);
    expect((await waiting()).payload.text).toBe('Hi Person1');
    await approve();
    await nextOfKind(stage, 'connect');
    expect(await inUnit(stage, (unit) => withdrawApproval(unit, id))).toBe(false);
  });

  it('goes past the step on a person’s word', async () => {
    await start('email');
    const { id } = await waiting();
    expect(await inUnit(stage, (unit) => skipTask(unit, id, 'anna'))).toBe(true);
    expect(await taskRow(stage, id)).toMatchObject({ state: 'skipped', reason: 'skipped_by_person' });
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe('in_progress');
  });

  it('asks again after a pause, whatever was approved before', async () => {
    await start('email');
    const id = await approve();
    const { id: enrollmentId } = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, enrollmentId, 'pause', 'anna'));
    expect((await taskRow(stage, id)).state).toBe('canceled');
    await inUnit(stage, (unit) => decideEnrollment(unit, enrollmentId, 'resume', 'anna'));
    await settle(stage);
    expect((await waiting()).id).toBe(id);
  });

  it('catches steps that were ready when the automation began to ask', async () => {
    await start('email', false);
    await inUnit(stage, (unit) => unit.tx.update(schema.automation).set({ approveEach: true }));
    expect(await nextEmail(stage)).toBeNull();
    expect((await waiting()).payload.text).toBe('Text');
  });

  it('does not ask for what writes nothing', async () => {
    await addSender(stage, 's1', { settings: { ...eagerSettings, approveEach: true } });
    anna = await addContact(stage, 1);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    expect((await nextStep(stage))?.kind).toBe('visit');
  });
});

describe('confirm this person', () => {
  const shown = { profileId: 'ACoAAshown', memberId: '4711', name: 'Ann Other', company: null };

  async function showSomebody(): Promise<void> {
    await addSender(stage, 's1');
    anna = await addContact(stage, 1);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await report(stage, await nextOfKind(stage, 'visit'), failed('wrong_person', { shown }));
    expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({
      status: 'paused',
      reason: 'wrong_person',
    });
  }
  const contactRow = async () => {
    const [row] = await stage.db.reader.select().from(schema.contact);
    return row;
  };

  it('binds to who was shown and goes on', async () => {
    await showSomebody();
    const row = await enrollmentOf(stage, anna.contactId);
    expect(await inUnit(stage, (unit) => confirmPerson(unit, row, 'anna'))).toBeNull();
    expect(await contactRow()).toMatchObject({ linkedinProfileId: 'ACoAAshown', linkedinMemberId: '4711' });
    pass(stage, 10 * MINUTE);
    expect((await nextOfKind(stage, 'visit')).target.profileId).toBe('ACoAAshown');
    const again = await enrollmentOf(stage, anna.contactId);
    expect(await inUnit(stage, (unit) => confirmPerson(unit, again, 'anna'))).toBe('nobody_shown');
  });

  it('does not bind a person who is another contact', async () => {
    await showSomebody();
    await stage.db.write((tx) =>
      tx.insert(schema.contactIdentity).values({
        workspaceId: WORKSPACE,
        kind: 'linkedin_profile',
        value: shown.profileId,
        contactId: 'somebody',
      }),
    );
    const row = await enrollmentOf(stage, anna.contactId);
    expect(await inUnit(stage, (unit) => confirmPerson(unit, row, 'anna'))).toBe('duplicate');
  });

  it('takes off the link that led to somebody else, and waits for the right one', async () => {
    await showSomebody();
    const row = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => refusePerson(unit, row, 'anna'));
    expect(await contactRow()).toMatchObject({ linkedinSlug: null, linkedinProfileId: null });
    const identities = await stage.db.reader.select().from(schema.contactIdentity);
    expect(identities.map(({ kind }) => kind)).toEqual(['email']);
    const events = await stage.db.reader.select().from(schema.event);
    expect(events.filter(({ type }) => type === 'person_refused').map(({ data }) => data)).toEqual([
      { by: 'anna', detail: 'It showed Ann Other.', proof: `${anna.slug}, ACoAAshown` },
    ]);

    const noLink = async () => {
      pass(stage, 10 * MINUTE);
      expect(await nextStep(stage)).toBeNull();
      const { status, reason } = await enrollmentOf(stage, anna.contactId);
      const open = await stage.db.reader.select().from(schema.hold).where(isNull(schema.hold.liftedAt));
      const holds = open.map((each) => each.reason);
      expect([status, reason, holds]).toEqual(await waits());
    };
    const waits = async () =>
      (await enrollmentOf(stage, anna.contactId)).live === 1
        ? [expect.stringMatching(/in_progress|ready/), null, ['missing_data']]
        : ['paused', 'link_refused', []];
    await noLink();
    // Something else of the contact changes: the link is missing still.
    await inUnit(stage, (unit) => contactsChanged(unit, WORKSPACE, [nameOnly(anna.contactId)], 'anna'));
    await noLink();
    await stage.db.write((tx) => tx.update(schema.contact).set({ linkedinSlug: 'the-right-one' }));
    await inUnit(stage, (unit) => contactsChanged(unit, WORKSPACE, [nameOnly(anna.contactId)], 'anna'));
    pass(stage, 10 * MINUTE);
    expect((await nextOfKind(stage, 'visit')).target.slug).toBe('the-right-one');
  });

  it('holds a step under way for missing data once the ids that it goes to are refused', async () => {
    await addSender(stage, 's1');
    anna = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const theirs = { ...shown, profileId: anna.profileId };
    const first = await nextStep(stage);
    if (!first) throw new Error('no step');
    await report(stage, first, failed('wrong_person', { shown: theirs }));
    const row = await enrollmentOf(stage, anna.contactId);
    expect(row).toMatchObject({ status: 'paused', reason: 'wrong_person', live: 1 });
    await inUnit(stage, (unit) => refusePerson(unit, row, 'anna'));
    expect(await contactRow()).toMatchObject({ linkedinProfileId: null, linkedinMemberId: null });
    pass(stage, 10 * MINUTE);
    expect(await nextStep(stage)).toBeNull();
    const open = await stage.db.reader.select().from(schema.hold).where(isNull(schema.hold.liftedAt));
    expect(open).toMatchObject([{ reason: 'missing_data', scopeId: row.id }]);
  });

  it('keeps the ids of a bound contact whose address shows somebody else', async () => {
    await showSomebody();
    await stage.db.write((tx) =>
      tx.update(schema.contact).set({ linkedinProfileId: anna.profileId, linkedinMemberId: anna.memberId }),
    );
    const row = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => refusePerson(unit, row, 'anna'));
    expect(await contactRow()).toMatchObject({ linkedinSlug: null, linkedinProfileId: anna.profileId });
  });

  it('forgets who was shown', async () => {
    await showSomebody();
    const row = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => refusePerson(unit, row, 'anna'));
    const tasks = await stage.db.reader.select().from(schema.task);
    expect(tasks.map((each) => each.shown)).toEqual([null]);
    expect((await contactRow())?.linkedinProfileId).toBeNull();
  });
});

it('binds the files that go along: other files are another message', () => {
  const payload = { text: 'T', subject: 'S', policy: null, recipient: 'r', noteDropped: false };
  const variants = [
    payload,
    ...[['f1'], ['f2'], ['f1', 'f2']].map((attachments) => ({ ...payload, attachments })),
  ];
  for (const hash of [textHash, hashOf]) expect(new Set(variants.map(hash)).size).toBe(4);
  // What was claimed or approved before files existed stays what it was.
  for (const hash of [textHash, hashOf]) expect(hash({ ...payload, attachments: [] })).toBe(hash(payload));
});
