import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { JournalReport } from '#shared/contract/deviceWork.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { type Database, openDatabase, schema } from '../../../companion-server/db/index.ts';
import {
  claimEmail,
  commitTask,
  contactsAddedToList,
  findDrifts,
  holdRestored,
  liftHold,
  liftRestored,
  nextAnswer,
  nextWorkFor,
  planReminder,
  recordAnswer,
  recordJournal,
  recordSentFolder,
  restoreProgress,
  type SentEmail,
  settleTask,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { DEVICE, done, inUnit, observe, pass, readMail, report, settle } from './support.ts';

// Whole outreaches run here, before and after a restore: 4 to 8 s each on a machine that is busy otherwise.
vi.setConfig({ testTimeout: 60_000 });

const PEOPLE = 3;
/** For each: an invitation, two messages, two emails. */
const ALL = PEOPLE * 5;
const ROUNDS = 250;
/** Longer than every wait of the graph but one for an acceptance that came. */
const QUIET_ROUNDS = 60;

/** What happened in the world, whatever the database knows of it. */
interface World {
  stage: Stage;
  people: Person[];
  /** "kind, to whom, what it says" of everything that went out. */
  ledger: string[];
  journal: (Omit<JournalReport['lines'][number], 'armedAgoMs'> & { armedAt: number })[];
  sent: SentEmail[];
  accepted: Set<string>;
  mailbox: string;
  device: string;
  /** How long ago its journal began; undefined: its extension does not say. */
  wholeForMs?: number;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function begin(graph = outreachGraph(['s1'])): Promise<World> {
  const stage = await openStage(11);
  ends.push(stage.close);
  const { email: mailbox } = await addSender(stage, 's1');
  const people = [];
  for (let n = 1; n <= PEOPLE; n++) people.push(await addContact(stage, n, { bound: true }));
  await addAutomation(stage, 'a1', graph);
  return { stage, people, ledger: [], journal: [], sent: [], accepted: new Set(), mailbox, device: DEVICE };
}

/** Lets everything run until `enough` things went out. */
async function run(world: World, enough: number, rounds = ROUNDS): Promise<void> {
  for (let round = 0; round < rounds && world.ledger.length < enough; round++) {
    await settle(world.stage);
    await browse(world);
    if (world.ledger.length < enough) await mail(world);
    pass(world.stage, 5 * MINUTE);
  }
}

/** Lets everything run until so many emails or messages went out as there are people. */
async function runToAll(
  world: World,
  what: (ledger: readonly string[]) => string[],
  leapMs = 0,
): Promise<number> {
  for (let round = 0; round < QUIET_ROUNDS && what(world.ledger).length < PEOPLE; round++) {
    await run(world, ALL, 1);
    pass(world.stage, leapMs);
  }
  const sent = what(world.ledger).length;
  expect(sent).toBeGreaterThanOrEqual(PEOPLE);
  return sent;
}

/** Lets everything run until as many of these steps wait for a person as there are people, or long enough for that. */
async function runToDoubt(world: World, kind: string, leapMs = 0): Promise<number> {
  let found = 0;
  for (let round = 0; round < QUIET_ROUNDS && found < PEOPLE; round++) {
    await run(world, world.ledger.length + 1, 1);
    pass(world.stage, leapMs);
    found = (await unsureOnes(world)).filter((row) => row.kind === kind).length;
  }
  return found;
}

/** What the browser does until it has to wait; `crash`: it dies after the click. */
async function browse(world: World, crash = false): Promise<void> {
  for (let i = 0; i < 4; i++) if ((await browseOnce(world, crash)) !== 'reading') return;
}

async function browseOnce(world: World, crash: boolean): Promise<'reading' | 'acting' | 'waiting'> {
  const { stage, people, ledger, journal, device } = world;
  const now = stage.ctx.clocks.schedule.now();
  const work = await nextWorkFor(stage.ctx, device, { canAct: true, journal: true });
  if (work.type === 'journal') await tell(world);
  if (work.type === 'watch') {
    const accepted = people.filter(({ profileId }) => world.accepted.has(profileId));
    const acceptances = accepted.map(({ profileId, slug }) => ({
      profileId,
      memberId: null,
      slug,
      connectedAt: now,
    }));
    const sentInvitations = { toContacts: [], toOthers: [], gone: [], complete: true };
    await observe(stage, { acceptances, inbound: [], sentInvitations }, device);
  }
  if (work.type === 'wait') return 'waiting';
  if (work.type !== 'task') return 'reading';
  const { step } = work;
  const { taskId, fence, kind, target, text } = step;
  const asked = { taskId, fence, lastInboundAt: null, profile: null };
  if (!(await commitTask(stage.ctx, device, asked)).ok) return 'acting';
  ledger.push(`${kind}, ${target.slug}, ${text}`);
  journal.push({ taskId, kind, target, armedAt: now, done: !crash });
  if (kind === 'connect') world.accepted.add(target.profileId ?? '');
  if (!crash) await report(stage, step, done, device);
  return 'acting';
}

async function mail(world: World): Promise<void> {
  const { stage, ledger, sent } = world;
  const work = await claimEmail(stage.ctx, 'mailer');
  if (work?.type === 'sync') await readMail(stage, work.channelId);
  if (work?.type !== 'task') return;
  const { taskId, fence, to, text, messageId } = work;
  const { ok } = await commitEmail(stage, { taskId, fence });
  if (!ok) return;
  ledger.push(`email, ${to}, ${text}`);
  sent.push({ messageId, to, at: stage.ctx.clocks.schedule.now() });
  await report(stage, work, { result: 'sent', response: '250 ok' }, 'mailer');
}

async function commitEmail(stage: Stage, { taskId, fence }: { taskId: string; fence: number }) {
  return await commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
}

async function tell({ stage, journal, device, wholeForMs }: World): Promise<void> {
  const now = stage.ctx.clocks.schedule.now();
  const lines = journal.map(({ armedAt, ...line }) => ({ ...line, armedAgoMs: now - armedAt }));
  await recordJournal(stage.ctx, device, {
    lines,
    more: false,
    ...(wholeForMs === undefined ? {} : { wholeForMs }),
  });
}

/** The browser's data was cleared: its journal begins now. */
async function loseJournal(world: World): Promise<void> {
  world.journal = [];
  world.wholeForMs = 0;
}

/** The browser is gone, unpaired, and another one is paired in its place. */
async function replaceBrowser(world: World): Promise<void> {
  const { stage } = world;
  const now = stage.ctx.clocks.schedule.now();
  world.device = 's1-d2';
  // The lease of the runner that is gone ends.
  stage.time.real += 2 * MINUTE;
  world.journal = [];
  world.wholeForMs = 0;
  await stage.db.write(async (tx) => {
    await tx.update(schema.device).set({ revokedAt: now });
    const paired = { senderId: 's1', name: 'New', pairedBy: 'test', pairedAt: now };
    await tx
      .insert(schema.device)
      .values({ ...paired, id: world.device, workspaceId: WORKSPACE, tokenHash: world.device });
  });
}

/** A copy of the database as it is now. */
async function backUp({ stage }: World): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-restore-'));
  ends.push(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'backup.db');
  await stage.db.reader.run(sql`VACUUM INTO ${path}`);
  return path;
}

/** The same world, whose server knows only what the backup knew. */
async function restore(world: World, path: string): Promise<void> {
  const db: Database = await openDatabase({ url: `file:${path}` });
  ends.push(db.close);
  world.stage = { ...world.stage, db, ctx: { ...world.stage.ctx, db } };
  await inUnit(world.stage, holdRestored);
}

const messages = (ledger: readonly string[]) => ledger.filter((line) => line.startsWith('message'));
const emails = (ledger: readonly string[]) => ledger.filter((line) => line.startsWith('email'));

const unsureOnes = async ({ stage }: World) =>
  (await stage.db.reader.select().from(schema.task)).filter(({ state }) => state === 'unknown');

/** A person looked, and says the same of all. */
async function settleAll(world: World, happened: boolean): Promise<void> {
  for (const { id } of await unsureOnes(world)) {
    await inUnit(world.stage, (unit) => settleTask(unit, id, happened, 'manager'));
  }
}

async function goOn(world: World): Promise<void> {
  const { stage } = world;
  for (let round = 0; round < 20; round++) {
    await browse(world);
    await readMail(stage, world.mailbox);
    await inUnit(stage, (unit) => recordSentFolder(unit, world.mailbox, world.sent));
    if (await inUnit(stage, (unit) => liftRestored(unit, WORKSPACE, 'manager'))) return;
    pass(stage, MINUTE);
  }
  throw new Error(JSON.stringify(await restoreProgress(stage.db.reader, WORKSPACE)));
}

test.each([
  [0, 4],
  [1, 9],
  [7, ALL],
])('restored to %i of %i steps, nothing is done twice and everything is done once', async (before, after) => {
  const world = await begin();
  await settle(world.stage);
  await run(world, before);
  const backup = await backUp(world);
  await run(world, after);
  expect(world.ledger.length).toBe(after);

  await restore(world, backup);
  const held = world.ledger.length;
  await run(world, held + 1, 6);
  expect(world.ledger.length).toBe(held);

  await goOn(world);
  for (let round = 0; round < 10 && world.ledger.length < ALL; round++) {
    await run(world, ALL, QUIET_ROUNDS);
    await settleAll(world, false);
  }
  await run(world, ALL + 1, QUIET_ROUNDS);
  expect(new Set(world.ledger).size).toBe(world.ledger.length);
  expect(world.ledger.length).toBe(ALL);
  const now = world.stage.ctx.clocks.schedule.now();
  const drifts = await findDrifts(world.stage.db.reader, now, async () => {});
  expect(drifts.filter(({ counter }) => counter !== 'list.member_count')).toEqual([]);
});

test('an email that was due waits for a person where no copy of it lies in Sent', async () => {
  const world = await begin();
  await settle(world.stage);
  const backup = await backUp(world);
  await run(world, ALL);
  // The server died before it kept any copy.
  world.sent = [];
  await restore(world, backup);
  expect(await restoreProgress(world.stage.db.reader, WORKSPACE)).toMatchObject({ inDoubt: PEOPLE });
  await goOn(world);
  const known = world.ledger.length;
  await run(world, known + 1, QUIET_ROUNDS);
  expect(world.ledger.length).toBe(known);
  const unsure = await unsureOnes(world);
  expect(unsure.map(({ kind }) => kind)).toEqual(Array(PEOPLE).fill('send_email'));
  expect(unsure[0]?.detail).toContain('may have been sent after the backup');
  // A person found them in the recipients' answers: the first email counts as sent, and what follows goes on.
  await settleAll(world, true);
  expect(await unsureOnes(world)).toEqual([]);
});

test('where only the last copies are missing, the email after those that lie in Sent waits for a person', async () => {
  const world = await begin();
  await settle(world.stage);
  const backup = await backUp(world);
  await run(world, ALL);
  const sent = emails(world.ledger).length;
  expect(sent).toBe(2 * PEOPLE);
  const first = new Map(world.sent.map((mail) => [mail.to, mail] as const).reverse());
  world.sent = [...first.values()];
  expect(world.sent).toHaveLength(PEOPLE);
  await restore(world, backup);
  await goOn(world);
  await runToDoubt(world, 'send_email');
  pass(world.stage, 12 * HOUR);
  expect(await runToDoubt(world, 'send_email')).toBe(PEOPLE);
  expect(emails(world.ledger)).toHaveLength(sent);
});

test('emails of contacts that had not entered at the backup wait for a person where no copy lies in Sent', async () => {
  const world = await begin();
  const backup = await backUp(world);
  const sent = await runToAll(world, emails);
  world.sent = [];
  await restore(world, backup);
  expect(await restoreProgress(world.stage.db.reader, WORKSPACE)).toMatchObject({ inDoubt: PEOPLE });
  await goOn(world);
  for (let mails = 1; mails <= 2; mails++) {
    // The one after an email that was sent may have been sent, too.
    expect(await runToDoubt(world, 'send_email')).toBe(PEOPLE);
    expect(emails(world.ledger)).toHaveLength(sent);
    await settleAll(world, true);
    pass(world.stage, 4 * HOUR);
  }
});

test.each([
  ['the browser that did them was unpaired because it is gone', replaceBrowser],
  ['its journal was lost', loseJournal],
])('messages wait for a person: %s', async (_, lose) => {
  const world = await begin();
  // One is invited, and has not accepted.
  await run(world, 1);
  const backup = await backUp(world);
  const sent = await runToAll(world, messages, HOUR / 2);
  await restore(world, backup);
  await lose(world);
  await goOn(world);
  expect(await runToDoubt(world, 'message', HOUR / 2)).toBe(PEOPLE);
  await settleAll(world, true);
  pass(world.stage, 4 * HOUR);
  // The one after a message that was sent may have been sent, too.
  expect(await runToDoubt(world, 'message', HOUR / 2)).toBe(PEOPLE);
  expect(messages(world.ledger)).toHaveLength(sent);
  await settleAll(world, false);
  for (let round = 0; round < 10; round++) await run(world, ALL, 1);
  expect(messages(world.ledger)).toHaveLength(sent + PEOPLE);
});

test('messages behind a delay that follows an acceptance wait for a person where the journal was lost', async () => {
  const steps = {
    seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
    who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
    invite: ['connect', { note: null, whenNoNote: 'send_without' }],
    accepted: ['wait_until', { event: 'accepted', timeoutMs: 30 * DAY }],
    rest: ['delay', { durationMs: DAY }],
    hello: ['message', { text: 'Thanks {{ firstName }}' }],
  } satisfies Parameters<typeof graphOfSteps>[0];
  const edges = ['seg>who', 'who>invite', 'invite>accepted', 'accepted.happened>rest', 'rest>hello'];
  const world = await begin(graphOfSteps(steps, edges));
  for (let round = 0; round < ROUNDS && world.ledger.length < PEOPLE; round++) {
    await run(world, world.ledger.length + 1, 1);
    // Nobody accepts before the backup.
    world.accepted.clear();
  }
  expect(world.ledger).toHaveLength(PEOPLE);
  const backup = await backUp(world);
  for (const { profileId } of world.people) world.accepted.add(profileId);
  const sent = await runToAll(world, messages, 2 * HOUR);
  await restore(world, backup);
  await loseJournal(world);
  await goOn(world);
  expect(await runToDoubt(world, 'message', 2 * HOUR)).toBe(PEOPLE);
  expect(messages(world.ledger)).toHaveLength(sent);
});

test('a browser that was paired anew with its old journal tells all: no message waits for a person', async () => {
  const world = await begin();
  const backup = await backUp(world);
  await runToAll(world, messages, HOUR / 2);
  await restore(world, backup);
  // The backup was older than its pairing.
  const { journal } = world;
  await world.stage.db.write((tx) => tx.delete(schema.device));
  await replaceBrowser(world);
  Object.assign(world, { journal, wholeForMs: 10 * DAY });
  await goOn(world);
  const doubts = await world.stage.db.reader.select().from(schema.restoredDoubt);
  expect(doubts.filter(({ linkedin }) => linkedin)).toEqual([]);
});

test('who was added after the backup and is imported once more gets nothing twice', async () => {
  const world = await begin();
  const backup = await backUp(world);
  const addStranger = async () => {
    const person = await addContact(world.stage, PEOPLE + 1, { bound: true });
    await inUnit(world.stage, (unit) => contactsAddedToList(unit, 'l1', [person.contactId]));
    return person;
  };
  const stranger = await addStranger();
  world.people.push(stranger);
  await run(world, ALL + 5);
  const isTheirs = (line: string) => line.includes(stranger.email ?? '') || line.includes(stranger.slug);
  expect(world.ledger.filter(isTheirs)).toHaveLength(5);

  await restore(world, backup);
  await goOn(world);
  await addStranger();
  await run(world, ALL + 6, 2 * QUIET_ROUNDS);
  expect(world.ledger).toHaveLength(ALL + 5);
});

test('a step that a browser may have done after the backup waits for a person, or for what LinkedIn shows', async () => {
  const world = await begin();
  await settle(world.stage);
  const backup = await backUp(world);
  for (let round = 0; round < 20 && world.ledger.length === 0; round++) {
    await settle(world.stage);
    await browse(world, true);
    pass(world.stage, 5 * MINUTE);
  }
  expect(world.ledger).toHaveLength(1);
  const [invited] = world.accepted;
  // Nobody has accepted yet: nothing that is read shows the invitation.
  world.accepted.clear();
  await restore(world, backup);
  await goOn(world);
  await run(world, ALL + 1);
  expect(new Set(world.ledger).size).toBe(world.ledger.length);
  const unknown = async () =>
    (await unsureOnes(world)).filter(({ kind }) => kind !== 'send_email').map(({ id }) => id);
  expect(await unknown()).toEqual([world.journal[0]?.taskId]);
  world.accepted.add(invited ?? '');
  pass(world.stage, HOUR);
  await browse(world);
  expect(await unknown()).toEqual([]);
});

test('it does not go on before every account was read and every browser has told what it did', async () => {
  const world = await begin();
  await settle(world.stage);
  pass(world.stage, MINUTE);
  await restore(world, await backUp(world));
  const lift = () => inUnit(world.stage, (unit) => liftRestored(unit, WORKSPACE, 'manager'));
  expect(await lift()).toBe(false);
  const progress = await restoreProgress(world.stage.db.reader, WORKSPACE);
  expect(progress?.channels.map(({ kind, missing }) => [kind, missing.length])).toEqual([
    ['linkedin', 2],
    ['email', 2],
  ]);
  // Its browser can tell still.
  expect(progress?.notTold).toEqual([]);
  await tell(world);
  await readMail(world.stage, world.mailbox);
  expect(await lift()).toBe(false);
});

test('a browser that was unpaired before it told cannot tell any more', async () => {
  const world = await begin();
  pass(world.stage, MINUTE);
  await restore(world, await backUp(world));
  await replaceBrowser(world);
  const progress = await restoreProgress(world.stage.db.reader, WORKSPACE);
  expect(progress?.notTold.map(({ id }) => id)).toEqual(['s1']);
});

test('an answer that waited to be sent is not sent again: its copy in Sent or a person settles it', async () => {
  const { stage, people, mailbox: channelId } = await begin();
  const now = stage.ctx.clocks.schedule.now();
  const [person] = people;
  const answer = { workspaceId: WORKSPACE, channelId, contactId: person?.contactId ?? '', references: [] };
  const said = { to: person?.email ?? '', subject: 'Re: Hello', text: 'Yes', createdAt: now, at: now };
  const later = { notBefore: now + 5 * HOUR, retries: 1 };
  await stage.db.write((tx) =>
    tx.insert(schema.handMessage).values([
      { ...answer, ...said, id: 'waits', messageId: '<waits@x>', state: 'queued' },
      { ...answer, ...said, id: 'under-way', messageId: '<under-way@x>', state: 'sending' },
      { ...answer, ...said, id: 'later', messageId: '<later@x>', state: 'queued', ...later },
    ]),
  );
  pass(stage, HOUR);
  await inUnit(stage, holdRestored);
  const states = async () => {
    const rows = await stage.db.reader.select().from(schema.handMessage);
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  };
  expect(await states()).toEqual({ waits: 'unknown', 'under-way': 'unknown', later: 'queued' });
  const spent = async () => (await stage.db.reader.select().from(schema.usage)).map(({ taskId }) => taskId);
  expect(await spent()).toEqual(['waits']);
  await inUnit(stage, (unit) => recordAnswer(unit, 'waits', { state: 'failed', detail: 'A person looked.' }));
  expect(await spent()).toEqual([]);
  pass(stage, 5 * HOUR);
  const held = { workspaceId: WORKSPACE, scope: 'workspace', scopeId: WORKSPACE } as const;
  await inUnit(stage, (unit) => liftHold(unit, { ...held, reason: 'restored_from_backup' }, 'manager'));
  const next = await inUnit(stage, (unit) => nextAnswer(unit, () => false));
  expect(next?.id).toBe('later');
});

test('mail to members that was due is not sent again, and a series of reminders goes on', async () => {
  const { stage } = await begin();
  const now = stage.ctx.clocks.schedule.now();
  await inUnit(stage, (unit) => planReminder(unit, { id: 'c1', workspaceId: WORKSPACE }, now, 0));
  pass(stage, 8 * DAY);
  await inUnit(stage, holdRestored);
  const mails = await stage.db.reader.select().from(schema.systemMail);
  expect(mails.map(({ step, state, sendAt }) => [step, state, (sendAt ?? 0) - now])).toEqual([
    [0, 'failed', DAY],
    [3, 'planned', 14 * DAY],
  ]);
});
