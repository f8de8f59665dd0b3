import type { Facts, WaitEvent } from './state.ts';

/**
 * Where a Wait until stands: `happened` and `timeout` are its exits. `fresh_read`: the deadline passed, and nobody has
 * looked since, so that "it did not happen" is not known yet.
 */
export type WaitAnswer = 'happened' | 'timeout' | 'fresh_read' | 'waits';

/** Where a wait stands at `now`; both moments in unix ms. */
export function answerOf(event: WaitEvent, deadline: number, facts: Facts, now: number): WaitAnswer {
  if (hasHappened(event, facts)) return 'happened';
  if (event === 'accepted' && facts.relation === 'invitation_withdrawn') return 'timeout';
  if (now < deadline) return 'waits';
  const readAt = lastRead(event, facts);
  return readAt !== null && readAt > deadline ? 'timeout' : 'fresh_read';
}

function hasHappened(event: WaitEvent, facts: Facts): boolean {
  switch (event) {
    case 'accepted':
      return facts.relation === 'connected';
    case 'replied':
      return facts.replied;
    case 'email_opened':
      return facts.emailOpened;
    case 'email_clicked':
      return facts.emailClicked;
  }
}

/** When it was last read whether the event took place. Opens and clicks come to the server itself: known at once. */
function lastRead(event: WaitEvent, facts: Facts): number | null {
  switch (event) {
    case 'accepted':
      return facts.acceptancesReadAt;
    case 'replied':
      return facts.inboxReadAt;
    case 'email_opened':
    case 'email_clicked':
      return Number.POSITIVE_INFINITY;
  }
}
