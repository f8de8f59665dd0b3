import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { between, seededRng } from '#shared/kernel/prng.ts';
import { schema } from '../../companion-server/db/index.ts';
import {
  decideEnrollment,
  isIdle,
  resumeChannel,
  settleTask,
  tick,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import { Device } from './device.ts';
import { type Bug, drawFaults, type Faults } from './faults.ts';
import { checkDatabase } from './invariants.ts';
import { Mailer } from './mailer.ts';
import { Scheduler } from './scheduler.ts';
import {
  addAutomation,
  addContact,
  addSender,
  memberIdOf,
  openStage,
  outreachGraph,
  type Person,
  START,
  type Stage,
} from './setup.ts';
import { Violation, World } from './world.ts';

const FAULTS_UNTIL = START + 25 * MINUTE;
const END = START + 180 * MINUTE;
const GRID = 15 * MINUTE;
const CHECK_EVERY = 25;

export interface RunResult {
  seed: number;
  faults: Faults;
  violation: string | null;
  /** The latest things that happened, oldest first. */
  last: string[];
  effects: number;
  jobs: number;
}

export interface RunOptions {
  bug?: Bug | null;
  trace?: boolean;
}

/** One seed: the real engine and SQL against a drawn mix of faults, checked after every few events. */
export async function run(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const stage = await openStage(seed);
  const faults = drawFaults(seededRng(seed * 7919));
  const last: string[] = [];
  const trace = (text: string) => {
    const line = `${((stage.time.real - START) / SECOND).toFixed(1)}s +${(stage.time.offset / MINUTE).toFixed(0)}min ${text}`;
    last.push(line);
    if (last.length > 40) last.shift();
    if (options.trace) process.stdout.write(`${line}\n`);
  };
  const result: RunResult = { seed, faults, violation: null, last, effects: 0, jobs: 0 };
  try {
    const sim = await Simulation.open(stage, faults, options.bug ?? null, trace);
    result.jobs = await sim.play();
    result.effects = sim.world.effects.length;
  } catch (error) {
    if (!(error instanceof Violation)) trace(`threw ${error instanceof Error ? error.stack : String(error)}`);
    result.violation = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } finally {
    await stage.close();
  }
  return result;
}

class Simulation {
  private constructor(
    private readonly stage: Stage,
    readonly world: World,
    private readonly net: Scheduler,
    private readonly bug: Bug | null,
    private readonly trace: (text: string) => void,
  ) {}

  static async open(
    stage: Stage,
    faults: Faults,
    bug: Bug | null,
    trace: (text: string) => void,
  ): Promise<Simulation> {
    const { rng } = stage;
    const net = new Scheduler(stage.time, rng, faults);
    const senders = rng() < 0.6 ? ['s1', 's2'] : ['s1'];
    const devices = senders.flatMap((id) => (rng() < 0.3 ? [`${id}-d1`, `${id}-d2`] : [`${id}-d1`]));
    for (const id of senders) {
      await addSender(stage, id, { devices: devices.filter((device) => device.startsWith(id)) });
    }
    const people: Person[] = [];
    for (let n = 1; n <= between(rng, 3, 5); n++) {
      const companyId = rng() < 0.5 ? 'company' : undefined;
      people.push(await addContact(stage, n, { bound: rng() < 0.5, ...(companyId ? { companyId } : {}) }));
    }
    const mood = { accept: 0.7 * rng() + 0.3, reply: rng() * 0.5 };
    const world = new World(people, rng, stage.ctx.clocks.schedule.now, mood);
    const graph = outreachGraph(senders, {
      active: rng() < 0.3 ? 2 : null,
      coworkers: rng() < 0.3 ? 1 : null,
      email: rng() < 0.7,
    });
    await addAutomation(stage, 'a1', graph);
    const sim = new Simulation(stage, world, net, bug, trace);
    const shared = {
      ctx: stage.ctx,
      net,
      world,
      time: stage.time,
      bug,
      trace,
      onYes: (taskId: string) => sim.checkYes(taskId),
      onRefused: () => {},
    };
    for (const id of devices) new Device(id, memberIdOf(id.split('-')[0] ?? ''), shared);
    new Mailer(shared);
    sim.round();
    sim.misfortune();
    sim.somebody();
    return sim;
  }

  async play(): Promise<number> {
    let jobs = 0;
    while (await this.net.step(END)) {
      jobs += 1;
      if (this.stage.time.real > FAULTS_UNTIL) this.net.faults.on = false;
      if (jobs % CHECK_EVERY === 0) await checkDatabase(this.stage.db.reader, this.world);
      if (jobs % 40 === 0 && (await this.isOver())) break;
      if (jobs > 60_000) throw new Violation('it never ends');
    }
    await checkDatabase(this.stage.db.reader, this.world);
    if (!(await this.isOver())) throw new Violation(`stuck: ${await this.whatIsStuck()}`);
    return jobs;
  }

  /** The server's round, and schedule time moved ahead while nothing is under way. */
  private round(): void {
    this.net.after(10 * SECOND, async () => {
      await this.plant();
      this.world.catchUp();
      const { busy, nextDueAt } = await tick(this.stage.ctx);
      const isDue = nextDueAt !== null && nextDueAt <= this.stage.ctx.clocks.schedule.now();
      if (!busy && !isDue) await this.jump();
      this.round();
    });
  }

  private async jump(): Promise<void> {
    const { time, ctx } = this.stage;
    const { idle, nextWorkAt } = await isIdle(ctx);
    const now = ctx.clocks.schedule.now();
    const targets = [nextWorkAt, this.world.nextPlanAt()].filter((at) => at !== null && at > now) as number[];
    if (!idle || targets.length === 0) return;
    // To the next quarter of an hour, so that what is due at about the same time comes together.
    time.offset += Math.ceil(Math.min(...targets) / GRID) * GRID - now;
  }

  private misfortune(): void {
    this.net.after(this.net.pick(20_000, 60_000), () => {
      const { loggedOut } = this.world;
      if (!this.net.faults.on) loggedOut.clear();
      else if (this.net.chance(this.net.faults.logout)) loggedOut.add(memberIdOf('s1'));
      else if (this.net.chance(0.5)) loggedOut.clear();
      this.misfortune();
    });
  }

  /** A person settles unknowns by what really happened, lifts guards, and decides about answers. */
  private somebody(): void {
    this.net.after(this.net.pick(40_000, 120_000), async () => {
      const { ctx, db } = this.stage;
      const unknown = await db.reader.select().from(schema.task).where(eq(schema.task.state, 'unknown'));
      for (const { id } of unknown) {
        const happened = this.world.happened(id);
        this.trace(`somebody settles ${id}: ${happened}`);
        await unitOfWork(ctx, (unit) => settleTask(unit, id, happened, 'rep'));
      }
      for (const row of await db.reader.select().from(schema.channel)) {
        await unitOfWork(ctx, (unit) => resumeChannel(unit, row.id, 'rep'));
      }
      await this.decide();
      this.somebody();
    });
  }

  private async decide(): Promise<void> {
    const { ctx, db } = this.stage;
    const paused = await db.reader
      .select()
      .from(schema.enrollment)
      .where(eq(schema.enrollment.status, 'paused'));
    for (const row of paused) {
      const mustDecide = row.reason !== 'replied';
      if (!mustDecide && !this.net.chance(this.net.faults.decide * 5)) continue;
      this.trace(`somebody resumes ${row.contactId}`);
      await unitOfWork(ctx, (unit) => decideEnrollment(unit, row.id, 'resume', 'rep'));
      this.world.decidedAt.set(row.contactId, ctx.clocks.schedule.now());
    }
  }

  /** A yes must not be given for somebody who answered, opted out or is on the stoplist. */
  private async checkYes(taskId: string): Promise<void> {
    const rows = await this.stage.db.reader.all<{
      replied: number | null;
      stopped: number;
      status: string;
    }>(sql`
      SELECT c.replied_at AS replied, e.status,
        (SELECT count(*) FROM suppression s WHERE s.kind = 'email' AND s.value = c.email) AS stopped
      FROM task t JOIN contact c ON c.id = t.contact_id JOIN enrollment e ON e.id = t.enrollment_id
      WHERE t.id = ${taskId} AND t.state = 'committing'`);
    const row = rows[0];
    if (row && (row.replied !== null || row.stopped > 0)) {
      throw new Violation(`yes to ${taskId} after an answer: ${JSON.stringify(row)}`);
    }
  }

  /** Planted bugs that live in the server's place. */
  private async plant(): Promise<void> {
    if (this.bug === 'lose_count') {
      await this.stage.db.write((tx) =>
        tx.update(schema.lane).set({ readyCount: sql`max(0, ready_count - 1)` }),
      );
    }
    if (this.bug !== 'retry_committing') return;
    const now = this.stage.time.real;
    await this.stage.db.write((tx) =>
      tx.run(sql`UPDATE task SET state = 'claimed' WHERE state = 'committing' AND lease_until <= ${now}`),
    );
  }

  private async isOver(): Promise<boolean> {
    return (await this.open()).length === 0;
  }

  private async open() {
    const { reader } = this.stage.db;
    const inFlight = await reader
      .select({ id: schema.task.id, what: schema.task.state, why: schema.task.reason })
      .from(schema.task)
      .where(inArray(schema.task.state, ['claimed', 'committing', 'unknown']));
    const running = await reader
      .select({ id: schema.enrollment.id, what: schema.enrollment.status, why: schema.enrollment.blockedOn })
      .from(schema.enrollment)
      .where(and(isNull(schema.enrollment.endedAt), sql`status <> 'paused'`));
    // Behind paused contacts a limit may rightly keep others waiting for a person's decision.
    const paused = await reader
      .select({ id: schema.enrollment.id })
      .from(schema.enrollment)
      .where(eq(schema.enrollment.status, 'paused'));
    const waiting = (what: string) => what === 'active_limit' || what === 'coworkers_limit';
    return [...inFlight, ...running.filter((row) => paused.length === 0 || !waiting(row.what))];
  }

  private async whatIsStuck(): Promise<string> {
    const { reader } = this.stage.db;
    const tasks = await reader
      .select({
        id: schema.task.id,
        kind: schema.task.kind,
        state: schema.task.state,
        reason: schema.task.reason,
        notBefore: schema.task.notBefore,
      })
      .from(schema.task)
      .where(inArray(schema.task.state, ['ready', 'scheduled']));
    const holds = await reader.select().from(schema.hold).where(isNull(schema.hold.liftedAt));
    const idle = await isIdle(this.stage.ctx);
    const now = this.stage.ctx.clocks.schedule.now();
    return JSON.stringify({ open: await this.open(), tasks, holds, idle, now }).slice(0, 3000);
  }
}
