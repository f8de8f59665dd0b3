import { describe, expect, it } from 'vitest';
import { cast } from '../../support/cast.ts';
import { type Effect, judge } from '../../support/judge.ts';

const effect = (slug: string | null, kind: Effect['kind'], text: string, at = 1): Effect => ({
  slug,
  kind,
  step: text,
  text,
  at,
});
const nobodyReplied = new Map<string, number>();

describe('judge', () => {
  it('finds nothing wrong where both records agree', () => {
    const verdict = judge(
      [effect('anna-berg', 'invite', 'Hi Anna')],
      [{ slug: 'anna-berg', kind: 'invite' }],
      cast,
      nobodyReplied,
    );
    expect(verdict).toEqual({ done: 1, twice: 0, wrongPerson: 0, mismatch: 0, afterReply: 0 });
  });

  it('counts a repeated step as twice and as a mismatch', () => {
    const verdict = judge(
      [effect('anna-berg', 'invite', 'Hi Anna'), effect('anna-berg', 'invite', 'Hi Anna')],
      [{ slug: 'anna-berg', kind: 'invite' }],
      cast,
      nobodyReplied,
    );
    expect(verdict).toMatchObject({ twice: 1, mismatch: 1 });
  });

  it('counts a click on a stranger, and a greeting with another name, as the wrong person', () => {
    const verdict = judge(
      [effect(null, 'invite', ''), effect('anna-berg', 'message', 'Hi Bo')],
      [],
      cast,
      nobodyReplied,
    );
    expect(verdict).toMatchObject({ done: 0, wrongPerson: 2 });
  });

  it('sees a step that only the server believes in', () => {
    const verdict = judge([], [{ slug: 'anna-berg', kind: 'email' }], cast, nobodyReplied);
    expect(verdict.mismatch).toBe(1);
  });

  it('sees what went out after a reply', () => {
    const verdict = judge(
      [effect('bo-lind', 'message', 'Hi Bo', 50)],
      [{ slug: 'bo-lind', kind: 'message' }],
      cast,
      new Map([['bo-lind', 40]]),
    );
    expect(verdict.afterReply).toBe(1);
  });
});
