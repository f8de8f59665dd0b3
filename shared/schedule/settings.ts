import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { DAY, HOUR, SECOND } from '#shared/kernel/clock.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';

/** What a rep agreed to per sender profile (product §4.6), with defaults and hard ceilings as data. */

export interface CapPair {
  daily: number;
  weekly: number;
}

/** Defaults and hard ceilings per rolling 24 hours and 7 days. */
export const capTable: Record<UsageKind, { preset: CapPair; ceiling: CapPair }> = {
  invite: { preset: { daily: 20, weekly: 100 }, ceiling: { daily: 40, weekly: 200 } },
  message: { preset: { daily: 25, weekly: 125 }, ceiling: { daily: 100, weekly: 500 } },
  inmail: { preset: { daily: 5, weekly: 25 }, ceiling: { daily: 40, weekly: 200 } },
  page_load: { preset: { daily: 100, weekly: 500 }, ceiling: { daily: 150, weekly: 750 } },
  follow_like: { preset: { daily: 20, weekly: 100 }, ceiling: { daily: 50, weekly: 250 } },
  withdrawal: { preset: { daily: 30, weekly: 150 }, ceiling: { daily: 40, weekly: 200 } },
  search_page: { preset: { daily: 25, weekly: 125 }, ceiling: { daily: 40, weekly: 200 } },
  email: { preset: { daily: 30, weekly: 150 }, ceiling: { daily: 400, weekly: 2000 } },
};

/** Invites with a note on a Basic account. */
export const basicNoteCap = { count: 5, days: 30 } as const;

/** LinkedIn refuses a new invitation for up to so long after a withdrawal. */
export const resendLockMs = 21 * DAY;

/** Least time between two automated messages or invites to one person, over all channels and senders. */
export const personSpacing = { presetMs: 4 * HOUR, maxMs: 14 * DAY } as const;

const zone = z.string().refine(isZone, 'Not a time zone name such as Europe/Berlin');
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
const closingTime = z.union([timeOfDay, z.literal('24:00')]);

/** When a sender works: days (1 = Monday … 7 = Sunday) and local hours; `nonWorkingDates` are left out. */
export const workingWindow = z
  .object({
    zone: zone.default('UTC'),
    days: z.array(z.number().int().min(1).max(7)).min(1).max(7).default([1, 2, 3, 4, 5]),
    from: timeOfDay.default('09:00'),
    to: closingTime.default('18:00'),
    /** Steps go where it is working time for the contact too, if their zone is known and the hours meet. */
    contactZone: z.boolean().default(false),
    nonWorkingDates: z.array(z.iso.date()).max(366).default([]),
  })
  .refine((window) => window.from < window.to, { message: 'The day must end after it starts', path: ['to'] });
export type WorkingWindow = z.infer<typeof workingWindow>;

function capSetting(kind: UsageKind) {
  const { preset, ceiling } = capTable[kind];
  return z
    .object({
      daily: z.number().int().min(1).max(ceiling.daily).default(preset.daily),
      weekly: z.number().int().min(1).max(ceiling.weekly).default(preset.weekly),
    })
    .prefault({});
}

function gapSetting(floor: number, minMs: number, maxMs: number) {
  return z
    .object({
      minMs: z.number().int().min(floor).max(HOUR).default(minMs),
      maxMs: z.number().int().min(floor).max(HOUR).default(maxMs),
    })
    .refine((gap) => gap.minMs <= gap.maxMs, { message: 'The longest gap is shorter than the shortest' })
    .prefault({});
}

/** `senderSettings.parse({})` gives all defaults; see `defaultSenderSettings`. */
export const senderSettings = z.object({
  window: workingWindow.prefault({}),
  caps: z
    .object({
      invite: capSetting('invite'),
      message: capSetting('message'),
      inmail: capSetting('inmail'),
      page_load: capSetting('page_load'),
      follow_like: capSetting('follow_like'),
      withdrawal: capSetting('withdrawal'),
      search_page: capSetting('search_page'),
      email: capSetting('email'),
    })
    .prefault({}),
  gaps: z
    .object({
      linkedin: gapSetting(30 * SECOND, 90 * SECOND, 240 * SECOND),
      email: gapSetting(5 * SECOND, 60 * SECOND, 180 * SECOND),
    })
    .prefault({}),
  rampEnabled: z.boolean().default(true),
  /** The rep sees what is written before it goes; nothing is sent without a yes. */
  approveEach: z.boolean().default(false),
  /** Pending invitations that Rapport sent are withdrawn after so many days; null: never by themselves. */
  withdrawAfterDays: z.number().int().min(14).max(60).nullable().default(20),
});
export type SenderSettings = z.infer<typeof senderSettings>;
export type GapSettings = SenderSettings['gaps']['linkedin'];

/** The settings a new sender profile starts with. */
export function defaultSenderSettings(zoneName = 'UTC'): SenderSettings {
  return senderSettings.parse({ window: { zone: zoneName } });
}

/** Whether this is a time zone name such as Europe/Berlin. */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
