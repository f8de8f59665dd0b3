import type { LaneLimit } from '#shared/schedule/pacing.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import type { StatusColour } from '#shared/statuses/entry.ts';
import { type HoldEntry, holdReasons } from '#shared/statuses/holds.ts';
import type { Activity } from '../storage/state.ts';

/** The words for what the server and the runner say by name, where shared/statuses has none. */

/** A status' colour as Mantine names it. */
export const badgeColours: Record<StatusColour, string> = {
  grey: 'gray',
  amber: 'yellow',
  green: 'green',
  red: 'red',
  blue: 'blue',
  orange: 'orange',
  yellow: 'yellow',
};

export const phaseWords: Record<NonNullable<Activity['phase']>, string> = {
  opening: 'opening the page',
  preparing: 'checking account and person',
  committing: 'asking the server for a last yes',
  acting: 'doing it',
  verifying: 'reading back what happened',
  checking: 'finding out whether it happened',
};

/** What makes a kind of step wait. */
const limits: Record<LaneLimit, string> = {
  none: 'Going on in a moment.',
  window: 'Outside the working hours.',
  daily_cap: 'Today’s limit is used up.',
  weekly_cap: 'The limit of the last 7 days is used up.',
  ramp: 'Today’s limit while starting slowly is used up.',
  gap: 'Keeping the pause between two steps.',
  rest: 'Taking a rest.',
  browser_ceiling:
    'This browser has done as many such steps as one account may for now, or lost its record of them.',
};

/** What is neither a hold nor a limit. */
const reasons: Record<string, string> = {
  ...limits,
  no_work: 'Nothing to do right now.',
  working: 'Going on in a moment.',
  consent: 'Waiting for your consent.',
  paused_here: 'Paused in this browser.',
  not_connected: 'Waiting until the LinkedIn account is confirmed.',
  in_flight: 'A step is being finished.',
  kind_held: 'This kind of step is on hold.',
  not_set_up: 'No LinkedIn account is bound yet.',
  other_device: 'Another browser of yours is working for this sender profile.',
  stopped: 'Stopped.',
  not_readable: 'LinkedIn’s page could not be read; trying again.',
  unreachable: 'The server cannot be reached; trying again.',
  timeout: 'The server does not answer; trying again.',
  not_ready: 'The server is not ready; trying again.',
};

function holdOf(reason: string): HoldEntry | null {
  return Object.hasOwn(holdReasons, reason) ? holdReasons[reason as HoldReason] : null;
}

/** A sentence for why the runner waits; an unknown name is shown as it is, never hidden. */
export function reasonSentence(reason: string | null): string {
  if (reason === null) return '';
  const hold = holdOf(reason);
  if (hold) return hold.hint ? `${hold.meaning} ${hold.hint}` : hold.meaning;
  return reasons[reason] ?? `Waiting: ${reason.replaceAll('_', ' ')}.`;
}

/** Which limit binds the next step, in a few words. */
export function limitWords(limit: string | null): string | null {
  return limit === null || limit === 'none' ? null : (holdOf(limit)?.label ?? reasonSentence(limit));
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "14:05", or with its day when it is not today. */
export function momentWords(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return (sameDay ? clockTime : dayAndTime).format(at);
}

const exactTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The moment in full, in the viewer's zone. */
export function exactWords(at: number): string {
  return exactTime.format(at);
}

/** "just now", "4 minutes ago", "3 days ago". */
export function agoWords(at: number, now: number): string {
  const minutes = Math.max(0, Math.round((now - at) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} minute${minutes === 1 ? '' : 's'} ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} hour${hours === 1 ? '' : 's'} ago`;
  return `${Math.round(hours / 24)} days ago`;
}
