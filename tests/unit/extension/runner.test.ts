import { describe, expect, it, vi } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { capTable } from '#shared/schedule/settings.ts';
import { createWorld, offline, START, stepFor, taskWork, type World, watchWork } from './runnerWorld.ts';

describe('a task that goes well', () => {
  it('is committed, clicked once, read back and acknowledged', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    const pause = await world.cycle();
    expect(pause.waitMs).toBe(0);
    expect(world.notAfter).toBe(START + 80_000);
    expect(world.clicks).toEqual(['t1']);
    expect(world.last()).toEqual({
      result: 'done',
      verified: true,
      proof: 'Pending shown',
      remoteId: 'urn:1',
      noteDropped: false,
      profile: null,
    });
    expect(await world.journal.open()).toEqual([]);
    const phases = world.progress.flatMap((one) => (one.state === 'working' ? [one.phase] : []));
    expect(phases).toEqual(['opening', 'preparing', 'committing', 'acting', 'verifying']);
  });

  it('is closed without a click when there is nothing to do', async () => {
    const world = createWorld();
    world.prepareResult = { outcome: 'closed', reason: 'already_connected', profile: null };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'closed', reason: 'already_connected', profile: null });
    expect(world.commits).toBe(0);
    expect(world.clicks).toEqual([]);
  });
});

describe('the commit gate', () => {
  it('refused: nothing is clicked', async () => {
    const world = createWorld();
    world.commitAnswers.push({ ok: false, code: 'replied_meanwhile', detail: 'Anna replied.' });
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('an answer that was lost is asked for again, with the deadline of the first asking', async () => {
    const world = createWorld();
    world.commitAnswers.push('lost', { ok: true, leaseMs: 90_000 });
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.commits).toBe(2);
    expect(world.clicks).toEqual(['t1']);

    const late = createWorld();
    late.commitAnswers.push('lost', { ok: true, leaseMs: 90_000 });
    late.onCommit = () => {
      late.now += 45_000;
    };
    late.queue.push(taskWork(stepFor('t1')));
    await late.cycle();
    expect(late.clicks).toEqual([]);
    expect(late.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('is given up after three lost answers', async () => {
    const world = createWorld();
    world.commitAnswers.push('lost', 'lost', 'lost');
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.commits).toBe(3);
    expect(world.clicks).toEqual([]);
  });

  it.each(['now', 'mono'] as const)(
    'does not act when %s says that the lease is nearly over',
    async (clock) => {
      const world = createWorld();
      world.onCommit = () => {
        world[clock] += 80_000;
      };
      world.queue.push(taskWork(stepFor('t1')));
      await world.cycle();
      expect(world.clicks).toEqual([]);
      expect(world.last()).toEqual({ result: 'not_started', failure: null });
    },
  );

  it('does not act when the computer slept while arming', async () => {
    const world = createWorld();
    world.onArmed = () => {
      world.now += 3_600_000;
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.last()).toMatchObject({
      result: 'failed',
      failure: { code: 'timeout', effect: 'before_effect' },
    });
  });
});

describe('the rep stops', () => {
  it.each(['mayAct', 'mayRead'] as const)(
    '%s withdrawn after the commit: nothing is clicked',
    async (permission) => {
      const world = createWorld();
      world.onCommit = () => {
        world[permission] = false;
      };
      world.queue.push(taskWork(stepFor('t1')));
      await world.cycle();
      expect(world.clicks).toEqual([]);
      expect(world.last()).toEqual({ result: 'not_started', failure: null });
    },
  );

  it('a halt while preparing ends the task before its click', async () => {
    const world = createWorld();
    world.onOpen = () => world.controller.abort(new Error('halt'));
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    world.controller = new AbortController();
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('withdrawing consent after the click: the effect is not read back, and no page is opened for it', async () => {
    const world = createWorld();
    const withdraw = () => {
      world.mayRead = false;
    };
    world.onAct = withdraw;
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t2')));
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure', detail: expect.stringMatching(/consent/) });

    Object.assign(world, { mayRead: true, onAct: null, opened: [] });
    world.verifyResult = { outcome: 'not_seen', detail: 'No sign of it.' };
    world.onVerify = withdraw;
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure' });
    expect(world.opened).toEqual(['t2']);
  });

  it('reaches the page that is asking its last question, and its answer is believed', async () => {
    const world = createWorld();
    world.onAct = (_, stop) => {
      world.controller.abort(new Error('halt'));
      const failure = { code: 'timeout', effect: 'before_effect', detail: '', until: null } as const;
      if (stop.aborted) world.actResult = { outcome: 'failed', failure };
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    world.controller = new AbortController();
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.last()).toMatchObject({ result: 'failed', failure: { effect: 'before_effect' } });
  });

  it('gives back a task that came although it is paused here', async () => {
    const world = createWorld();
    world.mayAct = false;
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    await world.cycle();
    expect(world.opened).toEqual([]);
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('does a task when it proves to have been resumed elsewhere', async () => {
    const world = createWorld();
    world.mayAct = false;
    world.onRefresh = () => {
      world.mayAct = true;
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
  });

  it('tells the server that it cannot work while an order to stop is untold', async () => {
    const world = createWorld();
    world.mayWork = false;
    await world.cycle();
    expect(world.asked).toEqual([false]);
  });

  it('without consent a task that came all the same is given back untouched', async () => {
    const world = createWorld();
    world.mayRead = false;
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.opened).toEqual([]);
    await world.cycle();
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });
});

describe('the network fails', () => {
  it('waits longer each time, and asks nothing new before the outcome is through', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    world.problems.outcome = offline();
    const runner = world.life();
    const first = await runner.cycle(world.controller.signal);
    const second = await runner.cycle(world.controller.signal);
    expect(first.problem?.code).toBe('unreachable');
    expect(first.waitMs).toBeGreaterThanOrEqual(2_500);
    expect(second.waitMs).toBeGreaterThan(first.waitMs / 2);
    expect(world.asked).toHaveLength(1);
    world.problems = {};
    await runner.cycle(world.controller.signal);
    expect(world.outcomes).toHaveLength(1);
    expect(world.clicks).toEqual(['t1']);
  });

  it('a claim that comes twice is answered with what happened, not done twice', async () => {
    const world = createWorld();
    world.outcomeAnswersLost = 1;
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t1')));
    await world.cycle();
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(new Set(world.outcomes.map((one) => one.outcome.result))).toEqual(new Set(['done']));
    expect(await world.journal.open()).toEqual([]);
  });

  it('an outcome the server refuses is kept, told once and never sent again', async () => {
    const world = createWorld();
    world.problems.outcome = offline('conflict', 409);
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t2')));
    expect((await world.cycle()).problem?.code).toBe('conflict');
    expect(await world.journal.open()).toEqual([]);
    expect(await world.journal.find('t1', 1)).toMatchObject({
      acked: false,
      refused: 'conflict: conflict',
      outcome: { result: 'done' },
    });
    world.problems = {};
    expect((await world.cycle()).problem).toBeNull();
    expect(world.outcomes.map(({ taskId }) => taskId)).toEqual(['t2']);
  });

  it('the lease is renewed while preparing; a lost one ends the preparation', async () => {
    const world = createWorld();
    world.pageHangs = true;
    world.queue.push(taskWork(stepFor('t1')));
    const cycle = world.cycle();
    await nextLongSleep(world);
    await nextLongSleep(world);
    world.renewOk = false;
    await nextLongSleep(world);
    await cycle;
    expect(world.renewals).toBe(3);
    expect(world.commits).toBe(0);
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });
});

/** Waits until somebody sleeps for long, and ends that sleep. */
async function nextLongSleep(world: World): Promise<void> {
  const wake = await vi.waitFor(() => must(world.longSleeps.shift(), 'a sleeper'), { timeout: 10_000 });
  wake();
}

describe('hard ceilings from this browser’s own journal', () => {
  it('stop the next invitation although the server offers it', async () => {
    const world = createWorld();
    const count = capTable.invite.ceiling.daily;
    for (let index = 0; index <= count; index++) world.queue.push(taskWork(stepFor(`t${index}`)));
    for (let index = 0; index <= count; index++) await world.cycle();
    expect(world.clicks).toHaveLength(count);
    expect(world.last()).toMatchObject({
      result: 'not_started',
      failure: { code: 'too_many_requests', until: expect.any(Number) },
    });
    world.now += DAY + 1;
    world.queue.push(taskWork(stepFor('later')));
    await world.cycle();
    expect(world.clicks).toHaveLength(count + 1);
  });

  it('a lost journal counts as the day’s ceiling used', async () => {
    const world = createWorld();
    world.lostAt = START - 1_000;
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.last()).toMatchObject({ failure: { until: START - 1_000 + DAY } });
  });
});

describe('watching and waiting', () => {
  it('reads what the server asks for and says what could be read', async () => {
    const world = createWorld();
    world.queue.push(watchWork());
    await world.cycle();
    expect(world.observations).toEqual([
      { memberId: '7', acceptances: [], inbound: [], readAgoMs: 0, failure: null },
    ]);
  });

  it('closes the working tab when the server does not want it', async () => {
    const world = createWorld();
    world.queue.push({ type: 'wait', askAgainMs: 60_000, reason: 'window', keepTab: false });
    const pause = await world.cycle();
    expect(world.tabClosed).toBe(1);
    expect(pause).toEqual({ waitMs: 60_000, reason: 'window', problem: null });
  });
});

describe('a server that was restored from a backup', () => {
  it('is told what was done here and what may have been, and nothing that certainly had no effect', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('done')), taskWork(stepFor('unsure')), taskWork(stepFor('refused')));
    await world.cycle();
    world.verifyResult = { outcome: 'not_seen', detail: 'Nothing to be seen.' };
    await world.cycle();
    world.prepareResult = { outcome: 'closed', reason: 'already_connected', profile: null };
    await world.cycle();
    world.queue.push({ type: 'journal' });
    world.mayAct = false;
    expect((await world.cycle()).waitMs).toBe(0);
    const target = { slug: 'anna-berg', profileId: 'ACoAA1', memberId: '11' };
    const line = { kind: 'connect', target, armedAgoMs: expect.any(Number) };
    expect(world.journals).toEqual([
      {
        lines: [
          { taskId: 'done', ...line, done: true },
          { taskId: 'unsure', ...line, done: false },
        ],
        more: false,
        wholeForMs: 3_600_000,
      },
    ]);
  });
});
