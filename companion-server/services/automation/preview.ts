import { and, count, eq, inArray, isNull } from 'drizzle-orm';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { type ChangedStep, changedSteps, type MovePlan } from '#shared/automation/versionDiff.ts';
import type { ChangedStepView, VersionPreview } from '#shared/contract/version.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { countNewcomers, type RunningAutomation } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { type Finding, finding } from './finding.ts';
import { preflightGraph } from './preflight.ts';

const { automationVersion, enrollment, nodeCount } = schema;

export type VersionRow = typeof automationVersion.$inferSelect;

/** What publishing the draft would do to the contacts under way, and what speaks against it. */
export async function previewDraft(
  call: MemberCall,
  row: RunningAutomation,
  current: VersionRow,
  choices: MovePlan,
): Promise<VersionPreview> {
  const { findings } = await preflightGraph(call, row.id, row.draft, 'warning');
  const all = [...findings, ...editProblems(current.graph, row.draft)];
  return {
    basedOn: current.number,
    steps: await changedStepsOf(call.db.reader, row, current.graph, choices),
    newcomers: await countNewcomers(call.db.reader, row, row.draft, current.graph),
    findings: all,
    canPublish: all.every(({ severity }) => severity !== 'error'),
  };
}

/** Every changed step with who stands on it. Cheap: the publishing transaction asks it again. */
export async function changedStepsOf(
  db: Queryable,
  row: RunningAutomation,
  from: Graph,
  choices: MovePlan,
): Promise<ChangedStepView[]> {
  const steps = changedSteps(from, row.draft);
  const standing = await standingOn(db, row.id, steps);
  const isBusy = await hasContacts(db, row.id);
  return steps.map((step) => {
    const { node, change, suggested, waitChanged } = step;
    const here = standing.get(node.id) ?? 0;
    const isOpen = change === 'removed' && !isWayIn(node) && (here > 0 || (suggested === null && isBusy));
    return {
      nodeId: node.id,
      type: node.type,
      label: node.label,
      change,
      standing: here,
      byDefault: byDefault(step),
      suggested,
      waitChanged,
      needsChoice: isOpen && !(node.id in choices.targets),
    };
  });
}

function editProblems(from: Graph, to: Graph): Finding[] {
  const problems: Finding[] = [];
  if (changedSteps(from, to).length === 0 && from.nodes.length === to.nodes.length) {
    problems.push(finding('error', 'no_changes', null, 'The draft is the same as the running version.'));
  }
  for (const { id, type } of from.nodes) {
    const after = to.nodes.find((node) => node.id === id);
    if (!after || after.type === type) continue;
    const message = 'A step cannot become another kind of step. Remove it and add a new one.';
    problems.push(finding('error', 'type_changed', id, message));
  }
  return problems;
}

/** Nobody stands on these: contacts pass them on their way in. */
function isWayIn({ type }: GraphNode): boolean {
  return type === 'segment' || type === 'sender_profile';
}

function byDefault({ node, change, suggested, waitChanged }: ChangedStep): string {
  if (change === 'rerouted') {
    return isWayIn(node)
      ? 'Later contacts go the new way.'
      : 'They go the new way when they leave this step.';
  }
  if (change === 'changed') {
    if (node.type === 'sender_profile') {
      return 'Who is under way keeps their sender profile; later contacts are spread over the new ones.';
    }
    if (node.type === 'segment') return 'The new lists and limits hold from now on.';
    return waitChanged
      ? 'Waits that have begun keep the time that was promised.'
      : 'The new settings hold for everybody this step was not done for yet.';
  }
  if (node.type === 'segment') return 'Who waits to enter by it is canceled; who has entered goes on.';
  if (node.type === 'sender_profile') return 'Who is under way keeps their sender profile.';
  return suggested === null
    ? 'No later step stays: choose where they go.'
    : 'They go to the nearest later step that stays.';
}

async function standingOn(
  db: Queryable,
  automationId: string,
  steps: readonly ChangedStep[],
): Promise<Map<string, number>> {
  const counts = await db
    .select({ nodeId: nodeCount.nodeId, standing: nodeCount.standing })
    .from(nodeCount)
    .where(eq(nodeCount.automationId, automationId));
  const standing = new Map(counts.map(({ nodeId, standing }) => [nodeId, standing]));
  const gone = steps.filter(({ node, change }) => change === 'removed' && node.type === 'segment');
  if (gone.length === 0) return standing;
  const waiting = await db
    .select({ nodeId: enrollment.segmentNodeId, times: count() })
    .from(enrollment)
    .where(
      and(
        eq(enrollment.automationId, automationId),
        inArray(
          enrollment.segmentNodeId,
          gone.map(({ node }) => node.id),
        ),
        eq(enrollment.live, 0),
        isNull(enrollment.endedAt),
      ),
    )
    .groupBy(enrollment.segmentNodeId);
  for (const { nodeId, times } of waiting) standing.set(nodeId, times);
  return standing;
}

async function hasContacts(db: Queryable, automationId: string): Promise<boolean> {
  const rows = await db
    .select({ standing: nodeCount.standing })
    .from(nodeCount)
    .where(eq(nodeCount.automationId, automationId));
  return rows.some(({ standing }) => standing > 0);
}
