import { DAY } from '#shared/kernel/clock.ts';

/** What the guards look at, and from where on they warn and stop (product §4.6). */
export const guardLimits = {
  /** Failures in a row, or this share of the last `of` outcomes, stop the account. */
  failures: { inARow: 5, of: 20, stopAt: 0.3 },
  /** Warned about after `warnFrom` decided invites, stopped after `of`. */
  acceptance: { of: 30, stopBelow: 0.2, warnFrom: 10, warnBelow: 0.3, decidedAfter: 10 * DAY },
  /** Over the last `of` sends within `within`, from `atLeast` sends on. */
  bounces: { of: 100, within: 14 * DAY, atLeast: 20, warnAt: 0.04, stopFirstAt: 0.08, stopAt: 0.12 },
} as const;

/** A share as people read it: "8 %". */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export interface AcceptanceFigures {
  decided: number;
  accepted: number;
}

export interface BounceFigures {
  sent: number;
  bounced: number;
}

/** Whether too few of the decided invitations were accepted (product §4.6). */
export function acceptanceLevel({ decided, accepted }: AcceptanceFigures): 'fine' | 'warn' | 'stop' {
  const { of, stopBelow, warnFrom, warnBelow } = guardLimits.acceptance;
  if (decided >= of && accepted / decided < stopBelow) return 'stop';
  return decided >= warnFrom && accepted / decided < warnBelow ? 'warn' : 'fine';
}

/** Whether too many emails came back (product §4.6). */
export function bounceLevel({ sent, bounced }: BounceFigures): 'fine' | 'warn' | 'stop_first' | 'stop' {
  const { atLeast, warnAt, stopFirstAt, stopAt } = guardLimits.bounces;
  if (sent < atLeast) return 'fine';
  const share = bounced / sent;
  if (share >= stopAt) return 'stop';
  if (share >= stopFirstAt) return 'stop_first';
  return share >= warnAt ? 'warn' : 'fine';
}
