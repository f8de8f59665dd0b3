import { and, count, eq, inArray, isNull } from 'drizzle-orm';
import { actionChannel, type Graph, isActionType, type NodeOf } from '#shared/automation/graph.ts';
import { hasConsented } from '#shared/contract/device.ts';
import { limits } from '#shared/kernel/limits.ts';
import { basicNoteCap } from '#shared/schedule/settings.ts';
import { schema } from '../../db/index.ts';
import { notesTold } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import type { ChannelRow, SenderRow } from '../scope.ts';
import { senderIdsOf } from './audience.ts';
import { type Finding, finding } from './finding.ts';

const { channel, device, sender } = schema;

/** A sender profile of the graph with what decides whether it can act. */
export interface Actor {
  row: SenderRow;
  linkedin: ChannelRow | undefined;
  email: ChannelRow | undefined;
  devices: number;
}

/** All sender profiles of the graph that exist, in three statements. */
export async function actorsOf(call: MemberCall, graph: Graph): Promise<ReadonlyMap<string, Actor>> {
  const ids = senderIdsOf(graph);
  if (ids.length === 0) return new Map();
  const { reader } = call.db;
  const rows = await reader
    .select()
    .from(sender)
    .where(
      and(eq(sender.workspaceId, call.workspaceId), inArray(sender.id, ids), eq(sender.state, 'active')),
    );
  const channels = await reader.select().from(channel).where(inArray(channel.senderId, ids));
  const paired = await reader
    .select({ senderId: device.senderId, devices: count() })
    .from(device)
    .where(and(inArray(device.senderId, ids), isNull(device.revokedAt)))
    .groupBy(device.senderId);
  const channelOf = (senderId: string, kind: ChannelRow['kind']) =>
    channels.find((each) => each.senderId === senderId && each.kind === kind);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        row,
        linkedin: channelOf(row.id, 'linkedin'),
        email: channelOf(row.id, 'email'),
        devices: paired.find(({ senderId }) => senderId === row.id)?.devices ?? 0,
      },
    ]),
  );
}

/** An Inactive sender does not refuse the start: its steps wait and say so. One that is gone cannot act. */
export function checkSenders(graph: Graph, actors: ReadonlyMap<string, Actor>): Finding[] {
  const kinds = new Set(
    graph.nodes.flatMap((node) => (isActionType(node.type) ? [actionChannel[node.type]] : [])),
  );
  return graph.nodes.flatMap((node) => {
    if (node.type !== 'sender_profile' && node.type !== 'change_sender') return [];
    return node.config.senders.flatMap(({ senderId }) => {
      const actor = actors.get(senderId);
      if (!actor) {
        return [finding('error', 'unknown_sender', node.id, 'A sender profile does not exist any more.')];
      }
      const problems = [
        kinds.has('linkedin') ? linkedinProblem(actor) : null,
        kinds.has('email') ? emailProblem(actor) : null,
      ];
      return problems.flatMap((problem) =>
        problem ? [finding('warning', problem.code, node.id, problem.message)] : [],
      );
    });
  });
}

interface Problem {
  code: string;
  message: string;
}

/** The first thing to do: without a browser there is no consent, without consent no session. */
function linkedinProblem({ row, linkedin, devices }: Actor): Problem | null {
  if (devices === 0) {
    return {
      code: 'no_device',
      message: `No browser is paired with ${row.name}: its LinkedIn steps will wait until one is.`,
    };
  }
  if (!hasConsented(row)) {
    return {
      code: 'no_consent',
      message: `The rep of ${row.name} has not agreed to automation yet: its LinkedIn steps will wait for it.`,
    };
  }
  return linkedin?.status === 'active' ? null : inactive('LinkedIn account', row.name);
}

function emailProblem({ row, email }: Actor): Problem | null {
  const isUp = email?.smtpStatus === 'active' && email.imapStatus === 'active';
  return isUp ? null : inactive('mailbox', row.name);
}

function inactive(what: string, name: string): Problem {
  return {
    code: 'sender_inactive',
    message: `The ${what} of ${name} is not Active: its steps will wait until it is connected.`,
  };
}

/** The profiles on a Basic account; one whose account is not known yet does not count. */
function basicAccounts(actors: ReadonlyMap<string, Actor>): { name: string; linkedin: ChannelRow }[] {
  return [...actors.values()].flatMap(({ row, linkedin }) =>
    linkedin?.address && !linkedin.premium ? [{ name: row.name, linkedin }] : [],
  );
}

/** Of any of these profiles, the shortest note that LinkedIn takes. */
export function strictestNote(actors: ReadonlyMap<string, Actor>): number {
  return basicAccounts(actors).length > 0 ? limits.noteBasic : limits.notePremium;
}

const withoutQuota: Record<'send_without' | 'wait' | 'skip', string> = {
  send_without: 'go without a note',
  wait: 'wait for the next ones',
  skip: 'are skipped',
};

/**
 * Basic accounts may send a handful of notes, or as many as LinkedIn's own counter says: what becomes of the other contacts
 * was chosen in the step.
 */
export function checkNoteQuota(
  graph: Graph,
  actors: ReadonlyMap<string, Actor>,
  contacts: number,
  now: number,
): Finding[] {
  const basic = basicAccounts(actors).map(({ name, linkedin }) => ({
    name,
    told: notesTold(linkedin, now)?.left ?? null,
  }));
  const notes = graph.nodes.filter(
    (node): node is NodeOf<'connect'> => node.type === 'connect' && node.config.note !== null,
  );
  // Each gets its even share of the contacts.
  const share = Math.ceil(contacts / Math.max(1, actors.size));
  const without = basic.reduce((sum, { told }) => sum + Math.max(0, share - (told ?? basicNoteCap.count)), 0);
  if (without === 0) return [];
  return notes.flatMap((node) => {
    const { whenNoNote } = node.config;
    if (whenNoNote === null) return [];
    const names = basic.map(({ name }) => name).join(', ');
    const said = basic.flatMap(({ name, told }) => (told === null ? [] : [`${told} for ${name}`]));
    const left = said.length === 0 ? '' : ` By LinkedIn’s own counter are left: ${said.join(', ')}.`;
    const message = `${names} ${basic.length === 1 ? 'has' : 'have'} a Basic account: LinkedIn takes ${basicNoteCap.count} invites with a note per account in ${basicNoteCap.days} days.${left} About ${without} of these contacts ${withoutQuota[whenNoNote]}.`;
    return [{ ...finding('warning', 'note_quota', node.id, message), count: without }];
  });
}

/** InMails that may cost a credit, against what LinkedIn said is left; an account it said nothing of does not count. */
export function checkInmailCredits(
  graph: Graph,
  actors: ReadonlyMap<string, Actor>,
  contacts: number,
): Finding[] {
  const nodes = graph.nodes.filter(
    (node): node is NodeOf<'inmail'> => node.type === 'inmail' && node.config.policy === 'spend_credit',
  );
  // Each gets its even share of the contacts.
  const share = Math.ceil(contacts / Math.max(1, actors.size));
  const short = [...actors.values()].flatMap(({ row, linkedin }) => {
    const left = linkedin ? creditsOf(linkedin) : null;
    return left !== null && left < share ? [{ name: row.name, left }] : [];
  });
  if (short.length === 0) return [];
  const without = short.reduce((sum, { left }) => sum + share - left, 0);
  const who = short.map(({ name, left }) => `${name} has ${left === 0 ? 'no' : left} InMail credits left`);
  const message = `${who.join(', ')}: at this step about ${without} of these contacts wait for new credits, unless their profile is open.`;
  return nodes.map(({ id }) => ({ ...finding('warning', 'no_inmail_credits', id, message), count: without }));
}

/** A Basic account gets none; null: LinkedIn did not say. */
function creditsOf({ address, premium, quotas }: ChannelRow): number | null {
  return quotas?.inmailCredits?.left ?? (address !== null && !premium ? 0 : null);
}
