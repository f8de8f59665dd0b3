import { describe, expect, it } from 'vitest';
import type { NextWork } from '#shared/contract/deviceWork.ts';
import { createWorld, type Moment, stepFor, taskWork } from './runnerWorld.ts';

/** The worker may die between any two moves; what the journal says then decides. */

const beforeArming: Moment[] = ['open', 'prepare', 'commit', 'committed'];

describe('a worker that dies before arming', () => {
  it.each(beforeArming)('at %s reports that nothing was started, and clicks nothing', async (moment) => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies(moment);
    expect(world.clicks).toEqual([]);

    await world.cycle();
    expect(world.outcomes).toEqual([
      { taskId: 't1', fence: 1, outcome: { result: 'not_started', failure: null } },
    ]);
    expect(world.clicks).toEqual([]);
  });

  it.each(beforeArming)('at %s does the task once when it is claimed again', async (moment) => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t1', 2)));
    await world.dies(moment);
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(world.last()).toMatchObject({ result: 'done', verified: true });
  });

  it('when the claim never arrived, has nothing to report', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('next');
    await world.cycle();
    expect(world.outcomes).toEqual([]);
    expect(await world.journal.open()).toEqual([]);
  });
});

describe('a worker that dies after arming', () => {
  it('waits for the account to be Active again before it looks', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('clicked');
    world.isActive = false;
    await world.cycle();
    expect(world.opened).toEqual(['t1']);
    expect(world.outcomes).toEqual([]);

    // The server knows it before this browser does.
    world.onRefresh = () => {
      world.isActive = true;
    };
    await world.cycle();
    expect(world.opened).toEqual(['t1', 't1']);
    expect(world.last()).toMatchObject({ result: 'done', proof: 'Pending shown' });
  });

  it('leaves the thread’s draft where it is while the account is not Active', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1', 1, 'message')));
    await world.dies('commit');
    Object.assign(world, { isActive: false, isOpen: false });
    await world.cycle();
    expect(world.opened).toEqual(['t1']);
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it.each<Moment>(['arm', 'act'])('at %s looks, sees nothing, and says it is unsure', async (moment) => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies(moment);
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure' });
    expect(world.clicks).toEqual([]);
  });

  it.each<Moment>(['clicked', 'verify'])(
    'at %s finds the evidence and does not click again',
    async (moment) => {
      const world = createWorld();
      world.queue.push(taskWork(stepFor('t1')));
      await world.dies(moment);
      await world.cycle();
      expect(world.last()).toMatchObject({ result: 'done', verified: true, proof: 'Pending shown' });
      expect(world.clicks).toEqual(['t1']);
    },
  );

  it('never acts on the task again, whatever the fence', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('arm');
    world.queue.push(taskWork(stepFor('t1', 2)), taskWork(stepFor('t1', 9)));
    await world.cycle();
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.outcomes.map((one) => [one.fence, one.outcome.result])).toEqual([
      [1, 'unsure'],
      [2, 'unsure'],
      [9, 'unsure'],
    ]);
  });

  it('acts again once a person saw that nothing had happened, but only for what they looked at', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('arm');
    await world.cycle();
    world.queue.push({ ...taskWork(stepFor('t1', 2)), clearedFence: 0 } as NextWork);
    await world.cycle();
    expect(world.clicks).toEqual([]);
    world.queue.push({ ...taskWork(stepFor('t1', 3)), clearedFence: 2 } as NextWork);
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(world.last()).toMatchObject({ result: 'done' });
  });

  it('stands by a success it saw, whatever a person said', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    world.queue.push({ ...taskWork(stepFor('t1', 2)), clearedFence: 1 } as NextWork);
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(world.last()).toMatchObject({ result: 'done' });
  });

  it('repeats a known success for a later claim without opening the page', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t1', 2)));
    await world.cycle();
    const opened = world.opened.length;
    await world.cycle();
    expect(world.opened.length).toBe(opened);
    expect(world.outcomes.map((one) => [one.fence, one.outcome.result])).toEqual([
      [1, 'done'],
      [2, 'done'],
    ]);
    expect(world.clicks).toEqual(['t1']);
  });

  it('does not even look while the consent is withdrawn, and does so after', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('clicked');
    world.mayRead = false;
    const opened = world.opened.length;
    await world.cycle();
    expect(world.outcomes).toEqual([]);
    expect(world.opened.length).toBe(opened);
    world.mayRead = true;
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'done' });
  });
});

describe('a worker that dies while reporting', () => {
  it('reports the same outcome again until it is acknowledged', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('outcome');
    await world.cycle();
    expect(world.outcomes).toHaveLength(2);
    expect(world.outcomes[1]).toEqual(world.outcomes[0]);
    expect(await world.journal.open()).toEqual([]);
    await world.cycle();
    expect(world.outcomes).toHaveLength(2);
  });
});
