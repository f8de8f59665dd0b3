import { DAY } from '#shared/kernel/clock.ts';
import type { Graph, GraphNode } from './graph.ts';
import { freshSegment, freshSenderProfile } from './nodes.ts';

/** Distance between two steps on the canvas. */
const STEP_Y = 130;
const BRANCH_X = 260;

function at(column: number, row: number): GraphNode['position'] {
  return { x: column * BRANCH_X, y: row * STEP_Y };
}

/**
 * "LinkedIn, then email": visit, connect with a note, message whoever accepts within five days, email the
 * others, and follow up once after three days. Lists and sender profiles are left for the manager to choose.
 */
export function linkedinThenEmail(choices: { listIds: string[]; senderIds: string[] }): Graph {
  const base = { label: '' };
  return {
    nodes: [
      {
        ...base,
        id: 'segment',
        type: 'segment',
        position: at(0, 0),
        config: { ...freshSegment, listIds: choices.listIds },
      },
      {
        ...base,
        id: 'sender_profile',
        type: 'sender_profile',
        position: at(0, 1),
        config: {
          ...freshSenderProfile,
          senders: choices.senderIds.map((senderId) => ({ senderId, weight: 1 })),
          ignorePreviousInteractions: false,
        },
      },
      { ...base, id: 'visit', type: 'visit', position: at(0, 2), config: {} },
      {
        ...base,
        id: 'connect',
        type: 'connect',
        position: at(0, 3),
        config: {
          note: 'Hi {{ firstName }}, I follow what {{ company | default: "your team" }} does and would like to connect.',
          whenNoNote: 'send_without',
        },
      },
      {
        ...base,
        id: 'wait_accepted',
        type: 'wait_until',
        position: at(0, 4),
        config: { event: 'accepted', timeoutMs: 5 * DAY },
      },
      {
        ...base,
        id: 'message',
        type: 'message',
        position: at(-1, 5),
        config: {
          text: 'Hi {{ firstName }}, {thanks|thank you} for connecting. May I send you a short summary of what we do?',
        },
      },
      { ...base, id: 'has_email', type: 'condition', position: at(1, 5), config: { test: 'has_email' } },
      {
        ...base,
        id: 'email',
        type: 'send_email',
        position: at(1, 6),
        config: {
          subject: 'A question about {{ company | default: "your work" }}',
          text: 'Hi {{ firstName }},\n\nI tried to reach you on LinkedIn. May I send you a short summary of what we do?\n\nBest regards,\n{{ senderName }}',
          thread: 'new',
          attachments: [],
        },
      },
      {
        ...base,
        id: 'message_delay',
        type: 'delay',
        position: at(-1, 6),
        config: { durationMs: 3 * DAY },
      },
      {
        ...base,
        id: 'message_again',
        type: 'message',
        position: at(-1, 7),
        config: { text: 'Hi {{ firstName }}, would a short call next week suit you?' },
      },
      { ...base, id: 'email_delay', type: 'delay', position: at(1, 7), config: { durationMs: 3 * DAY } },
      {
        ...base,
        id: 'email_again',
        type: 'send_email',
        position: at(1, 8),
        config: {
          subject: 'A question about {{ company | default: "your work" }}',
          text: 'Hi {{ firstName }},\n\nShall I send the summary, or is it not a topic for you?\n\nBest regards,\n{{ senderName }}',
          thread: 'reply',
          attachments: [],
        },
      },
      { ...base, id: 'end_accepted', type: 'end', position: at(-1, 8), config: { outcome: 'positive' } },
      { ...base, id: 'end_other', type: 'end', position: at(1, 9), config: { outcome: 'neutral' } },
    ],
    edges: [
      { id: 'e1', source: 'segment', exit: 'next', target: 'sender_profile' },
      { id: 'e2', source: 'sender_profile', exit: 'next', target: 'visit' },
      { id: 'e3', source: 'visit', exit: 'next', target: 'connect' },
      { id: 'e4', source: 'connect', exit: 'next', target: 'wait_accepted' },
      { id: 'e5', source: 'wait_accepted', exit: 'happened', target: 'message' },
      { id: 'e6', source: 'wait_accepted', exit: 'timeout', target: 'has_email' },
      { id: 'e7', source: 'message', exit: 'next', target: 'message_delay' },
      { id: 'e8', source: 'has_email', exit: 'yes', target: 'email' },
      { id: 'e9', source: 'has_email', exit: 'no', target: 'end_other' },
      { id: 'e10', source: 'email', exit: 'next', target: 'email_delay' },
      { id: 'e11', source: 'message_delay', exit: 'next', target: 'message_again' },
      { id: 'e12', source: 'message_again', exit: 'next', target: 'end_accepted' },
      { id: 'e13', source: 'email_delay', exit: 'next', target: 'email_again' },
      { id: 'e14', source: 'email_again', exit: 'next', target: 'end_other' },
    ],
  };
}
