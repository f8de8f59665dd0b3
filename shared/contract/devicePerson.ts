import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { automationStatus, relationStatus } from '#shared/statuses/engine.ts';
import { activityView, contactNoteText, contactNoteView, enrollmentView, listView } from './contact.ts';
import { id, instant, route } from './route.ts';

/**
 * The person whose LinkedIn profile the rep looks at, as the side panel shows them. Asked for in a body, never in an
 * address: whom a rep looks at is neither kept nor logged by the server unless the rep adds them.
 */

/** Who a profile page is about; its address alone names them. `name` as the tab's title says it. */
export const personSeen = z
  .object({
    slug: z.string().min(1).max(200).nullable().default(null),
    profileId: z
      .string()
      .regex(/^ACoA[A-Za-z0-9_-]{10,76}$/)
      .nullable()
      .default(null),
    name: z.string().trim().max(300).default(''),
  })
  .refine(({ slug, profileId }) => slug !== null || profileId !== null, {
    message: 'A slug or a profile id is needed.',
    path: ['slug'],
  });
export type PersonSeen = z.input<typeof personSeen>;

export const personWarning = z.object({
  kind: z.enum(['stoplist', 'replied', 'collision', 'colleague', 'under_way']),
  sentence: z.string(),
  /** When it happened, for what happened at a moment. */
  at: instant.nullable(),
});

/** What Rapport knows of a person and warns of. `contact` null: nobody in Rapport. */
export const personCard = z.object({
  contact: z
    .object({
      id,
      name: z.string(),
      title: z.string().nullable(),
      company: z.string().nullable(),
      location: z.string().nullable(),
      email: z.string().nullable(),
      source: z.string(),
      createdAt: instant,
    })
    .nullable(),
  warnings: z.array(personWarning).max(20),
  /** Own profile first, then who was in touch last. */
  relations: z
    .array(
      z.object({
        senderId: id,
        senderName: z.string(),
        isOwn: z.boolean(),
        status: relationStatus,
        since: instant.nullable(),
        lastInteractionAt: instant.nullable(),
        lockedUntil: instant.nullable(),
      }),
    )
    .max(200),
  enrollments: z
    .array(
      enrollmentView.pick({
        id: true,
        automationId: true,
        automationName: true,
        status: true,
        sentence: true,
        expectedAt: true,
        senderName: true,
      }),
    )
    .max(20),
  lists: z.array(z.object({ id, name: z.string() })),
  tags: z.array(z.object({ id, name: z.string() })),
  pinnedSender: z.object({ id, name: z.string(), isOwn: z.boolean() }).nullable(),
  notes: z.array(contactNoteView).max(50),
  activity: z.array(activityView).max(20),
});
export type PersonCard = z.infer<typeof personCard>;

/** Where a rep may put a person: every list, and running automations that write as their own profile. */
export const personTargets = z.object({
  lists: z.array(listView),
  automations: z.array(z.object({ id, name: z.string(), status: automationStatus })),
});
export type PersonTargets = z.infer<typeof personTargets>;

const contactParams = z.object({ contactId: id });

export const devicePersonRoutes = {
  find: route('device', 'POST', '/api/v1/device/person', { body: personSeen, response: personCard }),
  targets: route('device', 'GET', '/api/v1/device/person/targets', { response: personTargets }),
  /** Makes the person a contact where they are none yet; a list of that name is made where there is none. */
  addToList: route('device', 'POST', '/api/v1/device/person/list', {
    body: z.object({ person: personSeen, listName: z.string().trim().min(1).max(limits.name) }),
    response: personCard,
  }),
  addToAutomation: route('device', 'POST', '/api/v1/device/person/automation', {
    body: z.object({ person: personSeen, automationId: id }),
    response: personCard,
  }),
  /** Fixes the own sender profile for future enrollments, or takes that back. */
  pin: route('device', 'POST', '/api/v1/device/contacts/:contactId/pin', {
    params: contactParams,
    body: z.object({ pinned: z.boolean() }),
    response: personCard,
  }),
  addNote: route('device', 'POST', '/api/v1/device/contacts/:contactId/notes', {
    params: contactParams,
    body: z.object({ text: contactNoteText }),
    response: personCard,
  }),
  /** One's own note only. */
  removeNote: route('device', 'DELETE', '/api/v1/device/contacts/:contactId/notes/:noteId', {
    params: contactParams.extend({ noteId: id }),
    response: personCard,
  }),
};
