import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { RemoteRules } from '#shared/protocol/remoteRules.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { explainEnrollment, nextWorkFor, recordLayout } from '../../../companion-server/engine/index.ts';
import { layoutOf } from '../../../companion-server/services/sender/standing.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Person,
  type Stage,
} from '../../simulation/setup.ts';
import {
  commit,
  DEVICE,
  enrollmentOf,
  failed,
  nextOfKind,
  nextStep,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
let anna: Person;
let rules: RemoteRules;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
  rules = { killSwitch: [], catalogue: null };
  stage.ctx.remoteRules = () => ({ ...rules, catalogueId: rules.catalogue ? 'c1' : null });
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      follow: ['follow', {}],
      end: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>follow', 'follow>end'],
  );
  await addAutomation(stage, 'a1', graph);
});
afterEach(() => stage.close());

const off = (versions: string[], reason?: string): RemoteRules['killSwitch'] => [
  { kind: 'follow', versions, reason },
];

async function holdsOpen() {
  return (await stage.db.reader.select().from(schema.hold)).filter(({ liftedAt }) => liftedAt === null);
}

const ask = (more: object) => nextWorkFor(stage.ctx, DEVICE, { canAct: true, ...more });

describe('the kill switch', () => {
  it('holds the kind with its reason, says so, and lets go when it is taken back', async () => {
    rules.killSwitch = off(['*'], 'LinkedIn moved Follow.');
    expect(await nextStep(stage)).toBeNull();
    expect(await holdsOpen()).toMatchObject([
      { reason: 'kill_switch', scope: 'kind', kind: 'follow', detail: 'LinkedIn moved Follow.' },
    ]);
    const row = await enrollmentOf(stage, anna.contactId);
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why).toMatchObject({ limit: 'kill_switch', whoMustAct: 'manager' });
    rules.killSwitch = [];
    await nextOfKind(stage, 'follow');
    expect(await holdsOpen()).toEqual([]);
  });

  it('stops a step that was claimed before, at its commit', async () => {
    const step = await nextOfKind(stage, 'follow');
    rules.killSwitch = off(['*']);
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'kill_switch' });
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'ready' });
  });

  it('looks at the version that asks: an update of the extension is free of it', async () => {
    rules.killSwitch = off(['<1.2.0']);
    await settle(stage);
    await ask({ version: '1.1.9' });
    expect(await holdsOpen()).toMatchObject([{ reason: 'kill_switch', kind: 'follow' }]);
    await ask({ version: '1.10.0' });
    expect(await holdsOpen()).toEqual([]);
  });

  it('is no hindrance for other kinds', async () => {
    rules.killSwitch = [{ kind: 'connect', versions: ['*'] }];
    expect((await nextOfKind(stage, 'follow')).kind).toBe('follow');
  });
});

it('the daily layout check is kept for each kind of page', async () => {
  await settle(stage);
  await recordLayout(stage.ctx, DEVICE, { page: 'profile', missing: ['topCard'], catalogue: 'v1' });
  await recordLayout(stage.ctx, DEVICE, { page: 'posts', missing: [], catalogue: 'v1' });
  const at = stage.ctx.clocks.schedule.now();
  const [linkedin] = (await stage.db.reader.select().from(schema.channel)).filter(
    ({ kind }) => kind === 'linkedin',
  );
  expect(linkedin?.layoutChecks).toEqual({
    profile: { at, catalogue: 'v1', missing: ['topCard'] },
    posts: { at, catalogue: 'v1', missing: [] },
  });
  expect(linkedin && layoutOf(linkedin)).toEqual({ checkedAt: at, missing: ['profile: topCard'] });
  expect(await holdsOpen()).toEqual([]);
});

describe('an update of the selector catalogue', () => {
  const catalogue = { version: '2099-01-02', entries: { name: { css: 'h1' } } };

  it('is given to an extension that takes updates and holds another one; older ones never see it', async () => {
    await settle(stage);
    rules.catalogue = catalogue;
    const mine = { held: null, inForce: '2026-10-09' };
    expect(await ask({ catalogue: mine })).toEqual({ type: 'catalogue', id: 'c1', catalogue });
    expect((await ask({ catalogue: { ...mine, held: 'c1' } })).type).not.toBe('catalogue');
    expect((await ask({})).type).not.toBe('catalogue');
    rules.catalogue = null;
    expect(await ask({ catalogue: { ...mine, held: 'c1' } })).toEqual({
      type: 'catalogue',
      id: null,
      catalogue: null,
    });
  });

  it('newer than what the account worked with: steps that stopped at an unknown page go on', async () => {
    await settle(stage);
    await ask({ catalogue: { held: null, inForce: '2026-10-09' } });
    const step = await nextOfKind(stage, 'follow');
    await report(stage, step, failed('layout_unknown'));
    const stopped = [{ reason: 'layout_unknown', kind: 'follow' }];
    expect(await holdsOpen()).toMatchObject(stopped);
    await ask({ catalogue: { held: null, inForce: '2026-10-09' } });
    await ask({ catalogue: { held: null, inForce: '2026-01-01' } });
    expect(await holdsOpen()).toMatchObject(stopped);
    await ask({ catalogue: { held: null, inForce: '2099-01-02' } });
    expect(await holdsOpen()).toEqual([]);
  });
});
