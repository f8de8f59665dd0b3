import type { GraphNode, NodeOf } from '#shared/automation/graph.ts';
import { unreachable } from '#shared/kernel/assert.ts';
import { durationText } from '../../../components/time.ts';
import {
  catalogue,
  eventLabels,
  exitLabels,
  fieldLabel,
  inMailPolicies,
  manualTaskKinds,
  messageSources,
  outcomes,
  testLabels,
} from './catalogue.ts';

/** Names by id; null: not loaded yet. */
type NamesOf = ReadonlyMap<string, string> | null;
/** What the ids in a graph are called. */
export type Names = Record<'lists' | 'tags' | 'senders' | 'automations' | 'members', NamesOf>;

/** One line that tells what a step is set to. */
export function stepSummary(node: GraphNode, names: Names): string {
  switch (node.type) {
    case 'segment':
      return segmentSummary(node.config, names);
    case 'sender_profile':
    case 'change_sender':
      return (
        node.config.senders
          .map(({ senderId }) => named(names.senders, senderId, 'sender profile'))
          .join(', ') || 'No sender profile chosen'
      );
    case 'visit':
      return 'Reads the profile';
    case 'connect':
      return node.config.note === null ? 'Without a note' : firstWords(node.config.note, 'Empty note');
    case 'message':
      return firstWords(node.config.text, 'No text yet');
    case 'notify': {
      const { memberId, text } = node.config;
      const whom = memberId === null ? 'The rep' : named(names.members, memberId, 'member');
      return `${whom}: ${firstWords(text, 'no text yet')}`;
    }
    case 'group_message':
      return `${messageSources[node.config.source]}: ${firstWords(node.config.text, 'no text yet')}`;
    case 'inmail':
      return `${inMailPolicies[node.config.policy]}: ${firstWords(node.config.subject, 'no subject yet')}`;
    case 'send_email':
      return node.config.thread === 'reply'
        ? 'Reply in the thread'
        : firstWords(node.config.subject, 'No subject yet');
    case 'manual_task':
      return `${manualTaskKinds[node.config.kind]}: ${firstWords(node.config.instruction, 'no instruction yet')}`;
    case 'join':
      return node.config.mode === 'all' ? 'Waits for all branches' : 'The first branch goes on';
    case 'split':
      return node.config.variants
        .map(({ name, percent, retired }) => `${exitLabels[name]} ${retired ? 'retired' : `${percent} %`}`)
        .join(', ');
    case 'tag':
      return `${verb(node.config)} ${chosen(names.tags, node.config.tagId, 'tag')}`;
    case 'list':
      return `${verb(node.config)} ${chosen(names.lists, node.config.listId, 'list')}`;
    case 'set_field':
      return `${fieldLabel(node.config.field)} = ${firstWords(node.config.value, 'nothing')}`;
    case 'enroll':
      return `Into ${chosen(names.automations, node.config.automationId, 'automation')}`;
    case 'webhook':
      return firstWords(node.config.url, 'No address yet');
    case 'follow':
    case 'like':
    case 'withdraw':
      return catalogue[node.type].about;
    case 'delay':
      return durationText(node.config.durationMs);
    case 'wait_until':
      return `${eventLabels[node.config.event]}, at most ${durationText(node.config.timeoutMs)}`;
    case 'condition':
      return conditionSummary(node.config, names);
    case 'end':
      return `${outcomes[node.config.outcome]} outcome`;
    default:
      return unreachable(node);
  }
}

function segmentSummary(config: NodeOf<'segment'>['config'], names: Names): string {
  const sources = [
    ...config.listIds.map((id) => named(names.lists, id, 'list')),
    ...config.tagIds.map((id) => `tag ${named(names.tags, id, 'tag')}`),
  ];
  const narrowed =
    config.existingConnections ||
    Object.values(config.filter).some((value) => value !== false && value !== '');
  return `${sources.join(', ') || 'No list or tag chosen'}${narrowed ? ', filtered' : ''}`;
}

function conditionSummary(config: NodeOf<'condition'>['config'], names: Names): string {
  switch (config.test) {
    case 'tag':
      return `Has ${chosen(names.tags, config.tagId, 'tag')}?`;
    case 'field':
      return `${fieldLabel(config.field)} ${config.operator} ${firstWords(config.value, '…')}?`;
    default:
      return testLabels[config.test];
  }
}

function verb({ action }: { action: 'add' | 'remove' }): string {
  return action === 'add' ? 'Adds' : 'Removes';
}

type Kind = 'list' | 'tag' | 'sender profile' | 'automation' | 'member';

function chosen(map: NamesOf, id: string, kind: Kind): string {
  return id === '' ? `no ${kind} yet` : named(map, id, kind);
}

function named(map: NamesOf, id: string, kind: Kind): string {
  return map === null ? '…' : (map.get(id) ?? `a deleted ${kind}`);
}

function firstWords(text: string, none: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  if (!line) return none;
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
