import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { Post, Posted } from '../../companion-server/services/webhook/post.ts';
import type { Books } from './books.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';

export interface CallWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  books: Books;
  receiver: Receiver;
  trace(text: string): void;
}

/** What the vault of these worlds gives out, whatever it is asked for. */
export const OPENED = JSON.stringify({ smtp: 'secret', imap: 'secret' });

/** Least waits between the tries of a call, and so how many there are. */
const WAITS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 24 * HOUR] as const;
const failures = ['refuses', 'is away', 'takes and fails', 'is late', 'is late'] as const;
/** Nobody waits longer for an answer. */
const DEADLINE_MS = 10 * SECOND;

const told = z.object({
  id: z.string(),
  automationId: z.string(),
  enrollmentId: z.string(),
  nodeId: z.string(),
});
type Call = z.infer<typeof told>;

interface Try {
  call: Call;
  /** Real time. */
  at: number;
  /** Its automation was to stop then. */
  isHeld: boolean;
}

/** Where a call may go from each state; from `failed` only a person brings it. */
const moves: Record<string, readonly string[]> = {
  '': ['pending'],
  pending: ['delivered', 'failed'],
  failed: ['pending', 'left'],
};

/** The system that Webhook nodes call, and what must be true of the calls: it knows each by its id. */
export class Receiver {
  private readonly taken = new Map<string, Call>();
  /** When the latest try of each began (real time). */
  private readonly triedAt = new Map<string, number>();
  private readonly decided = new Map<string, Set<'retry' | 'leave'>>();
  /** Whether it takes none of the tries before somebody decides about the call. */
  private readonly spurned = new Map<string, boolean>();

  constructor(
    private readonly time: VirtualTime,
    private readonly ledger: Ledger,
  ) {}

  /** A try begins. Several may in one job: nothing is looked up here. */
  begun(body: string, headers: Record<string, string>): Try {
    const call = told.parse(JSON.parse(body));
    const [, at = ''] = /^t=(\d+),/.exec(headers['rapport-signature'] ?? '') ?? [];
    const mac = createHmac('sha256', OPENED).update(`${at}.${body}`).digest('hex');
    if (headers['rapport-signature'] !== `t=${at},v1=${mac}`) this.fail(call, 'its signature is wrong');
    if (headers['rapport-request-id'] !== call.id) this.fail(call, 'it goes under another id');
    if (this.ledger.isHeld('workspace')) this.fail(call, 'it is made though everything is stopped');
    const isHeld = this.ledger.isHeld(`automation:${call.automationId}`);
    return { call, at: this.time.clock.real, isHeld };
  }

  /** It reaches the receiver, or nobody. */
  async arrived({ call, at, isHeld }: Try, books: Books): Promise<void> {
    const [row] = await books.rows(
      'SELECT d.state, d.attempts, a.status FROM webhook_delivery d JOIN automation a ON a.id = d.automation_id WHERE d.id = ?',
      [call.id],
    );
    if (row?.state !== 'pending') this.fail(call, `it is ${row?.state ?? 'unknown'}, and called`);
    // What an archived automation has reached is still told.
    if (isHeld && row?.status !== 'archived') this.fail(call, 'it is made though its automation is paused');
    const waited = at - (this.triedAt.get(call.id) ?? 0);
    if (waited < (WAITS[Number(row?.attempts) - 2] ?? 0)) this.fail(call, `tried again after ${waited} ms`);
    this.triedAt.set(call.id, at);
  }

  /** It arrived. What came before under the same id is known, and does nothing more. */
  take(call: Call): void {
    const other = [...this.taken.values()].find(
      ({ id, enrollmentId, nodeId }) =>
        id !== call.id && enrollmentId === call.enrollmentId && nodeId === call.nodeId,
    );
    if (other) this.fail(call, `the same was told as ${other.id}`);
    this.taken.set(call.id, call);
  }

  spurns(id: string, draw: () => boolean): boolean {
    const is = this.spurned.get(id) ?? draw();
    this.spurned.set(id, is);
    return is && !this.decided.has(id);
  }

  /** A manager ordered it. */
  decide(ids: readonly string[], action: 'retry' | 'leave'): void {
    for (const id of ids) this.decided.set(id, (this.decided.get(id) ?? new Set()).add(action));
  }

  /** The server's own word for it has changed. */
  changed(id: string, was: string, now: string): void {
    if (!moves[was]?.includes(now)) throw new Violation(`call ${id} went from ${was} to ${now}`);
    if (was === 'failed' && !this.decided.get(id)?.has(now === 'left' ? 'leave' : 'retry'))
      throw new Violation(`call ${id} went from ${was} to ${now}, and nobody ordered it`);
    if (now === 'delivered' && !this.taken.has(id))
      throw new Violation(`call ${id} counts as made and never arrived`);
  }

  /** None is lost: who went past a Webhook node has its call; one that is given up was tried to the end, and says so. */
  async check(books: Books): Promise<void> {
    const [early] = await books.rows(
      `SELECT id, attempts, answer FROM webhook_delivery WHERE state = 'failed' AND (answer IS NULL OR attempts <= ?)`,
      [WAITS.length],
    );
    if (early) throw new Violation(`a call was given up too early: ${JSON.stringify(early)}`);
    const [lost] = await books.rows(
      `SELECT e.enrollment_id, h.node FROM event e JOIN (SELECT 'tell' AS after, 'call' AS node
          UNION ALL SELECT 'mail', 'report') h ON h.after = e.node_id
        WHERE e.enrollment_id IS NOT NULL AND EXISTS (SELECT 1 FROM automation a
          WHERE a.id = e.automation_id AND a.draft LIKE '%"webhook"%')
        AND NOT EXISTS (SELECT 1 FROM webhook_delivery d
          WHERE d.enrollment_id = e.enrollment_id AND d.node_id = h.node) LIMIT 1`,
    );
    if (lost) throw new Violation(`nobody was told of ${lost.enrollment_id} at ${lost.node}`);
  }

  /** When the next try is due, in schedule time as it stands; null: none waits. */
  async nextCallAt(books: Books): Promise<number | null> {
    const [row] = await books.rows(`SELECT min(next_at) AS at FROM webhook_delivery WHERE state = 'pending'`);
    return row?.at == null ? null : Number(row.at) + this.time.clock.offset;
  }

  private fail(call: Call, what: string): never {
    const violation = new Violation(`call ${call.id} of ${call.enrollmentId} at ${call.nodeId}: ${what}`);
    this.ledger.violation ??= violation;
    throw violation;
  }
}

export interface Calls {
  post: Post;
  /** Whether an answer is waited for. */
  isBusy(): boolean;
}

/** Calls as one life of the server makes them: they fail in every way, and the life may end before the answer. */
export function simulatedCalls(env: CallWorld, life: Life): Calls {
  const { time, chance, faults, books, receiver, trace } = env;
  const timers = time.timersOf(life);
  let underWay = 0;

  async function answerTo(call: Call): Promise<Posted> {
    const isSpurned = receiver.spurns(call.id, () => chance.fails(faults.receiver) && chance.happens(0.3));
    const isFailing = chance.fails(faults.receiver);
    const way = isSpurned ? 'refuses' : isFailing ? chance.one(failures) : 'takes';
    trace(`the receiver ${way} ${call.id}`);
    if (way === 'refuses') return { ok: false, answer: chance.one(['503', '404', '429']) };
    if (way === 'is away') return { ok: false, answer: 'connect ECONNREFUSED' };
    receiver.take(call);
    if (way === 'takes') return { ok: true, answer: chance.one(['200', '204']) };
    if (way === 'takes and fails') return { ok: false, answer: '500' };
    await timers.sleep(DEADLINE_MS);
    return { ok: false, answer: 'The operation was aborted due to timeout' };
  }

  return {
    isBusy: () => underWay > 0,
    async post(_url, body, headers) {
      underWay += 1;
      const begun = receiver.begun(body, headers);
      const answer = await life.call(async () => {
        await timers.sleep(chance.pick(50, 3 * SECOND));
        await time.work(() => receiver.arrived(begun, books));
        return await answerTo(begun.call);
      });
      underWay -= 1;
      return answer;
    },
  };
}
