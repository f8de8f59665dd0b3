import { z } from 'zod';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';

/** The nodes of a graph (product §4.1), each with what can be set on it. */

export const nodeId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const template = z.string().max(limits.template);
const subject = z.string().max(limits.emailSubject);
/** Ids of the files that go along, besides the images that the text shows. */
export const attachmentIds = z.array(z.string().min(1).max(64)).max(limits.attachmentsPerEmail).default([]);

export const waitTimeoutMs = z
  .number()
  .int()
  .min(MINUTE)
  .max(180 * DAY);

const position = z.object({ x: z.number(), y: z.number() });

function node<T extends string, C extends z.ZodType>(type: T, config: C) {
  return z.object({
    id: nodeId,
    type: z.literal(type),
    /** Shown on the canvas; empty: the type's own name. */
    label: z.string().max(120).default(''),
    position,
    config,
  });
}

export const senderChoice = z.object({
  senderId: z.string(),
  weight: z.number().int().min(1).max(100).default(1),
});

/** What Connect does when LinkedIn allows no note. There is no default: preflight demands an answer. */
export const whenNoNote = z.enum(['send_without', 'wait', 'skip']);

/** Narrows a segment's lists and tags down; empty parts admit everybody. */
const segmentFilter = z.object({
  hasEmail: z.boolean().default(false),
  companyContains: z.string().max(120).default(''),
  titleContains: z.string().max(120).default(''),
});
export type SegmentFilter = z.infer<typeof segmentFilter>;
export const everybody: SegmentFilter = { hasEmail: false, companyContains: '', titleContains: '' };

const customField = z.string().regex(/^custom:[A-Za-z][A-Za-z0-9_]{0,39}$/);
/** What Set field may write: nothing that says who the person is. */
export const settableField = z.union([z.enum(['title', 'location']), customField]);
/** What a condition may look at. */
export const contactField = z.union([
  z.enum(['firstName', 'lastName', 'email', 'company', 'title', 'location']),
  customField,
]);
export type ContactField = z.infer<typeof contactField>;

const conditionConfig = z.discriminatedUnion('test', [
  z.object({ test: z.enum(['connected', 'open_profile', 'has_email', 'replied']) }),
  z.object({ test: z.literal('tag'), tagId: z.string() }),
  z.object({
    test: z.literal('field'),
    field: contactField,
    operator: z.enum(['equals', 'contains']),
    value: z.string().max(300),
  }),
]);

export const variantName = z.enum(['a', 'b', 'c', 'd', 'e']);
export type VariantName = z.infer<typeof variantName>;

const variant = z.object({
  /** Also the name of the exit that leads to it. */
  name: variantName,
  percent: z.number().int().min(0).max(100),
  /** Gets nobody any more, its share goes to the others; who is in it goes on. */
  retired: z.boolean().default(false),
});

const segmentConfig = z.object({
  /** Who is in one of the lists or has one of the tags enters, if the filter admits them. */
  listIds: z.array(z.string()).max(50),
  tagIds: z.array(z.string()).max(50).default([]),
  filter: segmentFilter.default(everybody),
  /** Admits only verified 1st-degree contacts of the assigned sender. */
  existingConnections: z.boolean().default(false),
  activeLimit: z.number().int().min(1).max(100_000).nullable().default(null),
  coworkersLimit: z.number().int().min(1).max(1000).nullable().default(null),
  /** Contacts that come into a list, get a tag or pass the filter later enter too. */
  keepFeeding: z.boolean().default(true),
});
/** A segment that nobody has set up yet. */
export const freshSegment = segmentConfig.parse({ listIds: [] });

const senderProfileConfig = z.object({
  senders: z.array(senderChoice).max(100),
  /** A contact goes to the sender that contacted them last, if that one is chosen here. */
  preferLatestContacted: z.boolean().default(true),
  /** Distributes as if nobody had been contacted before. */
  ignorePreviousInteractions: z.boolean().default(false),
});
/** A Sender Profile node that nobody has set up yet. */
export const freshSenderProfile = senderProfileConfig.parse({ senders: [] });

export const graphNode = z.discriminatedUnion('type', [
  node('segment', segmentConfig),
  node('sender_profile', senderProfileConfig),
  node('visit', z.object({})),
  node('connect', z.object({ note: template.nullable(), whenNoNote: whenNoNote.nullable() })),
  node('message', z.object({ text: template })),
  node(
    'inmail',
    z.object({
      subject,
      text: template,
      /** Credits are spent only where this says so. */
      policy: z.enum(['open_profile', 'spend_credit']).default('open_profile'),
    }),
  ),
  /** To a fellow member of a group or another attendee of an event, without being connected. */
  node(
    'group_message',
    z.object({
      text: template,
      source: z.enum(['group', 'event']).default('group'),
      /** The group's or event's address on LinkedIn, or its number. */
      place: z.string().max(300).default(''),
    }),
  ),
  node('follow', z.object({})),
  node('like', z.object({})),
  node('withdraw', z.object({})),
  node(
    'send_email',
    z.object({ subject, text: template, thread: z.enum(['new', 'reply']), attachments: attachmentIds }),
  ),
  node(
    'manual_task',
    z.object({
      kind: z.enum(['call', 'custom']).default('custom'),
      instruction: template,
      /** How long the person has; past it the task is shown as overdue and still waits. */
      dueInMs: waitTimeoutMs.default(DAY),
    }),
  ),
  node('delay', z.object({ durationMs: waitTimeoutMs })),
  node(
    'wait_until',
    z.object({
      event: z.enum(['accepted', 'replied', 'email_opened', 'email_clicked']),
      timeoutMs: waitTimeoutMs,
    }),
  ),
  node('join', z.object({ mode: z.enum(['all', 'first']).default('all') })),
  node('condition', conditionConfig),
  node('split', z.object({ variants: z.array(variant).max(variantName.options.length) })),
  node('tag', z.object({ action: z.enum(['add', 'remove']).default('add'), tagId: z.string() })),
  node('list', z.object({ action: z.enum(['add', 'remove']).default('add'), listId: z.string() })),
  node('set_field', z.object({ field: settableField, value: z.string().max(1000) })),
  /** One sender: to that one. Several: distributed like at the start. */
  node('change_sender', z.object({ senders: z.array(senderChoice).max(100) })),
  node('enroll', z.object({ automationId: z.string() })),
  /** Null: the rep who owns the sender profile. */
  node('notify', z.object({ memberId: z.string().nullable().default(null), text: z.string().max(500) })),
  node('webhook', z.object({ url: z.string().max(2000) })),
  node('end', z.object({ outcome: z.enum(['positive', 'neutral', 'negative']) })),
]);
export type GraphNode = z.infer<typeof graphNode>;
export type NodeType = GraphNode['type'];
export type NodeOf<T extends NodeType> = Extract<GraphNode, { type: T }>;
