import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { actionChannel, type Graph, type GraphNode, isActionType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import type { preflight } from '#shared/contract/automation.ts';
import { schema } from '../../db/index.ts';
import { channelOf } from '../../engine/index.ts';
import { type ContactRow, isStoplistedSql } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { requireManager } from '../scope.ts';
import { workspaceOf } from '../workspace/me.ts';
import { aboutContacts, contactsHave, type Finding, finding } from './finding.ts';
import { forecastGraph } from './forecast.ts';
import { checkTemplates } from './preflightTexts.ts';
import { automationOf } from './view.ts';

const { contact, list, listMember, sender } = schema;

type Preflight = z.input<typeof preflight>;

/** Runs the draft against the real contacts. */
export async function preflightAutomation(call: MemberCall, automationId: string): Promise<Preflight> {
  requireManager(call);
  const { draft } = await automationOf(call.db.reader, call, automationId);
  const result = await preflightGraph(call, draft);
  // A graph with problems has no way through that could be foretold.
  const isWhole = validateGraph(draft).length === 0;
  return { ...result, forecast: isWhole ? await forecastGraph(call, draft) : null };
}

export async function preflightGraph(call: MemberCall, graph: Graph): Promise<Preflight> {
  const people = await contactsOf(call, graph);
  const stoplisted = new Set(people.filter((each) => each.stoplisted === 1).map(({ id }) => id));
  const reachable = people.filter(({ id }) => !stoplisted.has(id));
  const findings: Finding[] = [
    ...validateGraph(graph).map(({ code, nodeId, message }) => finding('error', code, nodeId, message)),
    ...(await checkLists(call, graph)),
    ...(people.length === 0
      ? [finding('warning', 'no_contacts', null, 'The lists hold no contacts yet.')]
      : []),
    ...(await checkEmailNeeds(call, graph)),
    ...(await checkSenders(call, graph)),
    ...checkChannelData(graph, reachable),
    ...checkTemplates(graph, reachable),
    ...aboutContacts(
      'warning',
      'stoplisted',
      null,
      people.filter(({ id }) => stoplisted.has(id)),
      (count) =>
        count === 1
          ? '1 contact is on the stoplist and will be left out.'
          : `${count} contacts are on the stoplist and will be left out.`,
    ),
  ];
  return {
    findings,
    contacts: people.length,
    canStart: findings.every(({ severity }) => severity !== 'error'),
  };
}

function listIdsOf(graph: Graph): string[] {
  return [...new Set(graph.nodes.flatMap((node) => (node.type === 'segment' ? node.config.listIds : [])))];
}

async function contactsOf(call: MemberCall, graph: Graph) {
  const listIds = listIdsOf(graph);
  if (listIds.length === 0) return [];
  const members = call.db.reader
    .select({ id: listMember.contactId })
    .from(listMember)
    .where(and(eq(listMember.workspaceId, call.workspaceId), inArray(listMember.listId, listIds)));
  const rows = await call.db.reader
    .select({ row: contact, stoplisted: sql<number>`${isStoplistedSql}` })
    .from(contact)
    .where(
      and(eq(contact.workspaceId, call.workspaceId), isNull(contact.deletedAt), inArray(contact.id, members)),
    );
  return rows.map(({ row, stoplisted }) => ({ ...row, stoplisted }));
}

/** Lists and senders of another workspace would be a hole: they count as not there. */
async function checkLists(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const wanted = listIdsOf(graph);
  if (wanted.length === 0) return [];
  const rows = await call.db.reader
    .select({ id: list.id })
    .from(list)
    .where(and(eq(list.workspaceId, call.workspaceId), inArray(list.id, wanted)));
  if (rows.length === wanted.length) return [];
  return [finding('error', 'unknown_list', null, 'A list of this automation does not exist any more.')];
}

function usesEmail(graph: Graph): boolean {
  return graph.nodes.some((node) => node.type === 'send_email');
}

async function checkEmailNeeds(call: MemberCall, graph: Graph): Promise<Finding[]> {
  if (!usesEmail(graph)) return [];
  const findings: Finding[] = [];
  const { postalAddress } = await workspaceOf(call.db.reader, call);
  if (postalAddress.trim() === '') {
    findings.push(
      finding(
        'error',
        'no_postal_address',
        null,
        'Every email must carry your postal address: enter it in Settings.',
      ),
    );
  }
  const publicUrl = await call.publicUrlCheck.check(false);
  if (!publicUrl.ok) {
    const message = `Unsubscribe links would not work. ${publicUrl.message} ${publicUrl.action ?? ''}`.trim();
    findings.push(finding('error', 'public_url', null, message));
  }
  return findings;
}

/** An Inactive sender does not refuse the start: its steps wait and say so. One that was never set up cannot act. */
async function checkSenders(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const findings: Finding[] = [];
  const kinds = new Set(
    graph.nodes.flatMap((node) => (isActionType(node.type) ? [actionChannel[node.type]] : [])),
  );
  for (const node of graph.nodes) {
    if (node.type !== 'sender_profile') continue;
    for (const { senderId } of node.config.senders) {
      const rows = await call.db.reader
        .select()
        .from(sender)
        .where(and(eq(sender.workspaceId, call.workspaceId), eq(sender.id, senderId)));
      const row = rows[0];
      if (row?.state !== 'active') {
        findings.push(
          finding('error', 'unknown_sender', node.id, 'A sender profile does not exist any more.'),
        );
        continue;
      }
      for (const kind of kinds) findings.push(...(await checkChannel(call, node, row.name, senderId, kind)));
    }
  }
  return findings;
}

async function checkChannel(
  call: MemberCall,
  node: GraphNode,
  name: string,
  senderId: string,
  kind: 'linkedin' | 'email',
): Promise<Finding[]> {
  const channel = await channelOf(call.db.reader, senderId, kind);
  const isLinkedin = kind === 'linkedin';
  const isUp = isLinkedin
    ? channel?.status === 'active'
    : channel?.smtpStatus === 'active' && channel.imapStatus === 'active';
  if (isUp) return [];
  const what = isLinkedin ? 'LinkedIn account' : 'mailbox';
  return [
    finding(
      'warning',
      'sender_inactive',
      node.id,
      `The ${what} of ${name} is not Active: its steps will wait until it is connected.`,
    ),
  ];
}

function checkChannelData(graph: Graph, people: readonly ContactRow[]): Finding[] {
  return graph.nodes.flatMap((node) => {
    if (!isActionType(node.type)) return [];
    const isEmail = actionChannel[node.type] === 'email';
    const without = people.filter((each) =>
      isEmail ? each.email === null : each.linkedinSlug === null && each.linkedinProfileId === null,
    );
    const code = isEmail ? 'no_email' : 'no_linkedin';
    const what = isEmail ? 'email address' : 'LinkedIn profile';
    return aboutContacts(
      'warning',
      code,
      node.id,
      without,
      (count) => `${contactsHave(count)} no ${what}: this step will fail for them.`,
    );
  });
}
