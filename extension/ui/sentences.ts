import { MINUTE } from '#shared/kernel/clock.ts';
import { agoWords, reasonSentence } from './words.ts';

/** What popup and side panel say about the runner, in sentences; without any library, for the popup's first picture. */

/** Without news from the server for this long the browser counts as offline. */
export const OFFLINE_MS = 3 * MINUTE;

interface Facts {
  snapshot: {
    stopped: boolean;
    paused: boolean;
    linkedin: { name: string | null; lastCheckedAt: number | null };
    serverTime: number;
  } | null;
  activity: { state: string; reason: string | null } | null;
  pendingStops?: readonly string[];
  online: boolean;
  storedAt: number | null;
  now: number;
}

/** Why the runner does nothing just now. */
export function idleSentence({
  activity,
  snapshot,
  pendingStops,
}: Pick<Facts, 'activity' | 'snapshot' | 'pendingStops'>): string {
  if (snapshot?.stopped || pendingStops?.includes('stop')) return 'Everything is stopped.';
  if (snapshot?.paused || pendingStops?.includes('pause')) return 'Paused.';
  if (activity?.state === 'watching') return 'Looking for replies and accepted invitations.';
  if (activity?.state === 'importing') return 'Reading a page of the list that you import.';
  return reasonSentence(activity?.reason ?? null) || 'Starting.';
}

/** Whether the server is reached, as whom LinkedIn is used, and when that was seen. */
export function presence({
  snapshot,
  online,
  storedAt,
  now,
}: Omit<Facts, 'activity' | 'pendingStops'>): string {
  const account = snapshot?.linkedin.name;
  const checked = snapshot?.linkedin.lastCheckedAt;
  const since = storedAt ? `: what you see is from ${agoWords(storedAt, now)}` : '';
  const parts = [online ? 'Online' : `Offline${since}`];
  if (account) parts.push(`as ${account}`);
  if (checked && online && snapshot) {
    parts.push(`LinkedIn checked ${agoWords(checked, snapshot.serverTime)}`);
  }
  return parts.join(' · ');
}
