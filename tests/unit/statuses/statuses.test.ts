import { describe, expect, it } from 'vitest';
import type { ZodEnum } from 'zod';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import * as dictionary from '#shared/statuses/dictionary.ts';
import * as engine from '#shared/statuses/engine.ts';
import { linkedinErrorCode, linkedinInactiveReason, linkedinStatus } from '#shared/statuses/linkedin.ts';
import { failurePolicy, holdLength, mayHaveHappened, retryDelay } from '#shared/statuses/policy.ts';

const tables: [string, ZodEnum, Record<string, dictionary.StatusEntry>][] = [
  ['enrollment', engine.enrollmentStatus, dictionary.enrollmentStatuses],
  ['task', engine.taskState, dictionary.taskStates],
  ['automation', engine.automationStatus, dictionary.automationStatuses],
  ['relation', engine.relationStatus, dictionary.relationStatuses],
  ['mail', engine.mailStatus, dictionary.mailStatuses],
  ['hold', engine.holdReason, dictionary.holdReasons],
  ['LinkedIn', linkedinStatus, dictionary.linkedinStatuses],
  ['inactive', linkedinInactiveReason, dictionary.linkedinInactiveReasons],
  ['error', linkedinErrorCode, dictionary.linkedinErrors],
  ['mark', dictionary.mark, dictionary.marks],
];

describe('dictionary', () => {
  it.each(tables)('%s: explains every value in words', (_name, values, table) => {
    expect(Object.keys(table).sort()).toEqual([...values.options].map(String).sort());
    for (const entry of Object.values(table)) {
      expect(entry.label).not.toBe('');
      expect(entry.meaning).toMatch(/^[A-Z0-9].{8,}\.$/);
      expect(entry.setBy).not.toBe('');
    }
  });

  it('tells the rep what to do about every reason for Inactive', () => {
    for (const entry of Object.values(dictionary.linkedinInactiveReasons)) {
      expect(entry.sentence).toMatch(/\.$/);
      expect(entry.whatToDo).toMatch(/\.$/);
    }
  });

  it('has a sentence for any reason', () => {
    expect(dictionary.reasonSentence('not_connected')).toContain('connections only');
    expect(dictionary.reasonSentence('missing_data')).toContain('not known');
    expect(dictionary.reasonSentence('replied')).toContain('replied');
    expect(dictionary.reasonSentence('toString')).toBe('ToString.');
  });
});

describe('policy', () => {
  it('follows the table of the specification', () => {
    expect(failurePolicy.already_invited).toEqual({ do: 'set_relation', relation: 'invite_sent' });
    expect(failurePolicy.restricted).toEqual({ do: 'hold_account', reason: 'account_restricted' });
    expect(failurePolicy.too_many_requests).toMatchObject({ do: 'hold_kind', reason: 'too_many_requests' });
    expect(failurePolicy.wrong_person.do).toBe('person_decides');
    expect(failurePolicy.profile_not_found.do).toBe('fail_branch');
  });

  it('retries three times, then gives up', () => {
    expect([1, 2, 3, 4].map(retryDelay)).toEqual([15 * MINUTE, HOUR, 4 * HOUR, null]);
  });

  it('holds longer each time, a week at most', () => {
    expect([1, 2, 3, 4, 9].map(holdLength)).toEqual([5 * HOUR, DAY, 3 * DAY, 7 * DAY, 7 * DAY]);
  });

  it('never treats a possible effect as none', () => {
    expect(mayHaveHappened('before_effect')).toBe(false);
    expect(mayHaveHappened('maybe_effect')).toBe(true);
    expect(mayHaveHappened('after_effect')).toBe(true);
  });
});
