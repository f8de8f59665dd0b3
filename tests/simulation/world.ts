import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { LinkedinMember, LinkedinStep, ProfileRead } from '#shared/protocol/linkedin.ts';
import type { InboundEmail } from '../../companion-server/engine/index.ts';
import type { Chance } from './chance.ts';
import type { Person } from './setup.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';

/** Where a LinkedIn member and a person stand, as LinkedIn knows it. */
interface Tie {
  state: 'none' | 'pending' | 'connected';
  connectedAt: number;
  isFollowed: boolean;
  isLiked: boolean;
  inbound: { id: string; at: number }[];
  outbound: string[];
  /** When InMail was sent that cost a credit. */
  paidAt: number[];
}

/** InMail credits come back in time. */
const CREDITS = { count: 2, every: 30 * DAY } as const;

export interface Letter extends InboundEmail {
  channelId: string;
  contactId: string;
}

/** A list of people as LinkedIn shows it. */
export interface LinkedinList {
  people: readonly Person[];
  pageSize: number;
}

export interface Mood {
  /** How likely somebody accepts an invitation, and answers a message. */
  accept: number;
  reply: number;
}

/** The outside: LinkedIn, mailboxes, and people who accept, answer, bounce and opt out in schedule time. */
export class World {
  readonly inboxes: Letter[] = [];
  /** Who is signed in to LinkedIn in which browser; null: nobody. */
  readonly sessions = new Map<string, LinkedinMember | null>();
  /** Told when somebody clicks on the link at an email's end. */
  onOptOut: (person: Person) => void = () => undefined;
  /** Something happened that only a read can find. */
  hasNews = false;
  /** The contact that is bound to somebody on LinkedIn, where it need not be the one of their email. */
  readonly bound = new Map<Person, string>();
  /** What a rep imports. */
  importing: LinkedinList | null = null;
  /** Message-IDs in the Sent folders. */
  readonly sent = new Set<string>();
  /** The mailbox channel of each address. */
  readonly mailboxes = new Map<string, string>();
  private readonly ears = new Map<string, () => void>();
  private readonly keepsSent: boolean;
  private readonly ties = new Map<string, Tie>();
  private readonly slugs: Map<string, Person>;
  private readonly plans: { at: number; run: () => void }[] = [];
  private ids = 0;

  constructor(
    readonly people: readonly Person[],
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    private readonly mood: Mood,
  ) {
    this.keepsSent = chance.happens(0.5);
    this.slugs = new Map(people.map((person) => [person.slug, person]));
  }

  /** People do what they meant to do by now. */
  catchUp(): void {
    for (const plan of this.plans.filter(({ at }) => at <= this.time.now())) {
      this.plans.splice(this.plans.indexOf(plan), 1);
      plan.run();
      this.hasNews = true;
    }
  }

  nextPlanAt(): number | null {
    return this.plans.length === 0 ? null : Math.min(...this.plans.map(({ at }) => at));
  }

  at(slug: string): Person | null {
    return this.slugs.get(slug) ?? this.people.find(({ profileId }) => profileId === slug) ?? null;
  }

  /** The contact of this person on LinkedIn. */
  contactOf(person: Person): string {
    return this.bound.get(person) ?? person.contactId;
  }

  byId(contactId: string): Person {
    const person = this.people.find((each) => each.contactId === contactId);
    if (!person) throw new Violation(`contact ${contactId} is nobody`);
    return person;
  }

  /** Two people change their addresses: each old one leads to the other person. */
  moveSlugs(): void {
    const [one, other] = [this.chance.one(this.people), this.chance.one(this.people)];
    const [a, b] = [this.slugOf(one), this.slugOf(other)];
    this.slugs.set(a, other);
    this.slugs.set(b, one);
  }

  slugOf(person: Person): string {
    for (const [slug, each] of this.slugs) if (each === person) return slug;
    return person.slug;
  }

  tie(memberId: string, person: Person): Tie {
    const key = `${memberId}:${person.contactId}`;
    const known: Tie = this.ties.get(key) ?? {
      state: 'none',
      connectedAt: 0,
      isFollowed: false,
      isLiked: false,
      inbound: [],
      outbound: [],
      paidAt: [],
    };
    this.ties.set(key, known);
    return known;
  }

  hasCredit(memberId: string): boolean {
    const paid = this.people.flatMap((person) => this.tie(memberId, person).paidAt);
    return paid.filter((at) => at > this.time.now() - CREDITS.every).length < CREDITS.count;
  }

  profile(memberId: string, person: Person): ProfileRead {
    const { state } = this.tie(memberId, person);
    return {
      memberId: person.memberId,
      profileId: person.profileId,
      slug: this.slugOf(person),
      name: nameOf(person),
      headline: null,
      company: null,
      location: null,
      relation: state === 'pending' ? 'invite_sent' : state === 'connected' ? 'connected' : 'not_connected',
    };
  }

  /** The irreversible click arrived. */
  clicked(memberId: string, person: Person, step: Pick<LinkedinStep, 'kind' | 'text'>): void {
    const tie = this.tie(memberId, person);
    if (step.kind === 'connect') {
      tie.state = 'pending';
      if (!this.chance.happens(this.mood.accept)) return;
      this.plan(this.chance.pick(10 * MINUTE, 30 * HOUR), () => {
        if (tie.state === 'none') return;
        tie.state = 'connected';
        tie.connectedAt = this.time.now();
      });
      return;
    }
    if (step.kind === 'withdraw') tie.state = 'none';
    if (step.kind === 'follow') tie.isFollowed = true;
    if (step.kind === 'like') tie.isLiked = true;
    if (step.kind === 'inmail' && !isOpenProfile(person)) tie.paidAt.push(this.time.now());
    if (step.text === null) return;
    tie.outbound.push(step.text);
    if (!this.chance.happens(this.mood.reply)) return;
    this.plan(this.chance.pick(MINUTE, 20 * HOUR), () => {
      tie.inbound.push({ id: `m${++this.ids}`, at: this.time.now() });
    });
  }

  channelAt(address: string): string {
    const channelId = this.mailboxes.get(address);
    if (!channelId) throw new Violation(`nobody has the mailbox ${address}`);
    return channelId;
  }

  /** Told of whatever comes into this mailbox; answers how to stop. */
  listen(address: string, onLetter: () => void): () => void {
    this.ears.set(this.channelAt(address), onLetter);
    return () => this.ears.delete(this.channelAt(address));
  }

  /** The mail server took the message. Some keep a copy by themselves. */
  delivered(person: Person, messageId: string, channelId: string): void {
    if (this.keepsSent) this.sent.add(messageId);
    if (!this.chance.happens(this.mood.reply)) return;
    const answer = this.chance.pick(0, 6);
    this.plan(this.chance.pick(MINUTE, 20 * HOUR), () => {
      if (answer === 6) this.onOptOut(person);
      else {
        this.inboxes.push(this.letter(person, messageId, channelId, answer));
        this.ears.get(channelId)?.();
      }
    });
  }

  private letter(person: Person, messageId: string, channelId: string, answer: number): Letter {
    const kinds: InboundEmail['kind'][] = [
      { kind: 'reply' },
      { kind: 'reply' },
      { kind: 'auto_reply', returnAt: this.time.now() + this.chance.pick(1, 40) * HOUR },
      { kind: 'auto_reply', returnAt: null },
      { kind: 'bounce', severity: 'hard', status: '5.1.1', diagnostic: 'no such user' },
      { kind: 'unsubscribe' },
    ];
    return {
      channelId,
      contactId: person.contactId,
      dedupeKey: `in${++this.ids}`,
      ownMessageId: messageId,
      contactAddress: person.email,
      receivedAt: this.time.now(),
      subject: 'Re',
      text: 'answer',
      kind: kinds[answer] ?? { kind: 'reply' },
    };
  }

  private plan(inMs: number, run: () => void): void {
    this.plans.push({ at: this.time.now() + inMs, run });
  }
}

/** Takes InMail for nothing. */
export function isOpenProfile({ memberId }: Person): boolean {
  return Number(memberId) % 2 === 0;
}

export function hasPost({ memberId }: Person): boolean {
  return Number(memberId) % 3 !== 0;
}

export function nameOf(person: Person): string {
  return `Person${person.slug.replace('person-', '')} Test`;
}
