import { z } from 'zod';
import { threadFilter } from '#shared/contract/inbox.ts';
import { channelKind } from '#shared/statuses/engine.ts';
import { threadLabel } from '#shared/statuses/inbox.ts';

/** What the address of the inbox says: filters, and the open conversation. */
export const inboxSearch = z.object({
  filter: threadFilter.optional().catch(undefined),
  senderId: z.string().optional().catch(undefined),
  channel: channelKind.optional().catch(undefined),
  label: threadLabel.optional().catch(undefined),
  thread: z.string().optional().catch(undefined),
});
export type InboxSearch = z.infer<typeof inboxSearch>;
