import { createHash } from 'node:crypto';
import type { World } from '../world/world.ts';

/** Query names, what their answer is called, and the hashes that work before the first rotation. */
const QUERIES: Record<string, Record<string, string[]>> = {
  messengerConversations: {
    messengerConversationsBySyncToken: [
      '0d5e6781bbee71c3e51c8843c6519f48',
      '74c17e85611b60b7ba2700481151a316',
    ],
    messengerConversationsByCategoryQuery: ['9501074288a12f3ae9e3c7ea243bccbf'],
    messengerConversationsByRecipients: ['9c3ab648'],
  },
  messengerMessages: {
    messengerMessagesBySyncToken: ['5846eeb71c981f11e0134cb6626cc314'],
    messengerMessagesByAnchorTimestamp: ['d8ea76885a52fd5dc5c317078ab7c977', '4088d03b'],
    messengerMessagesByConversation: ['34c9888b'],
  },
  voyagerSearchDashClusters: { searchDashClustersByAll: ['b0928897b71bd00a5a7291755dcd64f0'] },
  voyagerGroupsDashGroupMemberships: {
    groupsDashGroupMembershipsByTypeahead: ['6b1b0f2a4f5c2a0f6f2f5e6f0c9d1e83'],
  },
  voyagerSocialDashReactions: {
    socialDashReactionsByReactionType: ['41ebf31a9f4c4a84e35a49d5abc9010b'],
  },
  voyagerFeedDashProfileUpdates: {
    feedDashProfileUpdatesByMemberShareFeed: ['4af00b28d60ed0f1488018948daad822'],
  },
};

/** Which answer a query id asks for; null for a hash that no deploy in service knows. */
export function rootOfQuery(world: World, queryId: string): string | null {
  const [name = '', hash = ''] = queryId.split('.');
  for (const [root, hashes] of Object.entries(QUERIES[name] ?? {})) {
    const known = world.queryEpoch === 0 ? hashes : [rotated(root, world.queryEpoch)];
    if (hash.length >= 8 && known.some((one) => hash.startsWith(one.slice(0, 8)))) return root;
  }
  return null;
}

/** The query ids the site's own pages use now, by the name of their answer. */
export function currentQueryIds(world: World): Record<string, string> {
  return Object.fromEntries(
    Object.entries(QUERIES).flatMap(([name, roots]) =>
      Object.entries(roots).map(([root, hashes]) => [
        root,
        `${name}.${world.queryEpoch === 0 ? hashes[0] : rotated(root, world.queryEpoch)}`,
      ]),
    ),
  );
}

function rotated(root: string, epoch: number): string {
  return createHash('md5').update(`${root}/${epoch}`).digest('hex');
}
