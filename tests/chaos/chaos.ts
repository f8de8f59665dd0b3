import type { Browser } from '@playwright/test';
import type { StepOutcome } from '#shared/contract/deviceWork.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { type Rng, seededRng } from '#shared/kernel/prng.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { createRunner } from '../../extension/background/runner/loop.ts';
import { person, rep, stepFor, targetOf } from '../dom/support/twin.ts';
import type { Fault, TwinPerson } from '../linkedin-twin/index.ts';
import { effectsSince, type Lane, openLane } from '../matrix/lane.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { calm, createRig, moments, type Rig, type Trouble } from './deps.ts';

/**
 * A randomised run: the real runner and journal, the real page code in real tabs, on a simulated LinkedIn that varies
 * and fails, with workers that die, tabs that close or reload, and sleep. In the end LinkedIn's ledger and the server's
 * record must tell the same.
 */

export interface ChaosOptions {
  actions: number;
  people: number;
  seed: number;
  lanes: number;
  /** Told after every action; wrong so far: `wrong.length`. */
  onAction?(so: ChaosResult): void;
}

export interface ChaosResult {
  actions: number;
  effects: number;
  done: number;
  closed: number;
  failed: number;
  notStarted: number;
  unknown: number;
  deaths: number;
  /** Sentences; an empty list is what is wanted. */
  wrong: string[];
}

const CLAIMS = 3;

const kinds = [
  'visit',
  'connect',
  'connect',
  'message',
  'inmail',
  'group_message',
  'follow',
  'like',
  'withdraw',
] as const satisfies readonly LinkedinStep['kind'][];

const ledgerKind: Partial<Record<LinkedinStep['kind'], string>> = {
  connect: 'invite',
  group_message: 'message',
};

const faults: Fault[] = (['invite', 'message', 'withdraw', 'follow', 'like', 'api', 'page'] as const).flatMap(
  (on) =>
    (['429', '999', '500', 'redirect_login', 'html_in_200', 'drop_after_effect'] as const)
      .concat(on === 'api' || on === 'page' ? [] : (['error_toast', 'close_without_success'] as never))
      .map((effect) => ({ on, effect, times: 1 })),
);

export async function runChaos(browser: Browser, options: ChaosOptions): Promise<ChaosResult> {
  const result: ChaosResult = {
    actions: 0,
    effects: 0,
    done: 0,
    closed: 0,
    failed: 0,
    notStarted: 0,
    unknown: 0,
    deaths: 0,
    wrong: [],
  };
  const share = Math.ceil(options.actions / options.lanes);
  await Promise.all(
    Array.from({ length: options.lanes }, async (_, i) => {
      const lane = await openLane(browser);
      try {
        const actions = Math.min(share, options.actions - i * share);
        await runLane(lane, { ...options, actions, seed: options.seed * 100 + i }, result);
      } finally {
        await lane.close();
      }
    }),
  );
  return result;
}

async function runLane(lane: Lane, options: ChaosOptions, result: ChaosResult): Promise<void> {
  const rng = seededRng(options.seed);
  const rig = createRig(lane, `chaos-${options.seed}`, options.seed);
  const people = peopleOf(Math.ceil(options.people / options.lanes), rng);
  for (const someone of people) lane.twin.control.addPerson(someone);
  const circle = { kind: 'group' as const, id: '4711', name: 'Freight' };
  lane.twin.control.setCircle({ ...circle, people: [rep.profileId, ...people.map((p) => p.profileId)] });
  const used = new Set<string>();
  for (let n = 0; n < options.actions; n++) {
    const chosen = choose(people, used, rng);
    if (!chosen) break;
    result.actions += 1;
    await play(lane, rig, chosen, rng, result);
    options.onAction?.(result);
  }
  const strays = lane.twin.ledger().filter(({ kind }) => kind === 'stray');
  for (const stray of strays) result.wrong.push(`stray: ${stray.via} ${stray.targetSlug}`);
  for (const request of undocumented(lane.twin.toolRequests())) result.wrong.push(`undocumented: ${request}`);
}

interface Chosen {
  kind: LinkedinStep['kind'];
  someone: TwinPerson;
}

/** Each kind once per person: then the ledger tells every action from every other. */
function choose(people: readonly TwinPerson[], used: Set<string>, rng: Rng): Chosen | null {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const someone = pick(people, rng);
    const kind = pick(kinds, rng);
    const key = `${kind} ${someone.profileId}`;
    if (used.has(key)) continue;
    used.add(key);
    return { kind, someone };
  }
  return null;
}

/** One task from its first claim to its end, with whatever comes in between. */
async function play(lane: Lane, rig: Rig, chosen: Chosen, rng: Rng, result: ChaosResult): Promise<void> {
  const { twin } = lane;
  const before = twin.ledger().length;
  const explanations = await vary(lane, chosen, rng);
  const base = stepOf(chosen);
  rig.trouble = troubleFrom(rng, explanations);
  let outcome: StepOutcome | undefined;
  for (let fence = 1; fence <= CLAIMS; fence++) {
    rig.queue.push({
      type: 'task',
      step: { ...base, fence },
      contactName: base.target.name,
      automationName: 'Chaos',
      leaseMs: 5 * 60_000,
    });
    // A dead worker leaves its claim in the journal: the next life settles it before it takes anything new.
    for (let lives = 0; lives < 6 && !rig.told.has(`${base.taskId}#${fence}`); lives++) {
      const cycle = createRunner(rig.life()).cycle(AbortSignal.timeout(120_000));
      const died = await Promise.race([cycle.then(() => false), rig.death.then(() => true)]);
      if (died) result.deaths += 1;
    }
    outcome = rig.told.get(`${base.taskId}#${fence}`);
    if (outcome?.result !== 'not_started') break;
    // Nothing reached LinkedIn: the engine gives the task out again, the session regained.
    await lane.reset();
  }
  rig.advance(2 * HOUR);
  judge(lane, before, base, outcome, explanations, result);
}

/** LinkedIn as this action finds it. Returns what may explain that nobody knows how it ended. */
async function vary(lane: Lane, { kind, someone }: Chosen, rng: Rng): Promise<string[]> {
  const { control } = lane.twin;
  const explanations: string[] = [];
  await lane.reset();
  control.setLocale(pick(['en', 'de', 'fr'], rng));
  control.setHydrationDelay(pick([0, 100, 400, 900], rng));
  control.setSendMode(rep.memberId, pick(['click', 'click', 'enter'], rng));
  if (rng() < 0.1) control.newBuild();
  if (kind === 'message' && rng() < 0.8) control.setRelation(rep.memberId, someone.slug, 'connected');
  if (kind === 'withdraw' && rng() < 0.8) control.setRelation(rep.memberId, someone.slug, 'pending');
  if (rng() < 0.35) {
    const fault = pick(faults, rng);
    control.armFault(fault);
    explanations.push(`${fault.on} ${fault.effect}`);
  }
  if (rng() < 0.05) {
    control.setQuota(rep.memberId, { weeklyInvitesLeft: 0 });
    explanations.push('weekly limit');
  }
  return explanations;
}

function troubleFrom(rng: Rng, explanations: string[]): Trouble {
  const trouble = { ...calm };
  const maybe = (chance: number) => (rng() < chance ? pick(moments, rng) : null);
  trouble.dieAt = maybe(0.25);
  trouble.closeAt = maybe(0.1);
  trouble.reloadAt = maybe(0.1);
  trouble.sleepAt = maybe(0.1);
  if (rng() < 0.1) trouble.commitsLost = rng() < 0.5 ? 1 : 3;
  if (rng() < 0.1) trouble.outcomesLost = 1;
  for (const [name, at] of Object.entries(trouble)) if (at) explanations.push(`${name} ${at}`);
  return trouble;
}

function judge(
  lane: Lane,
  before: number,
  step: LinkedinStep,
  outcome: StepOutcome | undefined,
  explanations: readonly string[],
  result: ChaosResult,
): void {
  const effects = effectsSince(lane.twin, before);
  result.effects += effects.length;
  const name = `${step.taskId} ${step.kind} ${step.target.slug} (${explanations.join(', ') || 'calm'})`;
  const say = (problem: string) => result.wrong.push(`${name}: ${problem}`);
  const kind = ledgerKind[step.kind] ?? step.kind;
  const others = effects.filter(
    (e) =>
      e.targetSlug !== step.target.slug ||
      !(e.kind === kind || (step.kind === 'inmail' && e.kind === 'message')),
  );
  if (others.length > 0) say(`touched ${others.map((e) => `${e.kind} ${e.targetSlug}`).join(', ')}`);
  if (effects.length > 1) say(`${effects.length} effects`);
  if (!outcome) return void say('the server was told nothing');
  const happened = effects.length > 0;
  switch (outcome.result) {
    case 'done':
      result.done += 1;
      if (!happened) say('the server believes it was done, LinkedIn shows nothing');
      return;
    case 'closed':
      result.closed += 1;
      if (happened) say(`closed as ${outcome.reason}, but LinkedIn shows an effect`);
      return;
    case 'not_started':
      result.notStarted += 1;
      if (happened) say('the server believes that nothing was started, LinkedIn shows an effect');
      return;
    case 'failed':
      if (outcome.failure.effect === 'before_effect') {
        result.failed += 1;
        if (happened) say(`failed before its effect (${outcome.failure.code}), LinkedIn shows an effect`);
        return;
      }
      result.unknown += 1;
      if (explanations.length === 0)
        say(`may have happened (${outcome.failure.code}) and nothing explains why`);
      return;
    case 'unsure':
      result.unknown += 1;
      if (explanations.length === 0) say('nobody knows how it ended and nothing explains why');
      return;
  }
}

function stepOf({ kind, someone }: Chosen): LinkedinStep {
  return stepFor(kind, targetOf(someone), {
    subject: kind === 'inmail' ? 'Berths in May' : null,
    inmailPolicy: kind === 'inmail' ? 'spend_credit' : null,
    circle: kind === 'group_message' ? { kind: 'group', id: '4711' } : null,
  });
}

/** People of every variant. */
function peopleOf(count: number, rng: Rng): TwinPerson[] {
  return Array.from({ length: count }, (_, i) =>
    person(`6${i}`, {
      connectPlacement: pick(['row', 'row', 'menu', 'absent', 'email_gate'], rng),
      inviteSurface: pick(['shadow', 'iframe'], rng),
      openProfile: rng() < 0.5,
      noInmail: rng() < 0.2,
      activityFrontEnd: pick(['sdui', 'ember'], rng),
      ...(rng() < 0.1 ? { frontEnd: 'ember' as const } : {}),
      posts: [{ activityId: String(7_400_000_000_000_000_000n + BigInt(i)), text: `Berths ${i}` }],
    }),
  );
}

function pick<T>(from: readonly T[], rng: Rng): T {
  const found = from[Math.floor(rng() * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}
