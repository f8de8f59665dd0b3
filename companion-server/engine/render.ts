import { createHash } from 'node:crypto';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { type RenderError, renderTemplate, templateSeed } from '#shared/automation/render.ts';
import { limits } from '#shared/kernel/limits.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import type { ChannelRow, ContactRow, SenderRow, TaskRow } from './context.ts';

export interface Payload {
  text: string | null;
  subject: string | null;
}

export interface RenderInput {
  task: Pick<TaskRow, 'nodeId'>;
  graph: Graph;
  contact: ContactRow;
  sender: SenderRow;
  channel: ChannelRow;
}

/** The final text of a task for its contact, or what is missing. */
export function renderTask(input: RenderInput): Result<Payload, RenderError> {
  const node = nodeOf(input);
  switch (node?.type) {
    case 'connect': {
      if (node.config.note === null) return ok({ text: null, subject: null });
      const maxLength = input.channel.premium ? limits.notePremium : limits.noteBasic;
      return withText(part(input, node.config.note, 'note', maxLength), null);
    }
    case 'message':
      return withText(part(input, node.config.text, 'text', limits.template), null);
    case 'send_email': {
      if (node.config.thread === 'reply') {
        return withText(part(input, node.config.text, 'text', limits.template), null);
      }
      const subject = part(input, node.config.subject, 'subject', limits.emailSubject);
      if (!subject.ok) return subject;
      return withText(part(input, node.config.text, 'text', limits.template), subject.value);
    }
    default:
      return ok({ text: null, subject: null });
  }
}

/** Binds what is committed to what was claimed. */
export function hashOf(payload: Payload): string {
  return createHash('sha256')
    .update(JSON.stringify([payload.text, payload.subject]))
    .digest('hex');
}

export function nodeOf({ graph, task }: Pick<RenderInput, 'graph' | 'task'>): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === task.nodeId);
}

function part(
  { contact, sender, task }: RenderInput,
  template: string,
  field: string,
  maxLength: number,
): Result<string, RenderError> {
  const senderName = sender.name.trim();
  const variables = {
    ...(contact.custom ?? {}),
    firstName: contact.firstName,
    lastName: contact.lastName,
    fullName: `${contact.firstName} ${contact.lastName}`.trim(),
    company: contact.companyName,
    title: contact.title,
    email: contact.email,
    location: contact.location,
    senderFirstName: senderName.split(/\s+/)[0] ?? '',
    senderName,
  };
  return renderTemplate(template, variables, templateSeed(contact.id, task.nodeId), { field, maxLength });
}

function withText(text: Result<string, RenderError>, subject: string | null): Result<Payload, RenderError> {
  return text.ok ? ok({ text: text.value, subject }) : text;
}
