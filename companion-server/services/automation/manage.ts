import { and, eq, ne } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import type { AutomationDetail, AutomationSettings } from '#shared/contract/automation.ts';
import { limits } from '#shared/kernel/limits.ts';
import { schema, type Tx } from '../../db/index.ts';
import * as engine from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal, tooMany } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { preflightGraph } from './preflight.ts';
import { requireDraft, requireNotArchived, requireRunning } from './status.ts';
import { type AutomationRow, automationOf, getAutomation } from './view.ts';

const { automation } = schema;

async function insertDraft(call: MemberCall, name: string, draft: Graph, action: string): Promise<string> {
  const id = call.newId();
  const now = call.clocks.schedule.now();
  await call.db.write(async (tx) => {
    const count = await tx.$count(
      automation,
      and(eq(automation.workspaceId, call.workspaceId), ne(automation.status, 'archived')),
    );
    if (count >= limits.automations) throw tooMany('automations', count, 'Archive some that are over.');
    await tx.insert(automation).values({
      id,
      workspaceId: call.workspaceId,
      name,
      draft,
      createdBy: call.actor.userId,
      createdAt: now,
      updatedAt: now,
    });
    await audit(tx, call, { action, entity: 'automation', entityId: id });
  });
  return id;
}

/** A new empty draft. Managers only. */
export async function createAutomation(call: MemberCall, name: string): Promise<AutomationDetail> {
  requireManager(call);
  return getAutomation(call, await insertDraft(call, name, { nodes: [], edges: [] }, 'automation.created'));
}

/** A draft with the same graph; contacts and history stay with the original. */
export async function cloneAutomation(call: MemberCall, automationId: string): Promise<AutomationDetail> {
  requireManager(call);
  const { name, graph } = await getAutomation(call, automationId);
  const copy = `${name.slice(0, 110)} (copy)`;
  return getAutomation(call, await insertDraft(call, copy, graph, 'automation.cloned'));
}

/** One change of one automation, in one transaction with its audit row. */
async function change(
  call: MemberCall,
  automationId: string,
  action: string,
  work: (tx: Tx, row: AutomationRow) => Promise<void>,
): Promise<AutomationDetail> {
  requireManager(call);
  await call.db.write(async (tx) => {
    await work(tx, await automationOf(tx, call, automationId));
    await audit(tx, call, { action, entity: 'automation', entityId: automationId });
  });
  return getAutomation(call, automationId);
}

/** Replaces name and graph of the draft; what runs is not touched. Refuses with `archived`. */
export function saveDraft(call: MemberCall, automationId: string, input: { name: string; graph: Graph }) {
  return change(call, automationId, 'automation.draft_saved', async (tx, row) => {
    requireNotArchived(row);
    await tx
      .update(automation)
      .set({ name: input.name, draft: input.graph, updatedAt: call.clocks.schedule.now() })
      .where(eq(automation.id, automationId));
  });
}

/** Preflight runs again here: what it refuses cannot be started by another way. */
export async function startAutomation(call: MemberCall, automationId: string): Promise<AutomationDetail> {
  requireManager(call);
  const row = await automationOf(call.db.reader, call, automationId);
  requireDraft(row);
  const { findings, canStart } = await preflightGraph(call, automationId, row.draft);
  if (!canStart) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    throw new Refusal(
      422,
      'preflight_failed',
      errors.map(({ message }) => message).join(' '),
      'Correct what preflight names.',
      errors.map(({ nodeId, code, message }) => ({ field: nodeId ?? code, message })),
    );
  }
  return change(call, automationId, 'automation.started', async (tx, current) => {
    requireDraft(current);
    if (JSON.stringify(current.draft) !== JSON.stringify(row.draft)) {
      throw new Refusal(409, 'draft_changed', 'The draft was changed meanwhile.', 'Run preflight again.');
    }
    await engine.startAutomation(unitOf(call, tx), automationId, current.draft, call.actor.id);
  });
}

/** Changes settings of the whole automation, whatever its versions. */
export function setAutomation(call: MemberCall, automationId: string, input: AutomationSettings) {
  return change(call, automationId, 'automation.settings_changed', async (tx) => {
    await tx
      .update(automation)
      .set({ ...input, updatedAt: call.clocks.schedule.now() })
      .where(eq(automation.id, automationId));
  });
}

/** Holds the automation by hand. Refuses with `not_running`. */
export function pauseAutomation(call: MemberCall, automationId: string) {
  return change(call, automationId, 'automation.paused', async (tx, row) => {
    requireRunning(row);
    await engine.pauseAutomation(unitOf(call, tx), automationId, call.actor.id);
  });
}

/** Ends that hold; other holds stay. Refuses with `not_running`. */
export function resumeAutomation(call: MemberCall, automationId: string) {
  return change(call, automationId, 'automation.resumed', async (tx, row) => {
    requireRunning(row);
    await engine.resumeAutomation(unitOf(call, tx), automationId, call.actor.id);
  });
}

/** Nobody enters any more; who is under way goes on. */
export function stopEntering(call: MemberCall, automationId: string) {
  return change(call, automationId, 'automation.entering_stopped', async (tx) => {
    await engine.stopEntering(unitOf(call, tx), automationId);
  });
}

/** Ends the automation for good: who waits is Canceled, who is in the middle of a task Failed. Twice is once. */
export function archiveAutomation(call: MemberCall, automationId: string) {
  return change(call, automationId, 'automation.archived', async (tx, row) => {
    if (row.status === 'archived') return;
    await engine.archiveAutomation(unitOf(call, tx), automationId);
  });
}
