import { MINUTE } from '#shared/kernel/clock.ts';
import type { Books } from './books.ts';
import { Violation } from './violation.ts';

/** Real time within which a browser that is there and signed in has said so, at any hour. */
const ASKED_WITHIN = 15 * MINUTE;

/** Accounts of which only the browser is still to be heard: nothing else holds them, and somebody waits for them. */
const WAITING = `SELECT h.id, c.sender_id FROM hold h JOIN channel c ON c.id = h.scope_id JOIN sender s ON s.id = c.sender_id
  WHERE h.lifted_at IS NULL AND h.reason = 'linkedin_account_disconnected'
  AND s.state = 'active' AND s.consent_version IS NOT NULL
  AND EXISTS (SELECT 1 FROM enrollment e WHERE e.sender_id = s.id AND e.live = 1)
  AND NOT EXISTS (SELECT 1 FROM hold o WHERE o.lifted_at IS NULL AND o.id <> h.id
    AND o.scope_id IN (c.id, c.sender_id, c.workspace_id))`;

/** Whoever reconnects LinkedIn is asked at once who is signed in, and does not wait for the working window. */
export class Reconnects {
  /** By hold: since when nothing was missing but the question. */
  private since = new Map<string, number>();

  constructor(
    private readonly books: Books,
    /** Whether a browser of this sender profile is open, and the right member signed in there. */
    private readonly isThere: (senderId: string) => boolean,
  ) {}

  /** So much time passed while every browser slept: none of it counts. */
  slept(ms: number): void {
    for (const [id, since] of this.since) this.since.set(id, since + ms);
  }

  /** To be called while nothing goes wrong. */
  async check(real: number): Promise<void> {
    const before = this.since;
    this.since = new Map();
    for (const { id, sender_id } of await this.books.rows(WAITING)) {
      if (!this.isThere(String(sender_id))) continue;
      const since = before.get(String(id)) ?? real;
      this.since.set(String(id), since);
      if (real - since > ASKED_WITHIN)
        throw new Violation(`nobody asked the browser of ${sender_id} who is signed in`);
    }
  }
}
