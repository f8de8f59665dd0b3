import { and, eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { nextWorkFor } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
} from '../../simulation/setup.ts';
import { accept, commit, DEVICE, nextOfKind, observe, pass, perform, settle, taskRow } from './support.ts';

/** LinkedIn renamed a field: its answers are no "no reply" and no "not accepted", and somebody is told. */

let stage: Stage;
let channelId: string;
let person: Person;
beforeEach(async () => {
  stage = await openStage();
  ({ linkedin: channelId } = await addSender(stage, 's1'));
  person = await addContact(stage, 1, { bound: true });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
});
afterEach(() => stage.close());

const unknownShape: LinkedinFailure = {
  code: 'layout_unknown',
  effect: 'before_effect',
  detail: 'messengerMessages has a shape that is not known.',
  until: null,
};
const held = async () => {
  const { hold } = schema;
  const open = and(eq(hold.scopeId, channelId), isNull(hold.liftedAt));
  const rows = await stage.db.reader.select().from(hold).where(open);
  return rows.map(({ kind, reason }) => `${kind} ${reason}`).sort();
};
const cursors = async () => await stage.db.reader.select().from(schema.cursor);
const unreadable = () => observe(stage, { acceptances: [], failure: unknownShape });

it('writes to nobody until a good read, which sets everything going again', async () => {
  await unreadable();
  await unreadable();
  expect(await held()).toEqual([
    'connect layout_unknown',
    'group_message layout_unknown',
    'inmail layout_unknown',
    'message layout_unknown',
  ]);
  await observe(stage, { acceptances: [], inbound: [] });
  expect(await held()).toEqual([]);
});

it('an unreadable list of sent invitations is lifted by that list only, not by the inbox read minutes later', async () => {
  const asked = async () => {
    const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    return work.type === 'watch' ? work.kinds : [];
  };
  expect(await asked()).toContain('sent_invitations');
  await observe(stage, { acceptances: [], inbound: [], failure: unknownShape });
  expect(await held()).toHaveLength(4);
  pass(stage, 11 * MINUTE);
  expect(await asked()).not.toContain('sent_invitations');
  await observe(stage, { acceptances: [], inbound: [] });
  expect(await held()).toHaveLength(4);
  pass(stage, HOUR);
  expect(await asked()).toContain('sent_invitations');
  const sentInvitations = { toContacts: [], toOthers: [], gone: [], complete: true };
  await observe(stage, { acceptances: [], inbound: [], sentInvitations });
  expect(await held()).toEqual([]);
});

it('takes no exit for want of an acceptance that nobody could read', async () => {
  await perform(stage, await nextOfKind(stage, 'connect'));
  for (let hours = 0; hours < 8; hours++) {
    pass(stage, HOUR);
    await observe(stage, { inbound: [], failure: unknownShape });
    await settle(stage);
  }
  expect((await cursors()).map(({ waitsFor }) => waitsFor)).toEqual(['fresh_read']);
  await observe(stage, { inbound: [], acceptances: [] });
  await settle(stage);
  expect((await cursors()).map(({ waitsFor }) => waitsFor)).not.toContain('fresh_read');
});

it('lets no follow-up go that was under way when the read failed', async () => {
  await perform(stage, await nextOfKind(stage, 'connect'));
  pass(stage, 5 * HOUR);
  await accept(stage, person);
  const step = await nextOfKind(stage, 'message');
  await unreadable();
  expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'layout_unknown' });
  expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'ready' });
});

it('goes on reading while it writes to nobody', async () => {
  await unreadable();
  pass(stage, 11 * MINUTE);
  await settle(stage);
  expect(await nextWorkFor(stage.ctx, DEVICE, { canAct: true })).toMatchObject({ type: 'watch' });
});
