import type { z } from 'zod';
import { type Graph, graph } from '#shared/automation/graph.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { Chance } from './chance.ts';

type NodeInput = z.input<typeof graph>['nodes'][number];
type Step = NodeInput extends infer N
  ? N extends { type: infer T; config: infer C }
    ? [type: T, config: C]
    : never
  : never;
type Steps = Record<string, Step>;
/** Texts carry the automation's and the node's name, so that the same step twice is seen whatever row made it. */
export type Template = (id: string, senders: readonly string[], chance: Chance) => Graph;

/** A graph from node configs and "source.exit>target" edges ("~>" leads back); defaults are filled in. */
function graphOf(steps: Steps, edges: readonly string[]): Graph {
  return graph.parse({
    nodes: Object.entries(steps).map(([id, [type, config]]) => ({
      id,
      type,
      position: { x: 0, y: 0 },
      config,
    })),
    edges: edges.map((text, i) => {
      const [, source, exit = 'next', back, target] = /^(\w+)(?:\.(\w+))?(~?)>(\w+)$/.exec(text) ?? [];
      return { id: `e${i}`, source, exit, target, ...(back ? { loop: { maxVisits: 3 } } : {}) };
    }),
  });
}

function start(senders: readonly string[], chance: Chance): Steps {
  return {
    seg: [
      'segment',
      {
        listIds: ['l1'],
        activeLimit: chance.happens(0.3) ? chance.pick(1, 3) : null,
        coworkersLimit: chance.happens(0.3) ? 1 : null,
      },
    ],
    who: [
      'sender_profile',
      {
        senders: senders.map((senderId) => ({ senderId, weight: chance.pick(1, 3) })),
        preferLatestContacted: chance.happens(0.7),
      },
    ],
  };
}

const timeout = (chance: Chance) => chance.pick(6, 60) * HOUR;
const delay = (chance: Chance) => chance.pick(10, 40 * 60) * MINUTE;

/** One line per template; a new node kind gets a template that uses it. */
export const templates = {
  /** Invite, wait, two messages. */
  invite: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        invite: ['connect', { note: `${id} invite {{ firstName }}`, whenNoNote: 'send_without' }],
        accepted: ['wait_until', { event: 'accepted', timeoutMs: timeout(chance) }],
        hello: ['message', { text: `${id} hello {{ firstName }}` }],
        pause: ['delay', { durationMs: delay(chance) }],
        again: ['message', { text: `${id} again {{ firstName }}` }],
        good: ['end', { outcome: 'positive' }],
        none: ['end', { outcome: 'negative' }],
      },
      [
        'seg>who',
        'who>invite',
        'invite>accepted',
        'accepted.happened>hello',
        'accepted.timeout>none',
        'hello>pause',
        'pause>again',
        'again>good',
      ],
    ),
  /** Two channels in parallel that meet again: the second to arrive is merged. */
  parallel: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        invite: ['connect', { note: null, whenNoNote: null }],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        rest: ['delay', { durationMs: delay(chance) }],
        last: ['send_email', { subject: '', text: `${id} last {{ firstName }}`, thread: 'reply' }],
        over: ['end', { outcome: 'neutral' }],
      },
      ['seg>who', 'who>invite', 'who>mail', 'invite>rest', 'mail>rest', 'rest>last', 'last>over'],
    ),
  /** Emails alone. */
  emails: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        answered: ['wait_until', { event: 'replied', timeoutMs: timeout(chance) }],
        second: ['send_email', { subject: '', text: `${id} second {{ firstName }}`, thread: 'reply' }],
        over: ['end', { outcome: 'neutral' }],
      },
      [
        'seg>who',
        'who>mail',
        'mail>answered',
        'answered.timeout>second',
        'answered.happened>over',
        'second>over',
      ],
    ),
  /** One channel after the other: an answer on one must be known to the other. */
  across: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        invite: ['connect', { note: null, whenNoNote: null }],
        accepted: ['wait_until', { event: 'accepted', timeoutMs: timeout(chance) }],
        hello: ['message', { text: `${id} hello {{ firstName }}` }],
        pause: ['delay', { durationMs: delay(chance) }],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        rest: ['delay', { durationMs: delay(chance) }],
        again: ['message', { text: `${id} again {{ firstName }}` }],
        over: ['end', { outcome: 'neutral' }],
        none: ['end', { outcome: 'negative' }],
      },
      [
        'seg>who',
        'who>invite',
        'invite>accepted',
        'accepted.happened>hello',
        'accepted.timeout>none',
        'hello>pause',
        'pause>mail',
        'mail>rest',
        'rest>again',
        'again>over',
      ],
    ),
  /** Look first, then by what is known: a message to a connection, an email to whoever has one, an invitation. */
  looking: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        look: ['visit', {}],
        friend: ['condition', { test: 'connected' }],
        hello: ['message', { text: `${id} hello {{ firstName }}` }],
        known: ['condition', { test: 'has_email' }],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        invite: ['connect', { note: `${id} invite {{ firstName }}`, whenNoNote: 'wait' }],
        over: ['end', { outcome: 'neutral' }],
      },
      [
        'seg>who',
        'who>look',
        'look>friend',
        'friend.yes>hello',
        'friend.no>known',
        'known.yes>mail',
        'known.no>invite',
        'hello>over',
        'mail>invite',
        'invite>over',
      ],
    ),
  /** Two branches that wait for each other. */
  joined: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        look: ['visit', {}],
        pause: ['delay', { durationMs: delay(chance) }],
        both: ['join', { mode: chance.one(['all', 'first'] as const) }],
        invite: ['connect', { note: `${id} invite {{ firstName }}`, whenNoNote: 'skip' }],
        over: ['end', { outcome: 'neutral' }],
      },
      [
        'seg>who',
        'who>mail',
        'who>look',
        'look>pause',
        'mail>both',
        'pause>both',
        'both>invite',
        'invite>over',
      ],
    ),
  /** Variants, and a loop that comes back to a step a few times. */
  tested: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        test: [
          'split',
          {
            variants: [
              { name: 'a', percent: 50 },
              { name: 'b', percent: 50, retired: chance.happens(0.2) },
            ],
          },
        ],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        look: ['visit', {}],
        pause: ['delay', { durationMs: delay(chance) }],
        over: ['end', { outcome: 'neutral' }],
      },
      [
        'seg>who',
        'who>test',
        'test.a>mail',
        'test.b>look',
        'mail>over',
        'look>pause',
        'pause~>look',
        'pause>over',
      ],
    ),
  /** A person does something between two steps. */
  byHand: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        call: ['manual_task', { kind: 'call', instruction: 'Call {{ firstName }}' }],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        over: ['end', { outcome: 'neutral' }],
      },
      ['seg>who', 'who>call', 'call>mail', 'mail>over'],
    ),
  /** Everything else that LinkedIn offers, around an InMail. */
  around: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        look: ['visit', {}],
        follow: ['follow', {}],
        like: ['like', {}],
        write: [
          'inmail',
          {
            subject: `${id} subject`,
            text: `${id} inmail {{ firstName }}`,
            policy: chance.one(['open_profile', 'spend_credit'] as const),
          },
        ],
        invite: ['connect', { note: null, whenNoNote: null }],
        accepted: ['wait_until', { event: 'accepted', timeoutMs: timeout(chance) }],
        take: ['withdraw', {}],
        over: ['end', { outcome: 'neutral' }],
        good: ['end', { outcome: 'positive' }],
      },
      [
        'seg>who',
        'who>look',
        'look>follow',
        'who>like',
        'like>over',
        'follow>write',
        'write>invite',
        'invite>accepted',
        'accepted.happened>good',
        'accepted.timeout>take',
        'take>over',
      ],
    ),
  /** Steps that only write down, and a way to another sender and another automation. */
  marks: (id, senders, chance) =>
    graphOf(
      {
        ...start(senders, chance),
        mark: ['tag', { action: 'add', tagId: 't1' }],
        field: ['set_field', { field: 'title', value: `by ${id}` }],
        isMarked: ['condition', { test: 'tag', tagId: 't1' }],
        mail: ['send_email', { subject: `${id} first`, text: `${id} mail {{ firstName }}`, thread: 'new' }],
        call: ['webhook', { url: 'https://hook.test/call' }],
        report: ['webhook', { url: 'https://hook.test/report' }],
        tell: ['notify', { memberId: null, text: `${id} tells` }],
        put: ['list', { action: 'add', listId: 'l2' }],
        other: ['change_sender', { senders: senders.map((senderId) => ({ senderId })) }],
        invite: ['connect', { note: `${id} invite {{ firstName }}`, whenNoNote: 'send_without' }],
        pass: ['enroll', { automationId: id === 'a1' ? 'a2' : 'a1' }],
        over: ['end', { outcome: 'neutral' }],
        none: ['end', { outcome: 'negative' }],
      },
      [
        'seg>who',
        'who>mark',
        'mark>field',
        'field>report',
        'report>isMarked',
        'isMarked.yes>mail',
        'isMarked.no>none',
        'mail>call',
        'call>tell',
        'tell>put',
        'put>other',
        'other>invite',
        'invite>pass',
        'pass>over',
      ],
    ),
} satisfies Record<string, Template>;
export type TemplateName = keyof typeof templates;
