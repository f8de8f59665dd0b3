import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { PageError } from './ports.ts';

/** A failure of our own making that is certainly before the effect. */
export function beforeEffect(
  code: LinkedinFailure['code'],
  detail: string,
  until: number | null = null,
): LinkedinFailure {
  return { code, effect: 'before_effect', detail: detail.slice(0, 500), until };
}

/**
 * What kept the page from answering, by the error's type. An error of our own (a full disk, a defect) says nothing of LinkedIn
 * and must not count against the account: it is thrown on, and the loop tells the rep of it.
 */
export function failureOf(error: unknown): LinkedinFailure {
  if (error instanceof PageError) return beforeEffect(error.code, error.message);
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return beforeEffect('timeout', error.message);
  }
  throw error;
}
