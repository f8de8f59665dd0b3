import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { personSpacing } from '#shared/schedule/settings.ts';
import { id, instant, route } from './route.ts';
import { holdView, senderView } from './sender.ts';

export const memberRole = z.enum(['owner', 'manager', 'rep']);

export const setupRoutes = {
  /** Whether the first run is still open. */
  status: route('public', 'GET', '/api/v1/setup', {
    response: z.object({ needed: z.boolean(), version: z.string() }),
  }),
  /** Creates owner and workspace; needs the token of the first-run link. Signs in by cookie. */
  run: route('public', 'POST', '/api/v1/setup', {
    body: z.object({
      token: z.string().min(1).max(200),
      workspaceName: z.string().trim().min(1).max(limits.name),
      postalAddress: z.string().trim().max(500).default(''),
      name: z.string().trim().min(1).max(limits.name),
      email: z.email().max(254),
      password: z.string().min(10, 'at least 10 characters').max(200),
    }),
    response: z.object({ workspaceId: id }),
  }),
};

export const meView = z.object({
  userId: id,
  name: z.string(),
  email: z.string(),
  role: memberRole,
  /** Whether alerts about the own sender profiles come by mail. */
  alertMail: z.boolean(),
  workspace: z.object({
    id,
    name: z.string(),
    postalAddress: z.string(),
    /** Least time between two automated messages or invites to one person. */
    personSpacingMs: z.number().int(),
    manyAutomations: z.boolean(),
    /** Contacts nobody was in touch with for so many months go to the recycle bin; null: never. */
    retentionMonths: z.number().int().nullable(),
    genericReplies: z.array(z.string()),
  }),
});
export type MeView = z.infer<typeof meView>;

/** Whether links that others must reach would work (product §6). */
export const publicUrlView = z.object({
  ok: z.boolean(),
  url: z.string().nullable(),
  message: z.string(),
  action: z.string().nullable(),
});

const lostTime = z.object({
  /** Working time without a browser, and in all. */
  lostMs: z.number().int(),
  openMs: z.number().int(),
  /** About how many LinkedIn steps could have been done in it. */
  steps: z.number().int(),
});

/** Managers see the team's sum, and single profiles where the rep agreed; a rep sees their own. */
export const lostCapacity = lostTime.extend({
  profiles: z.number().int(),
  senders: z.array(lostTime.extend({ senderId: id, name: z.string() })),
});
export type LostCapacity = z.infer<typeof lostCapacity>;

export const homeView = z.object({
  /** Who must act now, worst first. */
  actions: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(['red', 'orange', 'yellow']),
      title: z.string(),
      detail: z.string(),
      /** Dashboard path that leads to the fix. */
      href: z.string(),
      /** A notice of an automation: it goes once it was marked as seen. */
      noticeId: id.optional(),
    }),
  ),
  senders: z.array(senderView),
  stopped: holdView.nullable(),
  runningAutomations: z.number().int(),
  activeContacts: z.number().int(),
  publicUrl: publicUrlView,
  /** Working time of the last 7 days in which browsers were closed; null: nobody's was. */
  lostCapacity: lostCapacity.nullable(),
  now: instant,
});
export type HomeView = z.infer<typeof homeView>;

export const workspaceRoutes = {
  me: route('member', 'GET', '/api/v1/me', { response: meView }),
  updateMe: route('member', 'PATCH', '/api/v1/me', {
    body: z.object({ alertMail: z.boolean() }),
    response: meView,
  }),
  home: route('member', 'GET', '/api/v1/home', { response: homeView }),
  update: route('member', 'PATCH', '/api/v1/workspace', {
    body: z.object({
      name: z.string().trim().min(1).max(limits.name).optional(),
      postalAddress: z.string().trim().max(500).optional(),
      personSpacingMs: z.number().int().min(0).max(personSpacing.maxMs).optional(),
      /** Several automations may have one contact active at a time. */
      manyAutomations: z.boolean().optional(),
      retentionMonths: z.number().int().min(3).max(120).nullable().optional(),
      /** Phrases of messages that are no replies: they postpone instead of pausing. */
      genericReplies: z.array(z.string().trim().min(3).max(200)).max(100).optional(),
    }),
    response: meView,
  }),
  checkPublicUrl: route('member', 'POST', '/api/v1/workspace/check-public-url', { response: publicUrlView }),
  /** *Stop everything*: a manual hold on the whole workspace. */
  stop: route('member', 'POST', '/api/v1/workspace/stop', { response: homeView }),
  resume: route('member', 'POST', '/api/v1/workspace/resume', { response: homeView }),
  /** Server-sent events: `event: change`, data `{seq, topic, entityId}`; resumes after Last-Event-ID. */
  stream: route('member', 'GET', '/api/v1/stream'),
};

export const changeEvent = z.object({
  seq: z.number().int(),
  topic: z.string(),
  entityId: z.string().nullable(),
});
