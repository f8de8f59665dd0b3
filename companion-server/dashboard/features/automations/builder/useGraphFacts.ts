import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph, GraphProblem } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { membersQuery } from '../../../api/auth.ts';
import { queryFor } from '../../../api/client.ts';
import type { Choice, SettingsContext } from './settings/context.ts';
import { type Names, stepSummary } from './stepSummary.ts';
import { usePreviewContact } from './usePreviewContact.ts';

interface GraphFacts {
  problems: GraphProblem[];
  /** One line per step. */
  summaries: ReadonlyMap<string, string>;
  /** For the settings of the open step. */
  context: SettingsContext;
}

/** What the panels need to know about a graph. */
export function useGraphFacts(graph: Graph, automationId: string, openId: string | null): GraphFacts {
  const lists = useQuery(queryFor(contactRoutes.lists)).data?.items;
  const tags = useQuery(queryFor(tagRoutes.list)).data?.items;
  const senders = useQuery(queryFor(senderRoutes.list)).data?.items;
  const automations = useQuery(queryFor(automationRoutes.list)).data?.items;
  const members = useQuery(membersQuery).data;
  const problems = useMemo(() => validateGraph(graph), [graph]);
  const summaries = useMemo(() => {
    const names: Names = {
      lists: byId(lists),
      tags: byId(tags),
      senders: byId(senders),
      automations: byId(automations),
      members: byId(members),
    };
    return new Map(graph.nodes.map((node) => [node.id, stepSummary(node, names)]));
  }, [graph, lists, tags, senders, automations, members]);
  const preview = usePreviewContact(graph, senders ?? []);
  const others = automations?.filter(({ id, status }) => id !== automationId && status !== 'archived');
  const own = problems.filter(({ nodeId }) => nodeId !== null && nodeId === openId);
  return {
    problems,
    summaries,
    context: {
      lists: lists ?? [],
      tags: tags ?? [],
      automations: others ?? [],
      members: members ?? [],
      senders: senders ?? [],
      preview,
      problems: own,
    },
  };
}

function byId(choices: readonly Choice[] | undefined): ReadonlyMap<string, string> | null {
  return choices ? new Map(choices.map(({ id, name }) => [id, name])) : null;
}
