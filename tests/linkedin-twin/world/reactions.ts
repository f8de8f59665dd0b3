import type { LedgerVia } from '../types.ts';
import type { Account, World } from './world.ts';

/** The member likes a post; false where there is no such post. */
export function like(
  world: World,
  account: Account,
  activityId: string,
  via: LedgerVia,
  url: string,
): boolean {
  if (!world.findPost(activityId)) return false;
  if (!account.liked.has(activityId)) record(world, account, 'like', activityId, via, url);
  account.liked.add(activityId);
  return true;
}

export function unlike(
  world: World,
  account: Account,
  activityId: string,
  via: LedgerVia,
  url: string,
): void {
  if (account.liked.delete(activityId)) record(world, account, 'unlike', activityId, via, url);
}

function record(
  world: World,
  account: Account,
  kind: 'like' | 'unlike',
  activityId: string,
  via: LedgerVia,
  url: string,
): void {
  const author = world.findPost(activityId)?.author;
  world.record({
    actor: account.member.memberId,
    kind,
    targetProfileId: author?.profileId ?? null,
    targetSlug: author?.slug ?? null,
    text: activityId,
    via,
    url,
  });
}
