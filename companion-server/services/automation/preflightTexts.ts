import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { renderTemplate, type TemplateVariables, templateSeed } from '#shared/automation/render.ts';
import { limits } from '#shared/kernel/limits.ts';
import type { ContactRow } from '../contact/view.ts';
import { type About, contactsHave, type Tally } from './finding.ts';

interface Text {
  field: string;
  template: string;
  maxLength: number;
}

function textsOf(node: GraphNode): Text[] {
  switch (node.type) {
    case 'connect':
      return node.config.note
        ? [{ field: 'note', template: node.config.note, maxLength: limits.notePremium }]
        : [];
    case 'message':
    case 'group_message':
      return [{ field: 'text', template: node.config.text, maxLength: limits.template }];
    case 'inmail':
      return [
        { field: 'subject', template: node.config.subject, maxLength: limits.inmailSubject },
        { field: 'text', template: node.config.text, maxLength: limits.inmailText },
      ];
    case 'send_email':
      return [
        { field: 'subject', template: node.config.subject, maxLength: limits.emailSubject },
        { field: 'text', template: node.config.text, maxLength: limits.template },
      ];
    default:
      return [];
  }
}

function variablesFor(person: ContactRow): TemplateVariables {
  return {
    ...person.custom,
    firstName: person.firstName,
    lastName: person.lastName,
    fullName: `${person.firstName} ${person.lastName}`.trim(),
    company: person.companyName,
    title: person.title,
    email: person.email,
    location: person.location,
    // Known only when a sender is chosen; every sender has them.
    senderFirstName: 'Sender',
    senderName: 'Sender',
  };
}

/**
 * Renders every text for one contact: would it wait for missing data, would a note be too long for any plan, or for
 * the strictest of the sender profiles' accounts?
 */
export function checkTexts(graph: Graph, person: ContactRow, strictestNote: number, tally: Tally): void {
  for (const node of graph.nodes) {
    for (const text of textsOf(node)) {
      const problem = problemOf(node, text, person, strictestNote);
      if (problem) tally.add(problem, person);
    }
  }
}

function problemOf(node: GraphNode, text: Text, person: ContactRow, strictestNote: number): About | null {
  const { field, maxLength } = text;
  const seed = templateSeed(person.id);
  const markdown = node.type === 'send_email' && field === 'text';
  const rendered = renderTemplate(text.template, variablesFor(person), seed, { field, maxLength, markdown });
  if (rendered.ok) {
    const isTooLong = field === 'note' && [...rendered.value].length > strictestNote;
    return isTooLong ? basicNoteTooLong(node.id, strictestNote) : null;
  }
  const { code, variable } = rendered.error;
  if (code === 'missing_variable' && variable) {
    return {
      severity: 'warning',
      code,
      nodeId: node.id,
      detail: variable,
      message: (count) =>
        `${contactsHave(count)} no "${variable}": this step will wait for it. A default avoids that.`,
    };
  }
  if (code !== 'too_long') return null;
  return {
    severity: 'error',
    code: field === 'note' ? 'note_too_long' : 'text_too_long',
    nodeId: node.id,
    detail: field,
    message: (count) => `For ${peopleOf(count)} the ${field} is longer than ${maxLength} characters.`,
  };
}

function basicNoteTooLong(nodeId: string, maxLength: number): About {
  return {
    severity: 'warning',
    code: 'note_too_long_basic',
    nodeId,
    message: (count) =>
      `For ${peopleOf(count)} the note is longer than the ${maxLength} characters of a Basic account: this step will wait where such an account sends it. Shorten it.`,
  };
}

function peopleOf(count: number): string {
  return `${count} ${count === 1 ? 'contact' : 'contacts'}`;
}
