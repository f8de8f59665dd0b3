import type { HeldGroup, ResumeEdit } from '#shared/contract/resumePlan.ts';
import { DAY } from '#shared/kernel/clock.ts';

/** What somebody chose for one group of held steps, before it is applied. */
export type Choice = 'go' | 'postpone' | 'old7' | 'old30' | 'first' | 'all';

export interface Draft {
  choice: Choice;
  /** For postpone: yyyy-mm-dd, in the viewer's zone. */
  date: string;
}

export const nothingChosen: Draft = { choice: 'go', date: '' };

/** Only first touches can be left out by age: who was written to already is answered for. */
export function choices(group: HeldGroup): { value: Choice; label: string }[] {
  const first = group.firstTouches > 0;
  return [
    { value: 'go', label: 'Go as planned' },
    { value: 'postpone', label: 'Postpone until…' },
    ...(first
      ? ([
          { value: 'old7', label: 'Leave out first touches older than 7 days' },
          { value: 'old30', label: 'Leave out first touches older than 30 days' },
          { value: 'first', label: 'Leave out all first touches' },
        ] as const)
      : []),
    { value: 'all', label: 'Leave out all contacts' },
  ];
}

/** The edit of one group: none, or null where a date is missing or past. */
export function editsOf(
  { automationId, kind }: Pick<HeldGroup, 'automationId' | 'kind'>,
  { choice, date }: Draft,
  now: number,
): (ResumeEdit | null)[] {
  const which = { automationId, kind };
  switch (choice) {
    case 'go':
      return [];
    case 'postpone': {
      const until = date === '' ? Number.NaN : new Date(`${date}T00:00`).getTime();
      return [until > now ? { ...which, do: 'postpone', until } : null];
    }
    case 'all':
      return [{ ...which, do: 'cancel', firstTouches: false, dueBefore: null }];
    case 'first':
      return [{ ...which, do: 'cancel', firstTouches: true, dueBefore: null }];
    case 'old7':
    case 'old30': {
      const age = choice === 'old7' ? 7 * DAY : 30 * DAY;
      return [{ ...which, do: 'cancel', firstTouches: true, dueBefore: now - age }];
    }
  }
}
