import { createHash } from 'node:crypto';
import type { TwinClock } from '../clock.ts';
import { resetTime } from '../clock.ts';
import type {
  ChallengeKind,
  Fault,
  LedgerEntry,
  TwinCircle,
  TwinClick,
  TwinLocale,
  TwinMember,
  TwinOptions,
  TwinPerson,
  TwinPost,
} from '../types.ts';

export type RelationState = 'none' | 'pending' | 'incoming' | 'connected';

/** Where one member and one person stand. */
export interface Relation {
  state: RelationState;
  invitationId: string | null;
  note: string | null;
  invitedAt: number | null;
  connectedAt: number | null;
  withdrawnAt: number | null;
}

export interface Message {
  id: string;
  fromProfileId: string;
  text: string;
  at: number;
}

/** One 1:1 thread of a member with a person. */
export interface Thread {
  id: string;
  profileId: string;
  messages: Message[];
  readUpTo: number;
}

interface Quota {
  left: number;
  resetsAt: number;
}

/** Everything the server knows about one member's account. */
export interface Account {
  member: TwinMember;
  relations: Map<string, Relation>;
  threads: Map<string, Thread>;
  notes: Quota;
  weekly: Quota;
  weeklyWarnAt: number;
  weeklyWarned: boolean;
  invitesRestricted: boolean;
  inmailCredits: number;
  searchPages: Quota;
  challenge: ChallengeKind | null;
  sendMode: 'click' | 'enter';
  following: Set<string>;
  /** Activity numbers. */
  liked: Set<string>;
}

export type ScriptedEvent = {
  at: number;
  memberId: string;
  profileId: string;
  what: { kind: 'accept' } | { kind: 'reply'; text: string };
};

const NOTES_PER_MONTH = 5;
const INVITES_PER_WEEK = 100;
const SEARCH_PAGES_PER_MONTH = 300;

/** All state of the simulated LinkedIn; the functions beside this file change it. */
export class World {
  readonly people = new Map<string, TwinPerson>();
  readonly circles: TwinCircle[] = [];
  readonly accounts = new Map<string, Account>();
  readonly ledger: LedgerEntry[] = [];
  /** All that pages were given. */
  readonly csrfTokens = new Set<string>();
  readonly faults: Fault[] = [];
  /** Fields of the API's answers that a deploy called otherwise. */
  readonly renamed: { of: string | null; field: string }[] = [];
  /** Reads that no page asked for: `GET /voyager/api/me`, each as often as it came. */
  readonly toolRequests: string[] = [];
  /** The pages' own writes, and whether the tab could be seen. */
  readonly writes: { path: string; hidden: boolean }[] = [];
  /** While `watchesClicks`: what was clicked in any page, whether or not it led to anything. */
  readonly clicks: TwinClick[] = [];
  readonly clock: TwinClock;
  scripted: ScriptedEvent[] = [];
  locale: TwinLocale;
  lang: string;
  hydrationDelayMs = 250;
  build = 1;
  /** Counts the deploys that changed every query id; 0: those of the newest sources. */
  queryEpoch = 0;
  oldestDecoration = 0;
  watchesClicks = false;
  private counter = 0;
  private readonly seed: number;

  constructor(options: TwinOptions, clock: TwinClock) {
    this.clock = clock;
    this.circles.push(...(options.circles ?? []));
    this.seed = options.seed ?? 1;
    this.locale = options.locale ?? 'en';
    this.lang = this.locale;
    for (const member of options.members) this.accounts.set(member.memberId, this.newAccount(member));
    for (const person of options.people) this.addPerson(person);
    for (const member of options.members) this.people.set(member.profileId, memberAsPerson(member));
  }

  addPerson(person: TwinPerson): void {
    this.people.set(person.profileId, { ...person });
    if (person.degree !== 1) return;
    for (const account of this.accounts.values()) {
      const relation = this.relation(account, person.profileId);
      relation.state = 'connected';
      relation.connectedAt = this.clock.now() - 90 * 24 * 60 * 60 * 1000;
      account.following.add(person.profileId);
    }
  }

  setCircle(circle: TwinCircle): void {
    const same = this.circles.findIndex((c) => c.kind === circle.kind && c.id === circle.id);
    if (same >= 0) this.circles.splice(same, 1);
    this.circles.push(circle);
  }

  /** The post with this number and who wrote it. */
  findPost(activityId: string): { post: TwinPost; author: TwinPerson | null } | null {
    for (const person of this.people.values()) {
      const post = person.posts?.find((one) => one.activityId === activityId);
      if (!post) continue;
      return { post, author: post.repostOf ? this.findPerson(post.repostOf.slug) : person };
    }
    return null;
  }

  /** By profile id, ACwAA… alias, slug or member number. */
  findPerson(ref: string): TwinPerson | null {
    const id = ref.startsWith('ACwAA') ? `ACoAA${ref.slice(5)}` : ref;
    const direct = this.people.get(id);
    if (direct) return direct;
    const wanted = ref.toLowerCase();
    for (const person of this.people.values()) {
      if (person.slug.toLowerCase() === wanted || person.memberId === ref) return person;
    }
    return null;
  }

  relation(account: Account, profileId: string): Relation {
    let relation = account.relations.get(profileId);
    if (!relation) {
      relation = {
        state: 'none',
        invitationId: null,
        note: null,
        invitedAt: null,
        connectedAt: null,
        withdrawnAt: null,
      };
      account.relations.set(profileId, relation);
    }
    return relation;
  }

  notesLeft(account: Account): number {
    if (account.member.premium) return Number.POSITIVE_INFINITY;
    return this.refilled(account.notes, 'month', NOTES_PER_MONTH).left;
  }

  weeklyLeft(account: Account): number {
    const before = account.weekly.resetsAt;
    const left = this.refilled(account.weekly, 'week', INVITES_PER_WEEK).left;
    if (account.weekly.resetsAt !== before) account.weeklyWarned = false;
    return left;
  }

  searchPagesLeft(account: Account): number {
    return this.refilled(account.searchPages, 'month', SEARCH_PAGES_PER_MONTH).left;
  }

  /** Ids like the site's: stable for one seed and one order of events. */
  newId(kind: string): string {
    this.counter += 1;
    const hash = createHash('sha256').update(`${this.seed}/${kind}/${this.counter}`).digest('base64');
    return hash.replace(/[^A-Za-z0-9]/g, '').slice(0, 22);
  }

  newNumber(): string {
    this.counter += 1;
    return `7${String(this.seed).padStart(6, '0').slice(-6)}${String(this.counter).padStart(12, '0')}`;
  }

  record(entry: Omit<LedgerEntry, 'seq' | 'at'>): void {
    this.ledger.push({ seq: this.ledger.length + 1, at: this.clock.now(), ...entry });
  }

  /** The first armed fault that fits, used up by one. */
  takeFault(on: Fault['on'], memberId: string | null): Fault['effect'] | null {
    const index = this.faults.findIndex((f) => f.on === on && (!f.memberId || f.memberId === memberId));
    const found = this.faults[index];
    if (!found) return null;
    found.times -= 1;
    if (found.times <= 0) this.faults.splice(index, 1);
    return found.effect;
  }

  private refilled(quota: Quota, period: 'week' | 'month', full: number): Quota {
    const now = this.clock.now();
    if (now >= quota.resetsAt) {
      quota.left = full;
      quota.resetsAt = resetTime(period, now);
    }
    return quota;
  }

  private newAccount(member: TwinMember): Account {
    const now = this.clock.now();
    return {
      member,
      relations: new Map(),
      threads: new Map(),
      notes: { left: NOTES_PER_MONTH, resetsAt: resetTime('month', now) },
      weekly: { left: INVITES_PER_WEEK, resetsAt: resetTime('week', now) },
      weeklyWarnAt: 5,
      weeklyWarned: false,
      invitesRestricted: false,
      inmailCredits: member.premium ? 5 : 0,
      searchPages: { left: SEARCH_PAGES_PER_MONTH, resetsAt: resetTime('month', now) },
      challenge: null,
      sendMode: 'click',
      following: new Set(),
      liked: new Set(),
    };
  }
}

/** Members have profile pages too, where their colleagues can see them. */
function memberAsPerson(member: TwinMember): TwinPerson {
  return {
    memberId: member.memberId,
    profileId: member.profileId,
    slug: member.slug,
    firstName: member.firstName,
    lastName: member.lastName,
    headline: 'Sales at Example Ltd',
    company: 'Example Ltd',
    location: 'Berlin, Germany',
    connectPlacement: 'row',
    degree: 2,
  };
}

export function fullName(person: { firstName: string; lastName: string }): string {
  return `${person.firstName} ${person.lastName}`.trim();
}
