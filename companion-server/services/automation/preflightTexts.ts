import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { renderTemplate, type TemplateVariables, templateSeed } from '#shared/automation/render.ts';
import { limits } from '#shared/kernel/limits.ts';
import type { ContactRow } from '../contact/view.ts';
import { aboutContacts, contactsHave, type Finding } from './finding.ts';

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
      return [{ field: 'text', template: node.config.text, maxLength: limits.template }];
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

/** Renders every text for every contact: who would wait for missing data, whose note would be too long. */
export function checkTemplates(graph: Graph, people: readonly ContactRow[]): Finding[] {
  return graph.nodes.flatMap((node) => textsOf(node).flatMap((text) => checkText(node, text, people)));
}

function checkText(node: GraphNode, text: Text, people: readonly ContactRow[]): Finding[] {
  const missing = new Map<string, ContactRow[]>();
  const tooLong: ContactRow[] = [];
  for (const person of people) {
    const { field, maxLength } = text;
    const seed = templateSeed(person.id, node.id);
    const rendered = renderTemplate(text.template, variablesFor(person), seed, { field, maxLength });
    if (rendered.ok) continue;
    const { code, variable } = rendered.error;
    if (code === 'missing_variable' && variable) {
      missing.set(variable, [...(missing.get(variable) ?? []), person]);
    } else if (code === 'too_long') {
      tooLong.push(person);
    }
  }
  return [
    ...[...missing].flatMap(([variable, without]) =>
      aboutContacts(
        'warning',
        'missing_variable',
        node.id,
        without,
        (count) =>
          `${contactsHave(count)} no "${variable}": this step will wait for it. A default avoids that.`,
      ),
    ),
    ...aboutContacts(
      'error',
      text.field === 'note' ? 'note_too_long' : 'text_too_long',
      node.id,
      tooLong,
      (count) =>
        `For ${count} ${count === 1 ? 'contact' : 'contacts'} the ${text.field} is longer than ${text.maxLength} characters.`,
    ),
  ];
}
