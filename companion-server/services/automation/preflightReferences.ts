import { and, eq, inArray } from 'drizzle-orm';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { type Finding, finding } from './finding.ts';

const { automation, list, member, tag } = schema;

type Kind = 'list' | 'tag' | 'automation' | 'member';
interface Reference {
  kind: Kind;
  id: string;
  nodeId: string;
}

const missing: Record<Kind, string> = {
  list: 'A list that this step names does not exist any more. Choose another one.',
  tag: 'A tag that this step names does not exist any more. Choose another one.',
  automation: 'The automation that this step names does not run. Start it, or choose another one.',
  member: 'The member whom this step tells is not in the team any more. Choose somebody else.',
};

/** What the steps name must be there. What belongs to another workspace would be a hole: it counts as not there. */
export async function checkReferences(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const named = graph.nodes.flatMap(referencesOf).filter(({ id }) => id !== '');
  const findings: Finding[] = [];
  for (const kind of ['list', 'tag', 'automation', 'member'] as const) {
    const wanted = named.filter((each) => each.kind === kind);
    if (wanted.length === 0) continue;
    const known = await existing(
      call,
      kind,
      wanted.map(({ id }) => id),
    );
    const lost = wanted.filter(({ id }) => !known.has(id));
    for (const nodeId of new Set(lost.map((each) => each.nodeId))) {
      findings.push(finding('error', `unknown_${kind}`, nodeId, missing[kind]));
    }
  }
  return findings;
}

function referencesOf(node: GraphNode): Reference[] {
  const nodeId = node.id;
  switch (node.type) {
    case 'segment':
      return [
        ...node.config.listIds.map((id) => ({ kind: 'list' as const, id, nodeId })),
        ...node.config.tagIds.map((id) => ({ kind: 'tag' as const, id, nodeId })),
      ];
    case 'list':
      return [{ kind: 'list', id: node.config.listId, nodeId }];
    case 'tag':
      return [{ kind: 'tag', id: node.config.tagId, nodeId }];
    case 'condition':
      return node.config.test === 'tag' ? [{ kind: 'tag', id: node.config.tagId, nodeId }] : [];
    case 'enroll':
      return [{ kind: 'automation', id: node.config.automationId, nodeId }];
    case 'notify':
      return node.config.memberId === null ? [] : [{ kind: 'member', id: node.config.memberId, nodeId }];
    default:
      return [];
  }
}

async function existing(call: MemberCall, kind: Kind, ids: string[]): Promise<Set<string>> {
  const { reader } = call.db;
  const rows = await (() => {
    switch (kind) {
      case 'list':
        return reader
          .select({ id: list.id })
          .from(list)
          .where(and(eq(list.workspaceId, call.workspaceId), inArray(list.id, ids)));
      case 'tag':
        return reader
          .select({ id: tag.id })
          .from(tag)
          .where(and(eq(tag.workspaceId, call.workspaceId), inArray(tag.id, ids)));
      case 'automation':
        return reader
          .select({ id: automation.id })
          .from(automation)
          .where(
            and(
              eq(automation.workspaceId, call.workspaceId),
              inArray(automation.id, ids),
              eq(automation.status, 'running'),
            ),
          );
      case 'member':
        return reader
          .select({ id: member.id })
          .from(member)
          .where(and(eq(member.organizationId, call.workspaceId), inArray(member.id, ids)));
    }
  })();
  return new Set(rows.map(({ id }) => id));
}
