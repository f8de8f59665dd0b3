import type { EnrollmentStatus, RelationStatus } from '#shared/statuses/engine.ts';
import type { DataNode, ExitName, NodeOf, TaskKind } from './graph.ts';
import type { ContactField } from './nodes.ts';

/**
 * The reducer's data: `advance(state, event, graph, {now}) → {state, commands}` (docs/decisions.md).
 * Pure; the engine loads the state from tables, applies the commands in the same transaction.
 */

/** What Wait until waits for. */
export type WaitEvent = NodeOf<'wait_until'>['config']['event'];

/** What a branch of an enrollment is doing. One row per parallel branch. */
export interface CursorState {
  /** Stable within the enrollment; the engine stores it as the row's id. */
  id: string;
  nodeId: string;
  /** How often this enrollment has been at the node; only a declared loop edge raises it. */
  visit: number;
  /** waiting: for time or a fact; acting: a task exists for it; ended: this branch is over. */
  state: 'waiting' | 'acting' | 'ended';
  /** When a waiting cursor wakes by itself (unix ms UTC, schedule time); null: only an event moves it. */
  wakeAt: number | null;
  /**
   * The fact a waiting cursor waits for. `fresh_read`: the deadline passed, a successful read made after it
   * is still missing; the engine sends `woke` after each read. `resume`: the step before ended while the
   * enrollment was paused; the cursor stands before its node and arrives there when resumed. `step`: it was moved
   * away from a removed step that may have happened; it arrives at its node when that step's result is known.
   * `join`: the branches that can still reach this Join are under way. `data`: what this node changes is being stored;
   * the engine sends `woke` right after, with the new facts, or once no hold stops the automation any more.
   */
  waitsFor: WaitEvent | 'time' | 'fresh_read' | 'resume' | 'step' | 'join' | 'data' | null;
  /** When the timeout of a wait_until passes or passed; stays set while `waitsFor` is fresh_read. */
  deadlineAt: number | null;
  /** How an ended branch ended. */
  ending: 'finished' | 'merged' | 'failed' | 'bounced' | 'canceled' | null;
  /** Machine reason of a failed branch, e.g. an error code. */
  reason: string | null;
}

/** What is known about the contact and its sender that conditions and waits look at. */
export interface Facts {
  /** Decides the variant of an A/B split. */
  contactId: string;
  relation: RelationStatus;
  /** A person's reply on any channel was recorded for this contact. */
  replied: boolean;
  hasEmail: boolean;
  /** An InMail found that anybody may write to this profile. */
  openProfile: boolean;
  /** An email of this enrollment was opened, a link in one was clicked. */
  emailOpened: boolean;
  emailClicked: boolean;
  /** Only filled where the graph asks for them. */
  tagIds: readonly string[];
  fields: Readonly<Partial<Record<ContactField, string>>>;
  /** When the LinkedIn acceptances of this sender were last read successfully (schedule time), null: never. */
  acceptancesReadAt: number | null;
  /** When the inboxes (IMAP and LinkedIn) were last read successfully: the older of those in use. */
  inboxReadAt: number | null;
}

export interface EnrollmentState {
  status: EnrollmentStatus;
  reason: string | null;
  cursors: CursorState[];
  /** Every (node, visit) that a branch has entered (paths.ts), for merging: first arrival runs, later ones merge. */
  visited: string[];
  transitions: number;
}

export type EnrollmentEvent =
  /** Admission placed the contact; starts at the node after Sender Profile of the given segment. */
  | { type: 'started'; segmentNodeId: string }
  /** Time reached `wakeAt` of this cursor. */
  | { type: 'woke'; cursorId: string }
  /** Node and visit are the task's: a late duplicate never ends the step, or round, that its cursor has reached since. */
  | { type: 'task_ended'; cursorId: string; nodeId: string; visit?: number; result: TaskEnding }
  /** The relation became Connected. */
  | { type: 'accepted' }
  /** Tracking saw an email of this enrollment opened, or a link in it clicked. */
  | { type: 'email_opened' }
  | { type: 'email_clicked' }
  /** A person replied: pauses (product §4.7). */
  | { type: 'replied' }
  | { type: 'unsubscribed' }
  /** `cursorId` sent the email; null: unknown, then every branch on or after a visited email step. */
  | { type: 'bounced'; cursorId: string | null }
  | { type: 'stoplisted' }
  /** The node of a `data` wait could not be carried out. */
  | { type: 'apply_failed'; cursorId: string; reason: string }
  | { type: 'paused'; reason: string }
  | { type: 'resumed' }
  /** Admitted once more (an undone cancel, a retry): every branch goes on at the step where it stands. */
  | { type: 'reopened' }
  /** A person's decision on a paused contact: past the steps where it stands, or to the end. */
  | { type: 'skipped' }
  | { type: 'completed' }
  /** The person proved to be another contact, which is in the automation already. */
  | { type: 'duplicate' }
  /** Stopped in the middle of a task, so that nobody knows how that ends (archived, sender deleted). */
  | { type: 'failed'; reason: string }
  | { type: 'canceled'; reason: string };

export type TaskEnding =
  | { kind: 'done' }
  | { kind: 'closed'; reason: string }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; code: string };

export type ReducerCommand =
  /**
   * Make the task row of (enrollment, node, visit); the engine renders text, picks priority and channel.
   * Idempotent. No row: insert. A row canceled before its effect: ready again, rendered and planned anew.
   * A row in any other state (committing, unknown, done…) stays as it is: nothing happens twice.
   */
  | {
      type: 'create_task';
      cursorId: string;
      nodeId: string;
      visit: number;
      kind: TaskKind;
      notBefore: number;
    }
  /** Cancel the task of this cursor if its effect cannot have happened; committing/unknown stay. */
  | { type: 'cancel_task'; cursorId: string; reason: string }
  /** Do what this node says, now, and send `woke` for the cursor, or `apply_failed`: what follows sees the new facts. */
  | { type: 'apply'; cursorId: string; node: DataNode; visit: number };

export interface Advance {
  state: EnrollmentState;
  commands: ReducerCommand[];
  /** Nodes passed in this step, with the exit taken: for counts per node and the activity log. */
  passed: { nodeId: string; exit: ExitName | null }[];
}
