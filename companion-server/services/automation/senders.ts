import { and, asc, count, eq, or } from 'drizzle-orm';
import type { z } from 'zod';
import type { Graph } from '#shared/automation/graph.ts';
import type {
  AutomationSendersView,
  automationSenderRoutes,
  DailyLimits,
  NodeSenderView,
} from '#shared/contract/automationSender.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import * as engine from '../../engine/index.ts';
import { isLive } from '../../engine/predicates.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { channelsOf, requireManager, senderOf } from '../scope.ts';
import { requireRunning } from './status.ts';
import { type AutomationRow, automationOf } from './view.ts';

const { automation, automationSender, automationVersion, enrollment, sender, senderExit } = schema;

/** The senders of each Sender Profile node with what they have under way, and the automation's own limits. */
export async function automationSenders(call: Call, automationId: string): Promise<AutomationSendersView> {
  const { reader } = call.db;
  const row = await automationOf(reader, call, automationId);
  const graph = await graphOf(reader, row);
  const rows = await sendersOf(reader, call, automationId);
  return {
    nodes: nodesOf(graph).map(({ nodeId, segment }) => ({
      nodeId,
      segment,
      senders: rows.filter((each) => each.nodeId === nodeId).map(({ nodeId: _, ...view }) => view),
    })),
    dailyLimits: row.dailyLimits ?? {},
  };
}

async function sendersOf(
  q: Queryable,
  call: Call,
  automationId: string,
): Promise<(NodeSenderView & { nodeId: string })[]> {
  const rows = await q
    .select({ own: automationSender, name: sender.name, state: sender.state })
    .from(automationSender)
    .innerJoin(sender, eq(sender.id, automationSender.senderId))
    .where(eq(automationSender.automationId, automationId))
    .orderBy(asc(automationSender.senderId));
  const views: (NodeSenderView & { nodeId: string })[] = [];
  for (const { own, name, state } of rows) {
    const { linkedin, email } = await channelsOf(q, call, own.senderId);
    const view = {
      nodeId: own.nodeId,
      senderId: own.senderId,
      name,
      state,
      weight: own.weight,
      placed: own.placed,
      open: await openWith(q, own),
      enabled: own.enabled,
      leaving: await isLeaving(q, own),
      linkedin: linkedin.status,
      smtp: email.smtpStatus,
      imap: email.imapStatus,
    };
    // One that was removed and has nothing left here is history.
    if (own.enabled || view.open > 0 || view.leaving) views.push(view);
  }
  return views;
}

type OwnSender = typeof automationSender.$inferSelect;

async function openWith(q: Queryable, { senderId, automationId }: OwnSender): Promise<number> {
  const [row] = await q
    .select({ open: count() })
    .from(enrollment)
    .where(and(eq(enrollment.senderId, senderId), isLive, eq(enrollment.automationId, automationId)));
  return row?.open ?? 0;
}

async function isLeaving(q: Queryable, { senderId, automationId, nodeId }: OwnSender): Promise<boolean> {
  const rows = await q
    .select({ at: senderExit.at })
    .from(senderExit)
    .where(
      and(
        eq(senderExit.senderId, senderId),
        or(
          eq(senderExit.automationId, ''),
          and(eq(senderExit.automationId, automationId), eq(senderExit.nodeId, nodeId)),
        ),
      ),
    );
  return rows.length > 0;
}

/** Each Sender Profile node and the segment it stands behind. */
function nodesOf(graph: Graph): { nodeId: string; segment: string }[] {
  return graph.nodes.flatMap((node) => {
    if (node.type !== 'segment') return [];
    const next = graph.edges.find(({ source }) => source === node.id)?.target;
    const own = graph.nodes.find(({ id, type }) => id === next && type === 'sender_profile');
    return own ? [{ nodeId: own.id, segment: node.label || 'Segment' }] : [];
  });
}

async function graphOf(q: Queryable, row: AutomationRow): Promise<Graph> {
  if (!row.versionId) return row.draft;
  const rows = await q
    .select({ graph: automationVersion.graph })
    .from(automationVersion)
    .where(eq(automationVersion.id, row.versionId));
  return rows[0]?.graph ?? row.draft;
}

/** One change to a running automation's senders, in one transaction with its audit row. */
async function change(
  call: MemberCall,
  automationId: string,
  entry: { action: string; data: Record<string, unknown> },
  work: (tx: Tx, row: AutomationRow) => Promise<void>,
): Promise<AutomationSendersView> {
  requireManager(call);
  await call.db.write(async (tx) => {
    await work(tx, await automationOf(tx, call, automationId));
    await audit(tx, call, { ...entry, entity: 'automation', entityId: automationId });
  });
  return automationSenders(call, automationId);
}

/** The node of a running automation; a draft's senders are changed in its graph. */
async function nodeToChange(tx: Tx, row: AutomationRow, nodeId: string): Promise<engine.NodeOfAutomation> {
  requireRunning(row, 'Change the senders in its graph.');
  const known = nodesOf(await graphOf(tx, row)).some((each) => each.nodeId === nodeId);
  if (!known) throw invalid('nodeId', 'unknown_node', 'There is no such Sender Profile step.', null);
  return { workspaceId: row.workspaceId, automationId: row.id, nodeId };
}

async function requireInNode(tx: Tx, node: engine.NodeOfAutomation, senderId: string): Promise<void> {
  const rows = await tx
    .select({ enabled: automationSender.enabled })
    .from(automationSender)
    .where(
      and(
        eq(automationSender.automationId, node.automationId),
        eq(automationSender.nodeId, node.nodeId),
        eq(automationSender.senderId, senderId),
      ),
    );
  if (!rows[0]?.enabled) throw notFound('sender profile in this step');
}

type Body<R extends { body: z.ZodType }> = z.output<R['body']>;

/** Gives contacts that enter from now on to this sender, too. Refuses with `sender_retiring`, or while it still leaves. */
export function addSender(
  call: MemberCall,
  automationId: string,
  { nodeId, senderId, weight }: Body<typeof automationSenderRoutes.add>,
): Promise<AutomationSendersView> {
  const data = { nodeId, senderId, weight };
  return change(call, automationId, { action: 'automation.sender_added', data }, async (tx, row) => {
    const node = await nodeToChange(tx, row, nodeId);
    const { name, state } = await senderOf(tx, call, senderId);
    if (state !== 'active') {
      throw invalid('senderId', 'sender_retiring', `${name} is retiring and takes nobody new.`, null);
    }
    const unit = unitOf(call, tx);
    if (await engine.isLeavingNode(unit, node, senderId)) throw stillLeaving(name);
    await engine.addSenderToNode(unit, node, senderId, weight);
  });
}

/** A sender comes back only when what its removal cancels has ended. */
export function stillLeaving(name: string): Refusal {
  return new Refusal(
    409,
    'still_leaving',
    `The contacts of ${name} are still being canceled.`,
    'Try again in a minute.',
  );
}

/** Changes a sender's share of the contacts that enter from now on. */
export function setWeight(
  call: MemberCall,
  automationId: string,
  senderId: string,
  { nodeId, weight }: Body<typeof automationSenderRoutes.setWeight>,
): Promise<AutomationSendersView> {
  const data = { nodeId, senderId, weight };
  return change(call, automationId, { action: 'automation.sender_weighted', data }, async (tx, row) => {
    const node = await nodeToChange(tx, row, nodeId);
    await requireInNode(tx, node, senderId);
    await engine.setSenderWeight(unitOf(call, tx), node, senderId, weight);
  });
}

/** Takes a sender out; `tasks` says whether theirs are canceled or finished. */
export function removeSender(
  call: MemberCall,
  automationId: string,
  senderId: string,
  { nodeId, tasks }: Body<typeof automationSenderRoutes.remove>,
): Promise<AutomationSendersView> {
  const data = { nodeId, senderId, tasks };
  return change(call, automationId, { action: 'automation.sender_removed', data }, async (tx, row) => {
    const node = await nodeToChange(tx, row, nodeId);
    await requireInNode(tx, node, senderId);
    await engine.removeSenderFromNode(unitOf(call, tx), node, senderId, tasks);
  });
}

/** Its own limits per sender and day; a lower one counts what was already sent. */
export function setDailyLimits(
  call: MemberCall,
  automationId: string,
  limits: DailyLimits,
): Promise<AutomationSendersView> {
  const data = { limits };
  return change(call, automationId, { action: 'automation.limits_set', data }, async (tx) => {
    await tx
      .update(automation)
      .set({ dailyLimits: Object.keys(limits).length === 0 ? null : limits })
      .where(eq(automation.id, automationId));
    await engine.dailyLimitsChanged(unitOf(call, tx), automationId);
  });
}
