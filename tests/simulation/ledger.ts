import { DAY, HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { SenderSettings } from '#shared/schedule/settings.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { Violation } from './violation.ts';
import { isWorkingTime } from './workingTime.ts';

/** A claim of a task that the server gave out. */
export interface Claim {
  taskId: string;
  fence: number;
  kind: string;
  contactId: string;
  senderId: string;
  channelId: string;
  automationId: string;
  enrollmentId: string;
  /** Schedule time. */
  at: number;
}

/** A yes to a commit. */
export interface Yes extends Claim {
  claimedAt: number;
  /** When its lease ends (real time). */
  leaseUntil: number;
  effect: boolean;
  /** Proven that nothing came of it. */
  disproved: boolean;
}

export interface Effect {
  taskId: string;
  contactId: string;
  kind: string;
  text: string;
  /** The account or mailbox it came from. */
  channelId: string;
  at: number;
}

const COMMIT_LEASE_MS = 90 * SECOND;
const PERSON_SPACING_MS = 4 * HOUR;
const usageOf: Record<string, UsageKind> = {
  connect: 'invite',
  message: 'message',
  inmail: 'inmail',
  follow: 'follow_like',
  like: 'follow_like',
  withdraw: 'withdrawal',
  send_email: 'email',
};
/** What writes to the person. */
const writing = ['connect', 'message', 'inmail', 'send_email'];

export type MailFate = 'sent' | 'not_sent' | 'unknown';
const FRESH_MAIL_MS = 5 * MINUTE;

/** What a rep's browser reads of an account before anything goes on after a reconnect. */
export type Watch = 'inbound' | 'acceptances';
const watches: readonly Watch[] = ['inbound', 'acceptances'];

/** What reached people, what was allowed, and what was known: the rules are kept or a Violation is thrown. */
export class Ledger {
  /** The first rule that was broken: who clicked may have caught what was thrown. */
  violation: Violation | null = null;
  readonly effects: Effect[] = [];
  readonly yeses: Yes[] = [];
  readonly claims: Claim[] = [];
  private readonly pages: { channelId: string; at: number }[] = [];
  /** Contacts who must not get anything: why, by which message or order. */
  private readonly stops = new Map<string, Map<string, string>>();
  private readonly seen = new Set<string>();
  private readonly holds = new Set<string>();
  /** Automations whose texts are shown first, and steps that somebody agreed to. */
  private readonly asking = new Set<string>();
  private readonly approved = new Set<string>();
  /** Steps that a person went past, with the claim that was known then. */
  private readonly passed = new Map<string, number>();
  private readonly awayUntil = new Map<string, number>();
  /** Accounts nobody is signed in to. */
  private readonly signedOut = new Set<string>();
  /** Accounts that came back, since when, and what of them was read since. */
  /** When each mailbox was last read to its end: when that reading began. */
  private readonly mailboxReadAt = new Map<string, number>();
  /** What mail servers said of each claim, whoever heard it. */
  private readonly mail = new Map<string, MailFate>();
  private readonly unread = new Map<string, { since: number; read: Set<Watch> }>();

  constructor(
    private readonly clock: { real: number; offset: number },
    /** What each sender agreed to, as the world knows it. */
    readonly settings: Map<string, SenderSettings>,
  ) {}

  /** The server knows that this contact must be left alone. The same cause counts once. */
  stop(contactId: string, cause: string): void {
    if (this.seen.has(`${contactId}:${cause}`)) return;
    this.seen.add(`${contactId}:${cause}`);
    const causes = this.stops.get(contactId) ?? new Map<string, string>();
    causes.set(cause, cause.split(':')[0] ?? '');
    this.stops.set(contactId, causes);
  }

  /** A person decided to go on after an answer, or took an entry off the stoplist. */
  goOn(contactId: string, kind: string): void {
    for (const [cause, each] of this.stops.get(contactId) ?? []) {
      if (each === kind) this.stops.get(contactId)?.delete(cause);
    }
  }

  away(contactId: string, until: number): void {
    this.awayUntil.set(contactId, Math.max(until, this.awayUntil.get(contactId) ?? 0));
  }

  /** Somebody's order to stop, confirmed by the server: `workspace`, `automation:<id>`, `sender:<id>:<channel>`… */
  hold(key: string): void {
    this.holds.add(key);
  }

  lift(key: string): void {
    this.holds.delete(key);
  }

  /** Whether this order to stop stands. */
  isHeld(key: string): boolean {
    return this.holds.has(key);
  }

  /** Whether nothing of this automation is written without somebody's yes to the step. */
  askFirst(automationId: string, isOn: boolean): void {
    if (isOn) this.asking.add(automationId);
    else this.asking.delete(automationId);
  }

  approve(taskId: string): void {
    this.approved.add(taskId);
  }

  /** A person went past the step; what was allowed before may still happen. */
  passBy(taskId: string, fence: number): void {
    this.passed.set(taskId, fence);
  }

  /** The contact may be put back to the step. */
  comeBack(taskId: string): void {
    this.passed.delete(taskId);
  }

  happened(taskId: string): boolean {
    return this.effects.some((effect) => effect.taskId === taskId);
  }

  /** The server's own word for who is signed in has changed. */
  accountChanged(channelId: string, isThere: boolean): void {
    if (!isThere) this.signedOut.add(channelId);
    else if (this.signedOut.delete(channelId))
      this.unread.set(channelId, { since: this.now(), read: new Set() });
  }

  /** Handed in; what was read before the account came back proves nothing about the time since. */
  accountRead(channelId: string, what: Watch, readAt: number): void {
    const unread = this.unread.get(channelId);
    if (!unread || readAt < unread.since) return;
    unread.read.add(what);
    if (watches.every((each) => unread.read.has(each))) this.unread.delete(channelId);
  }

  mailboxRead(channelId: string, startedAt: number): void {
    this.mailboxReadAt.set(channelId, startedAt);
  }

  mailed(taskId: string, fence: number, fate: MailFate): void {
    this.mail.set(`${taskId}#${fence}`, fate);
  }

  /** An allowed email is planned anew: nothing came of it, and nothing may. */
  mailCameBack(taskId: string, fence: number): void {
    const fate = this.mail.get(`${taskId}#${fence}`);
    const yes = this.yeses.find((each) => isSame(each, { taskId, fence }));
    if (!yes) return;
    if (fate === 'sent' || fate === 'unknown') this.fail(`comes back, and its server said ${fate}`, yes);
    yes.disproved = true;
  }

  /** The claim of the latest yes. */
  newestYes(taskId: string): number {
    return Math.max(0, ...this.yeses.map((yes) => (yes.taskId === taskId ? yes.fence : 0)));
  }

  claimed(claim: Claim): void {
    this.claims.push(claim);
    this.checkHolds(claim);
    if (this.signedOut.has(claim.channelId)) this.fail(`${claim.kind} while nobody is signed in`, claim);
    if (this.unread.has(claim.channelId))
      this.fail(`${claim.kind} before the account was read after its return`, claim);
    const settings = this.settingsOf(claim.senderId);
    if (!isWorkingTime(settings.window, claim.at))
      this.fail(`${claim.kind} outside of the working window`, claim);
    if (!isPage(claim.kind)) return;
    const pages = this.claims.filter((each) => each.channelId === claim.channelId && isPage(each.kind));
    this.checkCap(claim, 'page_load', pages);
  }

  /** A page of a list was given out to be read for an import. */
  pageGiven(importId: string, page: { senderId: string; channelId: string }): void {
    const at = this.now();
    const about = { taskId: importId, contactId: 'a list' };
    const sender = `sender:${page.senderId}`;
    const keys = ['workspace', 'consent', `${sender}:all`, `${sender}:linkedin`, `${sender}:deleted`];
    const held = keys.find((key) => this.holds.has(key));
    if (held) this.fail(`a page is read in spite of an order to stop ${held}`, about);
    if (this.signedOut.has(page.channelId)) this.fail('a page is read while nobody is signed in', about);
    if (this.unread.has(page.channelId))
      this.fail('a page is read before the account was read after its return', about);
    const { window, caps } = this.settingsOf(page.senderId);
    if (!isWorkingTime(window, at)) this.fail('a page is read outside of the working window', about);
    this.pages.push({ channelId: page.channelId, at });
    const within = (ms: number) =>
      this.pages.filter((each) => each.channelId === page.channelId && each.at > at - ms).length;
    const { daily, weekly } = caps.search_page;
    if (within(DAY) > daily || within(7 * DAY) > weekly)
      this.fail(`${within(DAY)} pages of lists in a day, ${within(7 * DAY)} in a week`, about);
  }

  /** A yes is told again where its answer was lost: what came up since counts, the pace does not. */
  allowed(yes: Omit<Yes, 'effect' | 'disproved' | 'claimedAt' | 'leaseUntil'>): void {
    this.checkHolds(yes);
    const stops = this.stops.get(yes.contactId);
    // Of a withdrawn invitation nobody hears anything.
    if (yes.kind !== 'withdraw' && stops && stops.size > 0)
      this.fail(`a yes after ${[...stops.keys()].join(', ')}`, yes);
    if (this.yeses.some((each) => isSame(each, yes))) return;
    const newest = Math.max(...this.claims.map((each) => (each.taskId === yes.taskId ? each.fence : 0)));
    if (newest > yes.fence) this.fail(`a yes to claim ${yes.fence}, and ${newest} was given out since`, yes);
    if (yes.fence > (this.passed.get(yes.taskId) ?? yes.fence))
      this.fail('a yes to a step that was skipped', yes);
    const needsApproval = this.asking.has(yes.automationId) && writing.includes(yes.kind);
    if (needsApproval && !this.approved.has(yes.taskId)) this.fail('a yes nobody approved', yes);
    const away = this.awayUntil.get(yes.contactId) ?? 0;
    if (yes.kind !== 'visit' && yes.kind !== 'withdraw' && away > yes.at)
      this.fail('a yes while they are away', yes);
    const readAt = this.mailboxReadAt.get(yes.channelId) ?? 0;
    if (yes.kind === 'send_email' && yes.at - readAt > FRESH_MAIL_MS)
      this.fail('a yes without a look into the mailbox', yes);
    const before = this.yeses.filter((each) => each.channelId === yes.channelId && !each.disproved);
    const last = Math.max(0, ...before.map(({ at }) => at));
    const gaps = this.settingsOf(yes.senderId).gaps[yes.kind === 'send_email' ? 'email' : 'linkedin'];
    if (yes.at - last < gaps.minMs) this.fail(`only ${yes.at - last} ms after the one before`, yes);
    const claim = this.claims.find((each) => isSame(each, yes));
    this.yeses.push({
      ...yes,
      claimedAt: claim?.at ?? yes.at,
      leaseUntil: this.clock.real + COMMIT_LEASE_MS,
      effect: false,
      disproved: false,
    });
  }

  /** Proof that nothing came of it was handed in. */
  disproved(taskId: string, fence: number): void {
    for (const yes of this.yeses) if (isSame(yes, { taskId, fence })) yes.disproved = true;
  }

  isDisproved(taskId: string, fence: number): boolean {
    return this.yeses.some((yes) => isSame(yes, { taskId, fence }) && yes.disproved);
  }

  /** Something reached a person. */
  record(effect: Omit<Effect, 'at' | 'channelId'>, fence: number): void {
    const at = this.now();
    const yes = this.yeses.find((each) => isSame(each, { taskId: effect.taskId, fence }));
    const reached = { ...effect, at, channelId: yes?.channelId ?? '' };
    const twice = this.effects.find(
      (each) => each.taskId === effect.taskId || this.isSameStep(each, reached),
    );
    this.effects.push(reached);
    if (twice) this.fail(`twice: ${effect.kind} "${effect.text}"`, effect);
    if (!yes) throw this.broken(`${effect.kind} without a yes to claim ${fence}`, effect);
    if (yes.contactId !== effect.contactId) this.fail(`${effect.kind} meant for ${yes.contactId}`, effect);
    if (yes.effect) this.fail(`a second ${effect.kind} for one yes`, effect);
    if (this.clock.real > yes.leaseUntil) this.fail(`${effect.kind} after the lease`, effect);
    if (yes.disproved) this.fail(`${effect.kind} after it was reported as not started`, effect);
    yes.effect = true;
    const done = this.yeses.filter((each) => each.effect);
    const budget = usageOf[yes.kind];
    const alike = done.filter((each) => each.channelId === yes.channelId && usageOf[each.kind] === budget);
    if (budget) this.checkCap(yes, budget, alike);
    const others = done.filter((each) => each !== yes && each.contactId === yes.contactId);
    if (!writing.includes(yes.kind)) return;
    const near = others
      .filter((each) => writing.includes(each.kind))
      .find((each) => Math.abs(each.at - yes.at) < PERSON_SPACING_MS);
    if (near) this.fail(`only ${Math.abs(near.at - yes.at) / MINUTE} minutes after ${near.kind}`, effect);
  }

  /**
   * Texts name their step. What has none is done once from each account; a withdrawal once for each invitation.
   */
  private isSameStep(one: Effect, other: Effect): boolean {
    if (one.contactId !== other.contactId || one.kind !== other.kind) return false;
    if (writing.includes(one.kind) && (one.text !== '' || other.text !== '')) return one.text === other.text;
    if (one.channelId !== other.channelId) return false;
    const isBetween = (each: Effect) => each.contactId === one.contactId && each.at >= one.at;
    if (one.kind === 'connect')
      return !this.effects.some((each) => each.kind === 'withdraw' && isBetween(each));
    if (one.kind !== 'withdraw') return true;
    return !this.effects.some(
      (each) =>
        each.kind === 'connect' &&
        each.contactId === one.contactId &&
        each.channelId === one.channelId &&
        each.at > one.at,
    );
  }

  private now(): number {
    return this.clock.real + this.clock.offset;
  }

  private checkHolds(claim: Claim): void {
    const channel = claim.kind === 'send_email' ? 'email' : 'linkedin';
    const sender = `sender:${claim.senderId}`;
    const consent = channel === 'linkedin' ? ['consent'] : [];
    const keys = [
      ...consent,
      `automation:${claim.automationId}`,
      `enrollment:${claim.enrollmentId}`,
      `${sender}:all`,
    ];
    const held = ['workspace', ...keys, `${sender}:${channel}`, `${sender}:deleted`].find((key) =>
      this.holds.has(key),
    );
    if (held) this.fail(`${claim.kind} in spite of an order to stop ${held}`, claim);
  }

  private checkCap(one: Claim, kind: UsageKind, all: readonly Claim[]): void {
    const cap = this.settingsOf(one.senderId).caps[kind];
    const within = (ms: number) => all.filter(({ at }) => at > one.at - ms && at <= one.at).length;
    if (within(DAY) > cap.daily) this.fail(`${within(DAY)} of ${cap.daily} ${kind} in a day`, one);
    if (within(7 * DAY) > cap.weekly) this.fail(`${within(7 * DAY)} of ${cap.weekly} ${kind} in a week`, one);
  }

  private settingsOf(senderId: string): SenderSettings {
    const settings = this.settings.get(senderId);
    if (!settings) throw new Violation(`nobody knows sender ${senderId}`);
    return settings;
  }

  private broken(what: string, about: { taskId: string; contactId: string }): Violation {
    const violation = new Violation(`task ${about.taskId}, ${about.contactId}: ${what}`);
    this.violation ??= violation;
    return violation;
  }

  private fail(what: string, about: { taskId: string; contactId: string }): void {
    throw this.broken(what, about);
  }
}

function isPage(kind: string): boolean {
  return ['visit', 'connect', 'follow', 'like', 'withdraw'].includes(kind);
}

function isSame(one: { taskId: string; fence: number }, other: { taskId: string; fence: number }): boolean {
  return one.taskId === other.taskId && one.fence === other.fence;
}
