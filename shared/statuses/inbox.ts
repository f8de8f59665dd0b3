import { z } from 'zod';

/** What kind of message came in (product §6). `maybe_reply`: only its subject and writer look like an answer; a person says. */
export const messageKind = z.enum([
  'reply',
  'auto_reply',
  'bounce',
  'unsubscribe',
  'complaint',
  'maybe_reply',
]);
export type MessageKind = z.infer<typeof messageKind>;

/** What a person made of a conversation. */
export const threadLabel = z.enum(['interested', 'later', 'not_interested', 'wrong_person']);
export type ThreadLabel = z.infer<typeof threadLabel>;
