import { describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { advance, initialState } from '#shared/automation/reducer.ts';
import type { Advance, EnrollmentEvent, EnrollmentState, Facts } from '#shared/automation/state.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import {
  condition,
  connect,
  delay,
  email,
  end,
  graphOf,
  message,
  noFacts,
  visit,
  waitUntil,
} from '../../support/graphs.ts';

/** An enrollment that goes through a graph step by step. */
class Journey {
  state: EnrollmentState = initialState();
  facts: Facts = { ...noFacts };
  now = 1_000_000;
  last: Advance = { state: this.state, commands: [], passed: [] };
  private ids = 0;

  constructor(readonly graph: Graph) {
    this.send({ type: 'started', segmentNodeId: 'segment' });
  }

  send(event: EnrollmentEvent): this {
    this.last = advance(this.state, event, this.graph, {
      now: this.now,
      facts: this.facts,
      newCursorId: () => `c${++this.ids}`,
    });
    this.state = this.last.state;
    return this;
  }

  ended(nodeId: string): this {
    return this.send({
      type: 'task_ended',
      cursorId: this.at(nodeId).id,
      nodeId,
      result: { kind: 'done' },
    });
  }

  fail(nodeId: string, code = 'profile_not_found'): this {
    return this.send({
      type: 'task_ended',
      cursorId: this.at(nodeId).id,
      nodeId,
      result: { kind: 'failed', code },
    });
  }

  at(nodeId: string) {
    const cursor = this.state.cursors.find((candidate) => candidate.nodeId === nodeId);
    if (!cursor) throw new Error(`no cursor at ${nodeId}: ${JSON.stringify(this.state.cursors)}`);
    return cursor;
  }

  get tasks(): string[] {
    return this.last.commands.flatMap((command) => (command.type === 'create_task' ? [command.nodeId] : []));
  }
}

const invite = graphOf(
  [connect('invite'), waitUntil('wait', 'accepted', HOUR), message('thanks'), email('mail')],
  ['invite>wait', 'wait:happened>thanks', 'wait:timeout>mail'],
);
const parallel = graphOf(
  [visit('visit'), email('mail'), end('end')],
  ['visit>end', 'mail>end'],
  'visit,mail',
);

describe('start', () => {
  it('passes Segment and Sender Profile and asks for the first tasks of all branches', () => {
    const journey = new Journey(parallel);
    expect(journey.tasks).toEqual(['visit', 'mail']);
    expect(journey.state.status).toBe('in_progress');
    expect(journey.last.passed.map((step) => step.nodeId)).toEqual(['segment', 'sender']);
  });

  it('happens once', () => {
    const journey = new Journey(parallel);
    journey.send({ type: 'started', segmentNodeId: 'segment' });
    expect(journey.tasks).toEqual([]);
  });
});

describe('merging', () => {
  it('runs a node for the first arrival and merges the later one', () => {
    const graph = graphOf([visit('a'), visit('b'), message('m')], ['a>m', 'b>m'], 'a,b');
    const journey = new Journey(graph).ended('a');
    expect(journey.tasks).toEqual(['m']);
    journey.ended('b');
    expect(journey.tasks).toEqual([]);
    expect(journey.state.cursors.map((cursor) => cursor.ending)).toEqual([null, 'merged']);
    expect(journey.ended('m').state.status).toBe('finished');
  });

  it('ends in a graph with a loop, though such graphs are refused', () => {
    const journey = new Journey(graphOf([visit('a'), visit('b')], ['a>b', 'b>a'])).ended('a').ended('b');
    expect(journey.state.status).toBe('finished');
    expect(journey.tasks).toEqual([]);
  });
});

describe('late and repeated events', () => {
  it('a repeated end of the step before does not end the step that follows', () => {
    const journey = new Journey(graphOf([visit('a'), message('m')], ['a>m']));
    const cursorId = journey.at('a').id;
    const event = { type: 'task_ended', cursorId, nodeId: 'a', result: { kind: 'done' } } as const;
    journey.send(event);
    const before = journey.state;
    journey.send(event);
    expect(journey.state).toBe(before);
    expect(journey.tasks).toEqual([]);
  });

  it('the end of an earlier round does not end the step that the branch stands on again', () => {
    const journey = new Journey(graphOf([visit('a'), message('m')], ['a>m']));
    const { id: cursorId, visit: round } = journey.at('a');
    const before = journey.state;
    const event = { type: 'task_ended', cursorId, nodeId: 'a', result: { kind: 'done' } } as const;
    journey.send({ ...event, visit: round - 1 });
    expect(journey.state).toBe(before);
    journey.send({ ...event, visit: round });
    expect(journey.at('m').state).toBe('acting');
  });

  it('closed and skipped go on along next', () => {
    const journey = new Journey(invite);
    const result = { kind: 'closed', reason: 'already_invited' } as const;
    journey.send({ type: 'task_ended', cursorId: journey.at('invite').id, nodeId: 'invite', result });
    expect(journey.at('wait').waitsFor).toBe('accepted');
  });
});

describe('waiting', () => {
  it('a delay moves when its time came, not before', () => {
    const journey = new Journey(graphOf([delay('pause', HOUR), message('m')], ['pause>m']));
    const wakeAt = journey.at('pause').wakeAt;
    expect(wakeAt).toBe(journey.now + HOUR);
    journey.send({ type: 'woke', cursorId: journey.at('pause').id });
    expect(journey.tasks).toEqual([]);
    journey.now += HOUR;
    journey.send({ type: 'woke', cursorId: journey.at('pause').id });
    expect(journey.tasks).toEqual(['m']);
  });

  it('an acceptance already known happens at once', () => {
    const journey = new Journey(invite);
    journey.facts.relation = 'connected';
    expect(journey.ended('invite').tasks).toEqual(['thanks']);
  });

  it('an acceptance during the wait takes the happened exit', () => {
    const journey = new Journey(invite).ended('invite').send({ type: 'accepted' });
    expect(journey.tasks).toEqual(['thanks']);
    expect(journey.last.passed).toEqual([{ nodeId: 'wait', exit: 'happened' }]);
  });

  it('the timeout exit needs a read made after the deadline', () => {
    const journey = new Journey(invite).ended('invite');
    const deadline = journey.now + HOUR;
    const wake = { type: 'woke', cursorId: journey.at('wait').id } as const;
    journey.now = deadline;
    journey.facts.acceptancesReadAt = deadline;
    journey.send(wake);
    expect(journey.at('wait')).toMatchObject({
      waitsFor: 'fresh_read',
      wakeAt: null,
      deadlineAt: deadline,
      state: 'waiting',
    });
    journey.now += 5;
    journey.facts.acceptancesReadAt = deadline + 1;
    expect(journey.send(wake).tasks).toEqual(['mail']);
  });

  it('an acceptance found by that read still counts', () => {
    const journey = new Journey(invite).ended('invite');
    journey.now += 2 * HOUR;
    journey.send({ type: 'woke', cursorId: journey.at('wait').id }).send({ type: 'accepted' });
    expect(journey.tasks).toEqual(['thanks']);
  });

  it('a withdrawal ends the wait through its timeout exit', () => {
    const journey = new Journey(invite).ended('invite');
    journey.facts.relation = 'invitation_withdrawn';
    expect(journey.send({ type: 'woke', cursorId: journey.at('wait').id }).tasks).toEqual(['mail']);
  });

  it('a wait for a reply looks at the inbox, not at the acceptances', () => {
    const graph = graphOf(
      [waitUntil('wait', 'replied', HOUR), message('yes'), message('no')],
      ['wait:happened>yes', 'wait:timeout>no'],
    );
    const journey = new Journey(graph);
    journey.now += 2 * HOUR;
    journey.facts.acceptancesReadAt = journey.now;
    journey.send({ type: 'woke', cursorId: journey.at('wait').id });
    expect(journey.at('wait').waitsFor).toBe('fresh_read');
    journey.facts.inboxReadAt = journey.now;
    expect(journey.send({ type: 'woke', cursorId: journey.at('wait').id }).tasks).toEqual(['no']);
  });
});

describe('conditions', () => {
  it.each([
    ['connected', { relation: 'connected' }, 'yes'],
    ['connected', {}, 'no'],
    ['replied', { replied: true }, 'yes'],
    ['has_email', { hasEmail: false }, 'no'],
  ] as const)('%s with %o takes %s', (test, facts, exit) => {
    const graph = graphOf(
      [visit('a'), condition('if', test), message('yes'), message('no')],
      ['a>if', 'if:yes>yes', 'if:no>no'],
    );
    const journey = new Journey(graph);
    Object.assign(journey.facts, facts);
    expect(journey.ended('a').tasks).toEqual([exit]);
  });
});

describe('pause and resume', () => {
  it('a reply cancels the tasks of all branches and says so', () => {
    const journey = new Journey(parallel).send({ type: 'replied' });
    expect(journey.state).toMatchObject({ status: 'paused', reason: 'replied' });
    expect(journey.last.commands.map((command) => command.type)).toEqual(['cancel_task', 'cancel_task']);
    expect(journey.state.cursors.every((cursor) => cursor.state === 'acting')).toBe(true);
  });

  it('resuming asks again for the same node and visit', () => {
    const journey = new Journey(parallel).send({ type: 'replied' }).send({ type: 'resumed' });
    expect(journey.tasks).toEqual(['visit', 'mail']);
    expect(journey.last.commands).toMatchObject([{ visit: 1 }, { visit: 1 }]);
    expect(journey.state.status).toBe('in_progress');
  });

  it('a task that ends while paused ends its step; the next one starts only when resumed', () => {
    const graph = graphOf([visit('a'), message('m')], ['a>m']);
    const journey = new Journey(graph).send({ type: 'paused', reason: 'manual' }).ended('a');
    expect(journey.tasks).toEqual([]);
    expect(journey.at('m')).toMatchObject({ state: 'waiting', waitsFor: 'resume' });
    expect(journey.state.status).toBe('paused');
    expect(journey.send({ type: 'resumed' }).tasks).toEqual(['m']);
    expect(journey.ended('m').state.status).toBe('finished');
  });

  it('what became due or known meanwhile is taken up when resumed', () => {
    const journey = new Journey(invite).ended('invite').send({ type: 'paused', reason: 'manual' });
    journey.send({ type: 'accepted' });
    expect(journey.tasks).toEqual([]);
    journey.facts.relation = 'connected';
    expect(journey.send({ type: 'resumed' }).tasks).toEqual(['thanks']);
  });

  it('nothing wakes while paused', () => {
    const journey = new Journey(graphOf([delay('pause', HOUR), message('m')], ['pause>m']));
    journey.send({ type: 'paused', reason: 'manual' });
    journey.now += 2 * HOUR;
    expect(journey.send({ type: 'woke', cursorId: journey.at('pause').id }).tasks).toEqual([]);
    expect(journey.send({ type: 'resumed' }).tasks).toEqual(['m']);
  });

  it('a reply during a manual pause becomes its reason, never the other way round', () => {
    const journey = new Journey(parallel)
      .send({ type: 'paused', reason: 'manual' })
      .send({ type: 'replied' });
    expect(journey.state.reason).toBe('replied');
    journey.send({ type: 'paused', reason: 'manual' });
    expect(journey.state.reason).toBe('replied');
  });

  it('the last branch failing while paused ends the enrollment', () => {
    const journey = new Journey(graphOf([visit('a')], []))
      .send({ type: 'paused', reason: 'manual' })
      .fail('a');
    expect(journey.state).toMatchObject({ status: 'failed', reason: 'profile_not_found' });
  });

  it('admission while paused places the contact and starts it when resumed', () => {
    const journey = new Journey(parallel);
    journey.state = initialState();
    journey.send({ type: 'paused', reason: 'manual' }).send({ type: 'started', segmentNodeId: 'segment' });
    expect(journey.tasks).toEqual([]);
    expect(journey.send({ type: 'resumed' }).tasks).toEqual(['visit', 'mail']);
  });
});

describe('status of the whole', () => {
  it('a failed branch leaves the other alive, and counts when all have ended', () => {
    const journey = new Journey(parallel).fail('visit');
    expect(journey.state.status).toBe('in_progress');
    expect(journey.at('visit')).toMatchObject({ ending: 'failed', reason: 'profile_not_found' });
    expect(journey.ended('mail').state).toMatchObject({ status: 'failed', reason: 'profile_not_found' });
  });

  it('Bounced comes before Failed', () => {
    const journey = new Journey(parallel).fail('visit');
    journey.send({ type: 'bounced', cursorId: journey.at('mail').id });
    expect(journey.state.status).toBe('bounced');
  });

  it('a bounce ends the branch that sent, also when its sender is not known, and leaves the other', () => {
    const graph = graphOf(
      [visit('visit'), email('mail'), delay('pause', HOUR), email('again')],
      ['mail>pause', 'pause>again'],
      'visit,mail',
    );
    const journey = new Journey(graph).ended('mail').send({ type: 'bounced', cursorId: null });
    expect(journey.at('pause').ending).toBe('bounced');
    expect(journey.at('visit').state).toBe('acting');
  });

  it('a bounce after the end still counts', () => {
    const journey = new Journey(graphOf([email('mail')], [])).ended('mail');
    expect(journey.state.status).toBe('finished');
    expect(journey.send({ type: 'bounced', cursorId: null }).state.status).toBe('bounced');
  });

  it.each([
    [{ type: 'unsubscribed' }, 'unsubscribed', null],
    [{ type: 'stoplisted' }, 'canceled', 'stoplisted'],
    [{ type: 'canceled', reason: 'manual' }, 'canceled', 'manual'],
  ] as const)('%o ends all branches', (event, status, reason) => {
    const journey = new Journey(parallel).send(event);
    expect(journey.state).toMatchObject({ status, reason });
    expect(journey.last.commands.map((command) => command.type)).toEqual(['cancel_task', 'cancel_task']);
    expect(journey.state.cursors.every((cursor) => cursor.state === 'ended')).toBe(true);
    const after = journey.state;
    expect(journey.send({ type: 'resumed' }).state).toBe(after);
  });

  it('opting out after the end is still recorded', () => {
    const journey = new Journey(graphOf([visit('a')], [])).ended('a').send({ type: 'unsubscribed' });
    expect(journey.state.status).toBe('unsubscribed');
  });

  it('a contact who was not started can be canceled', () => {
    const journey = new Journey(parallel);
    journey.state = initialState();
    expect(journey.send({ type: 'canceled', reason: 'manual' }).state.status).toBe('canceled');
    expect(journey.send({ type: 'started', segmentNodeId: 'segment' }).tasks).toEqual([]);
  });
});
