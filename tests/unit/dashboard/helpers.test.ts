import { describe, expect, it } from 'vitest';
import { presetFor } from '#shared/contract/mailboxPresets.ts';
import type { Problem } from '#shared/contract/route.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { pathsOf } from '../../../companion-server/dashboard/api/live.ts';
import { fieldErrors } from '../../../companion-server/dashboard/api/problems.ts';
import { statusEntry } from '../../../companion-server/dashboard/components/dictionary.ts';
import {
  durationText,
  exactTime,
  relativeTime,
} from '../../../companion-server/dashboard/components/time.ts';
import {
  choicesFor,
  customFieldOf,
  mappingProblem,
  parseField,
} from '../../../companion-server/dashboard/features/contacts/mapping.ts';
import {
  checkMailbox,
  initialMailbox,
  mayFill,
  withServers,
} from '../../../companion-server/dashboard/features/senders/mailboxForm.ts';
import { safePath } from '../../../companion-server/dashboard/features/session/safePath.ts';

const now = 1_790_000_000_000;

describe('times', () => {
  it.each([
    [now + 3 * HOUR, 'in 3 hours'],
    [now - 2 * DAY, '2 days ago'],
    [now - 5 * MINUTE, '5 minutes ago'],
    [now - 10_000, 'just now'],
    [now + 10_000, 'within a minute'],
    [now + 90 * DAY, 'in 3 months'],
  ])('%d is %s', (at, text) => {
    expect(relativeTime(at, now)).toBe(text);
  });

  it('gives the exact time in the viewer’s zone', () => {
    expect(exactTime(now, 'Europe/Berlin')).toMatch(/21 Sept? 2026.*16:13/);
  });

  it('says durations in words', () => {
    expect(durationText(DAY + 2 * HOUR)).toBe('1 day 2 hours');
    expect(durationText(30 * MINUTE)).toBe('30 minutes');
    expect(durationText(5)).toBe('less than a minute');
  });
});

describe('problems in forms', () => {
  it('puts messages at their fields and keeps the rest', () => {
    const problem: Problem = {
      type: 'about:blank#x',
      title: 'Invalid input',
      status: 422,
      code: 'invalid_input',
      detail: '',
      action: null,
      requestId: 'r',
      fields: [
        { field: 'email', message: 'is no address' },
        { field: 'body.name', message: 'is empty' },
        { field: 'other', message: 'is odd' },
      ],
    };
    expect(fieldErrors(problem, ['email', 'name'])).toEqual({
      errors: { email: 'is no address', name: 'is empty' },
      rest: ['other: is odd'],
    });
  });
});

describe('live updates', () => {
  it('refreshes what a topic concerns, and everything for an unknown one', () => {
    expect(pathsOf(new Set(['task']))).toContain('/api/v1/tasks');
    expect(pathsOf(new Set(['task', 'never heard of']))).toBeNull();
  });
});

describe('statuses', () => {
  it('explains known ones and says that it does not know new ones', () => {
    expect(statusEntry('linkedin', 'active').label).toBe('Active');
    expect(statusEntry('linkedin', 'brand_new').meaning).toContain('not known');
  });
});

describe('import mapping', () => {
  it('asks for a column that identifies people, and for each field only once', () => {
    expect(mappingProblem(['firstName', 'ignore'])).toContain('Email');
    expect(mappingProblem(['email', 'email'])).toContain('Two columns');
    expect(mappingProblem(['email', 'ignore', 'ignore'])).toBeNull();
  });

  it('makes valid custom fields of any column name', () => {
    expect(customFieldOf('Company Size (EU)')).toBe('custom:companySizeEu');
    for (const name of ['2nd phone', '', 'Größe', 'x'.repeat(90), '***']) {
      expect(parseField(customFieldOf(name)), name).toBe(customFieldOf(name));
    }
  });

  it('offers the suggestion even when it is a custom field of another name', () => {
    const choices = choicesFor({ name: 'Size', suggestion: 'custom:companySize', samples: [] });
    expect(choices.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['custom:companySize', 'custom:size']),
    );
  });
});

describe('mailbox form', () => {
  const empty = initialMailbox(null);

  const gmail = must(presetFor('me@gmail.com'), 'gmail');

  it('fills in the servers that somebody names, and never over what was typed', () => {
    const addressed = { ...empty, fromAddress: 'me@gmail.com' };
    const filled = withServers(addressed, gmail);
    expect(filled.smtp).toMatchObject({ host: 'smtp.gmail.com', user: 'me@gmail.com', password: '' });
    expect(withServers(addressed, { smtp: { ...gmail.smtp, user: 'me' }, imap: gmail.imap }).smtp.user).toBe(
      'me',
    );
    expect(mayFill(addressed, null)).toBe(true);
    expect(mayFill(filled, gmail)).toBe(true);
    expect(mayFill({ ...filled, smtp: { ...filled.smtp, host: 'mail.example.com' } }, gmail)).toBe(false);
  });

  it('needs a password only while none is stored', () => {
    const values = withServers({ ...empty, fromName: 'Me', fromAddress: 'me@gmail.com' }, gmail);
    expect(Object.keys(checkMailbox(values, false)).sort()).toEqual(['imap.password', 'smtp.password']);
    expect(checkMailbox(values, true)).toEqual({});
  });
});

describe('where signing in leads', () => {
  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '', undefined])(
    'not to %s',
    (wanted) => {
      expect(safePath(wanted)).toBe('/');
    },
  );

  it('to the page that was asked for', () => {
    expect(safePath('/device?user_code=AB')).toBe('/device?user_code=AB');
  });
});
