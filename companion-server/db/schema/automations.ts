import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { ActionKind } from '../../../shared/automation/graph.ts';
import type { Origin } from '../../../shared/automation/migrate.ts';
import type { CursorState } from '../../../shared/automation/state.ts';
import type { MovePlan } from '../../../shared/automation/versionDiff.ts';
import type { AutomationStatus, EnrollmentStatus, UsageKind } from '../../../shared/statuses/engine.ts';
import { at, graph, id, json, workspaceId } from './columns.ts';

export const automation = sqliteTable(
  'automation',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    /** What a person asked for; partly_paused and paused by holds are derived when read. */
    status: text('status').$type<AutomationStatus>().notNull().default('draft'),
    draft: graph('draft').notNull(),
    /** The running version; null while Draft. */
    versionId: text('version_id'),
    holdCount: integer('hold_count').notNull().default(0),
    /** Archived, and contacts of it have not ended yet. */
    closing: integer('closing', { mode: 'boolean' }).notNull().default(false),
    /** A reply pauses the colleagues at the same company here too. */
    pauseColleagues: integer('pause_colleagues', { mode: 'boolean' }).notNull().default(false),
    /** Nothing is written while the sender's other channel was not read lately. */
    waitForInboxes: integer('wait_for_inboxes', { mode: 'boolean' }).notNull().default(false),
    /** What is written to its contacts is shown to the rep first. */
    approveEach: integer('approve_each', { mode: 'boolean' }).notNull().default(false),
    /** Its emails report when they are opened, and when their links are followed. */
    trackOpens: integer('track_opens', { mode: 'boolean' }).notNull().default(false),
    trackClicks: integer('track_clicks', { mode: 'boolean' }).notNull().default(false),
    /** Its own limit per sender profile and 24 hours, per kind of usage; null: none. */
    dailyLimits: json<Partial<Record<UsageKind, number>>>('daily_limits'),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    startedAt: at('started_at'),
  },
  (t) => [
    index('automation_workspace').on(t.workspaceId, t.id),
    index('automation_closing').on(t.id).where(sql`closing = 1`),
  ],
);

/** Immutable once stored. */
export const automationVersion = sqliteTable(
  'automation_version',
  {
    id: id(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull(),
    number: integer('number').notNull(),
    graph: graph('graph').notNull(),
    /** What the nodes had counted when it was published: a version's own figures are the difference to the next. */
    countsBefore: json<NodeCountSnapshot[]>('counts_before'),
    /** The version whose graph this one brought back, if publishing was undone. */
    restores: text('restores'),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [uniqueIndex('version_number').on(t.automationId, t.number)],
);

export interface NodeCountSnapshot {
  nodeId: string;
  passed: number;
  failed: number;
}

/** Contacts of one version on their way to the next: the engine moves some in each round, in the order published. */
export const versionMove = sqliteTable(
  'version_move',
  {
    fromVersionId: text('from_version_id').primaryKey(),
    toVersionId: text('to_version_id').notNull(),
    automationId: text('automation_id').notNull(),
    workspaceId: workspaceId(),
    plan: json<MovePlan>('plan').notNull(),
    /** Undoes a publishing: positions of before are restored where nothing happened since. */
    restores: integer('restores', { mode: 'boolean' }).notNull().default(false),
    total: integer('total').notNull(),
    moved: integer('moved').notNull().default(0),
    startedAt: at('started_at').notNull(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    index('version_move_open').on(t.fromVersionId).where(sql`finished_at IS NULL`),
    index('version_move_automation').on(t.automationId, t.fromVersionId),
  ],
);

/** How an enrollment stood before its last move, while that can be undone. */
export const moveOrigin = sqliteTable(
  'move_origin',
  {
    enrollmentId: text('enrollment_id').primaryKey(),
    workspaceId: workspaceId(),
    /** The version it was moved to. */
    versionId: text('version_id').notNull(),
    origin: json<Origin>('origin').notNull(),
    /** Ended by the move itself. */
    ended: integer('ended', { mode: 'boolean' }).notNull().default(false),
    at: at('at').notNull(),
  },
  (t) => [
    index('move_origin_ended').on(t.versionId, t.enrollmentId).where(sql`ended = 1`),
    index('move_origin_at').on(t.at),
  ],
);

export const automationSender = sqliteTable(
  'automation_sender',
  {
    automationId: text('automation_id').notNull(),
    nodeId: text('node_id').notNull(),
    senderId: text('sender_id').notNull(),
    workspaceId: workspaceId(),
    weight: integer('weight').notNull().default(1),
    /** Placed by distribution since the node's senders or weights last changed. */
    placed: integer('placed').notNull().default(0),
    enabled: integer('enabled', { mode: 'boolean' }).notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.automationId, t.nodeId, t.senderId] }),
    index('automation_sender_of').on(t.senderId),
  ],
);

/** Which lists and tags feed which segments of an automation, as its version says. */
export const segmentSource = sqliteTable(
  'segment_source',
  {
    /** A list or a tag. */
    sourceId: text('source_id').notNull(),
    automationId: text('automation_id').notNull(),
    nodeId: text('node_id').notNull(),
    workspaceId: workspaceId(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.automationId, t.nodeId] }),
    index('segment_source_automation').on(t.automationId),
  ],
);

/** Contacts of an automation's lists and tags that have not entered yet: how far that has come. */
export const entering = sqliteTable(
  'entering',
  {
    automationId: text('automation_id').primaryKey(),
    workspaceId: workspaceId(),
    versionId: text('version_id').notNull(),
    /** The lists and tags of its segments that are gone through; null: all of them. */
    stretches: json<{ nodeId: string; source: { listId: string } | { tagId: string } }[]>('stretches'),
    /** Which of them. */
    source: integer('source').notNull(),
    /** The last member of it that was looked at; "": none. */
    position: text('position').notNull(),
    looked: integer('looked').notNull(),
    total: integer('total').notNull(),
    /** When it began (schedule time). */
    at: at('at').notNull(),
  },
  (t) => [index('entering_at').on(t.at)],
);

/** Contacts of a large import that a segment takes in, some in each of the engine's rounds. */
export const enteringBatch = sqliteTable(
  'entering_batch',
  {
    id: id(),
    automationId: text('automation_id').notNull(),
    workspaceId: workspaceId(),
    /** The segment. */
    nodeId: text('node_id').notNull(),
    contactIds: json<string[]>('contact_ids').notNull(),
    /** Contacts in this one, and in all that came with it. */
    n: integer('n').notNull(),
    total: integer('total').notNull(),
    /** Schedule time. */
    at: at('at').notNull(),
  },
  (t) => [
    index('entering_batch_automation').on(t.automationId, t.id),
    index('entering_batch_at').on(t.at, t.id),
  ],
);

/** How many contacts of an automation have each status, kept by `setStanding` of the engine. */
export const enrollmentCount = sqliteTable(
  'enrollment_count',
  {
    automationId: text('automation_id').notNull(),
    status: text('status').$type<EnrollmentStatus>().notNull(),
    n: integer('n').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.automationId, t.status] })],
);

/** Live counts per node, kept as counters. */
export const nodeCount = sqliteTable(
  'node_count',
  {
    automationId: text('automation_id').notNull(),
    nodeId: text('node_id').notNull(),
    workspaceId: workspaceId(),
    standing: integer('standing').notNull().default(0),
    passed: integer('passed').notNull().default(0),
    failed: integer('failed').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.automationId, t.nodeId] })],
);

/** Tasks of this automation, channel and kind are parked on its own daily limit; one goes on when it allows it. */
export const dailyLimitWait = sqliteTable(
  'daily_limit_wait',
  {
    automationId: text('automation_id').notNull(),
    channelId: text('channel_id').notNull(),
    kind: text('kind').$type<ActionKind>().notNull(),
    workspaceId: workspaceId(),
    nextAt: at('next_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.automationId, t.channelId, t.kind] }),
    index('daily_limit_due').on(t.nextAt),
  ],
);

/** Admission runs when something may enter (schedule time). */
export const admission = sqliteTable(
  'admission',
  {
    automationId: text('automation_id').primaryKey(),
    workspaceId: workspaceId(),
    nextAt: at('next_at').notNull(),
  },
  (t) => [index('admission_due').on(t.nextAt)],
);

export const segmentSlot = sqliteTable(
  'segment_slot',
  {
    automationId: text('automation_id').notNull(),
    nodeId: text('node_id').notNull(),
    workspaceId: workspaceId(),
    active: integer('active').notNull().default(0),
    activeLimit: integer('active_limit').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.automationId, t.nodeId] }),
    check('segment_slot_bounds', sql`active >= 0`),
  ],
);

export const companySlot = sqliteTable(
  'company_slot',
  {
    automationId: text('automation_id').notNull(),
    nodeId: text('node_id').notNull(),
    companyId: text('company_id').notNull(),
    workspaceId: workspaceId(),
    active: integer('active').notNull().default(0),
    slotLimit: integer('slot_limit').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.automationId, t.nodeId, t.companyId] }),
    check('company_slot_bounds', sql`active >= 0`),
  ],
);

/** One contact in one automation. `status` is what the contact's page shows. */
export const enrollment = sqliteTable(
  'enrollment',
  {
    id: id(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull(),
    versionId: text('version_id').notNull(),
    segmentNodeId: text('segment_node_id').notNull(),
    contactId: text('contact_id').notNull(),
    companyId: text('company_id'),
    rotation: integer('rotation').notNull().default(1),
    status: text('status').$type<EnrollmentStatus>().notNull(),
    reason: text('reason'),
    /** 1 once admitted and until it ends: what the limits and the one-live rule count. */
    live: integer('live').notNull().default(0),
    /** 1: while it lives no other automation has this contact; 0 where the workspace allows several. */
    exclusive: integer('exclusive').notNull().default(1),
    /** Counts every change of status or branches, so that an undo sees whether somebody acted since. */
    revision: integer('revision').notNull().default(0),
    senderId: text('sender_id'),
    /** What a not yet admitted enrollment is parked on: "company:…", "segment:…", "sender:…", "contact:…"; its release wakes one. */
    blockedOn: text('blocked_on'),
    /** The newest message of the contact that a person decided about, at first the entering: newer ones are replies. */
    repliesFrom: integer('replies_from').notNull(),
    transitions: integer('transitions').notNull().default(0),
    visited: json<string[]>('visited').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    endedAt: at('ended_at'),
    /** Its tasks lie in the archive since (schedule time); whatever acts on it takes them back first. */
    archivedAt: at('archived_at'),
  },
  (t) => [
    uniqueIndex('enrollment_rotation').on(t.automationId, t.contactId, t.rotation),
    uniqueIndex('enrollment_one_live').on(t.workspaceId, t.contactId).where(sql`live = 1 AND exclusive = 1`),
    index('enrollment_queue')
      .on(t.automationId, t.id)
      .where(sql`live = 0 AND ended_at IS NULL AND blocked_on IS NULL`),
    index('enrollment_blocked').on(t.blockedOn, t.id).where(sql`blocked_on IS NOT NULL`),
    index('enrollment_sender').on(t.senderId, t.id).where(sql`live = 1`),
    index('enrollment_automation').on(t.automationId, t.id),
    index('enrollment_assigned')
      .on(t.senderId, t.id)
      .where(sql`live = 0 AND ended_at IS NULL AND sender_id IS NOT NULL`),
    index('enrollment_status').on(t.automationId, t.status, t.id),
    index('enrollment_reason').on(t.automationId, t.reason, t.id).where(sql`reason IS NOT NULL`),
    index('enrollment_by_sender').on(t.automationId, t.senderId, t.id),
    index('enrollment_company')
      .on(t.automationId, t.companyId)
      .where(sql`ended_at IS NULL AND company_id IS NOT NULL`),
    index('enrollment_contact').on(t.contactId, t.id),
    index('enrollment_version').on(t.versionId, t.id).where(sql`ended_at IS NULL`),
    index('enrollment_active').on(t.automationId, t.segmentNodeId, t.companyId).where(sql`live = 1`),
    index('enrollment_paused').on(t.workspaceId, t.reason, t.id).where(sql`status = 'paused'`),
    index('enrollment_replied')
      .on(t.senderId, t.updatedAt)
      .where(sql`status = 'paused' AND reason = 'replied'`),
    index('enrollment_to_archive')
      .on(t.endedAt, t.id)
      .where(sql`ended_at IS NOT NULL AND archived_at IS NULL`),
    check('enrollment_live', sql`live IN (0, 1)`),
  ],
);

/** One row per parallel branch. */
export const cursor = sqliteTable(
  'cursor',
  {
    id: id(),
    enrollmentId: text('enrollment_id').notNull(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull().default(''),
    nodeId: text('node_id').notNull(),
    visit: integer('visit').notNull().default(0),
    state: text('state', { enum: ['waiting', 'acting', 'ended'] }).notNull(),
    wakeAt: at('wake_at'),
    waitsFor: text('waits_for').$type<CursorState['waitsFor']>(),
    deadlineAt: at('deadline_at'),
    ending: text('ending', { enum: ['finished', 'merged', 'failed', 'bounced', 'canceled'] }),
    reason: text('reason'),
  },
  (t) => [
    index('cursor_enrollment').on(t.enrollmentId, t.id),
    index('cursor_node').on(t.automationId, t.nodeId, t.enrollmentId).where(sql`state <> 'ended'`),
    index('cursor_failed').on(t.automationId, t.nodeId).where(sql`ending = 'failed'`),
    index('cursor_wake').on(t.wakeAt).where(sql`state = 'waiting' AND wake_at IS NOT NULL`),
    index('cursor_held').on(t.workspaceId, t.automationId).where(sql`waits_for = 'data'`),
  ],
);
