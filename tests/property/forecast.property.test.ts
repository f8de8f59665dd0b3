import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { effectiveCap, restartAfterPause } from '#shared/schedule/caps.ts';
import { distribute, type Forecast, type ForecastProfile, forecast } from '#shared/schedule/forecast.ts';
import { afterAction, nextSlot } from '#shared/schedule/pacing.ts';
import { type ForecastChannel, runForward } from '#shared/schedule/runForward.ts';
import { defaultSenderSettings } from '#shared/schedule/settings.ts';
import { isOpen } from '#shared/schedule/window.ts';
import type { Job, Plan } from '#shared/schedule/workAhead.ts';

const START = Date.UTC(2026, 10, 2, 8);
const horizon = START + 730 * DAY;

const invite: Plan = {
  steps: [{ kind: 'connect', channel: 'linkedin', spends: ['page_load', 'invite'], after: null, delayMs: 0 }],
  tailMs: 0,
};
/** Invite, message five days later, an email three days after that, and a follow beside it. */
const outreach: Plan = {
  steps: [
    ...invite.steps,
    { kind: 'message', channel: 'linkedin', spends: ['message'], after: 0, delayMs: 5 * DAY },
    { kind: 'send_email', channel: 'email', spends: ['email'], after: 1, delayMs: 3 * DAY },
    { kind: 'visit', channel: 'linkedin', spends: ['page_load'], after: 0, delayMs: DAY },
  ],
  tailMs: DAY,
};

function job(plan: Plan, contacts: number, more: Partial<Job> = {}): Job {
  return { plan, contacts, unread: 0, withEmail: contacts, activeLimit: null, counted: true, ...more };
}

function channel(id: string, ageDays: number | null, more: Partial<ForecastChannel> = {}): ForecastChannel {
  return {
    id,
    usage: {},
    firstUsedAt: ageDays === null ? null : START - ageDays * DAY,
    lastActionAt: null,
    restart: null,
    activeSince: null,
    restUntil: null,
    ...more,
  };
}

function profile(id: string, ageDays: number | null = 100, zone = 'Europe/Berlin'): ForecastProfile {
  const channels = { linkedin: channel(`${id}-l`, ageDays), email: channel(`${id}-e`, ageDays) };
  return { id, settings: defaultSenderSettings(zone), channels, backlog: [] };
}

const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland');
const age = fc.option(fc.integer({ min: 0, max: 60 }), { nil: null });

/** The invites of one profile by the plainest loop there is: ask, wait, ask again, do it, note it. */
function simulateInvites(sender: ForecastProfile, count: number): number[] {
  const { settings } = sender;
  const state = { ...channel('', 0), ...sender.channels.linkedin };
  const used: number[] = [];
  let now = START;
  while (used.length < count) {
    const ask = () => {
      const { firstUsedAt, lastActionAt, restart } = state;
      const budget = (kind: 'invite' | 'page_load') => ({
        kind,
        usageTimes: used.filter((at) => at > now - 7 * DAY),
        cap: effectiveCap(kind, { settings, firstUsedAt, lastActionAt, restart, now }),
      });
      return nextSlot({
        now,
        window: settings.window,
        budgets: [budget('page_load'), budget('invite')],
        gaps: settings.gaps.linkedin,
        lastActionAt,
        restUntil: state.restUntil,
        rng: seededRng(seedOf(`${state.id}:connect:${lastActionAt ?? 0}`)),
      }).at;
    };
    for (let at = ask(); at > now; at = ask()) now = at;
    used.push(now);
    const rng = seededRng(seedOf(`${state.id}:rest:${now}`));
    Object.assign(state, {
      ...afterAction(state, state.lastActionAt, now, rng),
      restart: restartAfterPause(state.lastActionAt, now) ?? state.restart,
      firstUsedAt: state.firstUsedAt ?? now,
      lastActionAt: now,
    });
  }
  return used;
}

it('gives the very slots that a plain simulation of the pacing functions gives', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), age, zones, (contacts, ageDays, zone) => {
      const sender = profile('s', ageDays, zone);
      const run = runForward({ ...sender, jobs: [job(invite, contacts)] }, START, {
        maxSlots: 1_000,
        horizon,
      });
      expect(run.kinds[0]?.times).toEqual(simulateInvites(sender, contacts));
    }),
    { numRuns: 25 },
  );
});

it('nothing goes outside the window, above a cap, or within four hours of another message to the person', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      age,
      zones,
      fc.boolean(),
      (contacts, ageDays, zone, limited) => {
        const sender = profile('s', ageDays, zone);
        const jobs = [job(outreach, contacts, { unread: 20, activeLimit: limited ? 8 : null })].map(
          (each) => ({
            ...each,
            unread: Math.min(each.unread, contacts),
          }),
        );
        const { kinds, cutAt } = runForward({ ...sender, jobs }, START, { maxSlots: 3_000, horizon });
        expect(cutAt).toBeNull();
        for (const { kind, times, wanted } of kinds) {
          expect(times).toHaveLength(wanted);
          for (const at of times) expect(isOpen(sender.settings.window, at)).toBe(true);
          const cap = kind === 'visit' ? 100 : kind === 'connect' ? 20 : 30;
          for (const at of times) {
            expect(times.filter((other) => other > at - DAY && other <= at).length).toBeLessThanOrEqual(cap);
          }
        }
        const timesOf = (kind: string) => kinds.find((each) => each.kind === kind)?.times ?? [];
        const [invites, messages, emails] = [timesOf('connect'), timesOf('message'), timesOf('send_email')];
        expect(messages[0]).toBeGreaterThanOrEqual((invites[0] ?? 0) + 5 * DAY);
        expect(emails.at(-1)).toBeGreaterThanOrEqual((messages.at(-1) ?? 0) + 3 * DAY);
      },
    ),
    { numRuns: 15 },
  );
});

const lastInvite = ({ kinds }: Forecast) => kinds.find(({ kind }) => kind === 'connect')?.last.at ?? 0;

function run(contacts: number, profiles: ForecastProfile[], more: { plan?: Plan; maxSlots?: number } = {}) {
  const senders = profiles.map(({ id }) => ({ senderId: id, weight: 1 }));
  const segment = { plan: more.plan ?? invite, contacts, senders, fixed: {}, activeLimit: null };
  return forecast({
    now: START,
    profiles,
    segments: [{ ...segment, unreadShare: 0, emailShare: 1 }],
    ...(more.maxSlots ? { maxSlots: more.maxSlots } : {}),
  });
}

it('more contacts never end sooner, more senders never later, and "one more" is what one more gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 3 }),
      async (contacts, count) => {
        const team = Array.from({ length: count }, (_, at) => profile(`s${at}`));
        const base = await run(contacts, team);
        expect(lastInvite(await run(contacts + 20, team))).toBeGreaterThanOrEqual(lastInvite(base));
        const wider = await run(contacts, [...team, profile('s9')]);
        // The newcomer's jitter is its own: with one contact each it may be a few hours behind.
        expect(lastInvite(wider)).toBeLessThanOrEqual(lastInvite(base) + HOUR);
        const oneMore = base.oneMore?.kinds[0]?.last.at ?? Number.POSITIVE_INFINITY;
        // Another jitter may move the last one over a weekend.
        expect(Math.abs(oneMore - lastInvite(wider))).toBeLessThan(3 * DAY);
        expect(base.senders.reduce((sum, sender) => sum + sender.contacts, 0)).toBe(contacts);
      },
    ),
    { numRuns: 12 },
  );
});

it('a run cut short goes on at its own pace, and is not far from the whole run', async () => {
  const [whole, cut] = [
    await run(1_200, [profile('s')]),
    await run(1_200, [profile('s')], { maxSlots: 1_200 }),
  ];
  expect(whole.kinds[0]?.last.certainty).toBe('run');
  expect(cut.kinds[0]?.last.certainty).toBe('extrapolated');
  expect(isOpen(profile('s').settings.window, lastInvite(cut))).toBe(true);
  const length = lastInvite(whole) - START;
  expect(Math.abs(lastInvite(cut) - lastInvite(whole))).toBeLessThan(0.08 * length);
});

it('says "later than" instead of a date it cannot know', async () => {
  const years = await run(40_000, [profile('s')], { maxSlots: 900 });
  expect(years.kinds[0]?.last).toEqual({ at: horizon, certainty: 'later_than' });
  const { email: _, ...withoutEmail } = profile('s').channels;
  const noMailbox = await run(3, [{ ...profile('s'), channels: withoutEmail }], { plan: outreach });
  expect(noMailbox.kinds.find(({ kind }) => kind === 'send_email')?.last.certainty).toBe('later_than');
  expect(noMailbox.kinds.find(({ kind }) => kind === 'message')?.last.certainty).toBe('run');
});

it('what others put in the queue first makes it later; a used week counts', async () => {
  const free = profile('s');
  const backlog = [job(invite, 60, { counted: false })];
  const used = Array.from({ length: 90 }, (_, at) => START - 5 * DAY + at * HOUR);
  const busyWeek = { ...free, channels: { linkedin: channel('s-l', 100, { usage: { invite: used } }) } };
  const alone = lastInvite(await run(30, [free]));
  expect(lastInvite(await run(30, [{ ...free, backlog }]))).toBeGreaterThan(alone);
  expect(lastInvite(await run(30, [busyWeek]))).toBeGreaterThan(alone);
});

it('hands out as the admission does: evenly by weight, those who are known to their own', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 400 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      (contacts, weights) => {
        const senders = weights.map((weight, at) => ({ senderId: `s${at}`, weight }));
        const shares = distribute({ contacts, senders, fixed: { s0: 7 } });
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        senders.forEach(({ senderId, weight }, at) => {
          const share = (shares.get(senderId) ?? 0) - (at === 0 ? 7 : 0);
          expect(Math.abs(share - (contacts * weight) / total)).toBeLessThanOrEqual(weights.length);
        });
        expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBe(contacts + 7);
      },
    ),
    { numRuns: 60 },
  );
});

it('keeps the spacing of the workspace, the automation’s own limits and the notes of a Basic account', async () => {
  const twoMessages: Plan = {
    steps: [
      { kind: 'message', channel: 'linkedin', spends: ['message'], after: null, delayMs: 0 },
      { kind: 'message', channel: 'linkedin', spends: ['message'], after: 0, delayMs: 0 },
    ],
    tailMs: 0,
  };
  const far = { maxSlots: 2_000, horizon };
  const apart = runForward({ ...profile('s'), jobs: [job(twoMessages, 1)], spacingMs: 3 * DAY }, START, far);
  const [first = 0, second = 0] = apart.kinds[0]?.times ?? [];
  expect(second - first).toBeGreaterThanOrEqual(3 * DAY);

  const own = runForward({ ...profile('s'), jobs: [job(invite, 12)], ownLimits: { invite: 3 } }, START, far);
  const times = own.kinds[0]?.times ?? [];
  expect(times).toHaveLength(12);
  times.forEach((at, n) => {
    expect(
      times.filter((other) => other > at - DAY && other <= at).length,
      `invite ${n}`,
    ).toBeLessThanOrEqual(3);
  });

  const noted = { ...invite, steps: invite.steps.map((step) => ({ ...step, waitsForNote: true })) };
  const basic = {
    ...profile('s'),
    channels: { linkedin: channel('s-l', 100, { notes: [START - 20 * DAY] }) },
  };
  const notes = runForward({ ...basic, jobs: [job(noted, 6)] }, START, far).kinds[0]?.times ?? [];
  expect(notes[3]).toBeLessThan(START + 5 * DAY);
  expect(notes[4]).toBeGreaterThanOrEqual(START + 10 * DAY);
  expect(notes[5]).toBeGreaterThanOrEqual(START + 30 * DAY);
});

it('believes LinkedIn’s own count of notes as long as it rules, then that of the plan', () => {
  const noted = { ...invite, steps: invite.steps.map((step) => ({ ...step, waitsForNote: true })) };
  const until = START + DAY;
  const run = (more: Partial<ForecastChannel>) => {
    const channels = { linkedin: channel('s-l', 100, more) };
    const sender = { ...profile('s'), channels, jobs: [job(noted, 7)] };
    return runForward(sender, START, { maxSlots: 2_000, horizon }).kinds[0]?.times ?? [];
  };
  const basic = run({ notes: [], notesTold: { left: 1, until } });
  expect(basic[0]).toBeLessThan(until);
  expect(basic[1]).toBeGreaterThanOrEqual(until);
  expect(basic[4]).toBeLessThan(START + 10 * DAY);
  expect(basic[5]).toBeGreaterThanOrEqual(START + 30 * DAY);
  const more = run({
    notes: [START - DAY, START - DAY, START - DAY, START - DAY, START - DAY],
    notesTold: { left: 2, until },
  });
  expect(more[1]).toBeLessThan(until);
  expect(more[2]).toBeGreaterThanOrEqual(START + 29 * DAY);
  const paid = run({ notesTold: { left: 0, until } });
  expect(paid[0]).toBeGreaterThanOrEqual(until);
  expect(paid[6]).toBeLessThan(START + 10 * DAY);
});

it('visits leave the page loads that ready invitations need', () => {
  const sender = profile('s');
  const caps = {
    ...sender.settings.caps,
    page_load: { daily: 12, weekly: 60 },
    invite: { daily: 10, weekly: 50 },
  };
  const visit = {
    kind: 'visit',
    channel: 'linkedin',
    spends: ['page_load'],
    after: null,
    delayMs: 0,
  } as const;
  const jobs = [job({ steps: [visit], tailMs: 0 }, 20), job(invite, 10)];
  const { kinds } = runForward({ ...sender, settings: { ...sender.settings, caps }, jobs }, START, {
    maxSlots: 1_000,
    horizon,
  });
  const onFirstDay = (kind: string) =>
    kinds.find((each) => each.kind === kind)?.times.filter((at) => at < START + DAY).length;
  expect([onFirstDay('connect'), onFirstDay('visit')]).toEqual([10, 2]);
});
