import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { importCast } from './campaign.ts';
import type { CastMember } from './cast.ts';
import { graphOf, node } from './graphs.ts';
import type { OwnerApi } from './ownerApi.ts';

/** Small automations for tests of one thing: a few contacts, a few steps, no waiting for working hours. */

/** Around the clock, every day, without a slow start: schedule time then jumps by minutes, not by days. */
export async function workAroundTheClock(api: OwnerApi, senderId: string): Promise<void> {
  const window = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  const settings = { window, rampEnabled: false };
  await api.call(senderRoutes.update, { params: { senderId }, body: { settings } });
}

export interface MiniCampaign {
  name: string;
  cast: readonly CastMember[];
  senderId: string;
  /** The steps after the Sender Profile, as `graphOf` takes them. */
  steps: { nodes: GraphNode[]; edges: string[]; first?: string };
}

/** Imports the contacts and starts an automation of these steps for them; its id. */
export async function miniCampaign(api: OwnerApi, campaign: MiniCampaign): Promise<string> {
  const { name, cast, senderId, steps } = campaign;
  const listId = await importCast(api, cast, name);
  const draft = await api.call(automationRoutes.create, { body: { name } });
  const params = { automationId: draft.id };
  const graph = placed(graphOf(steps.nodes, steps.edges, steps.first), listId, senderId);
  await api.call(automationRoutes.saveDraft, { params, body: { name, graph } });
  await api.call(automationRoutes.start, { params });
  return draft.id;
}

/** The graph with this list and this sender profile. */
function placed(graph: Graph, listId: string, senderId: string): Graph {
  const nodes = graph.nodes.map((each) => {
    if (each.type === 'segment') {
      return node('segment', each.id, { ...each.config, listIds: [listId] });
    }
    if (each.type === 'sender_profile') {
      return node('sender_profile', each.id, { ...each.config, senders: [{ senderId, weight: 1 }] });
    }
    return each;
  });
  return { ...graph, nodes };
}
