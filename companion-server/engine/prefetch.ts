import { senderNodeOf } from '#shared/automation/segments.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { rowsOf } from '../db/index.ts';
import { stoplistQuestion } from './contacts/stoplist.ts';
import type { ChannelRow, EnrollmentRow, TaskRow, Unit } from './context.ts';
import {
  awayUntil,
  firstParked,
  leaves,
  liveOf,
  maybeReplies,
  receivedKinds,
  stoplisted,
  usedAt,
} from './lookups.ts';
import { usageKeys } from './pace/usage.ts';
import { enrollmentById, graphOf } from './rows.ts';
import { shapes } from './shapes.ts';
import { blockedOn } from './wayIn/slots.ts';

/**
 * What many tasks or enrollments of one unit look at, read together: as many statements for a hundred as for one.
 * Nothing depends on it but the time it takes; what is missing here is read when it is asked for.
 */

/** The rows around tasks and the answers to their gates. */
export async function loadGates(unit: Unit, tasks: readonly TaskRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  if (tasks.length < 2) return;
  await loadAround(unit, tasks);
  await rows.load(shapes.sender, keysOf(tasks, 'senderId'));
  await rows.load(shapes.automation, keysOf(tasks, 'automationId'));
  await rows.load(shapes.workspace, keysOf(tasks, 'workspaceId'));
  await rows.load(
    shapes.relation,
    tasks.map(({ contactId, senderId }) => [contactId, senderId]),
  );
  await rows.loadGroups(
    shapes.hold,
    'open',
    tasks.flatMap((task) => [
      ['workspace', task.workspaceId],
      ['automation', task.automationId],
      ['sender', task.senderId],
      ['channel', task.channelId],
      ['kind', task.channelId],
      ['enrollment', task.enrollmentId],
    ]),
  );
  await rows.ask(leaves, keysOf(tasks, 'senderId'));
  await rows.ask(awayUntil, keysOf(tasks, 'contactId'));
  await rows.ask(maybeReplies, keysOf(tasks, 'contactId'));
  await loadStoplist(unit, tasks);
  await loadUsage(unit, tasks);
}

/** What the reducer looks at, and the rows that a step's end or beginning changes. */
export async function loadSteps(unit: Unit, enrollments: readonly EnrollmentRow[]): Promise<void> {
  if (enrollments.length < 2) return;
  const rows = rowsOf(unit.tx);
  const ids = keysOf(enrollments, 'id');
  await rows.load(shapes.contact, keysOf(enrollments, 'contactId'));
  await rows.loadGroups(shapes.cursor, 'enrollment', ids);
  await rows.loadGroups(shapes.task, 'enrollment', ids);
  await rows.ask(
    receivedKinds,
    enrollments.map(({ contactId, createdAt }) => [contactId, createdAt ?? 0]),
  );
  const assigned = enrollments.flatMap(({ contactId, senderId }) =>
    senderId ? [{ contactId, senderId }] : [],
  );
  await rows.load(
    shapes.relation,
    assigned.map(({ contactId, senderId }) => [contactId, senderId]),
  );
  const senderIds = assigned.map(({ senderId }) => senderId);
  const channels = await loadChannels(unit, senderIds, ['linkedin', 'email']);
  await rows.load(shapes.automation, keysOf(enrollments, 'automationId'));
  await rows.load(shapes.sender, keysOf(assigned, 'senderId'));
  await rows.loadGroups(shapes.lane, 'channel', keysOf(channels, 'id'));
}

/** What the way in of these enrollments looks at. */
export async function loadAdmissions(unit: Unit, ids: readonly string[]): Promise<void> {
  if (ids.length < 2) return;
  const rows = rowsOf(unit.tx);
  await rows.load(
    shapes.enrollment,
    ids.map((id) => [id]),
  );
  const waiting: EnrollmentRow[] = [];
  for (const id of ids) waiting.push(await enrollmentById(unit.tx, id));
  await rows.load(shapes.contact, keysOf(waiting, 'contactId'));
  await loadStoplist(unit, waiting);
  await rows.load(shapes.workspace, keysOf(waiting, 'workspaceId'));
  await rows.ask(
    liveOf,
    waiting.map(({ workspaceId, contactId }) => [workspaceId, contactId]),
  );
  await rows.loadGroups(shapes.relation, 'contact', keysOf(waiting, 'contactId'));
  await loadSlots(unit, waiting);
  await loadSteps(unit, waiting);
  await loadCandidates(unit, waiting);
}

/** The places of segments and companies, and who waits for them. */
async function loadSlots(unit: Unit, waiting: readonly EnrollmentRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  await rows.load(
    shapes.segmentSlot,
    waiting.map(({ automationId, segmentNodeId }) => [automationId, segmentNodeId]),
  );
  const companies: [string, string, string][] = [];
  const parked: [string][] = [];
  for (const row of waiting) {
    parked.push([blockedOn.segment(row)]);
    const companyId = (await rows.get(shapes.contact, row.contactId))?.companyId;
    if (!companyId) continue;
    companies.push([row.automationId, row.segmentNodeId, companyId]);
    parked.push([blockedOn.company(row, companyId)]);
  }
  await rows.load(shapes.companySlot, companies);
  await rows.ask(firstParked, parked);
}

/** The senders among whom they are distributed, with their channels and lanes. */
async function loadCandidates(unit: Unit, waiting: readonly EnrollmentRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  const nodes = new Map<string, [string, string]>();
  for (const { automationId, versionId, segmentNodeId } of waiting) {
    const node = senderNodeOf(await graphOf(unit.tx, versionId), segmentNodeId);
    if (node) nodes.set(`${automationId} ${node.id}`, [automationId, node.id]);
  }
  const keys = [...nodes.values()];
  await rows.loadGroups(shapes.automationSender, 'node', keys);
  const candidates: { senderId: string }[] = [];
  for (const key of keys) candidates.push(...(await rows.group(shapes.automationSender, 'node', ...key)));
  await rows.load(shapes.sender, keysOf(candidates, 'senderId'));
  await rows.ask(leaves, keysOf(candidates, 'senderId'));
  const senderIds = candidates.map(({ senderId }) => senderId);
  const channels = await loadChannels(unit, senderIds, ['linkedin', 'email']);
  await rows.loadGroups(shapes.lane, 'channel', keysOf(channels, 'id'));
}

/** The senders' channels of these kinds. */
export async function loadChannels(
  unit: Unit,
  senderIds: readonly string[],
  kinds: readonly ChannelKind[],
): Promise<ChannelRow[]> {
  const rows = rowsOf(unit.tx);
  const keys = senderIds.flatMap((senderId) => kinds.map((kind): [string, string] => [senderId, kind]));
  await rows.loadGroups(shapes.channel, 'sender', keys);
  const channels: ChannelRow[] = [];
  for (const key of keys) channels.push(...(await rows.group(shapes.channel, 'sender', ...key)));
  return channels;
}

async function loadAround(unit: Unit, tasks: readonly TaskRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  await rows.load(shapes.enrollment, keysOf(tasks, 'enrollmentId'));
  await rows.load(shapes.contact, keysOf(tasks, 'contactId'));
  await rows.load(shapes.channel, keysOf(tasks, 'channelId'));
}

async function loadStoplist(unit: Unit, tasks: readonly Pick<TaskRow, 'contactId'>[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  await rows.loadGroups(shapes.identity, 'contact', keysOf(tasks, 'contactId'));
  const contacts = [];
  for (const { contactId } of tasks) {
    const contact = await rows.get(shapes.contact, contactId);
    if (contact) contacts.push(contact);
  }
  await rows.load(
    shapes.company,
    contacts.flatMap(({ companyId }) => (companyId ? [[companyId]] : [])),
  );
  const keys = [];
  for (const contact of contacts) keys.push(await stoplistQuestion(unit.tx, contact));
  await rows.ask(stoplisted, keys);
}

async function loadUsage(unit: Unit, tasks: readonly TaskRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  const keys = [];
  for (const { channelId, kind } of tasks) {
    const channel = await rows.get(shapes.channel, channelId);
    if (channel) keys.push(...usageKeys(channel, kind, unit.now));
  }
  await rows.ask(usedAt, keys);
}

/** The tasks with these ids, as far as there are any. */
export async function loadTasks(unit: Unit, ids: readonly string[]): Promise<TaskRow[]> {
  const rows = rowsOf(unit.tx);
  await rows.load(
    shapes.task,
    ids.map((id) => [id]),
  );
  const found = [];
  for (const id of ids) {
    const task = await rows.get(shapes.task, id);
    if (task) found.push(task);
  }
  return found;
}

/** The tasks' enrollments with all that the end of a step looks at and changes. */
export async function loadEnds(unit: Unit, tasks: readonly TaskRow[]): Promise<void> {
  if (tasks.length < 2) return;
  const rows = rowsOf(unit.tx);
  await loadAround(unit, tasks);
  await rows.load(shapes.sender, keysOf(tasks, 'senderId'));
  await rows.load(
    shapes.lane,
    tasks.map(({ channelId, kind }) => [channelId, kind]),
  );
  const enrollments = [];
  for (const { enrollmentId } of tasks) {
    const enrollment = await rows.get(shapes.enrollment, enrollmentId);
    if (enrollment) enrollments.push(enrollment);
  }
  await loadSteps(unit, enrollments);
  await loadReleases(unit, enrollments);
}

/** What the end of an enrollment gives back, and who waits for it. */
async function loadReleases(unit: Unit, enrollments: readonly EnrollmentRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  const companies: [string, string, string][] = [];
  const parked: [string][] = [];
  for (const row of enrollments) {
    parked.push([blockedOn.contact(row.contactId)], [blockedOn.segment(row)]);
    if (!row.companyId) continue;
    companies.push([row.automationId, row.segmentNodeId, row.companyId]);
    parked.push([blockedOn.company(row, row.companyId)]);
  }
  await rows.load(
    shapes.segmentSlot,
    enrollments.map(({ automationId, segmentNodeId }) => [automationId, segmentNodeId]),
  );
  await rows.load(shapes.companySlot, companies);
  await rows.ask(firstParked, parked);
}

function keysOf<Row, Property extends keyof Row & string>(
  items: readonly (Row & Record<Property, string>)[],
  property: Property,
): [string][] {
  return items.map((item) => [item[property]]);
}
