import { describe, expect, it } from 'vitest';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { PageError } from '../../../extension/background/runner/ports.ts';
import { createWorld, stepFor, taskWork, type World, watchWork } from './runnerWorld.ts';

describe('a page that acted before it was asked to', () => {
  const failure = {
    code: 'linkedin_error',
    effect: 'after_effect',
    detail: 'Connect sent at once.',
    until: null,
  } as const;

  it('is looked at: with evidence the step is done, without it nobody knows, and it is never clicked', async () => {
    for (const isSeen of [true, false]) {
      const world = createWorld();
      world.prepareResult = { outcome: 'failed', failure, profile: null };
      if (isSeen) world.sent.add('t1');
      world.queue.push(taskWork(stepFor('t1')));
      await world.cycle();
      expect(world.last()).toMatchObject(isSeen ? { result: 'done' } : { result: 'failed', failure });
      expect(world.commits).toBe(0);
      expect(world.clicks).toEqual([]);
    }
  });

  it('sent no note, whatever the step wanted to say', async () => {
    for (const text of ['Hello Anna', null]) {
      const world = createWorld();
      world.prepareResult = { outcome: 'failed', failure, profile: null };
      world.sent.add('t1');
      world.queue.push(taskWork({ ...stepFor('t1'), text }));
      await world.cycle();
      expect(world.last()).toMatchObject({ result: 'done', noteDropped: text !== null });
    }
  });

  it('is looked at also where it was broken off by then; without a click it was not started', async () => {
    for (const effect of ['maybe_effect', 'before_effect'] as const) {
      const world = createWorld();
      world.prepareResult = { outcome: 'failed', failure: { ...failure, effect }, profile: null };
      world.onOpen = () => world.controller.abort(new Error('halt'));
      world.queue.push(taskWork(stepFor('t1')));
      await world.cycle();
      world.controller = new AbortController();
      world.onOpen = null;
      await world.cycle();
      expect(world.last()).toMatchObject(
        effect === 'maybe_effect' ? { result: 'failed', failure: { effect } } : { result: 'not_started' },
      );
    }
  });

  it('is not clicked after a crash either', async () => {
    const world = createWorld();
    world.prepareResult = { outcome: 'failed', failure, profile: null };
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('verify');
    world.sent.add('t1');
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'done' });
    expect(world.clicks).toEqual([]);
  });
});

describe('the page fails', () => {
  it('before arming: said with its code, to be tried again', async () => {
    const world = createWorld();
    world.onOpen = () => {
      throw new PageError('tab_closed', 'The working tab was closed.');
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toMatchObject({
      result: 'not_started',
      failure: { code: 'tab_closed', effect: 'before_effect' },
    });
  });

  it('in the click: evidence decides, and nothing is clicked a second time', async () => {
    const world = createWorld();
    world.onAct = (step) => {
      world.clicks.push(step.taskId);
      throw new PageError('tab_closed', 'The working tab was closed.');
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure' });
    expect(world.clicks).toEqual(['t1']);
  });

  it('in the click, where the page was not even asked: certainly nothing happened', async () => {
    const world = createWorld();
    world.onAct = () => {
      throw new PageError('tab_closed', 'There is no working tab any more.', false);
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toMatchObject({
      result: 'failed',
      failure: { code: 'tab_closed', effect: 'before_effect' },
    });
  });

  it('a failure that certainly came before the effect is reported as such', async () => {
    const world = createWorld();
    const failure = {
      code: 'wrong_person',
      effect: 'before_effect',
      detail: 'Another id.',
      until: null,
    } as const;
    world.actResult = { outcome: 'failed', failure };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'failed', failure, profile: null });
  });

  it('a failure that certainly came before the effect lets the next claim act', async () => {
    const world = createWorld();
    const failure = { code: 'timeout', effect: 'before_effect', detail: 'Late.', until: null } as const;
    world.actResult = { outcome: 'failed', failure };
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t1', 2)));
    await world.cycle();
    expect(world.clicks).toEqual([]);
    world.actResult = { outcome: 'clicked' };
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(world.last()).toMatchObject({ result: 'done' });
  });

  it('a page that says too much is still reported', async () => {
    const world = createWorld();
    world.verifyResult = { outcome: 'not_seen', detail: 'x'.repeat(900) };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure' });
  });

  it('a failure that may have had its effect yields to evidence', async () => {
    const world = createWorld();
    const failure = { code: 'linkedin_error', effect: 'maybe_effect', detail: 'Odd.', until: null } as const;
    world.actResult = { outcome: 'failed', failure };
    world.queue.push(taskWork(stepFor('t1')), taskWork(stepFor('t2')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'failed', failure, profile: null });
    world.sent.add('t2');
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'done' });
  });

  it('LinkedIn’s refusal is a failure with LinkedIn’s own code', async () => {
    const world = createWorld();
    const failure = {
      code: 'weekly_invite_limit',
      effect: 'before_effect',
      detail: 'Limit.',
      until: null,
    } as const;
    world.verifyResult = { outcome: 'refused', failure };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'failed', failure, profile: null });
  });
});

describe('an error of our own', () => {
  const full = new Error('The disk is full.');

  it('is no failure of LinkedIn’s: the task goes back untouched, and the rep is told', async () => {
    const world = createWorld();
    world.onOpen = () => {
      throw full;
    };
    world.queue.push(taskWork(stepFor('t1')));
    expect((await world.cycle()).problem).toMatchObject({ code: 'extension_error', detail: full.message });
    await world.cycle();
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('while the effect is looked for leaves the step open to be looked at again', async () => {
    const world = createWorld();
    const failure = { code: 'linkedin_error', effect: 'after_effect', detail: '', until: null } as const;
    world.prepareResult = { outcome: 'failed', failure, profile: null };
    world.sent.add('t1');
    world.onVerify = () => {
      world.onVerify = null;
      throw full;
    };
    world.queue.push(taskWork(stepFor('t1')));
    expect((await world.cycle()).reason).toBe('extension_error');
    await world.cycle();
    expect(world.outcomes.map(({ outcome }) => outcome.result)).toEqual(['done']);
  });

  it('while watching is told as none of LinkedIn’s', async () => {
    const world = createWorld();
    world.onSent = () => {
      throw full;
    };
    world.queue.push(watchWork({ kinds: ['sent_invitations'] }));
    expect((await world.cycle()).reason).toBe('extension_error');
    expect(world.observations).toEqual([]);
  });
});

describe('another member signs in', () => {
  it('before the step: the person’s page is not opened, which would be a visit of theirs', async () => {
    const world = createWorld();
    world.member = '8';
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.opened).toEqual([]);
    expect(world.commits).toBe(0);
    expect(world.last()).toMatchObject({
      result: 'failed',
      failure: { code: 'wrong_account', effect: 'before_effect' },
    });
  });

  it('before the second look: what became of the step stays unknown', async () => {
    const world = createWorld();
    world.verifyResult = { outcome: 'not_seen', detail: 'No sign of it.' };
    world.onVerify = () => {
      world.openFails = failed('wrong_account');
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'unsure', detail: 'wrong_account' });
    expect(world.opened).toEqual(['t1']);
  });

  it('LinkedIn does not say who it is: nothing is opened, and the reason is told', async () => {
    for (const code of ['too_many_requests', 'linkedin_error', 'logged_out'] as const) {
      const world = createWorld();
      world.openFails = failed(code);
      world.queue.push(taskWork(stepFor('t1')));
      await world.cycle();
      expect(world.opened).toEqual([]);
      expect(world.last()).toMatchObject({ failure: { code, effect: 'before_effect' } });
    }
  });

  it('a stop of LinkedIn’s while the effect is looked for is told, and may have had its effect', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('clicked');
    world.openFails = failed('challenge');
    await world.cycle();
    expect(world.last()).toMatchObject({ failure: { code: 'challenge', effect: 'maybe_effect' } });
  });
  it('after the click: what they are shown proves nothing, and nothing more is opened as them', async () => {
    const world = createWorld();
    world.onAct = () => {
      world.member = '8';
    };
    world.queue.push(taskWork(stepFor('t1', 1, 'withdraw')));
    await world.cycle();
    expect(world.last()).toEqual({ result: 'unsure', detail: 'Somebody else.' });
    expect(world.opened).toEqual(['t1']);
    expect(world.clicks).toEqual(['t1']);
  });

  it('while the worker was dead: the armed step stays unknown, and the person’s page is not opened', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1')));
    await world.dies('clicked');
    world.member = '8';
    await world.cycle();
    expect(world.last()).toMatchObject({ result: 'unsure' });
    expect(world.opened).toEqual(['t1']);
    expect(world.clicks).toEqual(['t1']);
  });
});

describe('what was typed and is not sent after all', () => {
  it.each<[string, (world: World) => void]>([
    [
      'the gate refuses',
      (world) => world.commitAnswers.push({ ok: false, code: 'replied_meanwhile', detail: 'Anna replied.' }),
    ],
    [
      'the rep pauses',
      (world) => {
        world.onCommit = () => {
          world.mayAct = false;
        };
      },
    ],
    [
      'the rep stops everything',
      (world) => {
        world.onArmed = () => world.controller.abort(new Error('stopped'));
      },
    ],
    [
      'the page refuses before the effect',
      (world) => {
        const failure = {
          code: 'wrong_account',
          effect: 'before_effect',
          detail: 'Other.',
          until: null,
        } as const;
        world.actResult = { outcome: 'failed', failure };
      },
    ],
  ])('is taken back when %s', async (_, trouble) => {
    const world = createWorld();
    trouble(world);
    world.queue.push(taskWork(stepFor('t1', 1, 'message')));
    await world.cycle();
    expect(world.clicks).toEqual([]);
    expect(world.left).toEqual(['t1']);
  });

  it('holds nothing up where the page is gone', async () => {
    const world = createWorld();
    world.leaveFails = new PageError('tab_closed', 'The working tab was closed.');
    world.commitAnswers.push({ ok: false, code: 'replied_meanwhile', detail: 'Anna replied.' });
    world.queue.push(taskWork(stepFor('t1', 1, 'message')));
    expect(await world.cycle()).toMatchObject({ problem: null });
    expect(world.last()).toEqual({ result: 'not_started', failure: null });
  });

  it('is left alone once it may have been sent', async () => {
    const world = createWorld();
    world.queue.push(taskWork(stepFor('t1', 1, 'message')));
    await world.cycle();
    expect(world.clicks).toEqual(['t1']);
    expect(world.left).toEqual([]);
  });

  it('is taken back by the next life, where the page is gone out of the thread', async () => {
    for (const isOpen of [true, false]) {
      const world = createWorld();
      world.queue.push(taskWork(stepFor('t1', 1, 'message')));
      await world.dies('commit');
      world.isOpen = isOpen;
      world.onOpen = () => {
        world.isOpen = true;
      };
      await world.cycle();
      expect(world.last()).toEqual({ result: 'not_started', failure: null });
      expect(world.left).toEqual(['t1']);
      expect(world.opened).toHaveLength(isOpen ? 1 : 2);
      await world.cycle();
      expect(world.left).toEqual(['t1']);
    }
  });
});

function failed(code: LinkedinFailure['code']): LinkedinFailure {
  return { code, effect: 'before_effect', detail: code, until: null };
}
