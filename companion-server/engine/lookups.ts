import type { Lookup } from '../db/index.ts';

const answering = (...columns: string[]) =>
  `select json_group_array(json_array(k.key, ${columns.join(', ')})) from json_each(?) as k`;

/** The task that goes first of a lane (channel, kind). */
export const headOfLane: Lookup<string> = {
  name: 'headOfLane',
  table: 'task',
  by: ['channelId', 'kind'],
  of: ['channelId', 'kind', 'state', 'priority', 'notBefore'],
  text: `${answering('t.id')} cross join task as t on t.id = (
    select id from task where channel_id = k.value ->> 0 and kind = k.value ->> 1 and state = 'ready'
    order by priority, not_before, id limit 1)`,
  concerns: ({ state }) => state === 'ready',
  decode: ([id]) => String(id),
};

/** When an account was used for a kind since a moment (account, kind, since). */
export const usedAt: Lookup<number[]> = {
  name: 'usedAt',
  table: 'usage',
  by: ['account', 'kind'],
  text: answering(
    '(select group_concat(at) from usage where account = k.value ->> 0 and kind = k.value ->> 1 and at >= k.value ->> 2)',
  ),
  decode: ([times]) => (times === null ? [] : String(times).split(',').map(Number)),
};

/** Until when the automatic replies of a contact say that they are away (contact). */
export const awayUntil: Lookup<number> = {
  name: 'awayUntil',
  table: 'event',
  by: ['contactId'],
  text: `${answering(`t.data ->> '$.until'`)} cross join event as t on t.contact_id = k.value ->> 0 and t.type = 'auto_reply_received'`,
  concerns: ({ type }) => type === 'auto_reply_received',
  decode: ([until]) => Number(until ?? 0),
};

/** Whether the stoplist names somebody (contact, the keys of `stoplistKeys` as JSON). */
export const stoplisted: Lookup<true> = {
  name: 'stoplisted',
  table: 'suppression',
  by: [],
  text: `${answering('1')} where exists (
    select 1 from json_each(k.value ->> 1) as p cross join suppression as t
    on t.workspace_id = p.value ->> 0 and t.kind = p.value ->> 1 and t.value = p.value ->> 2)`,
  decode: () => true,
};

/** When messages came that may be answers of a contact, of which nobody has said so yet (contact). */
export const maybeReplies: Lookup<number> = {
  name: 'maybeReplies',
  table: 'inbound_message',
  by: ['contactId'],
  text: `${answering('t.at')} cross join inbound_message as t on t.contact_id = k.value ->> 0 and t.suggests = 'answer'`,
  decode: ([at]) => Number(at),
};

/** What came from a contact since a moment (contact, since). */
export const receivedKinds: Lookup<string> = {
  name: 'receivedKinds',
  table: 'inbound_message',
  by: ['contactId'],
  text: `${answering('t.kind')} cross join inbound_message as t on t.contact_id = k.value ->> 0 and t.at >= k.value ->> 1`,
  decode: ([kind]) => String(kind),
};

/** What a sender profile leaves: a segment of an automation and the node behind it, or all of all automations (''). */
interface Leaving {
  automationId: string;
  segmentNodeId: string;
  nodeId: string;
}

export const leaves: Lookup<Leaving> = {
  name: 'leaves',
  table: 'sender_exit',
  by: ['senderId'],
  text: `${answering('t.automation_id', 't.segment_node_id', 't.node_id')} cross join sender_exit as t on t.sender_id = k.value ->> 0`,
  decode: ([automationId, segmentNodeId, nodeId]) => ({
    automationId: String(automationId),
    segmentNodeId: String(segmentNodeId),
    nodeId: String(nodeId),
  }),
};

/** Who waits longest to enter an automation, in the order of their ids (automation). */
export const queueHead: Lookup<string> = {
  name: 'queueHead',
  table: 'enrollment',
  by: ['automationId'],
  of: ['automationId', 'live', 'endedAt', 'blockedOn'],
  text: `${answering('t.id')} cross join enrollment as t on t.id in (
    select id from enrollment where automation_id = k.value ->> 0 and live = 0 and ended_at is null and blocked_on is null
    order by id limit 20)`,
  decode: ([id]) => String(id),
};

/** The admitted enrollments of a contact (workspace, contact). */
export const liveOf: Lookup<string> = {
  name: 'liveOf',
  table: 'enrollment',
  by: ['workspaceId', 'contactId'],
  of: ['workspaceId', 'contactId', 'live'],
  text: `${answering('t.id')} cross join enrollment as t on t.contact_id = k.value ->> 1 and t.workspace_id = k.value ->> 0 and t.live = 1`,
  decode: ([id]) => String(id),
};

/** Whether somebody is parked on this (key): the one that waits longest. */
export const firstParked: Lookup<string> = {
  name: 'firstParked',
  table: 'enrollment',
  by: ['blockedOn'],
  of: ['blockedOn'],
  text: `${answering('t.id')} cross join enrollment as t on t.id = (
    select id from enrollment where blocked_on = k.value ->> 0 order by id limit 1)`,
  decode: ([id]) => String(id),
};
