import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { between, type Rng } from '#shared/kernel/prng.ts';
import type { LinkedinStep, ProfileRead } from '#shared/protocol/linkedin.ts';
import type { InboundEmail } from '../../companion-server/engine/index.ts';
import type { Person } from './setup.ts';

export class Violation extends Error {
  override name = 'Violation';
}

export interface Effect {
  taskId: string;
  /** The claim it was done under; null for email, which the server sends itself. */
  fence: number | null;
  contactId: string;
  kind: string;
  text: string;
  at: number;
}

type Step = Pick<LinkedinStep, 'taskId' | 'fence' | 'kind' | 'text'>;

const stops = new Set(['reply', 'unsubscribe']);

interface Tie {
  state: 'none' | 'pending' | 'connected';
  connectedAt: number;
  inbound: { id: string; at: number }[];
}

/** The outside: LinkedIn, mail servers and people, with a ledger of everything that reached a person. */
export class World {
  readonly effects: Effect[] = [];
  readonly loggedOut = new Set<string>();
  readonly mail: (InboundEmail & { channelId: string; contactId: string })[] = [];
  /** When a person last decided to go on with a contact: what came before is dealt with. */
  readonly decidedAt = new Map<string, number>();
  private readonly ties = new Map<string, Tie>();
  private readonly plans: { at: number; run: () => void }[] = [];
  private ids = 0;

  constructor(
    readonly people: Person[],
    private readonly rng: Rng,
    private readonly now: () => number,
    private readonly mood: { accept: number; reply: number },
  ) {}

  /** People do what they meant to do by now (schedule time). */
  catchUp(): void {
    const due = this.plans.filter((plan) => plan.at <= this.now());
    for (const plan of due) {
      this.plans.splice(this.plans.indexOf(plan), 1);
      plan.run();
    }
  }

  nextPlanAt(): number | null {
    return this.plans.length === 0 ? null : Math.min(...this.plans.map((plan) => plan.at));
  }

  personBySlug(slug: string): Person {
    const person = this.people.find((each) => each.slug === slug);
    if (!person) throw new Violation(`nobody is at ${slug}`);
    return person;
  }

  tie(memberId: string, person: Person): Tie {
    const key = `${memberId}:${person.slug}`;
    const known = this.ties.get(key) ?? { state: 'none', connectedAt: 0, inbound: [] };
    this.ties.set(key, known);
    return known;
  }

  profile(memberId: string, person: Person): ProfileRead {
    const { state } = this.tie(memberId, person);
    return {
      memberId: person.memberId,
      profileId: person.profileId,
      slug: person.slug,
      name: person.slug,
      headline: null,
      company: null,
      location: null,
      relation: state === 'pending' ? 'invite_sent' : state === 'connected' ? 'connected' : 'not_connected',
    };
  }

  /** The irreversible click. */
  click(memberId: string, person: Person, step: Step): void {
    this.record(step.taskId, step.fence, person, step.kind, step.text ?? '');
    const tie = this.tie(memberId, person);
    this.refuseAfter(
      person,
      tie.inbound.map((message) => message.at),
    );
    if (step.kind === 'connect') {
      tie.state = 'pending';
      if (this.rng() < this.mood.accept) {
        this.plan(between(this.rng, 10 * MINUTE, 8 * HOUR), () => {
          tie.state = 'connected';
          tie.connectedAt = this.now();
        });
      }
    } else if (this.rng() < this.mood.reply) {
      this.plan(between(this.rng, MINUTE, 5 * HOUR), () => {
        tie.inbound.push({ id: `m${++this.ids}`, at: this.now() });
      });
    }
  }

  /** The mail server took the message. */
  deliver(taskId: string, person: Person, messageId: string, channelId: string): void {
    const answers = this.mail.filter(
      (mail) =>
        mail.contactId === person.contactId && mail.channelId === channelId && stops.has(mail.kind.kind),
    );
    this.refuseAfter(
      person,
      answers.map((mail) => mail.receivedAt),
    );
    this.record(taskId, null, person, 'send_email', messageId);
    const roll = this.rng();
    if (roll > this.mood.reply) return;
    const kinds: InboundEmail['kind'][] = [
      { kind: 'reply' },
      { kind: 'reply' },
      { kind: 'auto_reply', returnAt: this.now() + 6 * HOUR },
      { kind: 'bounce', severity: 'hard', status: '5.1.1', diagnostic: 'no such user' },
      { kind: 'unsubscribe' },
    ];
    const kind = kinds[Math.floor((roll / this.mood.reply) * kinds.length)] ?? { kind: 'reply' };
    this.plan(between(this.rng, MINUTE, 5 * HOUR), () => {
      this.mail.push({
        channelId,
        contactId: person.contactId,
        dedupeKey: `in${++this.ids}`,
        ownMessageId: messageId,
        contactAddress: person.email,
        receivedAt: this.now(),
        subject: 'Re',
        text: 'answer',
        kind,
      });
    });
  }

  happened(taskId: string): boolean {
    return this.effects.some((effect) => effect.taskId === taskId);
  }

  private record(taskId: string, fence: number | null, person: Person, kind: string, text: string): void {
    const before = this.effects.filter((effect) => effect.taskId === taskId);
    this.effects.push({ taskId, fence, contactId: person.contactId, kind, text, at: this.now() });
    if (before.length > 0)
      throw new Violation(`twice: task ${taskId} (${kind}) reached ${person.slug} again`);
    const invites = this.effects.filter(
      (each) => each.kind === 'connect' && each.contactId === person.contactId,
    );
    if (kind === 'connect' && invites.length > 1)
      throw new Violation(`twice: ${person.slug} got two invites`);
  }

  /** Whoever read the channel in time knew of an answer this old. */
  private refuseAfter(person: Person, answersAt: readonly number[]): void {
    const since = this.decidedAt.get(person.contactId) ?? 0;
    const known = answersAt.some((at) => at > since && at < this.now() - 20 * MINUTE);
    if (known) throw new Violation(`${person.slug} got something after answering`);
  }

  private plan(inMs: number, run: () => void): void {
    this.plans.push({ at: this.now() + inMs, run });
  }
}
