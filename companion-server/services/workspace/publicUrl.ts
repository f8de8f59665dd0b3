import type { z } from 'zod';
import type { publicUrlView } from '#shared/contract/workspace.ts';
import { type Clock, MINUTE } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { checkPublicUrl } from '../../email/publicUrl.ts';

export type PublicUrlState = z.infer<typeof publicUrlView>;

/** Whether others reach this server under PUBLIC_URL; remembered, so that a page load never waits for it. */
export interface PublicUrl {
  /** The last answer; never asks the network. */
  known(): PublicUrlState;
  /** Asks now, or gives an answer younger than a minute. */
  check(fresh: boolean): Promise<PublicUrlState>;
}

export interface PublicUrlOptions {
  url: string | null;
  fetch: typeof fetch;
  newId: NewId;
  /** What the answer is proven with. */
  key: Uint8Array;
  /** Real time. */
  clock: Clock;
  /** Demo and tests only. */
  allowLoopback: boolean;
  signal: AbortSignal;
}

/** Whether links in emails reach this server; the answer is kept for a while. */
export function createPublicUrl(options: PublicUrlOptions): PublicUrl {
  let answer: PublicUrlState | null = null;
  let answeredAt = 0;
  async function ask(): Promise<PublicUrlState> {
    const asked = { nonce: options.newId(), key: options.key };
    const result = await checkPublicUrl(options.url, options.fetch, asked, options.signal, {
      allowLoopback: options.allowLoopback,
    });
    answeredAt = options.clock.now();
    answer = result.ok
      ? { ok: true, url: result.value, message: `Links to ${result.value} reach this server.`, action: null }
      : { ok: false, url: options.url, message: result.error.sentence, action: result.error.whatToDo };
    return answer;
  }
  return {
    known: () =>
      answer ?? {
        ok: false,
        url: options.url,
        message: 'The public address was not checked yet.',
        action: 'Check it in Settings.',
      },
    check: async (fresh) =>
      !fresh && answer && options.clock.now() - answeredAt < MINUTE ? answer : await ask(),
  };
}
