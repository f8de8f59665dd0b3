import type { ExitName, GraphNode, NodeOf, NodeType } from '#shared/automation/graph.ts';
import { type ContactField, freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { stepNames } from '#shared/statuses/steps.ts';

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
    about: 'The contacts of lists or tags enter here',
    fresh: () => freshSegment,
  },
  sender_profile: {
    label: 'Sender Profile',
    group: 'Start',
    about: 'Who the contacts are contacted by',
    fresh: () => freshSenderProfile,
  },
  visit: {
    label: stepNames.visit,
    group: 'LinkedIn',
    about: "Opens the contact's LinkedIn profile",
    fresh: () => ({}),
  },
  connect: {
    label: stepNames.connect,
    group: 'LinkedIn',
    about: 'Sends an invitation, with or without a note',
    fresh: () => ({ note: null, whenNoNote: null }),
  },
  message: {
    label: stepNames.message,
    group: 'LinkedIn',
    about: 'Writes to a 1st-degree connection',
    fresh: () => ({ text: '' }),
  },
  inmail: {
    label: stepNames.inmail,
    group: 'LinkedIn',
    about: 'Writes without a connection: free to an open profile, or for a credit',
    fresh: () => ({ subject: '', text: '', policy: 'open_profile' }),
  },
  group_message: {
    label: stepNames.group_message,
    group: 'LinkedIn',
    about: 'Writes to a fellow group member or event attendee',
    fresh: () => ({ text: '', source: 'group', place: '' }),
  },
  follow: {
    label: stepNames.follow,
    group: 'LinkedIn',
    about: 'Follows the contact',
    fresh: () => ({}),
  },
  like: {
    label: stepNames.like,
    group: 'LinkedIn',
    about: 'Likes the latest post of the contact, if there is one',
    fresh: () => ({}),
  },
  withdraw: {
    label: stepNames.withdraw,
    group: 'LinkedIn',
    about: 'Takes back an invitation that is still pending',
    fresh: () => ({}),
  },
  send_email: {
    label: stepNames.send_email,
    group: 'Email',
    about: "Sends from the sender profile's mailbox",
    fresh: () => ({ subject: '', text: '', thread: 'new', attachments: [] }),
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

export const inMailPolicies: Record<ConfigOf<'inmail'>['policy'], string> = {
  open_profile: 'Open profiles only',
  spend_credit: 'Spends a credit',
};

export const messageSources: Record<ConfigOf<'group_message'>['source'], string> = {
  group: 'Group member',
  event: 'Event attendee',
};

export const manualTaskKinds: Record<ConfigOf<'manual_task'>['kind'], string> = {
  call: 'Call',
  custom: 'Custom',
};

export const outcomes: Record<ConfigOf<'end'>['outcome'], string> = {
  positive: 'Positive',
  neutral: 'Neutral',
  negative: 'Negative',
};

const fieldLabels: Record<string, string> = {
  firstName: 'First name',
  lastName: 'Last name',
  email: 'Email',
  company: 'Company',
  title: 'Title',
  location: 'Location',
};

/** What a field of a contact is called; a custom one has the name it was imported with. */
export function fieldLabel(field: ContactField): string {
  return fieldLabels[field] ?? field.slice('custom:'.length);
}

/** A record of labels as the choices of a select, keys keeping their type. */
export function choicesOf<K extends string>(labels: Record<K, string>): { value: K; label: string }[] {
  return (Object.keys(labels) as K[]).map((value) => ({ value, label: labels[value] }));
}

/** What a step is called on screen. */
export function stepName(node: GraphNode): string {
  return node.label || catalogue[node.type].label;
}
