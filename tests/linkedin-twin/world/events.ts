import { becomeConnected } from './invites.ts';
import { receiveMessage } from './messages.ts';
import type { World } from './world.ts';

/** Fires every scripted acceptance and reply that is due, in order. Called at every look at the world. */
export function settle(world: World): void {
  const now = world.clock.now();
  const due = world.scripted.filter((e) => e.at <= now).sort((a, b) => a.at - b.at);
  if (due.length === 0) return;
  world.scripted = world.scripted.filter((e) => e.at > now);
  for (const event of due) {
    const account = world.accounts.get(event.memberId);
    if (!account) continue;
    if (event.what.kind === 'reply') {
      receiveMessage(world, account, event.profileId, event.what.text, event.at);
    } else if (world.relation(account, event.profileId).state === 'pending') {
      becomeConnected(world, account, event.profileId, event.at);
    }
  }
}

/** When the next scripted event is due, in the twin's clock. */
export function nextEventAt(world: World): number | null {
  settle(world);
  return world.scripted.reduce<number | null>(
    (next, e) => (next === null || e.at < next ? e.at : next),
    null,
  );
}
