import type { NextWork, StepOutcome } from '#shared/contract/device.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import type { LinkedinFailure, LinkedinStep } from '#shared/protocol/linkedin.ts';
import {
  commitTask,
  type EngineContext,
  nextWorkFor,
  recordObservations,
  recordOutcome,
  recordSession,
} from '../../companion-server/engine/index.ts';
import type { Bug } from './faults.ts';
import type { Scheduler } from './scheduler.ts';
import type { Person } from './setup.ts';
import type { World } from './world.ts';

interface Line {
  step: LinkedinStep;
  phase: 'claimed' | 'armed' | 'ended';
  outcome: StepOutcome | null;
  acked: boolean;
}

export interface DeviceWorld {
  ctx: EngineContext;
  net: Scheduler;
  world: World;
  time: { real: number };
  bug: Bug | null;
  /** Called when the server said yes, before anything else happens. */
  onYes(taskId: string): Promise<void>;
  onRefused(): void;
  trace(text: string): void;
}

/** An extension: what it holds in memory dies with a crash, the journal stays. Follows the protocol. */
export class Device {
  private readonly journal = new Map<string, Line>();
  private generation = 0;
  private busy = false;

  constructor(
    readonly id: string,
    readonly memberId: string,
    private readonly w: DeviceWorld,
  ) {
    this.boot();
  }

  private boot(): void {
    this.generation += 1;
    this.busy = false;
    for (const line of this.journal.values()) this.recover(line);
    this.loop(this.generation);
  }

  /** Only from `armed` on may LinkedIn know of it: then what can be seen decides. */
  private recover(line: Line): void {
    if (line.outcome) return;
    if (line.phase === 'claimed' || this.w.bug === 'forget_journal') {
      this.end(line, { result: 'not_started', failure: null });
    } else if (this.w.world.happened(line.step.taskId)) {
      this.end(line, done('seen after a restart'));
    } else {
      this.end(line, { result: 'unsure', detail: 'armed, and nothing can be seen' });
    }
  }

  private crash(): void {
    this.w.trace(`${this.id} crashes`);
    this.generation += 1;
    this.w.net.after(this.w.net.pick(100, 120_000), () => this.boot());
  }

  private crashed(): boolean {
    if (!this.w.net.chance(this.w.net.faults.crash)) return false;
    this.crash();
    return true;
  }

  private loop(generation: number): void {
    if (generation !== this.generation) return;
    this.flush();
    if (!this.busy) this.ask(generation);
    this.w.net.after(this.w.net.pick(9_000, 20_000), () => this.loop(generation));
  }

  private flush(): void {
    for (const line of this.journal.values()) {
      const { outcome, step } = line;
      if (line.acked || !outcome) continue;
      this.w.net.call(
        () => recordOutcome(this.w.ctx, this.id, { taskId: step.taskId, fence: step.fence, outcome }),
        () => {
          line.acked = true;
        },
      );
    }
  }

  private ask(generation: number): void {
    const { ctx, net, world } = this.w;
    const report = world.loggedOut.has(this.memberId)
      ? ({ state: 'inactive', reason: 'logged_out', challenge: null } as const)
      : ({ state: 'logged_in', member: this.member() } as const);
    net.call(
      async () => {
        if (report.state === 'inactive' || net.pick(0, 4) === 0) await recordSession(ctx, this.id, report);
        return await nextWorkFor(ctx, this.id, { canAct: true });
      },
      (work) => this.take(generation, work),
    );
  }

  private member() {
    return {
      memberId: this.memberId,
      profileId: `me${this.memberId}`,
      slug: 'me',
      name: 'Me',
      premium: false,
    };
  }

  private take(generation: number, work: NextWork): void {
    if (generation !== this.generation || this.busy) return;
    if (work.type === 'watch') this.watch(work);
    if (work.type !== 'task') return;
    const key = `${work.step.taskId}:${work.step.fence}`;
    if (this.journal.has(key)) return;
    const line: Line = { step: work.step, phase: 'claimed', outcome: null, acked: false };
    this.journal.set(key, line);
    this.busy = true;
    this.w.trace(`${this.id} claims ${work.step.kind} ${work.step.taskId}#${work.step.fence}`);
    this.w.net.after(this.w.net.pick(500, 12_000), () => this.prepare(generation, line));
  }

  private watch(work: Extract<NextWork, { type: 'watch' }>): void {
    const { ctx, net, world } = this.w;
    world.catchUp();
    if (world.loggedOut.has(this.memberId)) {
      const failure = refusal('logged_out');
      net.call(
        () => recordObservations(ctx, this.id, { failure }),
        () => {},
      );
      return;
    }
    const known = world.people.filter((person) => work.knownProfileIds.includes(person.profileId));
    const acceptances = world.people.flatMap((person) => {
      const { state, connectedAt } = world.tie(this.memberId, person);
      if (state !== 'connected' || connectedAt < work.acceptancesSince) return [];
      return [{ profileId: person.profileId, memberId: null, slug: person.slug, connectedAt }];
    });
    const inbound = known.flatMap((person) =>
      world.tie(this.memberId, person).inbound.map((message) => ({
        messageId: message.id,
        conversationId: person.slug,
        fromProfileId: person.profileId,
        deliveredAt: message.at,
        text: 'answer',
      })),
    );
    const seen = this.w.bug === 'ignore_replies' ? { acceptances, inbound: [] } : { acceptances, inbound };
    net.call(
      () => recordObservations(ctx, this.id, seen),
      () => {},
    );
  }

  private prepare(generation: number, line: Line): void {
    if (generation !== this.generation || this.crashed()) return;
    const { world, net } = this.w;
    world.catchUp();
    const person = world.personBySlug(line.step.target.slug);
    if (world.loggedOut.has(this.memberId)) {
      this.fail(line, refusal('logged_out'));
      return;
    }
    if (net.chance(net.faults.refuse)) {
      const code = net.pick(0, 4) === 0 ? 'too_many_requests' : 'timeout';
      this.fail(line, refusal(code));
      return;
    }
    const profile = world.profile(this.memberId, person);
    const { state, inbound } = world.tie(this.memberId, person);
    const { kind } = line.step;
    if (kind === 'visit') {
      this.end(line, { result: 'closed', reason: 'visited', profile });
      return;
    }
    if (kind === 'connect' && state !== 'none') {
      const reason = state === 'connected' ? 'already_connected' : 'already_invited';
      this.end(line, { result: 'closed', reason, profile });
      return;
    }
    if (kind === 'message' && state !== 'connected') {
      this.fail(line, refusal('not_connected'));
      return;
    }
    const newest = inbound.at(-1)?.at ?? null;
    const lastInboundAt = kind === 'message' && this.w.bug !== 'ignore_replies' ? newest : null;
    this.commit(generation, line, person, { lastInboundAt, profile: kind === 'connect' ? profile : null }, 0);
  }

  /** Whose button is clicked. */
  private aim(person: Person): Person {
    if (this.w.bug !== 'wrong_page') return person;
    const { people } = this.w.world;
    return people[(people.indexOf(person) + 1) % people.length] ?? person;
  }

  private commit(
    generation: number,
    line: Line,
    person: Person,
    seen: Pick<Parameters<typeof commitTask>[2], 'lastInboundAt' | 'profile'>,
    attempt: number,
  ): void {
    if (generation !== this.generation || line.phase !== 'claimed' || line.outcome) return;
    const { ctx, net, time, bug } = this.w;
    const { taskId, fence } = line.step;
    const sentAt = time.real;
    let answered = false;
    net.call(
      async () => {
        const answer = await commitTask(ctx, this.id, { taskId, fence, ...seen });
        if (answer.ok) await this.w.onYes(taskId);
        return answer;
      },
      (answer) => {
        if (generation !== this.generation || answered || line.phase !== 'claimed' || line.outcome) return;
        answered = true;
        if (!answer.ok && bug !== 'act_without_commit') {
          this.w.onRefused();
          this.end(line, { result: 'not_started', failure: null });
          return;
        }
        const leaseMs = answer.ok ? answer.leaseMs : 90 * SECOND;
        const frozen = net.chance(net.faults.freeze) ? net.pick(60_000, 300_000) : 0;
        net.after(frozen, () => this.arm(generation, line, person, sentAt + leaseMs));
      },
    );
    net.after(20_000, () => {
      if (answered || generation !== this.generation) return;
      if (attempt < 3) this.commit(generation, line, person, seen, attempt + 1);
      else if (line.phase === 'claimed') this.end(line, { result: 'not_started', failure: null });
    });
  }

  private arm(generation: number, line: Line, person: Person, leaseEnds: number): void {
    if (generation !== this.generation || line.outcome) return;
    if (this.w.time.real > leaseEnds - 10 * SECOND && this.w.bug !== 'no_deadline') {
      this.end(line, { result: 'not_started', failure: null });
      return;
    }
    line.phase = 'armed';
    if (this.crashed()) return;
    this.w.trace(`${this.id} clicks ${line.step.kind} ${line.step.taskId}`);
    this.w.world.click(this.memberId, this.aim(person), line.step);
    if (this.crashed()) return;
    this.end(line, done('read back'));
  }

  private fail(line: Line, failure: LinkedinFailure): void {
    this.end(line, { result: 'failed', failure, profile: null });
  }

  private end(line: Line, outcome: StepOutcome): void {
    line.outcome = outcome;
    line.phase = 'ended';
    this.busy = false;
  }
}

function done(proof: string): StepOutcome {
  return { result: 'done', verified: true, proof, remoteId: null, noteDropped: false, profile: null };
}

function refusal(code: LinkedinFailure['code']): LinkedinFailure {
  return { code, effect: 'before_effect', detail: code, until: null };
}
