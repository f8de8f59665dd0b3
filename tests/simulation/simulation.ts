import { DAY, HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { LinkedinMember } from '#shared/protocol/linkedin.ts';
import type { Database } from '../../companion-server/db/index.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';
import { type EngineContext, isIdle } from '../../companion-server/engine/index.ts';
import type { Books } from './books.ts';
import { Browser, SERVER_URL } from './browser.ts';
import type { Bug } from './bugs.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { ImportingRep, type ImportPlan } from './imports.ts';
import { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import { Network } from './network.ts';
import { Office } from './operators.ts';
import { Reconnects } from './reconnects.ts';
import {
  checkCounters,
  checkDone,
  checkExplained,
  checkOneAtATime,
  checkStoplisted,
  whatIsOpen,
} from './recounts.ts';
import { Rises } from './rises.ts';
import type { Scenario } from './scenario.ts';
import { Server } from './server.ts';
import { addressOf, memberIdOf, type Person, WORKSPACE } from './setup.ts';
import { keys } from './template.ts';
import { Transitions } from './transitions.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';
import { Receiver } from './webhooks.ts';
import { World } from './world.ts';

export interface Setting {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  scenario: Scenario;
  db: Database;
  books: Books;
  newId: () => string;
  cookie: string;
  bug: Bug | null;
  trace(text: string): void;
}

/** Idle time is passed over in such steps, so that what is due at about the same time comes together. */
const GRAINS = [15 * MINUTE, HOUR, 3 * HOUR, 3 * HOUR] as const;
/** After the faults: only what never ends is still to be seen. */
const LATE_GRAIN = 3 * HOUR;
/** Real time that passes anyway: nobody waits longer before asking the server again. */
const A_BREATH = MINUTE;
const UNTIL_SOMEBODY = 2 * MINUTE;
/** Jobs after which faults stop at the latest, and after which everything must have come to its end. */
const JOBS = { faulty: 160, most: 5_000 } as const;
/** For bugs that are seen only by what never ends: little else is to be seen. */
const FEW_JOBS = { faulty: 50, most: 800 } as const;
const CHECK_ALL_EVERY = 100;
const IS_OVER_EVERY = 10;

/** One world: server, browsers, people and faults around one database; every rule is checked as it goes. */
export class Simulation {
  readonly ledger: Ledger;
  private readonly world: World;
  private readonly network: Network;
  private readonly server: Server;
  private readonly office: Office;
  private readonly browsers: Browser[] = [];
  private readonly transitions: Transitions;
  private readonly reconnects: Reconnects;
  private readonly receiver: Receiver;
  private readonly rep: ImportingRep | null;
  private grain: number;
  /** Spells of waiting in a row in which nothing was claimed. */
  private waits = 0;
  private claims = 0;

  constructor(private readonly setting: Setting) {
    const { time, chance, faults, scenario, db, books, newId, bug, trace } = setting;
    this.grain = scenario.isFine ? GRAINS[0] : chance.one(GRAINS);
    const settings = new Map(scenario.senders.map((sender) => [sender.id, sender.settings]));
    this.ledger = new Ledger(time.clock, settings);
    this.world = new World(scenario.people, time, chance, {
      accept: scenario.isLively ? 1 : 0.3 + 0.7 * chance.rng(),
      reply: scenario.isLively ? 1 : 0.5 * chance.rng(),
    });
    const rises = new Rises();
    this.receiver = new Receiver(time, this.ledger);
    this.transitions = new Transitions({ books, ledger: this.ledger, time }, rises, this.receiver);
    this.reconnects = new Reconnects(books, (senderId) => this.isThere(senderId));
    for (const { id, mailbox } of scenario.senders) this.world.mailboxes.set(addressOf(id), mailbox);
    const shared = { time, chance, faults, books, world: this.world, ledger: this.ledger, trace };
    this.server = new Server({
      ...shared,
      db,
      rng: chance.rng,
      newId,
      rises,
      receiver: this.receiver,
      hasWebhooks: scenario.hasWebhooks,
      spoilRequest: (request) => bug?.request?.(request, books) ?? request,
      spoilOutcome: (outcome) => bug?.emailOutcome?.(outcome) ?? outcome,
      isBlind: bug?.mailIsUnread ?? false,
      onClaim: (taskId) => this.network.echo(taskId),
      onRound: (ctx, nextDueAt) => this.passIdleTime(ctx, nextDueAt),
    });
    const serve = (request: Parameters<Server['serve']>[0]) => this.server.serve(request);
    this.network = new Network(time, chance, faults, serve);
    const spoil = bug?.runner ?? ((deps) => deps);
    for (const pairing of scenario.browsers) {
      this.browsers.push(new Browser(pairing, { ...shared, network: this.network, spoil }));
      this.world.sessions.set(pairing.deviceId, this.memberOf(pairing.senderId));
    }
    this.rep = scenario.importing && this.importingRep(scenario.importing);
    this.office = new Office({ ...shared, network: this.network, scenario, cookie: setting.cookie });
    this.world.onOptOut = (person) => this.optOut(person);
  }

  /** Before each statement of the server. */
  statement(): void {
    this.setting.time.stir();
    this.server.statement();
  }

  async play(): Promise<number> {
    const { time, chance, books, bug } = this.setting;
    const { most, ...jobsOf } = bug?.isSeenLate ? FEW_JOBS : JOBS;
    const faulty = bug?.jobs ?? jobsOf.faulty;
    for (const browser of this.browsers) await browser.pair();
    this.server.boot();
    await time.settle();
    for (const browser of this.browsers) time.after(0, () => browser.boot());
    this.office.open();
    this.rep?.open();
    this.misfortune();
    let jobs = 0;
    let over = false;
    while (!over && (await time.step())) {
      jobs += 1;
      if (this.ledger.violation) throw this.ledger.violation;
      if (jobs === faulty) {
        if (bug && !bug.isSeenLate) break;
        this.endFaults();
      }
      if (this.server.wasAsked()) {
        await this.rep?.meet();
        if (await this.transitions.check()) await checkOneAtATime(books);
      }
      if (jobs % CHECK_ALL_EVERY === 0) await this.checkAll();
      if (jobs % IS_OVER_EVERY === 0) {
        over = (await whatIsOpen(books)).length === 0 && (await this.rep?.isOver()) !== false;
        if (this.isCalm) await this.reconnects.check(time.clock.real);
      }
      if (jobs > most) throw new Violation(`stuck: ${(await whatIsOpen(books)).join('\n    ')}`);
    }
    await this.checkAll();
    if (chance.faultsOn) this.endFaults();
    return jobs;
  }

  private importingRep(plan: ImportPlan): ImportingRep {
    const { time, chance, faults, books, scenario, trace } = this.setting;
    const { world } = this;
    const strangers = scenario.people.slice(scenario.people.length - plan.strangers);
    world.importing = { people: [...scenario.people.slice(0, 2), ...strangers], pageSize: plan.pageSize };
    const api = () =>
      this.browsers.find(({ isFirst, panel, senderId }) => isFirst && panel && senderId === plan.senderId)
        ?.panel ?? null;
    return new ImportingRep({ time, chance, faults, books, world, api, trace });
  }

  async close(): Promise<void> {
    for (const browser of this.browsers) await browser.close();
  }

  private async checkAll(): Promise<void> {
    const { books, time, db, scenario } = this.setting;
    await checkCounters(books);
    await checkDone(books, this.ledger);
    if (scenario.hasWebhooks) await this.receiver.check(books);
    await this.rep?.check();
    await checkStoplisted(books, time.now());
    await this.server.aside(() => checkExplained(db.reader, time.now()));
  }

  /** From now on nothing goes wrong any more, and everything must come to its end. */
  private endFaults(): void {
    const { chance, scenario, trace } = this.setting;
    trace('faults end');
    chance.faultsOn = false;
    this.grain = Math.max(this.grain, LATE_GRAIN);
    // One browser each is enough for what is left; some keep both.
    if (chance.happens(0.75)) for (const browser of this.browsers) if (!browser.isFirst) browser.putAway();
    for (const { deviceId, senderId } of scenario.browsers) this.signIn(deviceId, this.memberOf(senderId));
  }

  private signIn(deviceId: string, member: LinkedinMember | null): void {
    this.world.sessions.set(deviceId, member);
    const browser = this.browsers.find(({ id }) => id === deviceId);
    this.setting.time.after(0, () => browser?.sessionChanged());
  }

  /** Schedule time is moved ahead while nothing is under way; or real time, as if everybody slept. */
  private async passIdleTime(ctx: EngineContext, nextDueAt: number | null): Promise<void> {
    const { time, chance, faults, scenario, books, trace } = this.setting;
    this.world.catchUp();
    if (this.world.hasNews || this.ledger.claims.length > this.claims) this.waits = 0;
    this.claims = this.ledger.claims.length;
    if (nextDueAt !== null && nextDueAt <= time.now()) return;
    const { idle, nextWorkAt, nextReadAt } = await isIdle(ctx);
    const now = time.now();
    const readAt = this.world.hasNews ? nextReadAt : null;
    const callAt = scenario.hasWebhooks ? await this.receiver.nextCallAt(books) : null;
    const plans = [nextWorkAt, readAt, callAt, this.world.nextPlanAt(), this.office.nextOrderAt()];
    const targets = plans.filter((at) => at !== null && at > now);
    if (!idle || this.server.isReachingOut()) return;
    if (targets.length === 0) {
      // Only somebody at a desk can move anything: until then time passes faster.
      time.clock.real += UNTIL_SOMEBODY;
      return;
    }
    // Where nothing came of the last waits, longer ones find nothing new either: reads are not worth simulating.
    const stretch = Math.min(DAY, this.grain * 2 ** this.waits++);
    const until = Math.max(Math.min(...(targets as number[])), now + stretch);
    const ahead = Math.ceil(until / this.grain) * this.grain - now;
    this.world.hasNews = false;
    // Calls of other systems wait in real time.
    const all = chance.happens(faults.everybodySleeps) || (callAt !== null && callAt <= until);
    trace(
      `${(ahead / MINUTE).toFixed(0)} minutes pass ${all ? 'while everybody sleeps' : 'on the schedule'}`,
    );
    const real = all ? ahead : Math.min(ahead, A_BREATH);
    time.clock.real += real;
    if (all) this.reconnects.slept(real);
    time.clock.offset += ahead - real;
  }

  private misfortune(): void {
    const { time, chance, faults, scenario, trace } = this.setting;
    time.after(chance.pick(20, 90) * SECOND, () => {
      if (!chance.faultsOn) return;
      const { deviceId, senderId } = chance.one(scenario.browsers);
      const member = this.memberOf(senderId);
      if (chance.fails(faults.logout)) {
        trace(`${deviceId} is signed out`);
        this.signIn(deviceId, null);
      } else if (chance.fails(faults.wrongAccount)) {
        trace(`somebody else signs in at ${deviceId}`);
        this.signIn(deviceId, { ...member, memberId: '99', profileId: 'me99', name: 'Else' });
      } else if (chance.happens(0.5) && this.world.sessions.get(deviceId)?.memberId !== member.memberId) {
        this.signIn(deviceId, member);
      }
      if (chance.fails(faults.moveSlug)) {
        trace('two people change their addresses');
        this.world.moveSlugs();
      }
      this.misfortune();
    });
  }

  /** The link at the end of an email: clicked until it answers. */
  private optOut(person: Person): void {
    const { time, chance, trace } = this.setting;
    const { contactId } = person;
    trace(`${contactId} opts out`);
    const token = createUnsubscribeToken(
      { workspaceId: WORKSPACE, contactId, taskId: null, recipientHash: null },
      keys.unsubscribe,
    );
    const life = new Life(null, () => undefined);
    const fetch = this.network.fetchOf(life);
    time.start(async () => {
      for (;;) {
        const answer = await fetch(`${SERVER_URL}/u/${token}`, { method: 'POST' }).catch(() => null);
        if (answer?.ok) return;
        await time.timersOf(life).sleep(chance.pick(5, 60) * SECOND);
      }
    });
  }

  /** Nothing goes wrong (any more). */
  private get isCalm(): boolean {
    const { chance, faults } = this.setting;
    return !chance.faultsOn || Object.values(faults).every((p) => p === 0);
  }

  /** Whether a browser of this sender profile is open, and the right member signed in there. */
  private isThere(senderId: string): boolean {
    return this.browsers.some(
      (browser) =>
        browser.isOpenFor(senderId) &&
        this.world.sessions.get(browser.id)?.memberId === this.memberOf(senderId).memberId,
    );
  }

  private memberOf(senderId: string): LinkedinMember {
    const memberId = memberIdOf(senderId);
    return { memberId, profileId: `me${memberId}`, slug: 'me', name: 'Me', premium: false };
  }
}
