import type { LinkedinFailure, VerifyResult } from '#shared/protocol/linkedin.ts';
import type { LinkedinErrorCode } from '#shared/statuses/linkedin.ts';

/** A failure of which it is certain that LinkedIn did nothing. */
export function before(
  code: LinkedinErrorCode,
  detail: string,
  until: number | null = null,
): LinkedinFailure {
  return { code, effect: 'before_effect', detail: detail.slice(0, 500), until };
}

/** A failure after which the effect may exist. */
export function maybe(code: LinkedinErrorCode, detail: string): LinkedinFailure {
  return { code, effect: 'maybe_effect', detail: detail.slice(0, 500), until: null };
}

/** LinkedIn stopped the account or the pace while an effect was read back: nothing more is asked, and it may exist. */
export function stoppedLooking(failure: LinkedinFailure): Extract<VerifyResult, { outcome: 'refused' }> {
  return { outcome: 'refused', failure: { ...failure, effect: 'maybe_effect' } };
}

/** Stops a prepare from any depth; turned into a `failed` result at the public boundary. */
export class StepStop extends Error {
  override name = 'StepStop';
  constructor(readonly failure: LinkedinFailure) {
    super(failure.detail);
  }
}

/** Ends the running step with a failure that is certainly before the effect. */
export function stop(code: LinkedinErrorCode, detail: string, until: number | null = null): never {
  throw new StepStop(before(code, detail, until));
}
