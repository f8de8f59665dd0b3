import type { ExitName, GraphNode, NodeOf, NodeType } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { durationText } from '../../../components/time.ts';

type ConfigOf<T extends NodeType> = NodeOf<T>['config'];

interface StepKind<T extends NodeType> {
  label: string;
  group: 'Start' | 'LinkedIn' | 'Email' | 'Manual' | 'Wait and branch' | 'Data' | 'End';
  /** What it does, for the palette. */
  about: string;
  fresh: () => ConfigOf<T>;
}

/** The steps an automation can be built of, in palette order. */
export const catalogue: { [T in NodeType]: StepKind<T> } = {
  segment: {
    label: 'Segment',
    group: 'Start',
    about: 'The contacts of one or more lists enter here',
    fresh: () => freshSegment,
  },
  sender_profile: {
    label: 'Sender Profile',
    group: 'Start',
    about: 'Who the contacts are contacted by',
    fresh: () => freshSenderProfile,
  },
  visit: {
    label: 'Visit profile',
    group: 'LinkedIn',
    about: "Opens the contact's LinkedIn profile",
    fresh: () => ({}),
  },
  connect: {
    label: 'Connect',
    group: 'LinkedIn',
    about: 'Sends an invitation, with or without a note',
    fresh: () => ({ note: null, whenNoNote: null }),
  },
  message: {
    label: 'Message',
    group: 'LinkedIn',
    about: 'Writes to a 1st-degree connection',
    fresh: () => ({ text: '' }),
  },
  inmail: {
    label: 'InMail',
    group: 'LinkedIn',
    about: 'Writes without a connection: free to an open profile, or for a credit',
    fresh: () => ({ subject: '', text: '', policy: 'open_profile' }),
  },
  group_message: {
    label: 'Group or event message',
    group: 'LinkedIn',
    about: 'Writes to a fellow group member or event attendee',
    fresh: () => ({ text: '', source: 'group' }),
  },
  follow: {
    label: 'Follow',
    group: 'LinkedIn',
    about: 'Follows the contact',
    fresh: () => ({}),
  },
  like: {
    label: 'Like latest post',
    group: 'LinkedIn',
    about: 'Likes the latest post of the contact, if there is one',
    fresh: () => ({}),
  },
  withdraw: {
    label: 'Withdraw invitation',
    group: 'LinkedIn',
    about: 'Takes back an invitation that is still pending',
    fresh: () => ({}),
  },
  send_email: {
    label: 'Send email',
    group: 'Email',
    about: "Sends from the sender profile's mailbox",
    fresh: () => ({ subject: '', text: '', thread: 'new' }),
  },
  manual_task: {
    label: 'Manual task',
    group: 'Manual',
    about: 'Waits until a person called or did something else',
    fresh: () => ({ kind: 'custom', instruction: '', dueInMs: DAY }),
  },
  delay: {
    label: 'Delay',
    group: 'Wait and branch',
    about: 'Goes on after a fixed time',
    fresh: () => ({ durationMs: DAY }),
  },
  wait_until: {
    label: 'Wait until',
    group: 'Wait and branch',
    about: 'Accepted, replied, email opened or clicked, or a timeout',
    fresh: () => ({ event: 'accepted', timeoutMs: 7 * DAY }),
  },
  join: {
    label: 'Join',
    group: 'Wait and branch',
    about: 'Brings parallel branches together',
    fresh: () => ({ mode: 'all' }),
  },
  condition: {
    label: 'Condition',
    group: 'Wait and branch',
    about: 'Goes one way or the other',
    fresh: () => ({ test: 'connected' }),
  },
  split: {
    label: 'A/B split',
    group: 'Wait and branch',
    about: 'Shares the contacts out over variants',
    fresh: () => ({
      variants: [
        { name: 'a', percent: 50, retired: false },
        { name: 'b', percent: 50, retired: false },
      ],
    }),
  },
  tag: {
    label: 'Tag',
    group: 'Data',
    about: 'Adds or removes a tag',
    fresh: () => ({ action: 'add', tagId: '' }),
  },
  list: {
    label: 'List',
    group: 'Data',
    about: 'Puts into a list or takes out',
    fresh: () => ({ action: 'add', listId: '' }),
  },
  set_field: {
    label: 'Set field',
    group: 'Data',
    about: 'Writes a field of the contact',
    fresh: () => ({ field: 'title', value: '' }),
  },
  change_sender: {
    label: 'Change sender',
    group: 'Data',
    about: 'Goes on as another sender profile',
    fresh: () => ({ senders: [] }),
  },
  enroll: {
    label: 'Enroll elsewhere',
    group: 'Data',
    about: 'Puts the contact into another automation',
    fresh: () => ({ automationId: '' }),
  },
  notify: {
    label: 'Notify',
    group: 'Data',
    about: 'Tells a member',
    fresh: () => ({ memberId: null, text: '' }),
  },
  webhook: {
    label: 'Webhook',
    group: 'Data',
    about: 'Tells another system',
    fresh: () => ({ url: '' }),
  },
  end: {
    label: 'End',
    group: 'End',
    about: 'Ends this branch',
    fresh: () => ({ outcome: 'neutral' }),
  },
};

export const paletteOrder = Object.keys(catalogue) as NodeType[];

/** How the control that chooses the next step is called, per exit. */
export const nextStepLabels: Record<ExitName, string> = {
  next: 'Next step',
  happened: 'Next step if it happened',
  timeout: 'Next step on timeout',
  yes: 'Next step if yes',
  no: 'Next step if no',
  a: 'Next step of variant A',
  b: 'Next step of variant B',
  c: 'Next step of variant C',
  d: 'Next step of variant D',
  e: 'Next step of variant E',
};

/** Shown on edges and handles; a plain next needs no words. */
export const exitLabels: Record<ExitName, string> = {
  next: '',
  happened: 'Happened',
  timeout: 'Timeout',
  yes: 'Yes',
  no: 'No',
  a: 'A',
  b: 'B',
  c: 'C',
  d: 'D',
  e: 'E',
};

export const testLabels: Record<ConfigOf<'condition'>['test'], string> = {
  connected: 'Connected on LinkedIn?',
  replied: 'Replied?',
  has_email: 'Has an email address?',
  open_profile: 'Open profile?',
  tag: 'Has the tag?',
  field: 'Field is or contains?',
};

/** A condition of this kind that nobody has set up yet. */
export function freshCondition(test: ConfigOf<'condition'>['test']): ConfigOf<'condition'> {
  if (test === 'tag') return { test, tagId: '' };
  if (test === 'field') return { test, field: 'title', operator: 'contains', value: '' };
  return { test };
}

export const eventLabels: Record<ConfigOf<'wait_until'>['event'], string> = {
  accepted: 'Invitation accepted',
  replied: 'Replied',
  email_opened: 'Email opened',
  email_clicked: 'Link in an email clicked',
};

/** A record of labels as the choices of a select, keys keeping their type. */
export function choicesOf<K extends string>(labels: Record<K, string>): { value: K; label: string }[] {
  return (Object.keys(labels) as K[]).map((value) => ({ value, label: labels[value] }));
}

/** What a step is called on screen. */
export function stepName(node: GraphNode): string {
  return node.label || catalogue[node.type].label;
}

interface Names {
  lists: ReadonlyMap<string, string>;
  senders: ReadonlyMap<string, string>;
}

/** One line that tells what a step is set to. */
export function stepSummary(node: GraphNode, names: Names): string {
  switch (node.type) {
    case 'segment':
      return (
        node.config.listIds.map((id) => names.lists.get(id) ?? 'a deleted list').join(', ') ||
        'No list chosen'
      );
    case 'sender_profile':
      return (
        node.config.senders
          .map(({ senderId }) => names.senders.get(senderId) ?? 'a deleted profile')
          .join(', ') || 'No sender profile chosen'
      );
    case 'visit':
      return 'Reads the profile';
    case 'connect':
      return node.config.note === null ? 'Without a note' : firstWords(node.config.note, 'Empty note');
    case 'message':
      return firstWords(node.config.text, 'No text yet');
    case 'send_email':
      return node.config.thread === 'reply'
        ? 'Reply in the thread'
        : firstWords(node.config.subject, 'No subject yet');
    case 'inmail':
      return firstWords(node.config.subject, 'No subject yet');
    case 'group_message':
      return firstWords(node.config.text, 'No text yet');
    case 'manual_task':
      return firstWords(node.config.instruction, 'No instruction yet');
    case 'join':
      return node.config.mode === 'all' ? 'Waits for all branches' : 'The first branch goes on';
    case 'split':
      return node.config.variants.map(({ name, percent }) => `${exitLabels[name]} ${percent} %`).join(', ');
    case 'tag':
    case 'list':
      return node.config.action === 'add' ? 'Adds' : 'Removes';
    case 'set_field':
      return `${node.config.field} = ${firstWords(node.config.value, 'nothing')}`;
    case 'change_sender':
      return (
        node.config.senders
          .map(({ senderId }) => names.senders.get(senderId) ?? 'a deleted profile')
          .join(', ') || 'No sender profile chosen'
      );
    case 'notify':
      return firstWords(node.config.text, 'No text yet');
    case 'webhook':
      return firstWords(node.config.url, 'No address yet');
    case 'follow':
    case 'like':
    case 'withdraw':
    case 'enroll':
      return catalogue[node.type].about;
    case 'delay':
      return durationText(node.config.durationMs);
    case 'wait_until':
      return `${eventLabels[node.config.event]}, at most ${durationText(node.config.timeoutMs)}`;
    case 'condition':
      return testLabels[node.config.test];
    case 'end':
      return `${node.config.outcome.charAt(0).toUpperCase()}${node.config.outcome.slice(1)} outcome`;
  }
}

function firstWords(text: string, none: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  if (!line) return none;
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
