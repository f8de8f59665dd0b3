import { z } from 'zod';
import { counterNames } from '../statuses/counters.ts';
import { id, instant, route } from './route.ts';

/** What the last recount of all kept counters found in the workspace. */
export const integrityView = z.object({
  /** Null: none has run yet. */
  last: z
    .object({
      id,
      finishedAt: instant,
      found: z.number().int(),
      /** The first of them. */
      drifts: z.array(
        z.object({
          counter: z.enum(counterNames),
          key: z.array(z.string()),
          stored: z.number().int(),
          counted: z.number().int(),
        }),
      ),
      repairedAt: instant.nullable(),
    })
    .nullable(),
});
export type IntegrityView = z.infer<typeof integrityView>;

/** After a restore: what has to be read before anything goes on, and what was found. */
export const restoreView = z.object({
  since: instant,
  /** Every account and mailbox in use, with what is still missing of it. */
  channels: z.array(
    z.object({
      channelId: id,
      senderId: id,
      senderName: z.string(),
      kind: z.enum(['linkedin', 'email']),
      missing: z.array(z.string()),
    }),
  ),
  found: z.object({
    /** Steps done after the backup that are recorded now. */
    recorded: z.number().int(),
    /** Steps that may have been done: a person settles them. */
    unsure: z.number().int(),
    /** Done by steps that contacts have not come to again: they will be passed over. */
    waiting: z.number().int(),
  }),
  /** Contacts whose next email may have been sent: without a copy in Sent a person decides about each. */
  inDoubt: z.number().int().default(0),
  /** Sender profiles with a browser that cannot tell what it did: a person decides about each contact's next message. */
  notTold: z.array(z.string()).default([]),
  /** Stoplist entries made after the backup: those that stand again, and those kept for people who are not here. */
  stops: z.object({ again: z.number().int(), remembered: z.number().int() }),
  /** Everything was read: a manager may end the hold. */
  isReady: z.boolean(),
});
export type RestoreView = z.infer<typeof restoreView>;

export const upkeepRoutes = {
  restore: route('member', 'GET', '/api/v1/restore', {
    response: z.object({ restore: restoreView.nullable() }),
  }),
  endRestore: route('member', 'POST', '/api/v1/restore/end', {
    response: z.object({ restore: restoreView.nullable() }),
  }),
  integrity: route('member', 'GET', '/api/v1/integrity', { response: integrityView }),
  /** Writes what is counted now where the last recount found drift. */
  repair: route('member', 'POST', '/api/v1/integrity/repair', { response: integrityView }),
};
