import { unreachable } from '#shared/kernel/assert.ts';
import { limits } from '#shared/kernel/limits.ts';
import { circleIdIn } from './circles.ts';
import type { GraphNode, GraphProblem, NodeOf } from './graph.ts';
import { ATTACHMENT_LINK, linksToAttachment } from './markdown.ts';
import { templateProblem } from './render.ts';
import { parseSpintax, type SpinNode } from './spintax.ts';
import { webhookAddressProblem } from './webhookAddress.ts';

/** What is missing or wrong in the settings of one step. */
export function nodeProblems(node: GraphNode): GraphProblem[] {
  const wrong = (code: GraphProblem['code'], field: string, message: string): GraphProblem[] => [
    { code, nodeId: node.id, field, message },
  ];
  switch (node.type) {
    case 'segment':
      if (node.config.listIds.length + node.config.tagIds.length > 0) return [];
      return wrong('no_list', 'listIds', 'Choose at least one list or tag.');
    case 'sender_profile':
    case 'change_sender':
      if (node.config.senders.length > 0) return [];
      return wrong('no_sender', 'senders', 'Add at least one sender profile.');
    case 'connect':
      return node.config.note === null ? [] : noteProblems(node.id, node.config.note, node.config.whenNoNote);
    case 'group_message':
      return [...textProblems(node.id, 'text', node.config.text), ...placeProblems(node)];
    case 'message':
    case 'notify':
      return textProblems(node.id, 'text', node.config.text);
    case 'inmail':
      return [
        ...subjectProblems(node.id, node.config.subject, 'new'),
        ...textProblems(node.id, 'text', node.config.text),
      ];
    case 'send_email':
      return [
        ...subjectProblems(node.id, node.config.subject, node.config.thread),
        ...textProblems(node.id, 'text', node.config.text),
        ...imageProblems(node.id, node.config.text),
      ];
    case 'manual_task':
      return textProblems(node.id, 'instruction', node.config.instruction);
    case 'condition':
      return conditionProblems(node);
    case 'split':
      return splitProblems(node);
    case 'tag':
      return node.config.tagId === '' ? wrong('no_tag', 'tagId', 'Choose a tag.') : [];
    case 'list':
      return node.config.listId === '' ? wrong('no_list', 'listId', 'Choose a list.') : [];
    case 'enroll':
      if (node.config.automationId !== '') return [];
      return wrong('no_automation', 'automationId', 'Choose the other automation.');
    case 'webhook': {
      const reason = webhookAddressProblem(node.config.url);
      return reason === null ? [] : wrong('bad_address', 'url', reason);
    }
    case 'visit':
    case 'follow':
    case 'like':
    case 'withdraw':
    case 'delay':
    case 'wait_until':
    case 'join':
    case 'set_field':
    case 'end':
      return [];
    default:
      return unreachable(node);
  }
}

function placeProblems({ id, config: { place, source } }: NodeOf<'group_message'>): GraphProblem[] {
  if (circleIdIn(place, source) !== null) return [];
  const message = `Paste the ${source}'s address on LinkedIn, e.g. https://www.linkedin.com/${source}s/1234567/.`;
  return [{ code: 'bad_address', nodeId: id, field: 'place', message }];
}

function conditionProblems({ id, config }: NodeOf<'condition'>): GraphProblem[] {
  if (config.test === 'tag' && config.tagId === '') {
    return [{ code: 'no_tag', nodeId: id, field: 'tagId', message: 'Choose a tag.' }];
  }
  if (config.test === 'field' && config.value.trim() === '') {
    return [{ code: 'missing_value', nodeId: id, field: 'value', message: 'Say what to compare with.' }];
  }
  return [];
}

function splitProblems({ id, config: { variants } }: NodeOf<'split'>): GraphProblem[] {
  const wrong = (message: string): GraphProblem[] => [
    { code: 'bad_variants', nodeId: id, field: 'variants', message },
  ];
  const sum = variants.reduce((total, { percent }) => total + percent, 0);
  if (variants.length < 2) return wrong('A split needs at least two variants.');
  if (new Set(variants.map(({ name }) => name)).size < variants.length) {
    return wrong('Two variants have the same name. Rename one.');
  }
  if (sum !== 100) return wrong(`The shares add up to ${sum} %. Make it 100 %.`);
  if (variants.every(({ retired }) => retired)) return wrong('Every variant is retired. Keep at least one.');
  return [];
}

function textProblems(nodeId: string, field: string, text: string): GraphProblem[] {
  if (text.trim() === '') return [{ code: 'missing_text', nodeId, field, message: 'Write a text.' }];
  const reason = templateProblem(text);
  return reason === null ? [] : [{ code: 'bad_template', nodeId, field, message: reason }];
}

function imageProblems(nodeId: string, text: string): GraphProblem[] {
  if (!linksToAttachment(text)) return [];
  return [{ code: 'bad_attachments', nodeId, field: 'text', message: ATTACHMENT_LINK }];
}

/** A reply takes its subject from the thread; written, it is used only when there is no thread to answer. */
function subjectProblems(nodeId: string, subject: string, thread: 'new' | 'reply'): GraphProblem[] {
  if (subject.trim() !== '') return textProblems(nodeId, 'subject', subject);
  if (thread === 'reply') return [];
  return [{ code: 'missing_subject', nodeId, field: 'subject', message: 'Write a subject.' }];
}

function noteProblems(nodeId: string, note: string, whenNoNote: string | null): GraphProblem[] {
  const problems = textProblems(nodeId, 'note', note);
  if (whenNoNote === null) {
    const message = 'Say what happens when LinkedIn allows no note: send without, wait, or skip.';
    problems.push({ code: 'when_no_note', nodeId, field: 'whenNoNote', message });
  }
  const length = fixedLength(note);
  if (length > limits.notePremium) {
    const message = `The note has at least ${length} characters, LinkedIn allows ${limits.notePremium}. Shorten it.`;
    problems.push({ code: 'note_too_long', nodeId, field: 'note', message });
  }
  return problems;
}

/**
 * Whether a note is longer than a Basic account may send (a warning, not a problem: paid plans may). Counts only
 * what does not depend on the contact.
 */
export function noteExceedsBasic(note: string): boolean {
  return fixedLength(note) > limits.noteBasic;
}

/** The shortest this text can get for anybody: variables and conditional parts left out, shortest choices. */
function fixedLength(text: string): number {
  const unconditional = text.replace(/\{%-?\s*(if|unless|case)\b[\s\S]*?\{%-?\s*end\1\b[\s\S]*?%\}/g, '');
  return shortest(parseSpintax(unconditional.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, '')));
}

function shortest(nodes: readonly SpinNode[]): number {
  let length = 0;
  for (const node of nodes) {
    length += typeof node === 'string' ? [...node].length : Math.min(...node.choices.map(shortest));
  }
  return length;
}
