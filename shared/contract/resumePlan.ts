import { z } from 'zod';
import { channelKind } from '#shared/statuses/engine.ts';
import { id, instant, route } from './route.ts';
import { holdView } from './sender.ts';

/** Steps of one kind in one automation that were held and go now. */
const heldGroup = z.object({
  automationId: id,
  automationName: z.string(),
  kind: z.string(),
  steps: z.number().int(),
  /** Of them, first touches; the others follow something that was sent already. */
  firstTouches: z.number().int(),
  /** When the oldest of them was due. */
  oldest: instant,
  /** When the first and the last go, by the real pacing run forward; null: later than that looks. */
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
});
export type HeldGroup = z.infer<typeof heldGroup>;

export const resumePlan = z.object({
  channel: channelKind,
  /** Since when the channel is lost; null: it works. */
  lostAt: instant.nullable(),
  regainedAt: instant.nullable(),
  groups: z.array(heldGroup),
  /** Automations whose steps go on. */
  resumed: z.array(z.object({ automationId: id, name: z.string() })),
  /** What stays held, by which other reason. */
  stillHeld: z.array(z.object({ name: z.string(), hold: holdView })),
  /** More steps wait than the plan looks at. */
  more: z.boolean(),
  now: instant,
});
export type ResumePlan = z.infer<typeof resumePlan>;

const whichSteps = z.object({ automationId: id, kind: z.string().min(1).max(40) });

/** One change to what goes by itself otherwise. */
export const resumeEdit = z.discriminatedUnion('do', [
  whichSteps.extend({ do: z.literal('postpone'), until: instant }),
  /** These contacts leave the automation; those in the middle of it stay unless `firstTouches` is false. */
  whichSteps.extend({
    do: z.literal('cancel'),
    firstTouches: z.boolean().default(true),
    /** Only steps that were due before; null: all. */
    dueBefore: instant.nullable().default(null),
  }),
]);
export type ResumeEdit = z.infer<typeof resumeEdit>;

const params = z.object({ senderId: id });

export const resumePlanRoutes = {
  get: route('member', 'GET', '/api/v1/senders/:senderId/resume-plan', {
    params,
    query: z.object({ channel: channelKind.default('linkedin') }),
    response: resumePlan,
  }),
  /** All edits or none; answers what changed and the plan as it is now. Who edits nothing lets it go as planned. */
  edit: route('member', 'POST', '/api/v1/senders/:senderId/resume-plan', {
    params,
    body: z.object({ channel: channelKind, edits: z.array(resumeEdit).min(1).max(100) }),
    response: z.object({ postponed: z.number().int(), canceled: z.number().int(), plan: resumePlan }),
  }),
};
