import type { ExitName, GraphNode, NodeOf, NodeType } from '#shared/automation/graph.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { durationText } from '../../../components/time.ts';

type ConfigOf<T extends NodeType> = NodeOf<T>['config'];

interface StepKind<T extends NodeType> {
  label: string;
  group: 'Start' | 'LinkedIn' | 'Email' | 'Wait and branch' | 'End';
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
    fresh: () => ({ listIds: [], activeLimit: null, coworkersLimit: null }),
  },
  sender_profile: {
    label: 'Sender Profile',
    group: 'Start',
    about: 'Who the contacts are contacted by',
    fresh: () => ({ senders: [], preferLatestContacted: true }),
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
  send_email: {
    label: 'Send email',
    group: 'Email',
    about: "Sends from the sender profile's mailbox",
    fresh: () => ({ subject: '', text: '', thread: 'new' }),
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
    about: 'Accepted or replied, or a timeout',
    fresh: () => ({ event: 'accepted', timeoutMs: 7 * DAY }),
  },
  condition: {
    label: 'Condition',
    group: 'Wait and branch',
    about: 'Goes one way or the other',
    fresh: () => ({ test: 'connected' }),
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
};

/** Shown on edges and handles; a plain next needs no words. */
export const exitLabels: Record<ExitName, string> = {
  next: '',
  happened: 'Happened',
  timeout: 'Timeout',
  yes: 'Yes',
  no: 'No',
};

export const testLabels: Record<ConfigOf<'condition'>['test'], string> = {
  connected: 'Connected on LinkedIn?',
  replied: 'Replied?',
  has_email: 'Has an email address?',
};

export const eventLabels: Record<ConfigOf<'wait_until'>['event'], string> = {
  accepted: 'Invitation accepted',
  replied: 'Replied',
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
