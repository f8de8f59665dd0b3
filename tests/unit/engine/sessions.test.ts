import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import type { LinkedinInactiveReason } from '#shared/statuses/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  disconnectLinkedin,
  endRestriction,
  isFailingLogin,
  isFlapping,
  lossOf,
  nextWorkFor,
  noteMailbox,
  reconnectLinkedin,
  recordSession,
  silentSpells,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  memberIdOf,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { DEVICE, failed, inUnit, nextOfKind, observe, pass, readMail, report, settle } from './support.ts';

let stage: Stage;
let linkedin: string;
let email: string;
beforeEach(async () => {
  stage = await openStage();
  ({ linkedin, email } = await addSender(stage, 's1'));
});
afterEach(() => stage.close());

const back: SessionReport = {
  state: 'logged_in',
  member: { memberId: memberIdOf('s1'), profileId: 'ACoAAme', slug: 'me', name: 'Me', premium: false },
};
const now = () => stage.ctx.clocks.schedule.now();
const lose = (reason: LinkedinInactiveReason = 'logged_out') =>
  recordSession(stage.ctx, DEVICE, { state: 'inactive', reason, challenge: null });
const signIn = () => recordSession(stage.ctx, DEVICE, back);
const readAll = () => observe(stage, { acceptances: [], inbound: [] });

async function channelRow(id = linkedin) {
  const [row] = await stage.db.reader.select().from(schema.channel).where(eq(schema.channel.id, id));
  if (!row) throw new Error('no channel');
  return row;
}

async function openHolds() {
  const rows = await stage.db.reader.select().from(schema.hold);
  return rows.filter((row) => row.liftedAt === null);
}

const reasons = async () => (await openHolds()).map(({ reason }) => reason);
const mails = () =>
  stage.db.reader.select().from(schema.systemMail).where(eq(schema.systemMail.kind, 'reconnect'));

describe('a rep who reconnects', () => {
  it('is asked for at once in the browser, outside of the working window too', async () => {
    await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
    const closed = { window: { zone: 'UTC', days: [7], from: '00:00', to: '00:01' } };
    await stage.db.write((tx) => tx.update(schema.sender).set({ settings: closed }));
    const ask = () => nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(await ask()).toMatchObject({ type: 'wait' });
    pass(stage, MINUTE);
    await inUnit(stage, (unit) => reconnectLinkedin(unit, linkedin, 'rep'));
    expect(await ask()).toMatchObject({ type: 'watch', kinds: ['session'] });
    await signIn();
    await readAll();
    expect(await reasons()).toEqual([]);
  });
});

describe('the rep’s own disconnect', () => {
  it('is no session that keeps getting lost', async () => {
    for (const _ of [1, 2]) {
      await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
      await inUnit(stage, (unit) => reconnectLinkedin(unit, linkedin, 'rep'));
      await signIn();
      await readAll();
    }
    const [loss] = await stage.db.reader.select().from(schema.channelLoss);
    expect(loss).toMatchObject({ lostAt: null, times: [], flappingAt: null });
  });
});

describe('a step in flight when the rep disconnects', () => {
  it('cannot say otherwise afterwards: the account stays disconnected by the rep', async () => {
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const step = await nextOfKind(stage, 'connect');
    await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
    await report(stage, step, failed('logged_out'));
    expect(await channelRow()).toMatchObject({ status: 'inactive', reason: 'disconnected_by_user' });
    expect(await reasons()).toEqual(['disconnected_by_user']);
    expect(await mails()).toEqual([]);
  });
});

describe('reminders of a lost account', () => {
  it('plans the first mail for 24 hours later, at the moment of the loss', async () => {
    const at = now();
    await lose();
    expect(await mails()).toMatchObject([{ aboutId: linkedin, state: 'planned', step: 0, sendAt: at + DAY }]);
  });

  it('plans one for a loss, whatever more is seen of it', async () => {
    await lose('logged_out');
    pass(stage, HOUR);
    await lose('challenge');
    await lose('challenge');
    expect(await mails()).toHaveLength(1);
  });

  it('is canceled by the reconnect', async () => {
    await lose();
    await signIn();
    expect(await mails()).toMatchObject([{ state: 'canceled' }]);
  });

  it('does not remind of what the rep disconnected, but of a reconnect that does not come', async () => {
    await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
    expect(await mails()).toEqual([]);
    await inUnit(stage, (unit) => reconnectLinkedin(unit, linkedin, 'rep'));
    expect(await mails()).toMatchObject([{ state: 'planned' }]);
    await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
    expect(await mails()).toMatchObject([{ state: 'canceled' }]);
  });

  it('takes no sign-out for a loss while the rep keeps the account disconnected', async () => {
    await inUnit(stage, (unit) => disconnectLinkedin(unit, linkedin, 'rep'));
    await lose('logged_out');
    expect(await mails()).toEqual([]);
    expect(await channelRow()).toMatchObject({ status: 'inactive', reason: 'disconnected_by_user' });
    expect(await reasons()).toEqual(['disconnected_by_user']);
    await inUnit(stage, (unit) => reconnectLinkedin(unit, linkedin, 'rep'));
    expect(await channelRow()).toMatchObject({ status: 'inactive', reason: null });
    await lose('logged_out');
    expect(await channelRow()).toMatchObject({ reason: 'logged_out' });
  });

  it('does not mail about a mailbox', async () => {
    await breakMailbox();
    expect(await mails()).toEqual([]);
  });
});

describe('coming back', () => {
  it('shows why reading what was missed does not succeed, and lifts when it does', async () => {
    await lose();
    pass(stage, DAY);
    await signIn();
    expect(await channelRow()).toMatchObject({ status: 'active', reconcileFrom: now() });
    expect(await openHolds()).toMatchObject([{ reconciling: true, detail: null }]);
    await observe(stage, {
      failure: { code: 'timeout', effect: 'before_effect', detail: 'The page did not load.', until: null },
    });
    expect(await channelRow()).toMatchObject({ status: 'active', watchFailure: 'The page did not load.' });
    expect((await openHolds())[0]?.detail).toContain('The page did not load.');
    pass(stage, 5 * MINUTE);
    await readAll();
    expect(await openHolds()).toEqual([]);
    expect(await channelRow()).toMatchObject({ watchFailure: null, reconcileFrom: null, outcomes: '' });
  });

  it('reads no sooner than LinkedIn’s pace allows where it said that there were too many requests', async () => {
    await lose();
    await signIn();
    const failure = {
      code: 'too_many_requests',
      effect: 'before_effect',
      detail: 'Too many requests.',
      until: null,
    } as const;
    await observe(stage, { failure });
    expect(await channelRow()).toMatchObject({ status: 'active', watchRetryAt: now() + 5 * HOUR });
    expect((await openHolds())[0]?.detail).toContain('in 5 hours');
    const asked = () => nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    pass(stage, 5 * HOUR - MINUTE);
    expect(await asked()).not.toMatchObject({ type: 'watch' });
    pass(stage, MINUTE);
    expect(await asked()).toMatchObject({ type: 'watch' });
  });

  it('is not lifted by half of the read', async () => {
    await lose();
    pass(stage, MINUTE);
    await signIn();
    await observe(stage, { inbound: [] });
    expect(await reasons()).toEqual(['linkedin_account_disconnected']);
    await observe(stage, { acceptances: [] });
    expect(await reasons()).toEqual([]);
  });

  it('finds a lift that was missed within 5 minutes, and reads before it lifts', async () => {
    await lose();
    await signIn();
    await stage.db.write((tx) =>
      tx.update(schema.channel).set({ reconcileFrom: null }).where(eq(schema.channel.id, linkedin)),
    );
    stage.time.real += 5 * MINUTE;
    await settle(stage);
    expect((await channelRow()).reconcileFrom).toBe(now());
    expect(await nextWorkFor(stage.ctx, DEVICE, { canAct: true })).toMatchObject({ type: 'watch' });
    await readAll();
    expect(await reasons()).toEqual([]);
  });

  it('sweeps again after the clock was set back', async () => {
    await settle(stage);
    stage.time.real -= 30 * DAY;
    await lose();
    await signIn();
    await stage.db.write((tx) =>
      tx.update(schema.channel).set({ reconcileFrom: null }).where(eq(schema.channel.id, linkedin)),
    );
    await settle(stage);
    expect((await channelRow()).reconcileFrom).not.toBeNull();
  });

  it('keeps a restriction until the rep says that it is over', async () => {
    await lose('restricted');
    expect(await reasons()).toEqual(['account_restricted']);
    expect(await inUnit(stage, (unit) => endRestriction(unit, linkedin, 'rep'))).toBe(false);
    await signIn();
    await readAll();
    expect(await reasons()).toEqual(['account_restricted']);
    await inUnit(stage, (unit) => endRestriction(unit, linkedin, 'rep'));
    expect(await reasons()).toEqual([]);
  });
});

describe('flags', () => {
  const loss = () => lossOf(stage.db.reader, linkedin);

  it('flags an account that is lost again within an hour of a reconnect', async () => {
    await lose();
    expect(isFlapping(await loss(), now())).toBe(false);
    pass(stage, 10 * DAY);
    await signIn();
    pass(stage, 30 * MINUTE);
    await lose();
    expect(isFlapping(await loss(), now())).toBe(true);
    pass(stage, 8 * DAY);
    expect(isFlapping(await loss(), now())).toBe(false);
  });

  it('flags a second loss within 7 days, not within 8', async () => {
    await lose();
    await signIn();
    pass(stage, 8 * DAY);
    await lose();
    expect(isFlapping(await loss(), now())).toBe(false);
    await signIn();
    pass(stage, 2 * DAY);
    await lose();
    expect(isFlapping(await loss(), now())).toBe(true);
  });

  it('flags two failed logins in a row, until one succeeds', async () => {
    await lose('logged_out');
    await lose('wrong_credentials');
    expect(isFailingLogin(await loss())).toBe(false);
    await lose('wrong_verification_code');
    expect(isFailingLogin(await loss())).toBe(true);
    await signIn();
    expect(isFailingLogin(await loss())).toBe(false);
  });
});

describe('presence', () => {
  it('stores a spell of silence when the browser is heard of again', async () => {
    await recordSession(stage.ctx, DEVICE, { state: 'unknown' });
    const from = stage.time.real;
    stage.time.real += 2 * MINUTE;
    await recordSession(stage.ctx, DEVICE, { state: 'unknown' });
    expect(await stage.db.reader.select().from(schema.presenceSpan)).toEqual([]);
    stage.time.real += 5 * HOUR;
    const until = stage.time.real;
    expect(await spells()).toEqual([{ from: from + 2 * MINUTE, until }]);
    await recordSession(stage.ctx, DEVICE, { state: 'unknown' });
    stage.time.real += MINUTE;
    expect(await spells()).toEqual([{ from: from + 2 * MINUTE, until }]);
    expect(await stage.db.reader.select().from(schema.presenceSpan)).toHaveLength(1);
  });

  async function spells() {
    const since = stage.time.real - 7 * DAY;
    return silentSpells(stage.db.reader, await channelRow(), since, stage.time.real);
  }
});

async function breakMailbox() {
  await setSmtp('inactive');
}

async function setSmtp(smtpStatus: 'active' | 'inactive') {
  await inUnit(stage, async (unit) => {
    await unit.tx.update(schema.channel).set({ smtpStatus }).where(eq(schema.channel.id, email));
    await noteMailbox(unit, email);
  });
}

describe('a mailbox that comes back', () => {
  it('goes on only after it was read', async () => {
    await breakMailbox();
    pass(stage, HOUR);
    await setSmtp('active');
    expect(await openHolds()).toMatchObject([{ reason: 'email_disconnected', reconciling: true }]);
    await readMail(stage, email);
    expect(await openHolds()).toEqual([]);
  });

  it('goes on at once when it was read just now', async () => {
    await breakMailbox();
    pass(stage, HOUR);
    await readMail(stage, email);
    await setSmtp('active');
    expect(await openHolds()).toEqual([]);
  });

  it('is found by the sweep too', async () => {
    await breakMailbox();
    pass(stage, HOUR);
    await stage.db.write((tx) =>
      tx.update(schema.channel).set({ smtpStatus: 'active' }).where(eq(schema.channel.id, email)),
    );
    stage.time.real += 5 * MINUTE;
    await settle(stage);
    expect(await openHolds()).toMatchObject([{ reconciling: true }]);
    await readMail(stage, email);
    expect(await openHolds()).toEqual([]);
  });
});
