import { rowShape, schema } from '../db/index.ts';

/** The tables of the hot path, with what their rows are looked up by: each `by` has its index. */
export const shapes = {
  task: rowShape(schema.task, ['id'], {
    enrollment: { by: ['enrollmentId'] },
  }),
  attempt: rowShape(schema.taskAttempt, ['taskId', 'fence'], { task: { by: ['taskId'] } }),
  enrollment: rowShape(schema.enrollment, ['id'], {}),
  cursor: rowShape(schema.cursor, ['id'], { enrollment: { by: ['enrollmentId'] } }),
  contact: rowShape(schema.contact, ['id'], {}),
  identity: rowShape(schema.contactIdentity, ['workspaceId', 'kind', 'value'], {
    contact: { by: ['contactId'] },
  }),
  company: rowShape(schema.company, ['id'], {}),
  relation: rowShape(schema.relation, ['contactId', 'senderId'], { contact: { by: ['contactId'] } }),
  sender: rowShape(schema.sender, ['id'], {}),
  channel: rowShape(schema.channel, ['id'], { sender: { by: ['senderId', 'kind'] } }),
  /** A sender has one for each kind of action, all small. */
  lane: rowShape(schema.lane, ['channelId', 'kind'], { channel: { by: ['channelId'] } }, 10_000),
  device: rowShape(schema.device, ['id'], {}),
  hold: rowShape(schema.hold, ['id'], { open: { by: ['scope', 'scopeId'], where: 't.lifted_at IS NULL' } }),
  automation: rowShape(schema.automation, ['id'], {}),
  automationSender: rowShape(schema.automationSender, ['automationId', 'nodeId', 'senderId'], {
    node: { by: ['automationId', 'nodeId'] },
  }),
  segmentSlot: rowShape(schema.segmentSlot, ['automationId', 'nodeId'], {}),
  companySlot: rowShape(schema.companySlot, ['automationId', 'nodeId', 'companyId'], {}),
  workspace: rowShape(schema.workspace, ['id'], {}),
  nodeCount: rowShape(schema.nodeCount, ['automationId', 'nodeId'], {}),
  enrollmentCount: rowShape(schema.enrollmentCount, ['automationId', 'status'], {}),
  usage: rowShape(schema.usage, ['account', 'kind', 'at', 'taskId'], {}),
  event: rowShape(schema.event, ['workspaceId', 'dedupeKey'], {}),
  /** The same change twice in one transaction is told once. */
  outbox: rowShape(schema.outbox, ['workspaceId', 'topic', 'entityId'], {}),
};
