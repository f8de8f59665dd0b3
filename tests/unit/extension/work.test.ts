import { describe, expect, it, vi } from 'vitest';
import { createWork } from '../../../extension/background/work.ts';
import { createActGuard } from '../../../extension/page/actGuard.ts';
import { memoryStore } from './fakes.ts';
import { stepFor } from './runnerWorld.ts';

async function setUp(waits: number[]) {
  const store = memoryStore();
  await store.set('pairing', {
    state: 'paired',
    serverUrl: 'http://127.0.0.1:4000',
    token: 'tok',
    deviceId: 'd1',
    senderId: 's1',
    senderName: 'Maria',
    pairedAt: 1,
  });
  const world = {
    now: 1_000_000,
    cycles: 0,
    signals: [] as AbortSignal[],
    alive: 0,
    reason: 'no_work',
    onCycle: (): void => undefined,
  };
  const problem = {
    type: 'about:blank',
    title: 'Server not reachable',
    status: 0,
    code: 'unreachable',
    detail: 'No.',
    action: null,
    requestId: '',
    fields: [],
  };
  const work = createWork({
    store,
    clock: { now: () => world.now },
    timers: {
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          // The keep-alive's own sleep lasts until the work is over.
          if (ms === 20_000) return;
          world.now += ms;
          resolve();
        }),
    },
    keepAlive: async () => {
      world.alive += 1;
    },
    runner: {
      async cycle(signal) {
        world.cycles += 1;
        world.signals.push(signal);
        world.onCycle();
        const waitMs = waits.shift() ?? 60_000;
        return waitMs < 0
          ? { waitMs: 60_000, reason: 'unreachable', problem }
          : { waitMs, reason: world.reason, problem: null };
      },
    },
  });
  return { store, world, work };
}

describe('driving the loop', () => {
  it('sleeps through short waits and leaves long ones to the alarm', async () => {
    const { work, world, store } = await setUp([0, 5_000, 60_000]);
    await work.drive();
    expect(world.cycles).toBe(3);
    await work.drive();
    expect(world.cycles).toBe(3);
    world.now = (await store.get('notBefore')) ?? 0;
    await work.drive();
    expect(world.cycles).toBe(4);
  });

  it('does not wait for a moment that lies far off because the clock was set back', async () => {
    const { work, world } = await setUp([60_000, 60_000]);
    world.now = 5_000_000_000_000;
    await work.drive();
    world.now = 1_000_000;
    await work.drive();
    expect(world.cycles).toBe(2);
  });

  it('is one at a time', async () => {
    const { work, world } = await setUp([60_000]);
    await Promise.all([work.drive(), work.drive(), work.drive()]);
    expect(world.cycles).toBe(1);
  });

  it('does nothing while unpaired', async () => {
    const { work, world, store } = await setUp([]);
    await store.remove('pairing');
    await work.drive();
    expect(world.cycles).toBe(0);
  });

  it('wakes before its time when something changed', async () => {
    const { work, world } = await setUp([60_000, 60_000]);
    await work.drive();
    await work.wake();
    await vi.waitFor(() => expect(world.cycles).toBe(2), { timeout: 10_000 });
  });

  it('a wake during a cycle is not forgotten', async () => {
    const { work, world } = await setUp([60_000, 60_000]);
    world.onCycle = () => {
      world.onCycle = () => undefined;
      void work.wake();
    };
    await work.drive();
    await vi.waitFor(() => expect(world.cycles).toBe(2), { timeout: 10_000 });
  });

  it('shows a problem with its age, and takes it away when it is over', async () => {
    const { work, world, store } = await setUp([-1, -1, 60_000]);
    await work.drive();
    const since = (await store.get('trouble'))?.since;
    world.now += 60_000;
    await work.drive();
    expect(await store.get('trouble')).toMatchObject({ code: 'unreachable', since });
    world.now += 60_000;
    await work.drive();
    expect(await store.get('trouble')).toBeNull();
  });

  it('takes a stop for no news of the server', async () => {
    const { work, world, store } = await setUp([-1, 60_000]);
    await work.drive();
    world.reason = 'stopped';
    world.now += 60_000;
    await work.drive();
    expect(await store.get('trouble')).toMatchObject({ code: 'unreachable' });
  });

  it('halts what is under way, and only that', async () => {
    const { work, world } = await setUp([60_000, 60_000]);
    await work.drive();
    work.halt();
    await work.wake();
    await vi.waitFor(() => expect(world.cycles).toBe(2), { timeout: 10_000 });
    expect(world.signals.map((signal) => signal.aborted)).toEqual([true, false]);
  });
});

describe('the guard in the page', () => {
  it('grants one act for one preparation of the same claim', () => {
    const guard = createActGuard();
    expect(guard.take(stepFor('t1'))).toBe(false);
    guard.prepared(stepFor('t1'));
    expect(guard.take(stepFor('t1', 2))).toBe(false);
    guard.prepared(stepFor('t1'));
    expect(guard.take(stepFor('t1'))).toBe(true);
    expect(guard.take(stepFor('t1'))).toBe(false);
  });
});
