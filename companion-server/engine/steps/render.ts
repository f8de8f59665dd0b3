import { createHash } from 'node:crypto';
import { type ActionKind, actionChannel, type Graph, type GraphNode } from '#shared/automation/graph.ts';
import {
  type RenderError,
  renderTemplate,
  type TemplateVariables,
  templateSeed,
} from '#shared/automation/render.ts';
import { limits } from '#shared/kernel/limits.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import type { TaskPayload } from '../../db/schema/tasks.ts';
import type { ChannelRow, ContactRow, SenderRow, TaskRow } from '../context.ts';

export interface RenderInput {
  task: Pick<TaskRow, 'nodeId' | 'kind'>;
  graph: Graph;
  contact: ContactRow;
  sender: SenderRow;
  channel: ChannelRow;
  /** Values that count instead of the contact's own. */
  given?: TemplateVariables;
}

/** What was rendered last for a contact, as long as the row is the same: rows are never changed in place. */
const rendered = new WeakMap<ContactRow, { input: RenderInput; result: Result<TaskPayload, RenderError> }>();

/**
 * The final text of a task for its contact, or what is missing. What the claim of an email rendered its commit asks for
 * again, to see whether the data behind it changed; it is the same where nothing did.
 */
export function renderTask(input: RenderInput): Result<TaskPayload, RenderError> {
  const last = rendered.get(input.contact);
  if (last && isSame(last.input, input)) return last.result;
  const result = render(input);
  // Other kinds look at the channel too, which changes with every step.
  if (input.task.kind === 'send_email') rendered.set(input.contact, { input, result });
  return result;
}

function isSame(a: RenderInput, b: RenderInput): boolean {
  const isTask = a.task.nodeId === b.task.nodeId && a.task.kind === b.task.kind;
  return isTask && a.graph === b.graph && a.sender === b.sender && !a.given && !b.given;
}

function render(input: RenderInput): Result<TaskPayload, RenderError> {
  const node = nodeOf(input);
  switch (node?.type) {
    case 'connect': {
      if (node.config.note === null) return payloadOf(input);
      const { text } = textLimits('connect', input.channel);
      return payloadOf(input, part(input, node.config.note, 'note', text));
    }
    case 'message':
    case 'group_message':
      return payloadOf(input, part(input, node.config.text, 'text', limits.template));
    case 'inmail': {
      const { subject, text, policy } = node.config;
      const payload = withSubject(input, subject, limits.inmailSubject, text, limits.inmailText);
      return payload.ok ? ok({ ...payload.value, policy }) : payload;
    }
    case 'send_email': {
      const { subject, text, thread, attachments } = node.config;
      // A reply has the thread's subject. Where it finds no thread its own counts, else that of the email it follows.
      const own = thread === 'reply' && subject.trim() === '' ? subjectBefore(input.graph, node.id) : subject;
      const payload =
        own === ''
          ? payloadOf(input, part(input, text, 'text', limits.template, true))
          : withSubject(input, own, limits.emailSubject, text, limits.template);
      return payload.ok && attachments.length > 0 ? ok({ ...payload.value, attachments }) : payload;
    }
    default:
      return payloadOf(input);
  }
}

/** The subject of the nearest email on a way to this step; empty: none has one. */
function subjectBefore(graph: Graph, nodeId: string): string {
  const before = new Set([nodeId]);
  // A Set hands out what is added while it is walked.
  for (const id of before) {
    const node = graph.nodes.find((one) => one.id === id);
    if (node?.type === 'send_email' && node.config.subject.trim() !== '') return node.config.subject;
    for (const { source, target } of graph.edges) if (target === id) before.add(source);
  }
  return '';
}

/** What keeps a text from being rendered: variables without value, and what no value would heal. */
export function lacksOf(input: RenderInput): { variables: string[]; problem: string | null } {
  const given: Record<string, string> = {};
  for (;;) {
    const rendered = renderTask({ ...input, given });
    const variables = Object.keys(given);
    if (rendered.ok) return { variables, problem: null };
    const { variable, message } = rendered.error;
    if (variable === null || variable in given) return { variables, problem: message };
    given[variable] = '?';
  }
}

/** Longest text and subject of a step; a subject of null: it has none. */
export function textLimits(
  kind: ActionKind,
  { premium }: Pick<ChannelRow, 'premium'>,
): { text: number; subject: number | null } {
  if (kind === 'connect') return { text: premium ? limits.notePremium : limits.noteBasic, subject: null };
  if (kind === 'inmail') return { text: limits.inmailText, subject: limits.inmailSubject };
  return { text: limits.template, subject: kind === 'send_email' ? limits.emailSubject : null };
}

/** Whom a step of this kind goes to, by the surest that is known of them; null: nobody can be named. */
export function recipientOf(kind: ActionKind, contact: ContactRow): string | null {
  if (actionChannel[kind] === 'email') return contact.email;
  return contact.linkedinProfileId ?? contact.linkedinMemberId ?? contact.linkedinSlug;
}

/** Binds what is committed to what was claimed. */
export function hashOf({ text, subject, policy, recipient, attachments }: TaskPayload): string {
  return createHash('sha256')
    .update(JSON.stringify([text, subject, policy, recipient, ...filesBound(attachments)]))
    .digest('hex');
}

/**
 * What a hash says of the files: an id stands for its content, and the text names the images itself. Nothing where
 * there are none, as in hashes from before there were any.
 */
export function filesBound(attachments: string[] | undefined): string[][] {
  return attachments?.length ? [attachments] : [];
}

/** The node of a task in its version of the graph. */
export function nodeOf({ graph, task }: Pick<RenderInput, 'graph' | 'task'>): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === task.nodeId);
}

/** What a text may say about its contact and its sender. */
export function textVariables(contact: ContactRow, name: string): TemplateVariables {
  const senderName = name.trim();
  return {
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
}

function part(
  { contact, sender, given }: RenderInput,
  template: string,
  field: string,
  maxLength: number,
  markdown = false,
): Result<string, RenderError> {
  const variables = { ...textVariables(contact, sender.name), ...given };
  return renderTemplate(template, variables, templateSeed(contact.id), {
    field,
    maxLength,
    markdown,
  });
}

function payloadOf(
  { task, contact }: RenderInput,
  text?: Result<string, RenderError>,
): Result<TaskPayload, RenderError> {
  if (text && !text.ok) return text;
  return ok({
    text: text?.value ?? null,
    subject: null,
    policy: null,
    recipient: recipientOf(task.kind, contact),
    noteDropped: false,
  });
}

function withSubject(
  input: RenderInput,
  subject: string,
  subjectMax: number,
  text: string,
  textMax: number,
): Result<TaskPayload, RenderError> {
  const line = part(input, subject, 'subject', subjectMax);
  if (!line.ok) return line;
  const payload = payloadOf(input, part(input, text, 'text', textMax, input.task.kind === 'send_email'));
  return payload.ok ? ok({ ...payload.value, subject: line.value }) : payload;
}
